"""``grad`` and gradient functions inside a differentiated function: calls of them while the function is specialised."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from .ad.nested import standing
from .analysis import abstract as ab
from .analysis import shapes as sh
from .analysis.abstract import NEVER, POISON, Abstract, Bound, Closure, Seq, Static
from .analysis.activations import DerivativeOf, GradientOf, Record, end_by_invoking, operands_of, specialised
from .analysis.callees import SPECIAL, SPECIAL_CLASSES, Activation, activate_closure, activate_function, tied_to_parameter
from .analysis.context import Refusal
from .analysis.data import from_data
from .analysis.handing import activate_handed, enters
from .analysis.infer import Specializer
from .analysis.jumps import find_jump
from .analysis.references import references
from .analysis.shapes import Shape
from .arguments import ArgSpec, positions_of
from .dispatchers import compiled_from
from .errors import SctError
from .ir.core import Function, Value
from .ir.types import Array, List, Scalar, Type, strip_const
from .rules import registry
from .runtime import standard
from .runtime.implicit import has_slope, is_wanted, slope, slope_function, slopes, slopes_of_first_and_items, slopes_of_items
from .runtime.records import is_plain


def _make(value: bool) -> Any:
    """``grad(f, argnums)`` inside a function: something that can be called."""
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        names = list(inspect.signature(_offered["grad"]).parameters)
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        fun = given.pop("fun", None)
        options = {name: sp.static(a, f"`{name}` of grad") for name, a in given.items()}
        if fun is None or isinstance(fun, Static) and fun.value is None:
            raise Refusal("SCT201", "`grad` without a function inside a differentiated function is not supported",
                          "pass the function first")
        return Bound(Static(_Taker(value, options)), [fun])
    return build


def taker(fun: Abstract, argnums: ArgSpec) -> Abstract:
    """``grad(fun, argnums)``."""
    return Bound(Static(_Taker(False, {"argnums": argnums})), [fun])


class _Taker:
    """Calls the gradient of the function that is its first argument."""

    def __init__(self, value: bool, options: dict[str, Any]) -> None:
        self.value, self.options = value, options
        self.integrand = False
        """Whether it is the function under an integral over its first argument."""


def _take(sp: Specializer, taker: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    options = dict(taker.value.options)
    try:
        checked = _offered["options"](*(options.get(name, default) for name, default in _DEFAULTS.items()))
    except SctError as error:
        raise Refusal(error.code, error.obstacles[0].message, error.hint) from None
    checked.pop("native")  # what it is compiled with, the function around it says
    return gradient(sp, args[0], args[1:], kwargs, value=taker.value.value, integrand=taker.value.integrand, **checked)


_DEFAULTS = {"argnums": 0, "has_aux": False, "holomorphic": False, "allow_int": False, "backend": "python", "checkpoint": None,
             "debug_nans": False}


def _call_object(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """A gradient function of the user's module."""
    made = fn.value
    path = fn.path or ab.DataPath("const", made.__name__, (), made)
    fun = from_data(sp, made._plain, path.attr("_plain"))
    return gradient(sp, fun, args, kwargs, argnums=made.argnums, value=made._value, has_aux=made._has_aux,
                    holomorphic=made._holomorphic, allow_int=made._allow_int, debug_nans=made._debug_nans)


