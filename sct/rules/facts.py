"""Questions that a rule's body may ask about its arguments and that specialisation answers, leaving no test at run time.

Besides these, specialisation folds ``isinstance`` and ``type(x) is float`` on values of known type, ``np.ndim(x)``, ``x.ndim``,
``np.iscomplexobj(x)``, ``x is None`` and comparisons of literals.  Run as plain Python, as the tests do, a rule gives the same
derivative whatever the answers are: they choose between equivalent formulas.
"""

from __future__ import annotations

from typing import Any


def may_be_empty(a: Any) -> bool:
    """Whether nothing is known of one of the sizes of an array: then it may be 0."""
    return bool(a.size == 0)


def may_be_unit(a: Any) -> bool:
    """Whether a dimension of an array may be 1, for all that is known of its type."""
    return 1 in a.shape


def is_static(value: object) -> bool:
    """Whether ``value`` is a literal of the program: its run-time value is known when the rule is applied.

    Outside of specialisation nobody can tell; a Python number is taken for a literal.
    """
    return type(value) in (int, float)


def is_far_from_zero(value: object) -> bool:
    """Whether ``value`` is computed so that it is nowhere near zero: then quotients by it are as finite as what is divided."""
    return False
