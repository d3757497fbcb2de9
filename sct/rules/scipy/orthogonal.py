"""Rules of the orthogonal polynomials of ``scipy.special``, by their argument: the slope of each is one of lower degree.

The formulas are those of the Digital Library of Mathematical Functions, 18.9(iii), written with Gegenbauer polynomials where
these do, which are zero for negative degrees; SciPy has NaN for those below -1 of complex numbers, so none is asked for.
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import special

from ...ir.types import ANY, Array, Tuple
from ..notation import declare, partials, zero
from . import special as _special

assert _special
POINTS = (np.array([-0.6, 0.35]), 0.7)
BESIDE = (np.array([0.2, 0.65]), 0.7)


def polynomial(name, slope, points=POINTS, **parameters):
    """Declare the rule of ``special.eval_…``, whose parameters have no derivative here."""
    given = ", ".join(["n", *parameters, "x"])
    calls = [(n, *parameters.values(), x) for n in (0, 1, 3) for x in points]
    partials(f"z = special.eval_{name}({given})", x=slope, tests={"args": calls, "wrt": ["x"], "rtol": 2e-7})
    declare(getattr(special, f"eval_{name}"), unsaid="only those by the argument of a polynomial have a rule")


polynomial("legendre", "special.eval_gegenbauer(n - np.not_equal(n, -1), 1.5, x)")
polynomial("sh_legendre", "2.0 * special.eval_gegenbauer(n - np.not_equal(n, -1), 1.5, 2.0 * x - 1.0)", BESIDE)
polynomial("chebyt", "n * special.eval_chebyu(n - 1, x)")
polynomial("chebyu", "2.0 * special.eval_gegenbauer(n - np.not_equal(n, -1), 2.0, x)")
polynomial("chebyc", "n * special.eval_chebys(n - 1, x)")
polynomial("chebys", "special.eval_gegenbauer(n - np.not_equal(n, -1), 2.0, 0.5 * x)")
polynomial("sh_chebyt", "2.0 * n * special.eval_sh_chebyu(n - 1, x)", BESIDE)
polynomial("sh_chebyu", "4.0 * special.eval_gegenbauer(n - np.not_equal(n, -1), 2.0, 2.0 * x - 1.0)", BESIDE)
polynomial("gegenbauer", "2.0 * a * special.eval_gegenbauer(n - np.not_equal(n, -1), a + 1.0, x)", a=0.8)
polynomial("laguerre", "-special.eval_genlaguerre(n - 1, 1.0, x)")
polynomial("genlaguerre", "-special.eval_genlaguerre(n - 1, a + 1.0, x)", a=0.8)
polynomial("hermite", "2.0 * n * special.eval_hermite(np.maximum(n - 1, 0), x)")
polynomial("hermitenorm", "n * special.eval_hermitenorm(np.maximum(n - 1, 0), x)")
polynomial("jacobi", "np.where(np.greater(n, 0), 0.5 * (n + a + b + 1.0)"
                     " * special.eval_jacobi(np.maximum(n - 1, 0), a + 1.0, b + 1.0, x), 0.0)", a=0.8, b=1.3)


def nodes_and_weights(args, kwargs):
    """``infer``: the nodes of a quadrature and their weights."""
    return Tuple((Array("float64", (ANY,)), Array("float64", (ANY,))))


FAMILIES = ("legendre", "sh_legendre", "chebyt", "chebyu", "chebyc", "chebys", "sh_chebyt", "sh_chebyu", "laguerre", "hermite",
            "hermitenorm")
zero(*(getattr(special, f"roots_{family}") for family in FAMILIES), infer=nodes_and_weights)
