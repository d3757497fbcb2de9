"""Arguments by which a function has no derivative: an error in every mode, never a zero in one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

special = pytest.importorskip("scipy.special")
stats = pytest.importorskip("scipy.stats")

import sct  # noqa: E402

from .whole import check_whole  # noqa: E402

W = np.array([0.4, 1.3, 0.8])


def weighted_square(x, y):
    return x * x * y


sct.rule(weighted_square, x="2.0 * x * y")


@pytest.mark.parametrize("f", [
    lambda a: special.jv(a, 0.7), lambda a: special.zeta(a + 2.0, 1.5), lambda a: special.hyp2f1(a, 2.0, 3.0, 0.3),
    lambda a: stats.gennorm.cdf(0.7, a), lambda a: stats.nbinom.cdf(2.0, a, 0.3),
    lambda a: stats.poisson.pmf(a, 1.2), lambda a: weighted_square(2.0, a),
])
@pytest.mark.parametrize("mode", ["reverse", "forward", "second"])
def test_argument_without_a_partial_is_refused(f: Any, mode: str) -> None:
    ways = {"reverse": lambda: sct.grad(f)(1.5), "forward": lambda: sct.jvp(f, (1.5,), (1.0,)),
            "second": lambda: sct.hvp(f, (1.5,), (1.0,))}
    with pytest.raises(sct.SctError, match="no derivative with respect to"):
        ways[mode]()


def test_the_other_arguments_have_theirs() -> None:
    check_whole(lambda x: special.gammainc(2.0, x), [W])
    check_whole(lambda x: stats.gamma.cdf(x, 2.0), [W])
    check_whole(lambda x: weighted_square(x, 3.0), [W])


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("f", [lambda z: special.ive(1.0, z), lambda z: special.rgamma(z)])
def test_complex_arguments_of_rules_for_real_ones_are_refused(f: Any, mode: str) -> None:
    def real_part(z: Any) -> Any:
        return np.sum(np.real(f(z)))
    z = W + 0.3j
    with pytest.raises(sct.SctError, match="of complex numbers"):
        sct.grad(real_part)(z) if mode == "reverse" else sct.jvp(real_part, (z,), (z,))
