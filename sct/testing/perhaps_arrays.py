"""Random statements that write into what is ``None`` or a number until it becomes an array."""

from __future__ import annotations

from .array_writes import ArrayWrites


class PerhapsArrays(ArrayWrites):
    """Writes such variables, in loops that may run no iteration."""

    def written_accumulator(self) -> None:
        """``None`` or ``0`` that becomes an array in a loop, and is written to in it or behind it."""
        if self.work * self.n > 60:
            return self.write_array()
        name, i = self.hidden("w"), self.hidden("i")
        start, known = self.rng.choice((("None", f"{name} is not None"), ("0.0", f"isinstance({name}, np.ndarray)")))
        target = self.number_target()
        self.use(f"{start} becomes an array that is written to")
        self.emit(f"{name} = {start}")
        with self.block(f"for {i} in range({self.rng.randint(0, 3)}):"):
            term, x = self.small(), self.value(1)
            if self.chance(0.2):
                self.emit(f"if {self.condition(1)}:")
                self.emit(f"    {self.rng.choice(('continue', 'break'))}")
            if start == "None":
                self.emit(f"if {name} is None:")
                self.emit(f"    {name} = 1.0 * {term}")
                if self.chance(0.6):
                    self.emit("else:")
                    self.emit(f"    {self.change_of(name, x)}")
                else:
                    self.emit(self.change_of(name, x))
            else:
                self.emit(self.rng.choice((f"{name} += np.sin({term})", f"{name} = 0.5 * {name} + np.sin({term})")))
        self.emit(f"if {known}:")
        self.emit(f"    {self.change_of(name, self.value(1))}")
        self.emit(f"    {target} = np.sum(np.sin({name}))")
        return None

    def change_of(self, name: str, x: str) -> str:
        """A write into an array, which stays bounded."""
        i = self.index(self.n)
        return self.rng.choice((f"{name}[{i}] = {x}", f"{name}[{i}] *= math.cos({x})", f"{name}[1:] = np.sin({name}[:-1])",
                                f"{name} *= math.cos({x})", f"{name} -= np.sin({name}[::-1])", f"{name}[{i}] += {x}"))

    def perhaps_array(self) -> None:
        """An array on one path, nothing or a number on the other."""
        name, text, x = self.hidden("w"), self.small(), self.value(1)
        other, known = self.rng.choice((("None", f"{name} is not None"), ("0.5", f"isinstance({name}, np.ndarray)")))
        target = self.number_target()
        self.use("array on one path only")
        self.emit(f"{name} = 1.0 * {text} if {self.condition(1)} else {other}")
        self.emit(f"if {known}:")
        self.emit(f"    {self.change_of(name, x)}")
        self.emit(f"    {self.change_of(name, x)}")
        self.emit(f"    {target} = np.sum(np.sin({name}))")


PERHAPS = [(0.6, PerhapsArrays.written_accumulator), (0.4, PerhapsArrays.perhaps_array)]