def _call_method(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The gradient of a method of one object."""
    path = fn.path or ab.DataPath("const", fn.value.__name__, (), fn.value)
    receiver = from_data(sp, fn.value._instance, path.attr("_instance"))
    return _call_object(sp, Static(fn.value._gradient, path.attr("_gradient")), [receiver, *args], kwargs)


def gradient(sp: Specializer, fun: Abstract, args: list[Abstract], kwargs: dict[str, Abstract], *, argnums: ArgSpec,
             value: bool, has_aux: bool, holomorphic: bool, allow_int: bool, debug_nans: bool,
             checkpoint: str | None = None, integrand: bool = False) -> Abstract:
    """The gradient of ``fun`` at ``args``, as a call of a function that stands for it."""
    if checkpoint is not None:
        raise Refusal("SCT116", "checkpoint= of a gradient that is taken inside a differentiated function is not supported",
                      "mark the loops with sct.checkpoint(...), or leave it out")
    if debug_nans:
        raise Refusal("SCT409", "debug_nans=True is set for a gradient that is taken inside", "set it for the outermost one")
    call, given = activation(sp, fun, args, kwargs)
    if POISON in call.bound or POISON in call.captured:
        return POISON
    name = call.lowered.name
    refuse_tied(call, "gradient")
    params = call.lowered.info.params[given:]
    parameters = [inspect.Parameter(p.name, inspect._ParameterKind[p.kind]) for p in params]
    variadic = sp.context.splicing and any(p.kind == "VAR_POSITIONAL" for p in params)
    if call.frame.owner is standard.applied or variadic or enters(fun):
        parameters = [inspect.Parameter(f"x{k}", inspect.Parameter.POSITIONAL_ONLY) for k in range(len(args))]
    try:
        positions, sequence = positions_of(argnums, parameters, name)
    except SctError as error:
        raise Refusal(error.code, error.obstacles[0].message, error.hint) from None
    begun = specialised_alone(sp, call, "gradient")
    if not isinstance(begun, tuple):
        return begun
    record, bound = begun
    found = places(record, params, len(call.captured) + given) if not enters(fun) else places_of_leaves(record)
    wrt = [found[k] for k in positions]
    _check(record, name, wrt, has_aux, holomorphic)
    if integrand:
        _refuse_jumps(record, found[0], wrt)
    return _invoke(sp, record, bound, wrt, sequence, value, has_aux)


def _refuse_jumps(record: Record, variable: Place, wrt: list[Place]) -> None:
    """Refuse the derivative of an integral by what moves the place of a jump of the function under it."""
    op = find_jump(record.function, variable[1], [k for _, leaves in wrt for k in leaves])
    if op is not None:
        where = f" (`{op.loc.text.strip()}`)" if op.loc.text else ""
        raise Refusal("SCT209", "what is integrated, or its derivative, may jump at a place that moves with what is "
                      f"differentiated{where}: the integral of its derivative misses what the jump adds",
                      "split the integral there, where its limits are arguments; first derivatives allow kinks that are "
                      "written with abs, np.maximum, np.minimum or np.clip")


def refuse_tied(call: Activation, what: str) -> None:
    """Refuse a function that is an argument and brings variables along, which the derivative would have to be by."""
    if tied_to_parameter([Static(call.frame.owner, call.frame.path), *call.captured, *call.bound]):
        raise Refusal("SCT702", f"the {what} of `{call.lowered.name}` is taken inside, but it is an argument and captures "
                      "variables", "pass these variables as arguments")


def specialised_alone(sp: Specializer, call: Activation, what: str) -> tuple[Record, list[Abstract]] | Abstract:
    """The function that is differentiated and what it is given; a marker where there is nothing to go on with."""
    record, bound = specialised(sp, call.frame, call.lowered, [*call.captured, *call.bound])
    if not record.done:
        raise Refusal("SCT702", f"`{call.lowered.name}` takes the {what} of itself", "differentiate another function inside")
    if record.result.tag == ("marker", "never"):
        end_by_invoking(sp, record, bound)
        return NEVER
    return POISON if record.result.tag[0] == "marker" else (record, bound)


def _refuse_objects(sp: Specializer, call: Activation) -> None:
    """Refuse a function that is given objects whose attributes are followed here, where they may change."""
    held = [r.kind for a in (*call.captured, *call.bound) for r in references(a, sp.positions) if is_plain(r.kind)]
    if held:
        name = call.lowered.name
        raise Refusal("SCT702", f"a derivative of `{name}` is taken inside, and `{name}` reads a {held[0].__name__}",
                      "let it read variables that hold what the fields hold")


def activation(sp: Specializer, fun: Abstract, args: list[Abstract], kwargs: dict[str, Abstract]) -> tuple[Activation, int]:
    """The call that is differentiated, and how many leading arguments are no arguments of the gradient function."""
    call, leading = _activated(sp, fun, args, kwargs)
    _refuse_objects(sp, call)
    return call, leading


def _activated(sp: Specializer, fun: Abstract, args: list[Abstract], kwargs: dict[str, Abstract]) -> tuple[Activation, int]:
    plain, leading = _without_leading(fun)
    if isinstance(fun, Static) and enters(fun):
        return activate_handed(sp, fun, args), 0
    if isinstance(plain, Closure):
        return activate_closure(sp, plain, [*leading, *args], kwargs), len(leading)
    if isinstance(plain, Static):
        function = compiled_from(plain.value) or plain.value
        if inspect.isfunction(function) and registry.lookup(function) is None and function not in SPECIAL:
            return activate_function(sp, Static(function, plain.path), [*leading, *args], kwargs), len(leading)
    return activate_function(sp, Static(standard.applied), [fun, *args], kwargs), 1


def _without_leading(fun: Abstract) -> tuple[Abstract, list[Abstract]]:
    """What is called in the end, and the leading arguments that are given to it already."""
    if isinstance(fun, Bound) and not fun.spelled and not fun.kwargs:
        plain, leading = _without_leading(fun.fn)
        return plain, [*leading, *fun.args]
    return fun, []


Place = tuple[Shape, range]
"""The shape of an argument, and the parameters of the specialised function that make it up."""


def places(record: Record, params: Sequence[Any], first: int) -> list[Place]:
    """The arguments of a specialised function from the ``first`` on, those for ``params``; the ones of ``*args`` apart."""
    found: list[Place] = []
    at = sum(len(list(sh.leaf_types(s))) for s in record.arguments[:first])
    for p, shape in zip(params, record.arguments[first:], strict=False):
        for part in shape.parts if p.kind == "VAR_POSITIONAL" else (shape,):
            found.append((part, range(at, at + len(list(sh.leaf_types(part))))))
            at = found[-1][1].stop
    return found


def places_of_leaves(record: Record) -> list[Place]:
    """The parameters of the specialised function, each as an argument of its own."""
    return [(sh.leaf_shape(p.type), range(k, k + 1)) for k, p in enumerate(record.function.params)]


def _check(record: Record, name: str, wrt: list[Place], has_aux: bool, holomorphic: bool) -> None:
    """Refuse what has no gradient: arguments that are not numbers, a result that is not one number."""
    params = record.function.params
    for _, leaves in wrt:
        types = [strip_const(params[k].type) for k in leaves]
        if not types or not all(isinstance(t, Scalar | Array | List) and t.differentiable for t in types):
            what = ", ".join(map(str, types)) or "no number"
            raise Refusal("SCT400" if any(isinstance(t, Scalar) for t in types) else "SCT403",
                          f"`{name}` is differentiated by an argument that is {what}", "pass a float or an array of floats")
    result = record.result
    if has_aux:
        parts = result.parts if result.tag[0] == "seq" and len(result.parts) == 2 else ()
        if not parts:
            raise Refusal("SCT504", f"with has_aux=True `{name}` must return (value, aux)", "return a tuple of two")
        result = parts[0]
    t = sh.leaf_type(result)
    number = strip_const(t) if t is not None else None
    if not isinstance(number, Scalar) or not number.differentiable or number.dtype.startswith("complex") != holomorphic:
        raise Refusal("SCT501" if isinstance(number, Array) else "SCT502",
                      f"`{name}` returns {sh.describe(result)}, but grad needs one number", "sum it up")


def _invoke(sp: Specializer, record: Record, bound: Sequence[Abstract], wrt: list[Place], sequence: bool, value: bool,
            has_aux: bool) -> Abstract:
    flat = tuple(k for _, leaves in wrt for k in leaves)
    rest = value or has_aux
    function = standing_for(sp, GradientOf(record.function, flat, rest))
    operands = operands_of(sp, record, list(bound))
    gradients: list[Type] = [strip_const(record.function.params[k].type) for k in flat]
    results = list(sh.leaf_types(record.result)) if rest else []
    if rest and record.result.tag[0] in ("static", "marker"):
        raise Refusal("SCT503", f"`{record.function.name}` returns a constant", "return something that depends on the argument")
    hints = [*([""] if rest else []), *(f"{record.function.params[k].hint}_bar" for k in flat)]
    op = sp.builder.emit("invoke", operands, [*results[:1], *gradients, *results[1:]], hints, callee=function, effect="pure",
                         may_raise=True)
    made = iter(op.results[len(results[:1]):])
    parts = [sh.rebuild(shape, lambda t: next(made)) for shape, _ in wrt]
    found: Abstract = Seq(tuple, list(parts)) if sequence else parts[0]
    if not rest:
        return found
    left = iter([op.results[0], *made])
    whole = sh.rebuild(record.result, lambda t: next(left))
    if value:
        return Seq(tuple, [whole, found])
    assert isinstance(whole, Seq)
    return Seq(tuple, [found, whole.items[1]])


def standing_for(sp: Specializer, info: DerivativeOf) -> Function:
    """The one function that stands for this derivative in the whole compilation."""
    key = tuple(getattr(info, field.name) for field in fields(info) if field.name not in ("written", "being_written"))
    found: Function | None = sp.context.standing.get((type(info), key))
    if found is None:
        found = sp.context.standing[type(info), key] = standing(info.function, info)
    return found


def _slopes(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``slopes(f, …)`` in a rule: the gradient by all arguments that are differentiable."""
    fun, *given = args
    which = [k for k, a in enumerate(given) if _is_differentiable(a)]
    found = _by(sp, fun, given, which) if which else Seq(tuple, [])
    if not isinstance(found, Seq):
        return found
    parts = dict(zip(which, found.items, strict=True))
    return Seq(tuple, [parts.get(k, Static(None)) for k in range(len(given))])


def _slopes_of_items(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``slopes_of_items(f, …, items)`` in a rule."""
    fun, *given = args
    return _by_items(sp, fun, given, [])


def _slopes_of_first_and_items(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``slopes_of_first_and_items(f, …, items)`` in a rule."""
    fun, *given = args
    return _by_items(sp, fun, given, [0])


def _by_items(sp: Specializer, fun: Abstract, given: list[Abstract], first: list[int]) -> Abstract:
    """The gradient by some arguments and by the items of the last one, which are arguments each."""
    items = given[-1].items if isinstance(given[-1], Seq) else [given[-1]]
    places = [len(given) - 1 + k for k in range(len(items))]
    flat = [*given[:-1], *items]
    which = [k for k in (*first, *places) if _is_differentiable(flat[k])]
    found = _by(sp, fun, flat, which) if which else Seq(tuple, [])
    if not isinstance(found, Seq):
        return found
    parts = dict(zip(which, found.items, strict=True))
    return Seq(tuple, [parts.get(k, Static(None)) for k in (*first, *places)])


def _slope_function(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``slope_function(f, k)`` in a rule."""
    found = taker(args[0], sp.static(args[1], "the position of an argument"))
    assert isinstance(found, Bound) and isinstance(found.fn, Static)
    found.fn.value.integrand = True
    return found


def _has_slope(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``has_slope(x)`` in a rule."""
    return Static(_is_differentiable(args[0]))


def _is_wanted(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``is_wanted(x)`` in a rule."""
    wanted = sp.context.wanted
    return Static(_is_differentiable(args[0]) and (wanted is None or args[0] in wanted))


def _is_differentiable(a: Abstract) -> bool:
    """Whether this is a number or an array with a derivative; a container of some is refused: none may be forgotten."""
    if isinstance(a, Value):
        return strip_const(a.type).differentiable
    if any(strip_const(leaf.type).differentiable for leaf in sh.run_time_leaves(a)):
        raise Refusal("SCT200", "an argument of the function that is solved is a container of numbers",
                      "pass the numbers one by one, or as an array")
    return False


def _slope(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``slope(f, …)`` in a rule: the gradient by the first argument."""
    return _by(sp, args[0], args[1:], 0)


def _by(sp: Specializer, fun: Abstract, args: list[Abstract], argnums: ArgSpec) -> Abstract:
    return gradient(sp, fun, args, {}, argnums=argnums, value=False, has_aux=False, holomorphic=False, allow_int=False,
                    debug_nans=False)


SPECIAL.update({slopes: _slopes, slopes_of_items: _slopes_of_items, slope: _slope, slope_function: _slope_function,
                slopes_of_first_and_items: _slopes_of_first_and_items, has_slope: _has_slope, is_wanted: _is_wanted})


_offered: dict[str, Any] = {}
"""What the user knows as ``grad``, and what checks its options."""


def offer(grad: Any, value_and_grad: Any, options: Any, function: type, method: type) -> None:
    """Let specialisation know calls of ``grad`` and ``value_and_grad``, and of objects of the classes that they return."""
    _offered.update(grad=grad, options=options)
    SPECIAL[grad], SPECIAL[value_and_grad] = _make(False), _make(True)
    SPECIAL_CLASSES.update({_Taker: _take, function: _call_object, method: _call_method})
