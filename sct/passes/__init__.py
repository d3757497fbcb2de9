"""Passes: each takes a function in IR and leaves an equivalent one that is shorter, faster or reads better."""
