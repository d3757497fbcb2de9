"""Gradients of plain Python and NumPy code by source transformation: readable adjoints, no runtime tape."""

from .api import explain, grad, grad_from_source, graph, ir, rule, source, supported, value_and_grad
from .custom import custom_jvp, custom_vjp
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
from .runtime.custom import on_gradient
from .runtime.stops import stop_gradient
from .testing.check import check_grads
from .transforms import hessian, hvp, jacfwd, jacobian, jacrev, jvp, vjp

__version__ = "0.1.0"

__all__ = [
    "AliasingError", "ArgumentError", "DifferentiationWarning", "InternalError", "MissingRuleError",
    "NonFiniteGradientError", "NonScalarOutputError", "RuleError", "SctError", "SourceUnavailableError", "StaleSourceError",
    "UnsupportedSyntaxError", "UnsupportedTypeError", "check_grads", "checkpoint", "custom_jvp", "custom_vjp", "explain",
    "grad", "grad_from_source", "graph", "hessian", "hvp", "ir", "jacfwd", "jacobian", "jacrev", "jvp", "on_gradient",
    "remat", "rule", "source", "stop_gradient", "supported", "value_and_grad", "vjp",
]
