"""Lists, dicts and objects that change: value and gradient right under every name, or refused by name."""

import dataclasses
import math
from functools import partial

import numpy as np

from tests.oracle import program, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])

PROGRAMS = []

CHANGED = ("AliasingError", "SCT602")
case = partial(program, PROGRAMS)


# ------------------------------------------------------------------------------------------------- lists of known length

@case(1.3)
def appended_and_summed(x):
    xs = [x]
    xs.append(x * x)
    xs.append(math.sin(x))
    return sum(xs) * xs[1] * xs[-1]


@case(1.3)
def appended_under_another_name(x):
    a = [x]
    b = a
    b.append(x * x)
    return a[1] * len(a) + b[0]


@case(1.3)
def copied_then_appended(x):
    a = [x]
    b = a.copy()
    c = list(a)
    d = a[:]
    e = a + []
    b.append(x * x)
    c.append(x ** 3)
    d.append(x ** 4)
    e.append(x ** 5)
    return len(a) * a[0] + b[1] + 2 * c[1] + 3 * d[1] + 4 * e[1]


@case(1.3, 0.4)
def items_assigned(x, y):
    xs = [x, y, x * y]
    xs[0] = y * y
    xs[-1] = xs[0] * x
    xs[1] += x
    xs[1] *= 2.0
    return xs[0] + 2 * xs[1] + 3 * xs[2]


@case(1.3, 0.4)
def swapped(x, y):
    xs = [x, y]
    xs[0], xs[1] = xs[1], xs[0] * 2.0
    return xs[0] ** 2 + xs[1] ** 3


@case(1.3)
def popped(x):
    xs = [x, x * x, x ** 3, x ** 4]
    a = xs.pop()
    b = xs.pop(0)
    c = xs.pop(-1)
    return a + 2 * b + 3 * c + 4 * xs[0] * len(xs)


@case(1.3, 0.4)
def extended_inserted_reversed(x, y):
    xs = [x]
    xs.extend([y, x * y])
    xs.insert(0, x + y)
    xs.insert(-1, x - y)
    xs.reverse()
    xs += [x * 3.0]
    xs.extend(v * v for v in (x, y))
    return sum((k + 1) * v for k, v in enumerate(xs))


@case(1.3, 0.4)
def extended_in_place_under_two_names(x, y):
    xs = [x]
    ys = xs
    xs += [y, y * y]
    return ys[1] * ys[2] + len(ys)


@case(1.3, 0.4)
def repeated_in_place(x, y):
    xs = [x, y]
    ys = xs
    xs *= 3
    return ys[4] * ys[5] * len(xs)


@case(1.3, 0.4)
def items_deleted(x, y):
    xs = [x, y, x * y, x + y, x / y]
    del xs[0]
    del xs[1:3]
    del xs[-1], xs[0]
    return x * (1 + len(xs))


@case(1.3, 0.4)
def slices_assigned(x, y):
    xs = [x, y, x * y]
    xs[1:] = [x + y, x - y, y * y]
    xs[::2] = [2 * x, 3 * y]
    return sum((k + 1) * v for k, v in enumerate(xs))


@case(1.3)
def cleared(x):
    xs = [x, x]
    ys = xs
    xs.clear()
    xs.append(x * x)
    return ys[0] * len(ys)


@case(1.3)
def removed(x):
    names = ["a", "b", "c"]
    xs = [x, x * x, x ** 3]
    k = names.index("b")
    names.remove("b")
    xs.pop(k)
    return xs[1] * len(names) + names.count("c") * x + (2.0 * x if "b" in names else x)


@case(1.3, refused=("AliasingError", "SCT606"))
def removed_by_value(x):
    xs = [x, x * x]
    xs.remove(x)
    return xs[0]


@case(1.3, 0.4)
def nested(x, y):
    rows = [[x], [y]]
    rows[0].append(y * y)
    rows[1][0] = x * 2.0
    first = rows[0]
    first[0] *= 3.0
    rows.append(first)
    rows[2].append(x)
    return rows[0][0] * rows[0][1] + rows[1][0] + rows[2][2] * len(rows[0])


