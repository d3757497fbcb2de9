"""Random statements about what other paths would need: loops that would read what is not bound, slopes that nobody uses."""

from __future__ import annotations

from .context import Expr
from .tried_writes import TriedWrites


class NotTaken(TriedWrites):
    """Writes loops that perhaps do not run, and values whose derivative is infinite where they are not used."""

    def loop_not_run(self) -> None:
        """What a loop or a branch binds, if it runs, and a loop that reads its elements, if that runs."""
        name, k, i, j = self.hidden("w"), *map(self.hidden, "kij")
        times = self.rng.choice((0, 0, 1, 2))
        rounds = self.rng.choice((0, 0, 1, 2)) if times else self.rng.choice((0, 0, 0, 0, 0, 1))
        if self.work * max(1, rounds) * self.n > 60:
            return self.write_array()
        self.use("loop over what is perhaps missing")
        kind = self.rng.choice(("array", "array", "list", "count"))
        if kind != "count" and self.chance(0.4):
            self.emit(f"{name} = {self.rng.choice(('None', '0.0', '0'))}")
        text = {"array": f"1.0 * {self.small()}", "list": f"[{', '.join(self.value(1) for _ in range(self.n))}]",
                "count": str(self.n)}[kind]
        if self.chance(0.3):
            self.emit(f"if {self.condition(1)}:")
            self.emit(f"    {name} = {text}")
            rounds = 0 if self.chance(0.8) else rounds
        else:
            self.emit(f"for {k} in range({times}): {name} = {text}")
        items = self.some_array() if kind == "count" else name
        bound = name if kind == "count" else self.rng.choice((f"len({name})", f"{self.n}"))
        target = self.number_target()
        with self.block(f"for {i} in range({rounds}):"):
            with self.block(f"for {j} in range({bound}):"):
                if kind != "list" and self.chance(0.4):
                    self.emit(f"{items}[{j}] = math.cos({items}[{j}])")
                self.emit(f"{target} = math.sin({target} + {items}[{j}])")
        return None

    def slope_not_used(self) -> None:
        """A root, power, logarithm or quotient at zero or elsewhere, used where it is finite and not zero."""
        name, x = self.hidden("r"), self.zero_at_times()
        self.use("infinite slope that is not used")
        form = self.rng.choice(("np.sqrt({0})", "np.float64({0}) ** 0.5", "np.cbrt({0})", "np.log(np.float64({0}))",
                                "1.0 / np.float64({0})", "np.float64({0}) ** -1", "np.hypot({0}, {0})", "math.sqrt({0})",
                                "({0}) ** 0.3", "np.sum(np.sqrt(np.array([{0}, {0}])))"))
        target = self.number_target()
        self.emit(f"{name} = {form.format(x)}")
        if self.chance(0.3):
            self.body(1)
        used = f"math.tanh({name})"
        known = f"np.isfinite({name}) and {name} != 0"
        if self.chance(0.4):
            self.emit(f"{target} = {used} if {known} else {self.value(1)}")
            return
        self.emit(f"if {known}:")
        self.emit(f"    {target} = {used}")
        if self.chance(0.5):
            self.emit("else:")
            self.emit(f"    {target} = {self.value(1)}")

    def zero_at_times(self) -> Expr:
        """A number that is not negative, exactly zero under some condition."""
        return Expr(f"abs({self.value(1)}) * ({self.condition(1)})")


NOT_TAKEN = [(0.5, NotTaken.loop_not_run), (0.4, NotTaken.slope_not_used)]
