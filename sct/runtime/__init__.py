"""What runs with the user's function: helpers of generated code, marks in source, and library functions as plain Python."""