@case(1.3, 0.4)
def one_list_twice_in_another(x, y):
    row = [x]
    rows = [row, row]
    rows[0].append(y)
    return rows[1][1] * len(row) + row[0]


@case(1.3, 0.4)
def rows_of_one_object(x, y):
    rows = [[x]] * 2
    rows[0].append(y)
    rows[1][0] *= 2.0
    return rows[0][0] * rows[1][1]


@case(1.3, 0.4)
def shallow_copies_share_rows(x, y):
    rows = [[x], [y]]
    other = rows.copy()
    third = list(rows)
    other[0].append(y * y)
    third[1][0] = x * y
    other[1] = [x]
    return rows[0][1] + 2 * rows[1][0] + 3 * other[1][0] + len(third[0])


@case(1.3, 0.4)
def tuples_hold_lists(x, y):
    xs = [x]
    pair = (xs, [y])
    xs.append(x * y)
    pair[1].append(x)
    first, second = pair
    second[0] += 1.0
    return first[1] + pair[1][0] * pair[1][1]


def _push(xs, v):
    xs.append(v * v)
    return len(xs)


@case(1.3)
def changed_by_a_function(x):
    xs = [x]
    n = _push(xs, x)
    ys = xs
    n += _push(ys, x + 1.0)
    return xs[1] * xs[2] * n


def _fill(xs, v, n):
    for k in range(n):
        v = v * 0.9 + math.sin(v) * k
        xs[0] += v
    return xs[0]


@case(1.3)
def changed_by_a_function_with_a_loop(x):
    xs = [x, 2.0]
    y = _fill(xs, x, 5)
    return xs[0] * y + xs[1]


@case(1.3)
def changed_by_nested_functions(x):
    xs = [x]

    def push(v):
        xs.append(v)

    push(x * x)
    push(xs[1] * x)
    g = push
    g(x)
    return xs[1] + 2 * xs[2] + 3 * xs[3]


@case(1.3)
def changed_by_a_method_value(x):
    xs = [x]
    add = xs.append
    add(x * x)
    xs.append(x)
    add(xs[1] * 2.0)
    return sum(xs)


@case(1.3)
def given_back(x):
    def same(v):
        return v

    xs = [x]
    ys = same(xs)
    ys.append(x * x)
    return xs[1] * len(xs)


@case(1.3)
def changed_in_a_branch(x):
    xs = [x, x * x]
    if x > 1.0:
        xs[0] = x ** 3
    else:
        xs[1] = 2.0
    return xs[0] * xs[1]


@case(1.3)
def grown_in_one_branch(x):
    xs = [x]
    ys = xs
    if x > 1.0:
        xs.append(x * x)
    return sum(ys) * len(xs)


@case(0.7)
def made_in_branches(x):
    if x > 1.0:
        xs = [x]
    else:
        xs = [x * x]
    xs.append(x + 1.0)
    return xs[0] * xs[1]


@case(1.3)
def one_of_two(x):
    a, b = [x], [x * x]
    c = a if x > 1.0 else b
    c.append(x ** 3)
    return sum(a) + 2.0 * sum(b)


@case(1.3)
def one_of_two_changed_behind(x):
    a, b = [x], [x * x]
    c = a if x > 1.0 else b
    a[0] = 5.0 * x
    return c[0]


@case(1.3)
def one_of_two_only_read(x):
    a, b = [x, 1.0], [x * x, 2.0]
    c = a if x > 1.0 else b
    b = [3.0 * x]
    b.append(x)
    return c[0] * c[1] + b[0]


@case(A)
def items_changed_in_a_loop(a):
    s = [0.0, 1.0]
    for v in a:
        s[0] += v * s[1]
        s[1] = s[1] * 1.1 + v
    return s[0] * s[1]


@case(A)
def items_changed_in_a_while_loop(a):
    state = [0, 1.0]
    while state[0] < len(a):
        state[1] *= 1.0 + a[state[0]] ** 2
        state[0] += 1
    return state[1]


