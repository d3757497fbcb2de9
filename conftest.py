"""Test settings for the whole tree, doctests of the package included: the verifier runs after every pass."""

import sct.compiler

sct.compiler.STRICT = True
