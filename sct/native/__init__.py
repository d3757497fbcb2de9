"""The Numba backend: the generated functions of a specialisation as one compiled module, kept on disk.

Nothing here is imported unless ``backend="numba"`` is asked for.
"""
