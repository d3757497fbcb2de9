"""Generators of random numbers as they were: what runs a second time draws from one what was drawn the first time."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

__all__ = ["generator_at", "generator_state"]


def generator_state(source: Any) -> tuple[Any, ...]:
    """What a generator is about to draw, in the form that ``generator_at`` takes.

    ``source`` is a generator, or one of the modules ``numpy.random`` and ``random``, which stand for their hidden ones.
    """
    if source is random or isinstance(source, random.Random):
        return (None, source.getstate())
    if source is np.random:
        source = np.random.mtrand._rand
    if isinstance(source, np.random.RandomState):
        return (np.random.RandomState, type(source._bit_generator), source.get_state(legacy=False))
    return (np.random.Generator, type(source.bit_generator), source.bit_generator.state)


def generator_at(state: tuple[Any, ...]) -> Any:
    """A new generator that draws what the one is about to draw whose state this is.

    >>> rng = np.random.default_rng(7)
    >>> again = generator_at(generator_state(rng))
    >>> bool(rng.normal() == again.normal())
    True
    """
    kind, *_, contents = state
    if kind is None:
        generator = random.Random(0)
        generator.setstate(contents)
        return generator
    bits = state[1](0)
    if kind is np.random.RandomState:
        older = np.random.RandomState(bits)
        older.set_state(contents)
        return older
    bits.state = contents
    return np.random.Generator(bits)
