"""The derivative rules of SciPy, one module per part of it; each is imported when the program has imported that part."""
