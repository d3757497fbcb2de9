"""Fourier transforms of ``scipy.fft``, said with those of NumPy, which compute the same; transforms along several axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import fft

from ..runtime import transforms as ours
from .abstract import Abstract, Static
from .callees import SPECIAL, call
from .context import Refusal
from .handing import given_by_name
from .infer import Specializer
from .said import say

SAME = """
fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn fftshift ifftshift fftfreq rfftfreq
""".split()
HOW = {"overwrite_x": (False,), "workers": None, "plan": (None,), "xp": (None,), "device": (None,)}
"""Options that say how a transform is computed, and the values of them that change nothing."""


def _as_numpy_does(name: str) -> Any:
    theirs, ours = getattr(fft, name), getattr(np.fft, name)

    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        given = given_by_name(theirs, args, kwargs)
        for option in given.keys() & HOW.keys():
            a, allowed = given.pop(option), HOW[option]
            if allowed is not None and not (isinstance(a, Static) and a.value in allowed):
                raise Refusal("SCT204", f"scipy.fft.{name} with `{option}` has no rule", "leave it out")
        first = next(iter(given))
        return call(sp, Static(ours), [given.pop(first)], given)
    return handler


SPECIAL.update({getattr(fft, name): _as_numpy_does(name) for name in SAME})
say({getattr(fft, name): getattr(ours, name) for name in
     ("dctn", "idctn", "dstn", "idstn", "hfft2", "hfftn", "ihfft2", "ihfftn")}, arrays=("x",))
