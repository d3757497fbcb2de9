"""Normal form, before and after: hidden variables print with their dot (``exit.1``), which no user's name can have."""

from __future__ import annotations

import ast
import textwrap

import gast
import pytest

from sct.frontend.normalize import completes, exits, hint_of, normalize


def normalized(body: str) -> str:
    text = "def f(x, n):\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    tree = ast.fix_missing_locations(gast.gast_to_ast(normalize(gast.parse(text).body[0])))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and not node.body:
            node.body = [ast.Pass()]  # only to print it
    out = ast.unparse(tree)
    return textwrap.dedent(out.partition("\n")[2]).strip()


CASES = {
    "a straight function is left alone": ("""
        "doc"
        y: float = x
        z: int
        pass
        return y
        """, """
        y = x
        return y
        """),
    "falling off the end returns None": ("y = x", "y = x\nreturn None"),
    "an early return nests what follows": ("""
        if x > 0:
            return x
        y = 2
        return y
        """, """
        if x > 0:
            result. = x
        else:
            y = 2
            result. = y
        return result.
        """),
    "a raising branch is no exit": ("""
        if x < 0:
            raise ValueError(x)
        y = 2
        return y
        """, """
        if x < 0:
            raise ValueError(x)
        y = 2
        return y
        """),
    "a function that always raises does not return": ("raise ValueError(x)\nreturn 3", "raise ValueError(x)"),
    "continue is running off the end": ("""
        for i in n:
            if x:
                continue
            x = i
        return x
        """, """
        for i in n:
            if x:
                pass
            else:
                x = i
        return x
        """),
    "a break notes the exit, an else tests it": ("""
        for i in n:
            if x:
                break
            x = i
        else:
            x = 1
        return x
        """, """
        exit.1 = 0
        for i in n:
            if x:
                exit.1 = 1
                break
            else:
                x = i
        if exit.1 == 0:
            x = 1
        return x
        """),
    "a return in a loop breaks, with one test behind the loop": ("""
        for i in n:
            if i > x:
                return i
        return x
        """, """
        exit.1 = 0
        for i in n:
            if i > x:
                result. = i
                exit.1 = 1
                break
        if exit.1 == 0:
            result. = x
        return result.
        """),
    "breaks are numbered before returns": ("""
        while n:
            if x > 1:
                return x
            if x > 2:
                break
        return n
        """, """
        exit.1 = 0
        while n:
            if x > 1:
                result. = x
                exit.1 = 2
                break
            elif x > 2:
                exit.1 = 1
                break
        if exit.1 <= 1:
            result. = n
        return result.
        """),
    "a loop that can only return needs no test": ("""
        while True:
            x = x + 1
            if x > n:
                return x
        """, """
        exit.1 = 0
        while True:
            x = x + 1
            if x > n:
                result. = x
                exit.1 = 1
                break
        return result.
        """),
    "a return leaves every loop around it": ("""
        for i in n:
            for j in n:
                if x:
                    return j
        """, """
        exit.2 = 0
        for i in n:
            exit.1 = 0
            for j in n:
                if x:
                    result. = j
                    exit.1 = 1
                    break
            if exit.1 != 0:
                exit.2 = 1
                break
        if exit.2 == 0:
            result. = None
        return result.
        """),
    "an exit inside, both branches fall through: one flag": ("""
        for i in n:
            if i:
                if x:
                    break
                x = 1
            x = 2
            n = 3
        return x
        """, """
        exit.1 = 0
        for i in n:
            flag.1 = False
            if i:
                if x:
                    flag.1 = True
                else:
                    x = 1
            if flag.1:
                exit.1 = 1
                break
            else:
                x = 2
                n = 3
        return x
        """),
    "two kinds of exits inside: the flag is a number": ("""
        for i in n:
            if i:
                if x:
                    break
                if n:
                    continue
                x = 1
            x = 2
            n = 3
        """, """
        exit.1 = 0
        for i in n:
            flag.1 = 0
            if i:
                if x:
                    flag.1 = 1
                elif n:
                    flag.1 = 2
                else:
                    x = 1
            if flag.1 == 1:
                exit.1 = 1
                break
            elif flag.1 == 2:
                pass
            else:
                x = 2
                n = 3
        return None
        """),
    "one short exit is copied rather than flagged": ("""
        if x:
            if n:
                return 1
            x = 2
        return x
        """, """
        if x:
            if n:
                result. = 1
            else:
                x = 2
                result. = x
        else:
            result. = x
        return result.
        """),
    "a with that always returns": ("with n:\n    return x", "with n:\n    result. = x\nreturn result."),
    "an exit inside a with is taken behind it": ("""
        for i in n:
            with x as y, i:
                if y:
                    break
                x = 1
        return x
        """, """
        exit.1 = 0
        for i in n:
            flag.1 = False
            with x as y:
                with i:
                    if y:
                        flag.1 = True
                    else:
                        x = 1
            if flag.1:
                exit.1 = 1
                break
        return x
        """),
    "a walrus in a while test is an exit of its own": ("""
        while (y := x) > 0:
            x = y
            if x:
                break
        else:
            x = 0
        return x
        """, """
        exit.1 = 0
        while True:
            if not (y := x) > 0:
                exit.1 = 1
                break
            else:
                x = y
                if x:
                    exit.1 = 2
                    break
        if exit.1 == 1:
            x = 0
        return x
        """),
    "what cannot be reached is dropped": ("""
        while n:
            if x:
                continue
            else:
                break
            x = 1
        return x
        n = 2
        """, """
        exit.1 = 0
        while n:
            if x:
                pass
            else:
                exit.1 = 1
                break
        return x
        """),
}


@pytest.mark.parametrize("name", CASES)
def test_normal_form(name: str) -> None:
    source, expected = CASES[name]
    assert normalized(source) == textwrap.dedent(expected).strip()


def test_a_lambda_becomes_a_function() -> None:
    tree = normalize(gast.parse("lambda x: x + 1").body[0].value)
    assert tree.name == "<lambda>" and isinstance(tree.body[0], gast.Return)


def test_the_input_is_not_changed() -> None:
    tree = gast.parse("def f(n):\n for i in n:\n  if i: return i\n  n = 1\n return n").body[0]
    text = gast.dump(tree)
    normalize(tree)
    assert gast.dump(tree) == text


def test_marks_on_loops_and_breaks() -> None:
    tree = normalize(gast.parse("def f(n):\n for i in n:\n  if i: break\n for i in n: pass").body[0])
    _, first, second, _ = tree.body
    assert (first.exit_var, second.exit_var) == ("exit.1", None)
    assert first.body[0].tail and first.body[0].body[-1].exit_id == 1


def test_predicates() -> None:
    statement = gast.parse("while True:\n  x = 1").body
    assert not completes(statement) and not exits(statement[0])
    assert hint_of("flag.3") == "flag" and hint_of("k.12:8") == "k"
