"""Specialisation and what is proven of a function: operations and argument types in, typed operations with calls resolved out."""