@case(A)
def items_changed_until_a_break(a):
    s = [1.0, 0.0]
    t = s
    for k in range(len(a)):
        if a[k] < -1.0:
            s[1] = s[0]
            continue
        if s[0] > 2.1:
            break
        s[0] *= 1.5 + a[k]
    return t[0] * t[0] + t[1]


@case(A)
def lists_swapped_in_a_loop(a):
    old, new = [1.0, 2.0], [0.0, 0.0]
    for v in a:
        new = [old[0] * v, old[1] + v * v]
        old = new
    return old[0] + old[1] * new[1]


@case(A)
def buffers_swapped_in_a_loop(a):
    old, new = [1.0, 2.0], [0.0, 0.0]
    for v in a:
        new[0] = old[0] * v
        new[1] = old[1] + v * v
        old, new = new, old
    return old[0] + old[1] * new[1]


@case(A)
def rows_made_in_a_loop(a):
    s = 0.0
    for v in a:
        row = [v]
        row.append(v * v)
        row[0] *= 2.0
        s += row[0] * row[1]
    return s


@case(A)
def row_kept_from_the_iteration_before(a):
    last = [1.0]
    s = 0.0
    for v in a:
        row = [v]
        last[0] += 1.0
        s += last[0] * v
        last = row
    return s + last[0]


@case(1.3)
def literal_loop_appends(x):
    xs = []
    for k in (1, 2, 3):
        xs.append(x ** k)
    return xs[0] + 2 * xs[1] + 3 * xs[2]


@case(1.3)
def loop_over_what_grows(x):
    xs = [x]
    for v in xs:
        if len(xs) < 4:
            xs.append(v * x)
    return sum(xs) * len(xs)


@case(1.3)
def loop_over_what_changes(x):
    xs = [x, x * x, x ** 3]
    for k, v in enumerate(xs):
        xs[k] = v * 2.0
        xs[2] += 1.0
    return xs[0] + xs[1] * xs[2]


@case([1.3, 0.4])
def argument_list(xs):
    xs.append(xs[0] * xs[1])
    xs[0] = xs[2] * 3.0
    return xs[0] * xs[1] + len(xs)


@case([1.3, A])
def argument_list_of_two_kinds(xs):
    xs[0] *= 2.0
    xs.append(3.0)
    return xs[0] * xs[1].sum() * xs[2]


@case(A)
def list_of_arrays(a):
    xs = [a, a * 2.0]
    xs[0] = xs[1] * a
    xs.append(np.sin(a))
    xs[1] += 1.0
    return sum(v.sum() * k for k, v in enumerate(xs, 1))


@case(A)
def item_of_an_array_in_a_list(a):
    xs = [a.copy(), a * 2.0]
    xs[0][1] = 3.0 * a[0]
    xs[1][1:] += a[0]
    xs[0][2] *= 2.0
    return (xs[0] * xs[1]).sum()


@case(1.3, refused=CHANGED)
def would_hold_itself(x):
    xs = [x]
    xs.append(xs)
    return xs[0]


@case(1.3)
def iterator_sees_what_is_appended(x):
    xs = [x]
    it = iter(xs)
    xs.append(x * x)
    a = next(it)
    xs[1] *= 3.0
    return a + next(it) * x


@case(1.3)
def comprehension_result_changes(x):
    xs = [x * k for k in (1, 2, 3)]
    ys = xs
    xs[1] = xs[0] * xs[2]
    return ys[1] * ys[2]


@case(1.3)
def default_list_of_two_calls(x):
    def put(v, out):
        out.append(v)
        return out

    a = put(x, [])
    b = put(x * x, [])
    put(3.0 * x, a)
    return a[0] * a[1] * b[0] * len(a) * len(b)


# ------------------------------------------------------------------------------------------------------------------ dicts

@case(1.3, 0.4)
def dict_items_assigned(x, y):
    d = {"a": x}
    d["b"] = y * x
    d["a"] += y
    d["b"] *= d["a"]
    return d["a"] * d["b"] * len(d)


