"""Random statements on lists, tables of lists and dicts whose lengths and keys only run time knows."""

from __future__ import annotations

from .language import Language


class Containers(Language):
    """Writes work on containers that grow and shrink; what is read of them ends in a number."""

    def list_work(self) -> None:
        """A list of numbers that is written to, shortened and prolonged in a loop."""
        self.use("run-time list")
        xs, k, made = self.hidden("xs"), self.hidden("k"), self.hidden("made")
        start = self.rng.choice((f"[{self.value(1)} * ({made} + 1) for {made} in range(4)]", f"[{self.value(1)}] * 3",
                                 f"[{self.value(1)} * {made} for {made} in (0.1, 0.2, 0.3)]", "[0, 1, 2]"))
        rebound = self.chance(0.2)
        if rebound:
            self.emit(f"if {self.condition(1)}: {xs} = [{self.value(1)}, {self.value(1)}]")
        else:
            self.emit(f"{xs} = {start}")
        with self.block(f"for {k} in range({self.rng.randint(1, 4)}):"):
            if rebound:
                self.emit(f"{xs} = {start}")
            for _ in range(self.rng.randint(1, 3)):
                if self.chance(0.25):
                    with self.block(f"if {self.condition(1)}:"):
                        self.emit(self.list_change(xs, k))
                else:
                    self.emit(self.list_change(xs, k))
            if self.chance(0.3):
                self.emit(f"{self.number_target()} = math.sin({xs}[{k} % len({xs})] + {self.value(1)})")
        self.emit(f"{self.bind('float')} = math.tanh({self.list_total(xs, made)})")

    def buffers_work(self) -> None:
        """Two lists that change places, or one name for either."""
        self.use("lists that change places")
        xs, ys, k, one = (self.hidden(name) for name in ("xs", "ys", "k", "one"))
        self.emit(f"{xs} = {self.rng.choice(('[]', f'[{self.value(1)}, {self.value(1)}]', f'[{self.value(1)}] * 2'))}")
        self.emit(f"{ys} = [{self.value(1)} * 0.5, {self.value(1)}]")
        with self.block(f"for {k} in range({self.rng.randint(1, 4)}):"):
            for _ in range(self.rng.randint(1, 3)):
                x = self.value(2)
                self.emit(self.rng.choice((
                    f"{xs}.append({x} * {ys}[-1])", f"{ys}[0] = sum({xs}) * 0.5 + {x}", f"{ys}[-1] *= math.cos({x})",
                    f"if len({xs}) > 2: {ys}.append({xs}.pop() + {x})", f"{xs}.append({ys}[{k} % len({ys})])")))
            if self.chance(0.4):
                self.emit(f"{one} = {xs} if {self.condition(1)} else {ys}")
                self.emit(f"{one}.append({self.value(2)})")
            self.emit(self.rng.choice((f"{xs}, {ys} = {ys}, {xs}", f"if {ys} and {xs}: {xs}, {ys} = {ys}, {xs}",
                                       f"if {self.condition(1)} and {xs}: {ys} = {xs}")))
            self.emit(f"if not {ys}: {ys}.append({self.value(1)})")
        self.emit(f"{self.bind('float')} = math.tanh(sum({xs}) * {ys}[0] + sum({ys}))")

    def list_change(self, xs: str, k: str) -> str:
        x, place = self.value(2), self.rng.choice((f"{k} % len({xs})", "0", "-1", f"({k} + 1) % len({xs}) - 1"))
        return self.rng.choice((
            f"{xs}[{place}] = {x}", f"{xs}[{place}] = 0.5 * {xs}[{k} % len({xs})] + {x}", f"{xs}[{place}] *= math.cos({x})",
            f"{xs}.append({xs}[{place}] * math.sin({x}))", f"{xs}.append({x})",
            f"if len({xs}) > 2: {self.number_target()} = math.tanh({xs}.pop({self.rng.choice(('', '0', place))}) + {x})",
            f"{xs}.insert({self.rng.choice(('0', '1', k, '-1', '7'))}, {x})", f"if len({xs}) > 2: del {xs}[{place}]",
            f"{xs}.extend([0.3 * v_ for v_ in {xs}[:2]])", f"{xs}[0], {xs}[-1] = {xs}[-1], {xs}[0]", f"{xs}.reverse()",
            f"{xs}[1:2] = [{x}, 0.5]",
        ))

    def list_total(self, xs: str, item: str) -> str:
        return self.rng.choice((f"sum({xs})", f"{xs}[0] * {xs}[-1] + len({xs})", f"sum({item} * {item} for {item} in {xs})",
                                f"sum({xs}[i_] * {xs}[i_ - 1] for i_ in range(len({xs})))", f"np.array({xs}).sum()"))

    def rows_work(self) -> None:
        """A list of lists, filled and changed by two indices."""
        self.use("list of lists")
        m, i, j = self.hidden("rows"), self.hidden("i"), self.hidden("j")
        n = self.rng.choice(("3", "2", str(self.small_int(1)) + " % 2 + 2"))
        filled = f"[[{self.value(1)} * {j} for {j} in range(2)] for {i} in range({n})]"
        start = self.rng.choice((f"[[0.0] * 2 for {i} in range({n})]", filled, f"[[] for {i} in range({n})]"))
        self.emit(f"{m} = {start}")
        with self.block(f"for {i} in range(len({m})):"):
            if start.startswith("[[]"):
                self.emit(f"{m}[{i}].extend([{self.value(1)}, 0.5 * {i}])")
            with self.block(f"for {j} in range(2):"):
                x = self.value(2)
                self.emit(self.rng.choice((
                    f"{m}[{i}][{j}] = {x}", f"{m}[{i}][{j}] += {x} * {m}[{i} - 1][{j}]",
                    f"{m}[{i}][{j}] = {m}[0][{j}] * 0.5 + {x}", f"{m}[{i}].append({m}[{i}][{j}] * {x})",
                    f"if {self.condition(1)}: {m}[{i}][{j}] = {x}", f"{m}[{i}] = [{x}, {m}[{i}][{j}]]")))
            if self.chance(0.3):
                self.emit(f"{m}[{i}], {m}[{i} - 1] = {m}[{i} - 1], {m}[{i}]")
            elif self.chance(0.3):
                row = self.hidden("row")
                self.emit(f"{row} = {m}[{i}]")
                self.emit(f"{row}[0] = {row}[1] * {self.value(1)}")
        self.emit(f"{self.bind('float')} = math.tanh(sum(sum(r_) for r_ in {m}) * {m}[0][1])")

    def arrays_work(self) -> None:
        """A list of arrays that are written to, or exchanged."""
        self.use("list of arrays")
        hs, k, n = self.hidden("hs"), self.hidden("k"), self.length()
        v, w = (str(self.squashed_vector(self.vector(n, 2, alias=False))) for _ in range(2))
        self.emit(f"{hs} = [{v} * 1.0]")
        with self.block(f"for {k} in range({self.rng.randint(1, 3)}):"):
            self.emit(self.rng.choice((f"{hs}.append(np.sin({hs}[-1]) * {w})", f"{hs}.append({w} * ({k} + 1))")))
        with self.block(f"for {k} in range(len({hs})):"):
            self.emit(self.rng.choice((
                f"{hs}[{k}][0] = {self.value(2)}", f"{hs}[{k}] *= {w}", f"{hs}[{k}] = {hs}[{k}] * {hs}[{k} - 1]",
                f"{hs}[{k}], {hs}[0] = {hs}[0], {hs}[{k}]",
                f"{hs}[{k}][1:] += 0.5 * {hs}[0][:-1]", f"{self.number_target()} = math.tanh({hs}[{k}].sum())")))
        self.emit(f"{self.bind('float')} = math.tanh(sum((h_ * h_).sum() for h_ in {hs}))")

    def table_work(self) -> None:
        """A dict with keys that only run time knows."""
        self.use("dict with computed keys")
        d, k = self.hidden("table"), self.hidden("k")
        key = self.rng.choice((f"{k} % 2", k, f"({k}, {k} % 2)", f"f'n{{{k} % 3}}'"))
        other = f"float({key})" if key in (k, f"{k} % 2") and self.chance(0.3) else key
        self.emit(f"{d} = {self.rng.choice(('{}', '{}', '{}', 'dict()', '{1: 0.5, None: 0.25}'))}")
        first = self.rng.choice((f"{d}[{key}] = {self.value(2)}", f"{d}.setdefault({key}, {self.value(2)})",
                                 f"{d}[{key}] = {d}.get({key}, 0.5) * math.cos({self.value(1)})"))
        with self.block(f"for {k} in range({self.rng.randint(2, 4)}):"):
            self.emit(first)
            self.emit(self.rng.choice((
                f"{d}[{other}] += {self.value(2)}", f"{d}[{key}] = {d}[{other}] * 0.5 + {self.value(1)}",
                f"{d}[{other}] = {self.value(2)}",
                f"if {self.condition(1)}: {d}[{key}] *= {self.value(1)}",
                f"if {key} in {d} and {k} > 1: {self.number_target()} = math.tanh({d}.pop({key}))")))
        total = self.rng.choice((f"sum({d}.values())", f"sum(v_ * v_ for v_ in {d}.values())",
                                 f"sum({d}[k_] for k_ in {d}) * len({d})"))
        self.emit(f"{self.bind('float')} = math.tanh({total})")

    def pairs_work(self) -> None:
        """A list of tuples that is filled, shortened, ordered and taken apart."""
        self.use("list of tuples")
        ps, k, p, q = (self.hidden(name) for name in ("pairs", "k", "p", "q"))
        made = self.rng.choice((f"({self.value(2)}, {k})", f"({k}, {self.value(2)})", f"({self.value(1)}, {self.value(1)})"))
        self.emit(f"{ps} = {self.rng.choice(('[]', f'[({self.value(1)}, 1)]', '[(0.0, 2)]'))}")
        with self.block(f"for {k} in range({self.rng.randint(1, 4)}):"):
            self.emit(f"{ps}.append({made})")
            self.emit(self.rng.choice((
                "pass", f"{ps}[{k} % len({ps})] = {made}", f"{self.number_target()} = math.tanh({ps}[-1][0] + {ps}[0][1])",
                f"{ps}.sort(key=lambda {p}: {p}[0])", f"{ps}.insert(0, ({self.value(1)}, {self.value(1)}))",
                f"{ps}[0], {ps}[-1] = {ps}[-1], {ps}[0]", f"if len({ps}) > 2: {ps}.pop()")))
        total = self.rng.choice((f"sum({p} * {q} for {p}, {q} in {ps})", f"min({ps})[1] * {ps}[-1][0]",
                                 f"sum({p}[0] * 0.5 + {p}[1] for {p} in sorted({ps}))"))
        self.emit(f"{self.bind('float')} = math.tanh({total})")

    def queue_work(self) -> None:
        """A deque that is filled and emptied at both ends."""
        self.use("deque")
        q, k = self.hidden("queue"), self.hidden("k")
        start = self.rng.choice(("", f"[{self.value(1)}]", f"[{self.value(1)}, 0.5], maxlen=2", "maxlen=3"))
        self.emit(f"{q} = deque({start})")
        with self.block(f"for {k} in range({self.rng.randint(1, 5)}):"):
            self.emit(f"{q}.append{self.rng.choice(('', '', 'left'))}({self.value(2)})")
            self.emit(self.rng.choice((
                "pass", f"if len({q}) > 2: {self.number_target()} = math.tanh({q}.pop{self.rng.choice(('', 'left'))}())",
                f"{q}.rotate({self.rng.choice(('1', '-1', ''))})", f"{q}[0] *= {self.value(1)}",
                f"{self.number_target()} = math.sin({q}[-1] + {q}[0])", f"if {self.condition(1)}: {q}.popleft()")))
            self.emit(f"if not {q}: {q}.append({self.value(1)})")
        total = self.rng.choice((f"sum({q})", f"{q}[0] * {q}[-1] + len({q})"))
        self.emit(f"{self.bind('float')} = math.tanh({total})")

    def groups_work(self) -> None:
        """Lists in a dict."""
        self.use("groups in a dict")
        g, k = self.hidden("groups"), self.hidden("k")
        self.emit(f"{g} = {{}}")
        with self.block(f"for {k} in range(4):"):
            self.emit(f"{g}.setdefault({k} % 2, []).append({self.value(2)} * ({k} + 1))")
            if self.chance(0.3):
                self.emit(f"{g}[{k} % 2][0] *= {self.value(1)}")
        self.emit(f"{self.bind('float')} = math.tanh(sum(sum(v_) for v_ in {g}.values()) * {g}[0][1])")
