"""The compiler read aloud: a function and the types of its arguments in, the text and the code of its gradient out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from .ad import checkpoints
from .ad.calls import Pairs
from .ad.formulas import write_out_formulas
from .ad.hooks import drop_hooks
from .ad.products import curvature, halves, pushforward
from .ad.results import finish_gradients
from .ad.reverse import differentiate, seed_one
from .ad.saving import save
from .analysis.abstract import NEVER
from .analysis.activity import masking
from .analysis.context import Context, Refusal
from .analysis.effects import effects_once
from .analysis.entry import parts_read
from .analysis.keys import refuse_active_keys
from .analysis.truncation import warn_of_truncation
from .analysis.vanishing import mark_vanishing
from .ir.core import Function, called_by, walk
from .ir.rewrite import clone_function
from .ir.types import Scalar, strip_const
from .ir.verify import verify
from .loaded import Compiled, emit_and_load
from .outputs import check_output
from .passes.elements import may_signal
from .passes.pipeline import optimise, tidy
from .passes.returns import unify_returns
from .passes.sink import sink_returned
from .passes.undo import reads_lent
from .passes.vectors import take_vectors_apart
from .passes.watch import require_defined, watch
from .request import Request
from .room import room
from .session import CompilationSession
from .sharing import defaults_of
from .specialise import Typed, specialise

STRICT = False
"""Verify after every pass (set by the tests)."""


def compile_gradient(fun: Any, names: Sequence[str], arguments: Sequence[Any], request: Request) -> Compiled:
    """Capture, specialise, differentiate, optimise, print and load: the gradient of ``fun`` for arguments like these.

    What else may be asked for instead of the gradient, ``request.kind`` says.
    """
    session = CompilationSession()
    context = Context(session, directional=request.kind == "jvp", twice=request.kind == "hvp",
                      fused=request.native, differentiated=frozenset(names[k] for k in (*request.wrt, *request.directions)))
    with room():
        typed = specialise(context, fun, names, arguments, request if request.structured else None)
        if request.native:
            for function in (typed.function, *session.specialised()):
                take_vectors_apart(function)
        made, pairs = _differentiate(context, typed, request)
        functions = _callees_first(made, pairs)
        made[0].entry = not any(made[0] in called_by(op) for one in (*functions, *made) for op in walk(one.body))
        drop_hooks([*functions, *made])
        write_out_formulas(context, [*functions, *made])
        plain = set(session.specialised())
        interpreted = not (request.native or request.debug_nans) and not may_signal([*functions, *made])
        for function in (*(f for f in functions if f not in plain), *made):
            optimise(function, verify=STRICT, interpreted=interpreted)
            if request.debug_nans:
                watch(function)
            verify(function)
        compiled = emit_and_load(request, context, typed.function, made, functions)
        compiled.written = [(names.index(written.param), written) for written in typed.written]
        compiled.read = [(typed.function.params.index(param), steps) for param, steps in parts_read(typed.function)] \
            if typed.written else []
        compiled.changed = {names.index(name): name for name in typed.changed}
        compiled.defaults = defaults_of(fun, compiled.written)
        compiled.looked_into, compiled.warned = list(session.looked_into), context.warned
        return compiled


# ---------------------------------------------------------------------------------------------------------- differentiate

def _differentiate(context: Context, typed: Typed, request: Request) -> tuple[list[Function], Pairs]:
    """The functions that answer the request; what callees are lent is restored by them only where a derivative reads it."""
    lent = [f for f in context.session.specialised() if f.lent.params]
    if request.kind != "jvp":
        _checkpoint(context, typed, request)
    for restored in (False, True) if lent else (True,):
        for function in lent:
            function.lent = replace(function.lent, restored=restored)
        for standing in context.standing.values():
            standing.info.written = False
        read: list[Function] = []
        pairs = Pairs(context, tidy if restored else partial(_tidy, read), repeatable=request.kind == "vjp")
        made = derivative(context, pairs, typed, request)
        if not read:
            break
    return made, pairs


def _checkpoint(context: Context, typed: Typed, request: Request) -> None:
    """Cut into segments what loops are to be checkpointed, if their iterations save anything."""
    functions = [typed.function, *context.session.specialised()]
    chosen = checkpoints.candidates(typed.function, request.checkpoint == "loops")
    if chosen:
        pairs = Pairs(context, tidy, repeatable=request.kind == "vjp")
        made = derivative(context, pairs, typed, request)
        chosen = checkpoints.that_save(chosen, [*_callees_first(made, pairs), *made])
    checkpoints.cut_loops(context, functions, chosen)
    checkpoints.check(context, functions)


def _tidy(read: list[Function], function: Function) -> None:
    """Tidy a function, and note with those ``read`` if its reverse sweep reads memory that is lent."""
    tidy(function)
    if reads_lent(function):
        read.append(function)


def derivative(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    """The functions that answer the request, the one that is called first."""
    function = typed.function
    if typed.result is NEVER:
        return [_raising(function, request)]
    if request.repeated:
        _refuse_repetition(context, function)
    check_output(function, typed.result, function.body.ops[-1], request)
    records = context.session.specialised()
    for one in (function, *records):
        sink_returned(one)
        unify_returns(one)
    inputs = [function.params[k] for k in {*request.wrt, *request.directions}]
    refuse_active_keys(context, function, inputs, records)
    context.warned |= warn_of_truncation(function, inputs, records)
    context.masked = max(int(_may_give_zeros(typed, request)), *map(masking, [function, *records]))
    if not context.masked:
        mark_vanishing(function, records)
    return DERIVATIVES[request.kind](context, pairs, typed, request)


def _may_give_zeros(typed: Typed, request: Request) -> bool:
    """Whether the caller gives several tangents, or a cotangent with elements: those of a Jacobian are zero but for one."""
    returned = typed.function.body.ops[-1].operands if request.kind == "vjp" else ()
    given = [typed.function.params[k] for k in request.directions] if request.kind == "jvp" else []
    return len(given) > 1 or any(v.type.differentiable and not isinstance(strip_const(v.type), Scalar)
                                 for v in (*given, *returned))


def _raising(function: Function, request: Request) -> Function:
    """The derivative of what raises on every path: it raises, too."""
    raises = clone_function(function)
    for k in request.directions:
        raises.body.add_arg(f"{function.params[k].hint}_dot")
    return raises


def _refuse_repetition(context: Context, function: Function) -> None:
    """Refuse what would print or draw anew for each direction."""
    for op in effects_once(function):
        message = "this prints, draws random numbers or changes something, which must happen once"
        context.refuse(Refusal("SCT207", message, "use sct.jacrev, or move it out of the function"), op.loc)
    context.check()


def _gradient(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    """Forward and reverse sweep in one function."""
    joint = differentiate(typed.function, request.wrt, seed_one, context, pairs, [0])
    context.check()
    if request.debug_nans:
        require_defined(joint.results[0], joint.mark)
    finish_gradients(joint, request)
    context.check()
    pairs.tidy(joint.function)
    save(joint)
    return [joint.function]


def _pushforward(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    return [pushforward(context, pairs, typed.function, typed.result, request.directions, request.has_aux)]


def _halves(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    return list(halves(context, pairs, typed.function, typed.result, request.wrt, request.has_aux))


def _curvature(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    return [curvature(context, pairs, typed.function, request.wrt, request.directions, request.sequence, request.has_aux)]


DERIVATIVES = {"grad": _gradient, "jvp": _pushforward, "vjp": _halves, "hvp": _curvature}
"""How each kind of request is answered, given the typed function."""


def adjoint_before_passes(fun: Any, compiled: Compiled) -> Function:
    """Forward and reverse sweep of a specialisation as differentiation left them."""
    if compiled.typed.body.ops[-1].name == "raise":
        return compiled.typed
    context = Context(CompilationSession())
    joint = differentiate(compiled.typed, compiled.request.wrt, seed_one, context, Pairs(context, tidy), [0])
    finish_gradients(joint, compiled.request)
    return joint.function


def _callees_first(roots: list[Function], pairs: Pairs) -> list[Function]:
    """The functions that ``roots`` call, directly or not, each after those that it calls (but for recursion)."""
    found: dict[Function, None] = {}
    entered = set(roots)

    def visit(function: Function) -> None:
        pairs.complete(function)
        for op in walk(function.body):
            for callee in called_by(op):
                if callee not in entered:
                    entered.add(callee)
                    visit(callee)
                    found[callee] = None
    for root in roots:
        visit(root)
    return list(found)