@case(1.3)
def dict_under_another_name(x):
    d = {"a": x}
    e = d
    e["b"] = x * x
    f = dict(d)
    f["a"] = 0.5
    g = d.copy()
    g["b"] = x
    return d["b"] * d["a"] + f["a"] * g["b"]


@case(1.3)
def dict_methods(x):
    d = {"a": x, "b": x * x}
    d.update({"c": x ** 3}, e=2.0 * x)
    d.setdefault("a", 5.0)
    d.setdefault("f", x)
    p = d.pop("b") * d.pop("nothing", 2.0)
    key, last = d.popitem()
    return p + sum(d.values()) + last * len(d) + d.get("c", 0.0) * d.get("zzz", 1.0)


@case(1.3)
def dict_keys_from_a_literal_loop(x):
    d = {}
    for k, name in enumerate(("a", "b", "c")):
        d[name] = x ** k
    d["a", 1] = x
    return d["b"] * d["c"] + d["a", 1]


@case(1.3)
def dict_counted(x):
    d = {}
    for name in "abcab":
        d[name] = d.get(name, 0.0) + x
    return d["a"] * d["b"] * d["c"]


@case(1.3)
def dict_of_lists(x):
    d = {}
    for k, name in enumerate("abcab"):
        d.setdefault(name, []).append(x * k)
    return sum(d["a"]) + d["b"][1] * len(d["c"])


@case(1.3)
def dict_changed_while_gone_through(x):
    d = {"a": x, "b": x * x}
    for k in d:
        d[k] *= 2.0
    for k, v in d.items():
        d["b"] = v + d[k]
    return d["a"] * d["b"]


@case(1.3, refused=CHANGED)
def dict_grown_while_gone_through(x):
    d = {"a": x}
    for k in d:
        d[k + "x"] = 1.0
    return d["a"]


@case(1.3)
def dict_items_deleted(x):
    d = {"a": x, "b": x * x, "c": 3.0}
    del d["a"]
    return sum(d.values()) * len(d) + (x if "a" in d else 2.0 * x)


@case(1.3)
def dict_views_see_changes(x):
    d = {"a": x}
    keys, values = d.keys(), d.values()
    d["b"] = x * x
    return sum(values) * len(keys)


@case(1.3)
def dict_joined(x):
    d = {"a": x}
    e = d | {"b": x * x}
    d |= {"c": x ** 3}
    e["a"] = 2.0
    return d["a"] * d["c"] + e["a"] * e["b"] * len(d)


@case({"w": 1.3, "b": [0.4, 2.0]})
def argument_dict(p):
    p["w"] = p["w"] * p["b"][0]
    p["b"].append(p["w"])
    p["n"] = 2.0
    return p["w"] * p["b"][2] * p["n"] + p["b"][1]


@case({"w": A, "b": 0.3})
def argument_dict_of_arrays(p):
    p["w"] = p["w"] * 2.0 + p["b"]
    p["b"] += 1.0
    return (p["w"] ** 2).sum() * p["b"]


@case(A)
def dict_changed_in_a_loop(a):
    d = {"s": 0.0, "p": 1.0}
    for v in a:
        d["s"] += v * d["p"]
        if v > 0:
            d["p"] *= v
    return d["s"] * d["p"]


@case(A)
def momentum(a):
    params = {"w": a, "b": 0.5}
    speed = {k: v * 0.0 for k, v in params.items()}
    for step in range(3):
        grads = {"w": params["w"] * 2.0, "b": params["b"] + 1.0}
        for k in params:
            speed[k] = 0.9 * speed[k] + grads[k]
            params[k] = params[k] - 0.1 * speed[k]
    return (params["w"] ** 2).sum() + params["b"] ** 2


@case(3, 1.3)
def dict_key_of_run_time(n, x):
    d = {}
    for k in range(n):
        d[k * k] = x
    return d[0]


# ---------------------------------------------------------------------------------------------- lists filled at run time

@case(A)
def filled_in_a_loop(a):
    out = []
    for v in a:
        out.append(v * v)
    return sum(out) * out[-1] + out[0]


