"""Capture and lowering: a Python function in, its own source and untyped operations out."""
