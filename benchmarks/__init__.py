"""Measures the generated code against hand-written adjoints and against other tools: ``python -m benchmarks``."""