@case(A)
def filled_and_made_an_array(a):
    out = []
    for k in range(len(a)):
        out.append(math.sin(a[k]) * k)
    return (np.array(out) ** 2).sum()


@case(A)
def filled_with_what_it_holds(a):
    out = [1.0]
    for v in a:
        out.append(out[-1] * v + 1.0)
    return out[-1] * out[2]


@case(A)
def filled_with_arrays(a):
    rows = []
    for k in range(3):
        rows.append(a * k + a ** 2)
    return (np.stack(rows) ** 2).sum()


@case(A)
def filled_in_one_branch(a):
    out = []
    for v in a:
        if v > 0:
            out.append(v ** 2)
    return sum(out) * len(out)


@case(A)
def filled_under_another_name(a):
    out = []
    same = out
    for v in a:
        same.append(v * 2.0)
    out.append(3.0 * a[0])
    return sum(same) * out[-1]


@case(A)
def filled_after_it_was_read(a):
    out = [v * v for v in a]
    s = 0.0
    for v in out:
        s += v * out[0]
    out.append(s)
    out.append(s * out[1])
    return out[-1] * out[-2] + len(out)


@case(A)
def filled_in_nested_loops(a):
    out = []
    for i in range(len(a)):
        for j in range(i):
            out.append(a[i] * a[j])
    return sum(v * v for v in out)


@case(A)
def rows_filled_in_nested_loops(a):
    rows = []
    for i in range(len(a)):
        row = []
        for j in range(3):
            row.append(a[i] ** (j + 1))
        rows.append(row)
    return sum(sum(r) for r in rows) * rows[1][2]


@case(A, refused=CHANGED)
def row_changed_after_it_was_kept(a):
    rows = []
    row = [0.0]
    for v in a:
        row[0] += v
        rows.append(row)
    return rows[0][0]


@case(A)
def stack(a):
    todo = [0]
    s = 0.0
    while todo:
        k = todo.pop()
        s += a[k] * (k + 1)
        if 2 * k + 1 < len(a):
            todo.append(2 * k + 1)
        if 2 * k + 2 < len(a):
            todo.append(2 * k + 2)
    return s * s


@case(A)
def stack_of_floats(a):
    todo = [float(v) * 1.0 for v in a]
    s = 1.0
    while todo:
        v = todo.pop()
        s = s * 0.5 + v * v
        if abs(v) > 1.5:
            todo.append(v * 0.5)
    return s


@case(A)
def queue(a):
    todo = [v * 2.0 for v in a]
    s = 0.0
    while len(todo) > 1:
        x = todo.pop(0)
        y = todo.pop(0)
        todo.append(x * y + x)
    return todo[0] + s


@case([0.5, 1.5, 2.5])
def argument_list_filled(xs):
    n = len(xs)
    for k in range(n):
        xs.append(xs[k] * xs[0])
    return xs[-1] * xs[-2] + sum(xs)


@case(A)
def extended_in_a_loop(a):
    out = []
    for v in a:
        out.extend([v, v * v])
        out += [2.0 * v]
    return sum(k * v for k, v in enumerate(out))


def _squares(a):
    out = []
    for v in a:
        out.append(v * v)
    return out


@case(A)
def filled_by_a_function_and_changed(a):
    xs = _squares(a)
    xs.append(3.0 * a[0])
    return sum(xs) * xs[0] * xs[-1]


# ---------------------------------------------------------------------------------------------------------------- objects

class Accumulator:
    scale = 2.0

    def __init__(self, start):
        self.total = start
        self.count = 0
        self.seen = []

    def add(self, v):
        self.total += v * self.scale
        self.count += 1
        self.seen.append(v)
        return self

    @property
    def mean(self):
        return self.total / self.count

    @mean.setter
    def mean(self, value):
        self.total = value * self.count

    def __call__(self, v):
        self.add(v * v)
        return self.total

    def __len__(self):
        return len(self.seen)

    def __getitem__(self, k):
        return self.seen[k]


class Weighted(Accumulator):
    def __init__(self, start, weight):
        super().__init__(start)
        self.weight = weight

    def add(self, v):
        return super().add(v * self.weight)


