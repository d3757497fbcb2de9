"""Random statements that change lists, dicts and objects, under several names, in branches and in loops."""

from __future__ import annotations

from .context import Var
from .language import Language

PRELUDE = '''
class Cell:
    rate = 0.5

    def __init__(self, total, log=None):
        self.total = total
        self.count = 0
        self.log = [] if log is None else log

    def add(self, v):
        self.total = self.total * self.rate + v
        self.count += 1
        return self.total

    @property
    def mean(self):
        return self.total / (1.0 + self.count)


class Noted(Cell):
    def add(self, v):
        self.log.append(v)
        return super().add(v * 0.5)
'''
"""The classes of the objects that change."""


class Changes(Language):
    """Writes changes after which every container has as many items as before."""

    def copies(self) -> None:
        """A copy of a dict or an object, one of which then changes."""
        a, b, x, y = self.hidden("a"), self.hidden("b"), self.value(1), self.value(1)
        target, how = self.number_target(), self.rng.choice(("copy", "deepcopy"))
        self.use(f"copy.{how}")
        if self.chance(0.5):
            self.emit(f"{a} = {{'p': {x}, 'q': [{y}, {self.value(1)}]}}")
            self.emit(f"{b} = copy.{how}({a})")
            self.emit(f"{self.rng.choice((a, b))}['q'][0] = {self.value(1)}")
            self.emit(f"{self.rng.choice((a, b))}['p'] *= 0.5")
            self.emit(f"{target} = math.sin({a}['p'] * {b}['q'][0] + {a}['q'][0] * {b}['p'])")
            return
        self.emit(f"{a} = Cell({x}, [{y}])")
        self.emit(f"{b} = copy.{how}({a})")
        self.emit(f"{b}.add({self.value(1)})")
        self.emit(f"{self.rng.choice((a, b))}.log.append({self.value(1)})")
        self.emit(f"{target} = math.sin({a}.total * {b}.mean + sum({a}.log) * {b}.log[0])")

    def change_list(self) -> None:
        """An item, or the order, of a list in scope; under another name now and then."""
        lists = [n for n, v in self.scope.items() if v.kind == "list" and v.size[0] > 0]
        if not lists:
            return self.new_list()
        xs = self.rng.choice(lists)
        size = self.scope[xs].size[0]
        k, x, y = self.rng.randint(-size, size - 1), self.value(2), self.value(1)
        self.use("change of a list")
        if self.chance(0.25):
            other = self.hidden("other")
            self.emit(f"{other} = {xs}{self.rng.choice(('', '', '', '[:]', '.copy()'))}")
            xs = other if self.chance(0.6) else xs
        lines = self.rng.choice((
            [f"{xs}[{k}] = {x}"], [f"{xs}[{k}] = {x}"], [f"{xs}[{k}] *= math.cos({x})"], [f"{xs}.reverse()"],
            [f"{xs}[{k}] = 0.5 * {xs}[{self.rng.randint(-size, size - 1)}] + {y}"],
            [f"{xs}.append({x})", f"{xs}.pop({self.rng.choice(('', '0', '-1'))})"],
            [f"{xs}.insert(0, {x})", f"del {xs}[{self.rng.choice((0, -1))}]"],
            [f"{xs} += [{x}, {y}]", f"{xs}[0:2] = []"] if size > 1 else [f"{xs}.extend([{x}])", f"{xs}.pop()"],
            [f"{xs}[0], {xs}[-1] = {xs}[-1], {xs}[0]"], [f"{xs}.append({xs}.pop(0))"],
        ))
        for line in lines:
            self.emit(line)
        return None

    def new_list(self) -> None:
        name = self.hidden("xs")
        self.emit(f"{name} = [{self.value(1)}, {self.value(2)}]")
        self.scope[name] = Var("list", (2,))

    def fill_list(self) -> None:
        """A list that a loop fills, and what is made of it."""
        self.use("list filled in a loop")
        out, k, n = self.hidden("out"), self.hidden("k"), self.rng.randint(1, 4)
        same = out if self.chance(0.7) else self.hidden("same")
        self.emit(f"{out} = [{self.value(1) if self.chance(0.3) else ''}]")
        if same != out:
            self.emit(f"{same} = {out}")
        source, kind = f"range({n})", "int"
        vectors = self.visible("vec", alias=False)
        if vectors and self.chance(0.5):
            source, kind = self.rng.choice(vectors), "float"
        with self.block(f"for {k} in {source}:"):
            self.scope[k] = Var(kind, fixed=True)
            if self.chance(0.3):
                self.emit(f"if {self.rare_condition()}: {self.rng.choice(('continue', 'break', same + '.append(0.25)'))}")
            if self.chance(0.2):
                self.emit(f"{same}.append(math.sin(sum({out})) * {self.value(1)})")
            self.emit(f"{same}.append({self.value(2)})")
            if self.chance(0.2):
                self.emit(f"if len({out}) > 2: {out}.pop()")
        total = self.rng.choice((f"sum({out})", f"sum({same}) * len({out})", f"sum({out}[1:])", f"([0.5] + {out})[-1]",
                                 f"np.array([0.5, *{out}]).sum()", f"sum(v_ * v_ for v_ in {out})"))
        self.emit(f"{self.bind('float')} = math.tanh({total})")

    def stack(self) -> None:
        """``while todo: x = todo.pop()``."""
        self.use("stack")
        todo, item, left = self.hidden("todo"), self.hidden("item"), self.hidden("left")
        total = self.number_target()
        self.emit(f"{todo}, {left} = [{self.value(1)}, {self.value(2)}], 3")
        with self.block(f"while {self.rng.choice((todo, f'len({todo}) > 0'))}:"):
            self.emit(f"{item} = {todo}.pop({self.rng.choice(('', '', '0'))})")
            self.scope[item] = Var("float", fixed=True)
            self.emit(f"{total} = math.sin({total} + {item} * {self.value(1)})")
            with self.block(f"if {left} > 0 and {self.condition(1)}:"):
                self.emit(f"{left} -= 1")
                self.emit(f"{todo}.append({self.rng.choice(('0.5 * ' + item, self.value(2)))})")

    def change_dict(self) -> None:
        """A dict, some of its items assigned, in a loop or not."""
        self.use("change of a dict")
        d, same, key = self.hidden("d"), self.hidden("same"), self.hidden("key")
        self.emit(f'{d} = {{"p": {self.value(2)}, "q": [{self.value(1)}]}}')
        self.emit(f"{same} = {self.rng.choice((d, d, f'dict({d})', f'{d}.copy()'))}")
        headers = (f"for {self.hidden('k')} in range({self.rng.randint(1, 3)}):", f"if {self.condition(1)}:")
        with self.block(self.rng.choice(headers)):
            self.emit(f'{same}["p"] = 0.5 * {d}["p"] + {self.value(2)}')
            self.emit(self.rng.choice((f'{d}["q"][0] *= math.cos({same}["p"])', f'{same}["q"] = [{self.value(1)}]',
                                       f'{d}.update(p={self.value(1)})')))
            self.body(self.rng.randint(0, 1))
        if self.chance(0.5):
            with self.block(f'for {key} in ("r", "s", "r"):'):
                self.emit(f"{d}[{key}] = {d}.get({key}, 0.5) + {self.value(1)}")
            self.emit(f'{self.bind("float")} = math.tanh({d}.pop("r") * {d}.setdefault("t", 0.5) + {d}["s"])')
        self.emit(f'{self.bind("float")} = math.tanh({d}["p"] * {same}["q"][0] + {same}["p"])')

    def change_object(self) -> None:
        """An object of a small class, its methods called here and there."""
        self.use("change of an object")
        cell, other = self.hidden("cell"), self.hidden("other")
        self.emit(f"{cell} = {self.rng.choice(('Cell', 'Noted'))}({self.value(2)})")
        self.emit(f"{other} = {self.rng.choice((cell, cell, f'Cell({self.value(1)}, {cell}.log)'))}")
        headers = (f"for {self.hidden('k')} in range({self.rng.randint(1, 3)}):", f"if {self.condition(1)}:")
        with self.block(self.rng.choice(headers)):
            self.emit(f"{self.number_target()} = math.tanh({other}.add({self.value(2)}))")
            self.emit(self.rng.choice((f"{cell}.total *= math.cos({other}.mean)", f"{cell}.rate = {self.value(1)} * 0.1",
                                       f"{other}.count += 1", f"{cell}.log.append({self.value(1)})")))
            self.body(self.rng.randint(0, 1))
        self.emit(f"{self.bind('float')} = math.tanh({cell}.mean * {other}.total + sum({other}.log))")

    def objects_for_items(self, source: str) -> None:
        """An object for each item of an argument; they change one another."""
        self.use("objects for the items of an argument")
        cells, cell, k = self.hidden("cells"), self.hidden("cell"), self.hidden("k")
        made = f"{self.rng.choice(('Cell', 'Noted'))}(e_ * {self.value(1)})"
        if self.chance(0.5):
            self.emit(f"{cells} = [{made} for e_ in {source}]")
        else:
            self.emit(f"{cells} = []")
            with self.block(f"for e_ in {source}:"):
                self.emit(f"{cells}.append({made})")
        with self.block(f"for {k} in range(len({cells})):"):
            self.emit(f"{cells}[{k} - 1].add({cells}[{k}].total * {self.value(1)})")
            self.emit(self.rng.choice((f"{cells}[0].total *= math.cos({cells}[{k}].mean)",
                                       f"{cells}[{k}].total = 0.5 * {cells}[{k}].total + {self.value(1)}")))
        with self.block(f"for {cell} in {self.rng.choice((cells, f'reversed({cells})'))}:"):
            self.emit(f"{cell}.add({self.value(1)})")
        self.emit(f"{self.bind('float')} = math.tanh(sum(c_.mean * c_.total for c_ in {cells}))")
