"""Specialisation and what is proven of functions: operations and argument types in, typed operations and facts out."""
