"""``checkpoint`` in a differentiated function: calls that stay calls and are run again, loops that are cut into segments."""

from __future__ import annotations

import types

from ..ir.core import Op, Value
from ..runtime.checkpoints import Checkpointed, checkpoint
from . import abstract as ab
from .abstract import NEVER, POISON, Abstract, Bound, Closure, Reference, Static
from .activations import Surroundings, invoke
from .callees import (
    SPECIAL,
    SPECIAL_CLASSES,
    TAKES_REFERENCES,
    Activation,
    activate_closure,
    activate_function,
    call,
    holds_iterator,
    reached,
    tied_to_parameter,
)
from .context import Context, Frame, Refusal
from .data import from_data, guard_class
from .infer import Specializer
from .references import holds_container, holds_references, plain

MARK = "checkpoint"
"""The attribute of loops that are marked."""


class _Caller:
    """Calls the function that is its first argument, and marks the call."""


def _mark(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``checkpoint(…)`` of a function, or of what a loop goes through or tests."""
    what, = (*args, *kwargs.values())
    if isinstance(what, Static) and (isinstance(what.value, Checkpointed) or not callable(what.value)):
        if not isinstance(what.value, Checkpointed):
            sp.context.marks.setdefault(_place(sp), sp.builder.loc)
        return what
    if isinstance(what, Static | Closure | Bound):
        return Bound(Static(_Caller()), [what])
    sp.context.marks.setdefault(_place(sp), sp.builder.loc)
    return what


def _place(sp: Specializer) -> tuple[str, int]:
    return sp.builder.loc.file, sp.builder.loc.line


def is_marked(sp: Specializer, frame: Frame, value: Value) -> bool:
    """Whether what a loop goes through, or tests, has been given to ``checkpoint``."""
    op = value.owner
    if not isinstance(op, Op) or op.name != "call" or not op.operands:
        return False
    fn = frame.env.get(op.operands[0])
    marked = isinstance(fn, Static) and fn.value is checkpoint
    if marked:
        sp.context.marks[op.loc.file, op.loc.line] = None
    return marked


def refuse_idle_marks(context: Context) -> None:
    """Refuse marks that no loop has seen: they would have no effect."""
    for loc in filter(None, context.marks.values()):
        context.refuse(Refusal("SCT116", "what is given to `checkpoint` here is neither a function, nor what a `for` loop goes "
                               "through, nor the whole test of a `while` loop",
                               "write `for i in checkpoint(range(n)):` or `while checkpoint(error > tol):`"), loc)


# ------------------------------------------------------------------------------------------------------------------ calls

def _call(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return checkpointed(sp, args[0], args[1:], kwargs)


def _call_object(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """A checkpointed function of the user's module."""
    path = _path(fn)
    return checkpointed(sp, from_data(sp, fn.value.fun, path.attr("fun")), args, kwargs)


def _path(fn: Static) -> ab.DataPath:
    return fn.path or ab.DataPath("const", "fun", (), fn.value)


def checkpointed(sp: Specializer, fun: Abstract, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The call of a function that is run again in the reverse sweep: an ``invoke``, however short the function is."""
    made = _activation(sp, fun, args, kwargs)
    if made is None:
        return call(sp, fun, args, kwargs)
    bound = [*made.captured, *made.bound]
    if POISON in bound:
        return POISON
    _check(sp, made, bound)
    sp.context.replayed.add(made.lowered)
    if sp.context.places:
        bound = [plain(sp, a) for a in bound]
    block, count = sp.builder.block, len(sp.builder.block.ops)
    result = invoke(sp, made.frame, made.lowered, bound)
    if result is NEVER:
        return result
    next(op for op in reversed(block.ops[count:]) if op.name == "invoke").attrs["replayed"] = True
    if holds_container(result):
        raise Refusal("SCT116", f"the checkpointed `{made.lowered.name}` gives a list, dict or object back that changes",
                      "return numbers or arrays")
    return result


def _check(sp: Specializer, made: Activation, bound: list[Abstract]) -> None:
    """Refuse what could only be part of its caller."""
    name, around = made.lowered.name, [made.frame.closure, *bound, *Surroundings([made.frame.closure, *bound]).contents]
    if holds_iterator(around):
        raise Refusal("SCT116", f"the checkpointed `{name}` is given an iterator, or binds a variable of another function",
                      "pass a list, return what is new")
    if tied_to_parameter([Static(made.frame.owner, made.frame.path), *bound]):
        raise Refusal("SCT116", f"the checkpointed `{name}` is an argument, or is given one, that captures variables",
                      "pass these variables as arguments")
    if sp.context.places and any(isinstance(a, ab.Instance) or isinstance(a, Closure) and holds_references(a)
                                 for a in reached(sp, [made.frame.closure, *bound])):
        raise Refusal("SCT116", f"the checkpointed `{name}` is given an object that changes", "pass its attributes")


def _activation(sp: Specializer, fun: Abstract, args: list[Abstract], kwargs: dict[str, Abstract]) -> Activation | None:
    """The call of a function that can be looked into; None for a primitive, which keeps nothing but its arguments anyway."""
    if isinstance(fun, Bound):
        if isinstance(fun.fn, Static) and fun.spelled:
            return None
        return _activation(sp, fun.fn, [*fun.args, *args], {**fun.kwargs, **kwargs})
    if isinstance(fun, Closure):
        return activate_closure(sp, fun, args, kwargs)
    if isinstance(fun, Reference) or not isinstance(fun, Static):
        raise Refusal("SCT116", "this object cannot be checkpointed when it is called", "checkpoint a function")
    if isinstance(fun.value, Checkpointed):
        path = _path(fun)
        return _activation(sp, from_data(sp, fun.value.fun, path.attr("fun")), args, kwargs)
    function = getattr(fun.value, "py_func", fun.value)
    if isinstance(function, types.FunctionType):
        from ..rules import registry
        from .callees import foreign
        known = registry.lookup(function) is not None or function in SPECIAL or foreign(function)
        return None if known else activate_function(sp, Static(function, fun.path), args, kwargs)
    method = getattr(type(fun.value), "__call__", None)  # noqa: B004 - the method itself is wanted
    if isinstance(method, types.FunctionType) and not isinstance(fun.value, type) and type(fun.value) not in SPECIAL_CLASSES:
        guard_class(sp, type(fun.value), "__call__", method)
        return activate_function(sp, Static(method), [fun, *args], kwargs)
    return None


SPECIAL[checkpoint] = _mark
TAKES_REFERENCES.add(checkpoint)
SPECIAL_CLASSES[_Caller] = _call
SPECIAL_CLASSES[Checkpointed] = _call_object
