"""Printing: a function in IR in, Python text and the code of that text out."""