@case(1.3)
def object_changed(x):
    acc = Accumulator(x)
    acc.add(x * x)
    other = acc
    other.add(x).add(3.0)
    acc.total += 1.0
    acc.mean = acc.mean * x
    return acc.mean + acc(x) + acc.seen[0] * acc.count * len(acc) + acc[1]


@case(1.3, 0.4)
def object_of_a_derived_class(x, y):
    acc = Weighted(x, y)
    acc.add(x)
    acc.weight *= 2.0
    acc.add(x * y)
    return acc.total * acc.mean


@case(A)
def object_changed_in_a_loop(a):
    acc = Accumulator(1.0)
    for v in a:
        acc.total = acc.total * 0.5 + v * v
        acc.count += 1
    return acc.mean


@case(A)
def object_method_in_a_loop(a):
    acc = Weighted(1.0, a[0])
    for v in a:
        acc.add(v)
    return acc.mean * sum(acc.seen)


@dataclasses.dataclass
class State:
    x: float
    v: float = 0.5
    log: list = dataclasses.field(default_factory=list)

    def step(self, dt):
        self.v -= self.x * dt
        self.x += self.v * dt
        self.log.append(self.x)

    def energy(self):
        return 0.5 * self.v ** 2 + 0.5 * self.x ** 2


@dataclasses.dataclass(frozen=True)
class Point:
    x: float
    y: float = 2.0

    def moved(self, d):
        return Point(self.x + d, self.y * d)


@case(1.3, 0.1)
def dataclass_stepped(x, dt):
    s = State(x)
    for _ in range(10):
        s.step(dt)
    return s.energy() + s.log[3] + sum(s.log)


@case(1.3)
def dataclasses_with_lists_of_their_own(x):
    a, b = State(x), State(x, v=x)
    a.log.append(x * x)
    b.log.append(x)
    return a.log[0] * b.log[0] * len(a.log) + b.v


@case(1.3)
def frozen_dataclass(x):
    p = Point(x)
    q = p.moved(x * x)
    r = Point(y=x, x=q.y)
    return p.x * q.x + q.y * r.y


@case(1.3, refused=("UnsupportedTypeError", "SCT709"))
def frozen_dataclass_assigned(x):
    p = Point(x)
    p.x = 2.0
    return p.x


@case(1.3)
def objects_in_containers(x):
    items = [State(x), State(x * x)]
    named = {"first": items[0]}
    named["first"].x = 3.0 * x
    for s in items:
        s.v += s.x
    return items[0].x * items[0].v + items[1].v + named["first"].energy()


@case(1.3, refused=CHANGED)
def one_of_two_objects(x):
    a, b = State(x), State(x * x)
    c = a if x > 1.0 else b
    c.x = 2.0
    return a.x


class Model:
    def __init__(self, w, b):
        self.w = w
        self.b = b
        self.calls = 0

    def predict(self, x):
        self.calls += 1
        return self.w * x + self.b


@case(Model(1.3, 0.4), 2.0, wrt=(1,))
def argument_object(model, x):
    y = model.predict(x)
    model.w = y * x
    other = model
    other.b += 1.0
    return model.predict(x) * model.calls


@case(Model(1.3, 0.4), 2.0, wrt=(1,))
def argument_object_in_a_loop(model, x):
    s = 0.0
    for k in range(4):
        s += model.predict(x) * k
        if k > 1:
            model.w = model.w * x
    return s * model.calls


MODEL = Model(1.3, 0.4)
LOG = []


@case(1.3, refused=("AliasingError", "SCT609"))
def global_object_assigned(x):
    MODEL.w = x
    return MODEL.w * x


@case(1.3, refused=CHANGED)
def global_list_appended(x):
    LOG.append(x)
    return x * x


@case(1.3)
def is_it_the_same(x):
    a = [x]
    b = a
    c = [x]
    b.append(1.0)
    return x * (2.0 if a is b else 3.0) * (5.0 if a is c else 7.0)


test_program = tried(run, PROGRAMS)
