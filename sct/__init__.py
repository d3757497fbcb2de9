"""Gradients of plain Python and NumPy code by source transformation: readable adjoints, no runtime tape."""

from .api import explain, grad, grad_from_source, graph, ir, source, supported, value_and_grad
from .errors import (
    AliasingError,
    ArgumentError,
    DifferentiationWarning,
    InternalError,
    MissingRuleError,
    NonFiniteGradientError,
    NonScalarOutputError,
    RuleError,
    SctError,
    SourceUnavailableError,
    StaleSourceError,
    UnsupportedSyntaxError,
    UnsupportedTypeError,
)
from .runtime.checkpoints import checkpoint, remat
from .runtime.stops import stop_gradient
from .testing.check import check_grads
from .transforms import hessian, hvp, jacfwd, jacobian, jacrev, jvp, vjp

__version__ = "0.1.0"

__all__ = [
    "AliasingError", "ArgumentError", "DifferentiationWarning", "InternalError", "MissingRuleError",
    "NonFiniteGradientError", "NonScalarOutputError", "RuleError", "SctError", "SourceUnavailableError", "StaleSourceError",
    "UnsupportedSyntaxError", "UnsupportedTypeError", "check_grads", "checkpoint", "explain", "grad", "grad_from_source",
    "graph", "hessian", "hvp", "ir", "jacfwd", "jacobian", "jacrev", "jvp", "remat", "source", "stop_gradient", "supported",
    "value_and_grad", "vjp",
]
