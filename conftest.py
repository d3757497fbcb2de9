"""Test settings for the whole tree, doctests of the package included: the verifier runs after every pass."""

import sct.compiler

sct.compiler.STRICT = True


def pytest_collection_modifyitems(items):
    """What takes longest begins first: where several processes share the files, none is left alone with it at the end."""
    items.sort(key=lambda item: "test_random_programs" not in item.nodeid)
