"""Random statements that write into arrays: through views, rows, exchanged names, masks, index arrays and ``out=``.

What is written stays bounded: sines, cosines and quotients by ``1 + abs`` keep repeated writes from growing.
"""

from __future__ import annotations

from collections.abc import Callable

from .context import Var
from .language import Language


class ArrayWrites(Language):
    """Writes into vectors and matrices, and gives their memory further names."""

    def writable(self, kind: str) -> list[str]:
        """The arrays of the usual size that may be written to and shared."""
        size = (self.n,) if kind == "vec" else (self.rows, self.n)
        return [n for n in self.visible(kind, size, alias=False) if not self.scope[n].fixed]

    def some_array(self, kind: str = "vec") -> str:
        """An array that may be written to, made here if there is none."""
        names = self.writable(kind)
        if names and not self.chance(0.1):
            return self.rng.choice(names)
        shape = (self.n,) if kind == "vec" else (self.rows, self.n)
        text = str(self.made(shape))
        name = self.bind(kind, shape)
        self.emit(f"{name} = 1.0 * {text}")
        return name

    def small(self, kind: str = "vec") -> str:
        """A bounded array expression."""
        return str(self.made((self.n,) if kind == "vec" else (self.rows, self.n)))

    def write_array(self) -> None:
        """One element, slice or the whole of a vector."""
        name, other, x = self.some_array(), self.some_array(), self.value(2)
        self.use("array write")
        i, j = self.index(self.n), self.index(self.n)
        self.emit(self.rng.choice((
            f"{name}[{i}] = {x}", f"{name}[{i}] += {x}", f"{name}[{i}] *= math.cos({x})", f"{name}[{i}] /= 1.5 + abs({x})",
            f"{name}[1:] = {x}", f"{name}[:-1] += np.sin({name}[1:])", f"{name}[1:] = {name}[:-1]",
            f"{name}[::-1] -= np.sin({name})",
            f"{name}[1:] *= np.cos({other}[:-1])", f"{name}[:] = {other}[::-1]", f"{name}[...] = {x}",
            f"{name}[::2] = np.sin({x})",
            f"{name} += {self.small()}", f"{name}[:] = {self.small()}", f"{name} *= math.cos({x})", f"{name} -= {x}",
            f"{name} /= 1.2 + np.abs({other})", f"{name} %= 1.7",
            f"{name}[{i}] = {name}[{j}] * {other}[{i}] / (1.0 + abs({x}))",
            f"{name}[{i}], {name}[{j}] = {name}[{j}], {name}[{i}]", f"{name}[-1:0:-1] = {other}[1:]",
            f"{name}[1:] = {name}[1:] + 0.5 * {name}[:-1]", f"{name}[:] = {name}.reshape(-1)[::-1]",
            f"{name}[:-1] *= np.cos({name}.ravel())[1:]", f"np.clip({name}, -1.5, 1.5, out={name})",
        )))

    def write_matrix(self) -> None:
        """Elements, rows, columns and blocks of a matrix."""
        name, x = self.some_array("mat"), self.value(2)
        self.use("matrix write")
        i, j, v = self.index(self.rows), self.index(self.n), self.some_array()
        self.emit(self.rng.choice((
            f"{name}[{i}, {j}] = {x}", f"{name}[{i}] = {v}", f"{name}[{i}] *= np.cos({v})", f"{name}[:, {j}] += {x}",
            f"{name}.T[{j}, {i}] -= {x}", f"{name}[{i}][{j}] = {x}", f"{name}[1:] = np.sin({name}[:-1])",
            f"{name} *= np.cos({v})",
            f"{name}[:, 1:] += np.sin({name}[:, :-1])", f"{name}[{name} > 0.5] = {x}", f"{name}[:] = {v}",
            f"{name}.T[{j}] = {x}",
            f"{name}[{i}], {name}[0] = np.sin({name}[0]), np.cos({name}[{i}])", f"{name}[[0, 1]] = {name}[[1, 0]]",
            f"{name}[::-1] = {name}", f"{name}[{i}, ::-1] += np.sin({v})", f"{v}[:] = {name}[{i}]",
            f"{name} -= {self.small('mat')}",
        )))

    def new_view(self) -> None:
        """Another name of an array or of a part of it."""
        if self.chance(0.3):
            name = self.some_array("mat")
            self.use("row kept")
            self.emit(f"{self.bind('vec', (self.n,))} = {name}[{self.index(self.rows)}]")
            return
        name = self.some_array()
        self.use("view kept")
        form = self.rng.choice(("{0}", "{0}[:]", "{0}[::-1]", "{0}.reshape(-1)", "{0}[None][0]", "{0}[...]", "np.asarray({0})",
                                "{0}[:, None].T[0]", "np.flip({0})", "{0}.copy()"))
        target = self.target("vec", (self.n,)) if self.chance(0.4) else None
        self.emit(f"{target or self.bind('vec', (self.n,))} = {form.format(name)}")

    def exchange_arrays(self) -> None:
        """``a, b = b, a`` and its like with three names."""
        kind = self.rng.choice(("vec", "vec", "mat"))
        names = self.writable(kind)
        if len(names) < 2:
            self.write_array()
            return
        self.use("exchange of arrays")
        chosen = self.rng.sample(names, 3 if len(names) > 2 and self.chance(0.3) else 2)
        self.emit(f"{', '.join(chosen)} = {', '.join(chosen[1:] + chosen[:1])}")

    def choose_array(self) -> None:
        """A name of one of two arrays, which is then written to."""
        first, second, x = self.some_array(), self.some_array(), self.value(2)
        condition = self.condition(1)
        name = self.bind("vec", (self.n,))
        self.use("one of two arrays")
        self.emit(f"{name} = {first} if {condition} else {second}")
        self.emit(f"{name}[{self.index(self.n)}] = {x}")

    def write_chosen(self) -> None:
        """Masks and index arrays, with repeated elements, too."""
        name, other, x = self.some_array(), self.some_array(), self.value(2)
        indices = ", ".join(str(self.rng.randrange(-self.n, self.n)) for _ in range(self.n))
        self.use("masks and index arrays written")
        self.emit(self.rng.choice((
            f"{name}[{name} > 0.5] = {x}", f"{name}[{other} < 0.3] *= math.cos({x})", f"{name}[{name} > 0.4] -= 0.3",
            f"{name}[[{indices}]] = {other}", f"{name}[[{indices}]] += np.sin({other})",
            f"{name}[np.array([{indices}])] *= np.cos({other})",
            f"np.add.at({name}, [{indices}], np.sin({other}))", f"{name}[{other} > {name}] = {other}[{other} > {name}]",
            f"{name}[np.argsort({other})] = {name}",
        )))

    def write_stencil(self) -> None:
        """Slices of vectors or matrices made of several slices, some of which occur more than once."""
        kind = self.rng.choice(("vec", "vec", "mat"))
        name, other = self.some_array(kind), self.some_array(kind)
        places = self.rng.choice((("[:-1]", "[1:]"), ("[:-1]", "[1:]", "[::-1][1:]")) if kind == "vec" else (
            ("[:, :-1]", "[:, 1:]"), ("[:-1]", "[1:]"), ("[:-1, 1:]", "[1:, 1:]", "[:-1, :-1]")))
        if kind == "vec" and self.n > 2 and self.chance(0.5):
            places = ("[:-2]", "[1:-1]", "[2:]")
        self.use("stencil of slices")
        if self.chance(0.4):
            other = self.hidden("old")
            self.emit(f"{other} = {name}.copy()")

        def part() -> str:
            return self.rng.choice((name, other)) + self.rng.choice(places)

        forms = ("{0}", "0.7 * {0}", "{0} * {1}", "np.cos({0})", "{0} / (1.5 + np.abs({1}))")
        terms = (self.rng.choice(forms).format(part(), part()) for _ in range(self.rng.randint(2, 5)))
        total = self.rng.choice((" + ", " - ")).join(terms)
        self.emit(f"{name}{self.rng.choice(places)} {self.rng.choice(('=', '=', '+=', '*='))} np.sin({total})")

    def write_spelled(self) -> None:
        """``out=``, ``fill``, ``sort``, ``np.copyto``."""
        name, other, x = self.some_array(), self.some_array(), self.value(2)
        self.use("writes by calls")
        self.emit(self.rng.choice((
            f"np.multiply({name}, np.cos({other}), out={name})", f"np.sin({other}, out={name})",
            f"np.add(np.sin({name}), {x}, {name})",
            f"{name}.fill({x})", f"np.copyto({name}, {other})", f"np.maximum({name}, {other}, out={other})",
            f"{name}.sort()", f"{name}[1:].sort()", f"np.subtract({name}, np.sin({other}[::-1]), out={name})",
        )))

    def write_by_position(self) -> None:
        """``np.put`` and its like, ``at`` of several ufuncs, ``flat``."""
        name, other, x = self.some_array(), self.some_array(), self.value(2)
        indices = ", ".join(str(self.rng.randrange(self.n)) for _ in range(self.n))
        i, k = self.index(self.n), self.rng.randrange(self.n)
        self.use("writes by position")
        self.emit(self.rng.choice((
            f"np.put({name}, [{indices}], np.sin({other}))", f"{name}.put([{i}, -1], {x})", f"np.put({name}, {i}, {other})",
            f"np.putmask({name}, {other} > 0.2, np.cos({name}))", f"np.putmask({name}, {name} > {other}, {x})",
            f"np.place({name}, {other} > 0.1, [{x}, 0.5])", f"np.place({name}, {name} < 0.3, {other})",
            f"np.copyto({name}, np.sin({other}), where={other} > 0.3)",
            f"np.multiply.at({name}, [{indices}], np.cos({other}))", f"np.subtract.at({name}, [{indices}], 0.3 * {other})",
            f"np.maximum.at({name}, [{indices}], {other})", f"np.sin.at({name}, [{i}, {i}])",
            f"np.divide.at({name}, np.array([{indices}]), 1.5 + np.abs({other}))",
            f"np.divide({name}, 1.5 + np.abs({other}), out={name}, where={name} > {other})",
            f"np.multiply({x}, np.sin({other}), out={name}, where={other} < 0.5)",
            f"np.cumsum(np.sin({other}), out={name})", f"np.take({other}, [{indices}], out={name})",
            f"{name}.partition({k})", f"{name}[:] = np.resize({other}[1:], {self.n})",
            f"{name}.flat[{i}] = {x}", f"{name}.flat[1:] = {other}[:2] * 1.0", f"{name}.view()[{i}] = {x}",
        )))

    def write_matrix_by_position(self) -> None:
        """The same with matrices, in the order of their elements."""
        name, v, x = self.some_array("mat"), self.some_array(), self.value(2)
        flat = self.rng.sample(range(self.rows * self.n), 2)
        self.use("matrix writes by position")
        self.emit(self.rng.choice((
            f"np.put({name}, {flat}, {v})", f"np.put({name}.T, [{flat[0]}, -1], {x})", f"np.fill_diagonal({name}, {x})",
            f"np.fill_diagonal({name}, np.sin({v}))", f"np.fill_diagonal({name}.T, {v}, wrap=True)",
            f"np.put_along_axis({name}, np.argsort({name}, axis=1)[:, :1], {x}, 1)",
            f"np.putmask({name}, {name} > 0.4, {v})", f"np.place({name}, {name} < 0.2, {v})",
            f"np.copyto({name}, np.sin({v}), where={v} > 0.3)", f"np.copyto({name}, {x}, where={name} < {v})",
            f"np.multiply.at({name}, [0, 0, 1], np.cos({v}))", f"np.add.at({name}, ([0, 1, 0], [1, 0, 1]), {x})",
            f"np.sum(np.sin({name}), axis=0, out={v})", f"np.max({name}, axis=0, out={v})",
            f"np.matmul(np.sin({name}) / {self.n}.0, np.cos({v}), out={name}[:, 0])",
            f"{name}.flat[{flat[0]}] = {x}", f"{name}.T.flat[1:] = np.cos({v})", f"{v}[0] = {name}.T.flat[{flat[1]}]",
            f"{name}.flat[{flat[0]}] *= math.cos({x})",
        )))

    def matrix_seen_as_vector(self) -> None:
        """A view or a copy, as the matrix lies in memory."""
        name, x = self.some_array("mat"), self.value(2)
        flat, copy = self.hidden("flat"), self.hidden("m")
        self.use("view that run time decides")
        self.emit(f"{copy} = {self.rng.choice(('{0}', '{0}.T', '{0}[:, ::-1]', '1.0 * {0}.T', '{0}[:, 1:]')).format(name)}")
        form = self.rng.choice(("{0}.ravel()", "{0}.reshape(-1)", "np.ravel({0})", "{0}.reshape(-1)[1:]"))
        self.emit(f"{flat} = {form.format(copy)}")
        self.emit(self.rng.choice((f"{flat}[::2] = {x}", f"{flat}[1:] *= np.cos({flat}[:-1])", f"{copy}[0] = {x}",
                                   f"{flat} -= np.sin({x})")))
        if self.chance(0.5):
            self.emit(f"{name}[0] *= np.cos({flat}[0])")
        self.emit(f"{self.bind('float')} = np.sum(np.sin({flat})) + np.sum(np.cos({copy}))")

    def elements_in_order(self) -> None:
        """Loops over ``np.ndindex``, ``np.ndenumerate`` and ``flat``."""
        name, x = self.some_array("mat"), self.value(1)
        if self.work * self.rows * self.n > 60:
            return self.write_matrix()
        i, j, v = self.hidden("i"), self.hidden("j"), self.new_name()
        self.use("elements in order")
        form = self.rng.randrange(3)
        if form == 0:
            with self.block(f"for {i}, {j} in np.ndindex({name}.shape):"):
                self.emit(f"{name}[{i}, {j}] = np.sin({name}[{i}, {j} - 1] + {x})")
                if self.chance(0.4):
                    self.emit(f"if {name}[{i}, {j}] > 0.9: {self.rng.choice(('break', 'continue', f'{name}[0, 0] = {x}'))}")
            return None
        header = f"for ({i}, {j}), {v} in np.ndenumerate({name}):" if form == 1 else f"for {i}, {v} in enumerate({name}.flat):"
        with self.block(header):
            self.emit(f"{name}[-1, -1] += 0.1 * np.sin({v})")
            if form == 1 and self.chance(0.5):
                self.emit(f"{name}[{i}, {j}] = np.cos({v} * {x})")
        return None

    def recurrence(self) -> None:
        """A loop in which each element depends on its neighbour, or a buffer is exchanged for another at the end."""
        if self.work * self.n > 60:
            return self.write_array()
        i, x = self.hidden("i"), self.value(1)
        if self.chance(0.5):
            name = self.some_array()
            self.use("recurrence in an array")
            with self.block(f"for {i} in range(1, {self.n}):"):
                self.emit(f"{name}[{i}] = np.sin({name}[{i} - 1]) * {name}[{i}] + {x}")
                if self.chance(0.4):
                    self.emit(f"if {name}[{i}] > 1.0: {self.rng.choice(('break', 'continue', f'{name}[0] = {x}'))}")
            return None
        first, second = self.some_array(), self.some_array()
        self.use("buffers in turn")
        with self.block(f"for {i} in range({self.rng.randint(0, 3)}):"):
            self.emit(f"{first}[1:] = np.sin({second}[:-1] * {second}[1:])")
            if self.chance(0.4):
                self.emit(f"if {first}[-1] > {x}: {self.rng.choice(('break', 'continue', f'{second}[0] = {x}'))}")
            self.emit(f"{first}, {second} = {second}, {first}")
        return None

    def rows_written(self) -> None:
        """``for row in m``: each row is a view."""
        name, row = self.some_array("mat"), self.new_name()
        if self.work * self.rows > 60:
            return self.write_matrix()
        self.use("rows written")
        i = self.hidden("i")
        with self.block(self.rng.choice((f"for {row} in {name}:", f"for {i}, {row} in enumerate({name}):"))):
            self.scope[row] = Var("vec", (self.n,), fixed=True)
            self.emit(self.rng.choice((f"{row} *= math.cos({self.value(1)})", f"{row}[0] = {row}[-1] * 0.5",
                                       f"{row}[1:] -= np.sin({row}[:-1])", f"{row} += np.sin({name}[0])")))
            if self.chance(0.4):
                self.body(1)
        return None

    def matrix_reshaped(self) -> None:
        """A matrix in C order, seen as a vector."""
        flat, x = self.hidden("flat"), self.value(2)
        text = f"np.outer({self.small()}, {self.small()})"
        name = self.bind("mat", (self.n, self.n))
        self.use("reshaped view")
        self.emit(f"{name} = {text}")
        self.emit(f"{flat} = {name}.{self.rng.choice(('reshape(-1)', 'ravel()', f'reshape({self.n * self.n})'))}")
        self.emit(self.rng.choice((f"{flat}[::2] = {x}", f"{flat}[1:] *= np.cos({flat}[:-1])",
                                   f"{name}[0] = np.sin({flat}[:{self.n}])")))
        self.emit(f"{self.bind('float')} = np.sum({flat} * {name}.ravel()) / (1.0 + np.sum({name} * {name}))")


Form = Callable[[ArrayWrites], None]
WRITES: list[tuple[float, Form]] = [
    (3, ArrayWrites.write_array),
    (1.5, ArrayWrites.write_matrix),
    (1.2, ArrayWrites.new_view),
    (1, ArrayWrites.exchange_arrays),
    (0.5, ArrayWrites.choose_array),
    (1.2, ArrayWrites.write_chosen),
    (0.8, ArrayWrites.write_spelled),
    (0.8, ArrayWrites.write_stencil),
    (0.3, ArrayWrites.matrix_reshaped),
    (1.2, ArrayWrites.write_by_position),
    (0.8, ArrayWrites.write_matrix_by_position),
    (0.6, ArrayWrites.matrix_seen_as_vector),
]
"""Simple statements."""
WRITING_LOOPS: list[tuple[float, Form]] = [(1, ArrayWrites.recurrence), (0.7, ArrayWrites.rows_written),
                                         (0.5, ArrayWrites.elements_in_order)]
