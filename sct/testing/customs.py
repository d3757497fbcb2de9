"""Helper functions of random programs whose derivative is declared, the true one: dual numbers judge them as any other."""

from __future__ import annotations

import random

FLOATS = [("x", "float"), ("y", "float")]
_SCALAR = "math.sin({a} * x) * y + {b} * x * x"
_BY_X = "{a} * math.cos({a} * x) * y + 2.0 * {b} * x"
_BY_Y = "math.sin({a} * x)"

_TEXTS: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    "custom_vjp": (f"""
@sct.custom_vjp
def NAME(x, y):
    return {_SCALAR}

def NAME_fwd(x, y):
    return NAME(x, y), (x, y)

def NAME_bwd(res, z_bar):
    x, y = res
    return ({_BY_X}) * z_bar, {_BY_Y} * z_bar

NAME.defvjp(NAME_fwd, NAME_bwd)
""", FLOATS, "float"),
    "custom_jvp": (f"""
@sct.custom_jvp
def NAME(x, y):
    return {_SCALAR}

@NAME.defjvp
def NAME_jvp(primals, tangents):
    (x, y), (x_dot, y_dot) = primals, tangents
    return NAME(x, y), ({_BY_X}) * x_dot + {_BY_Y} * y_dot
""", FLOATS, "float"),
    "defjvps": (f"""
@sct.custom_jvp
def NAME(x, y):
    return {_SCALAR}

NAME.defjvps(lambda x_dot, z, x, y: ({_BY_X}) * x_dot, lambda y_dot, z, x, y: {_BY_Y} * y_dot)
""", FLOATS, "float"),
    "custom_vjp of arrays": ("""
@sct.custom_vjp
def NAME(v, c):
    return np.tanh(v * c + {b})

def NAME_fwd(v, c):
    z = np.tanh(v * c + {b})
    return z, (v, c, z)

def NAME_bwd(res, z_bar):
    v, c, z = res
    w = (1.0 - z * z) * z_bar
    return c * w, np.sum(v * w)

NAME.defvjp(NAME_fwd, NAME_bwd)
""", [("v", "vec"), ("c", "float")], "vec"),
    "custom_jvp of arrays": ("""
@sct.custom_jvp
def NAME(v, c):
    return v * c * {a}

@NAME.defjvp
def NAME_jvp(primals, tangents):
    (v, c), (v_dot, c_dot) = primals, tangents
    return NAME(v, c), v_dot * c * {a} + v * c_dot * {a}
""", [("v", "vec"), ("c", "float")], "vec"),
    "custom_vjp to a number": ("""
@sct.custom_vjp
def NAME(v, c):
    return {a} * np.sum(v * v) * c

NAME.defvjp(lambda v, c: (NAME(v, c), (v, c)), lambda res, g: (2.0 * {a} * res[0] * res[1] * g, {a} * np.sum(res[0] ** 2) * g))
""", [("v", "vec"), ("c", "float")], "float"),
    "hook": ("""
def NAME_seen(g):
    HOW

def NAME(x, y):
    return {a} * sct.on_gradient(x * y, NAME_seen) + y
""", FLOATS, "float"),
    "hook on an array": ("""
def NAME(v, c):
    return sct.on_gradient(v * c, lambda g: HOOK)
""", [("v", "vec"), ("c", "float")], "vec"),
}


def custom_function(rng: random.Random, name: str, factor: str, term: str) -> tuple[str, list[str], list[tuple[str, str]], str]:
    """A random function with a declared derivative: what it is, its lines, its parameters and what it returns."""
    kind = rng.choice(sorted(_TEXTS))
    text, params, returns = _TEXTS[kind]
    text = text.replace("HOW", rng.choice(("return None", "return g", "return 1.0 * g")))
    text = text.replace("HOOK", rng.choice(("None", "g", "1.0 * g"))).replace("NAME", name)
    return kind, text.replace("{a}", factor).replace("{b}", term).splitlines(), params, returns
