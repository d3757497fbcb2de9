"""Differentiation: a typed function in IR in, functions with its forward and reverse sweep or with tangents out."""
