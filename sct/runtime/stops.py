"""Functions that say what is not to be differentiated: they run as they are, in the user's function as in generated code."""

from __future__ import annotations

from typing import Any, TypeVar

from .records import extras_of, fields_of, instance

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """``x`` itself, as a constant: no derivative flows through it.  A tuple, list, dict or dataclass is a new
    one of such constants.

    >>> import sct
    >>> sct.grad(lambda x: stop_gradient(x * x) * x)(3.0)
    9.0
    """
    given: Any = x
    if isinstance(given, tuple | list):
        items = [stop_gradient(item) for item in given]
        given = type(given)(*items) if hasattr(given, "_fields") else type(given)(items)
    elif type(given) is dict:
        given = {key: stop_gradient(item) for key, item in given.items()}
    else:
        names = fields_of(given) or ()
        if names:
            beside = {name: getattr(given, name) for name in extras_of(given)}
            given = instance(type(given), **{name: stop_gradient(getattr(given, name)) for name in names}, **beside)
    stopped: T = given
    return stopped
