"""Random ``try`` statements whose bodies write into arrays and containers once nothing can fail any more."""

from __future__ import annotations

from .perhaps_arrays import PerhapsArrays


class TriedWrites(PerhapsArrays):
    """Writes such statements, alone and in loops."""

    def tried_write(self) -> None:
        """A logarithm or a root, then writes; a handler that writes as well."""
        name, u, i = self.some_array(), self.hidden("u"), self.index(self.n)
        self.use("write in a try")
        root = self.rng.choice((f"math.log({self.value(2)} + 0.5)", f"math.sqrt({self.value(2)} + 0.5)"))
        with self.block("try:"):
            if self.chance(0.4):
                self.emit(f"{name}[{i}] {self.rng.choice(('=', '+=', '*='))} math.tanh({root})")
            else:
                self.emit(f"{u} = math.tanh({root})")
                self.emit(self.rng.choice((f"{name}[{i}] = {u}", f"{name} *= {u}", f"{name}[1:] += {u}", f"{name}[:] = {u}")))
        with self.block("except ValueError:"):
            self.emit(self.change_of(name, self.value(1)))
        if self.chance(0.3):
            with self.block("finally:"):
                self.emit(self.change_of(name, self.value(1)))

    def tried_change(self) -> None:
        """The same with an item of a dict or an attribute."""
        name, u = self.hidden("d"), self.hidden("u")
        place, text = self.rng.choice(((f"{name}['p']", f"{{'p': {self.value(1)}, 'q': {self.value(1)}}}"),
                                       (f"{name}.total", f"Cell({self.value(1)})")))
        target = self.number_target()
        self.use("change in a try")
        self.emit(f"{name} = {text}")
        with self.block("try:"):
            self.emit(f"{u} = math.log({self.value(2)} + 0.5)")
            self.emit(f"{place} = math.tanh({u}) + {place}")
        with self.block("except ValueError:"):
            self.emit(f"{place} = 0.5 * {place} + {self.value(1)}")
        self.emit(f"{target} = math.sin({place})")


TRIED = [(0.5, TriedWrites.tried_write), (0.3, TriedWrites.tried_change)]
