"""The table of error codes: for each one its class, a title and the paragraph that explains it.

Hundreds group them: 1 syntax, 2 rules and calls, 3 source, 4 arguments, 5 outputs, 6 memory, 7 types, 9 internal.  A code is
never reused for another meaning.
"""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """What is documented of one error code."""

    error: str
    """Name of the class in ``errors.py``."""
    title: str
    paragraph: str


def _paragraph(text: str) -> str:
    return " ".join(text.split())


_TABLE: dict[str, dict[str, tuple[str, str]]] = {
    "UnsupportedSyntaxError": {
        "SCT100": ("unsupported syntax", """
            The marked construct of Python has no derivative code. The limits page lists what is supported;
            most constructs can be rewritten with assignments, `if`, `for`, `while` and calls, or moved into a
            function that is called before or after the differentiated one."""),
        "SCT101": ("`yield`: a generator function", """
            A generator runs piece by piece, interleaved with its consumer, so the order in which its
            statements must be reversed is not known from its source. Collect the items in a list and return
            the list, or put the loop that consumes them in the function itself. Generator expressions that
            are consumed at once, as in `sum(x*x for x in xs)`, are supported."""),
        "SCT102": ("`async` and `await`", """
            What runs between two awaits is decided by the event loop, and the derivative of that is not
            defined. Await the data first, then call an ordinary function on it and differentiate that
            function."""),
        "SCT103": ("a `try` that depends on where it failed", """
            A handler finds the variables as they were before the `try`: what its body binds before it fails is not followed.
            Bind it before the statement, or under a name of its own. A statement that binds its variable last, such as
            `y = math.log(x)` at the end of the body, is no obstacle. `except*`, and a `finally` with `return`, `break` or
            `continue`, are not supported."""),
        "SCT104": ("a class defined inside the function", """
            A class statement builds a new type on each call. Define the class at module level and use it in
            the function."""),
        "SCT105": ("assignment to a variable outside of the function", """
            The function changes a variable outside itself, so its result depends on how often it was called.
            Pass the value in as an argument and return the new one (`has_aux=True` passes it through the
            gradient). Reading globals and captured variables is supported; they are read live at each call. A nested function
            may bind variables of the function around it (`nonlocal`), unless it fails in a `try` that has a handler."""),
        "SCT106": ("`del` of an item or an attribute", """
            Removing an item is not differentiated: build the shorter container instead. Names can be deleted."""),
        "SCT107": ("a pattern that run time decides", """
            What a pattern of `match` asks of the kind of its subject must be known when specialising; values may be compared at
            run time. Test the kind with `if` where it differs from call to call."""),
        "SCT109": ("a generator expression that is stored", """
            A generator expression runs when an item is taken from it, and by then the variables in it may have
            changed. One with a single `for`, without `:=` and with plain variables as its target can be stored and passed
            on; others must be consumed where they are written, as in `sum(x*y for x in xs for y in ys)`."""),
        "SCT110": ("a set of unknown items", """
            Sets of objects that are known when specialising are supported: `in`, `len`, `sorted`, set operations. They carry no
            derivatives and have no order; for values of the computation use a tuple or a list."""),
        "SCT111": ("a statement of this kind", """
            The statement (a `type` alias, a star import, a bare `raise` and the like) is not supported inside a differentiated
            function; move it to module level or spell it out."""),
        "SCT112": ("names reached dynamically", """
            `exec`, `eval`, `locals`, `vars` and the like reach variables by a name that is only known when
            the function runs, so the flow of values cannot be followed. Use the variables themselves, a list
            or a dict."""),
        "SCT113": ("a context manager that may swallow exceptions", """
            `with contextlib.suppress(...)` and its relatives continue after an exception, which makes them a
            hidden `try`. Test the condition with `if`. Managers that only set a state, such as
            `np.errstate(...)`, are supported."""),
        "SCT114": ("a decorated inner function", """
            A decorator replaces the function by an object that is only known when the statement runs. Write
            the call of the decorator where the function is used, or decorate a function at module level."""),
        "SCT115": ("an assignment target of this kind", """
            Targets may be names, items, attributes, and tuples or lists of these with at most one star."""),
        "SCT116": ("a checkpoint that cannot be kept", """
            What is checkpointed is run a second time in the reverse sweep. So it must not print or change objects from
            outside, what it writes to must be arrays, which can be copied and put back, and its random numbers must come
            from one generator that is there before it, so that the same numbers can be drawn again. Loops over objects
            whose items cannot be counted cannot be cut into segments."""),
    },
    "MissingRuleError": {
        "SCT200": ("no derivative is known", """
            The marked call has no derivative rule and no Python source to differentiate. Declare a rule with
            `sct.rule`, or wrap the call in `sct.stop_gradient` if its derivative is to be zero."""),
        "SCT201": ("a call that cannot be looked into", """
            The called object is compiled, or is not a function whose source can be followed, and no
            derivative rule is registered for it. Declare one with `sct.rule`, make it a `custom_vjp`, or use
            `sct.stop_gradient(...)` on its arguments."""),
        "SCT202": ("an array method or attribute without a rule", """
            The array has this method or attribute, but its derivative is not known. Use the NumPy function of
            the same meaning, or declare a rule."""),
        "SCT203": ("a function passed to a compiled function", """
            The called function would call back into Python, and what it does with the function it is given is
            not known. Write the loop, or declare a rule for the called function. The solvers of SciPy that have
            rules may be given lambdas and nested functions, if these only compute their result."""),
        "SCT204": ("a keyword that the rule does not cover", """
            A rule exists, but not for this keyword argument, and leaving the keyword out would give a wrong
            gradient. Express the same computation without the keyword, or declare a rule of your own that
            takes it."""),
        "SCT205": ("no forward rule", """
            The function has a rule for reverse mode only. Use `grad`, `vjp` or `jacrev`, or declare a `jvp`
            rule."""),
        "SCT206": ("the called function cannot be determined", """
            Which function is called depends on data that is only known at run time. Choose between calls with
            `if`, or pass the function as an argument."""),
        "SCT207": ("a call whose effect cannot be undone or repeated", """
            The call changes an object that the derivative needs, or remembers something between calls. Pass
            what it changes as an argument and return it."""),
        "SCT208": ("no derivative with respect to this argument", """
            The rule covers other arguments of the function, not this one, and this one depends on what you
            differentiate by. Use `sct.stop_gradient` on the argument if its contribution is to be ignored."""),
        "SCT209": ("no derivative at these values", """
            What the function computes has no derivative where it was called, which only the values tell: vectors that
            complete a basis may be turned among themselves, for instance. The message says what to compute instead."""),
        "SCT210": ("what Numba cannot compile", """
            With `backend="numba"` the generated functions are compiled by Numba, which knows fewer functions, keywords
            and types than Python. The message names the generated statement and your line. `backend="python"` runs it."""),
        "SCT220": ("a custom function without a derivative", """
            A `custom_vjp` or `custom_jvp` is called before its derivative is declared. Call `f.defvjp(fwd, bwd)` or
            `f.defjvp(jvp)` beside its definition."""),
        "SCT221": ("a custom function that cannot be used like this", """
            What a `custom_vjp`, a `custom_jvp`, a function with a rule, or `on_gradient` is given or returns must be
            numbers, arrays, or tuples and lists of a known length of them, by position. The type of the result is found
            in the source, from an annotation such as `-> float`, or by trying the function out on small arrays."""),
        "SCT222": ("a derivative that does not fit its function", """
            `fwd` returns the result and what `bwd` needs; `bwd` returns a tuple with a cotangent for each differentiated
            argument, of its shape, None for zero; `jvp` returns the result and its tangent, which is linear in the
            tangents that it is given. None of them may write to what it is given: it belongs to the function around."""),
        "SCT223": ("a custom derivative that is differentiated and cannot be", """
            Second derivatives, and reverse mode through a `custom_jvp`, differentiate the functions of the derivative
            themselves, which must then be Python that can be looked into and that writes into no arrays."""),
    },
    "RuleError": {
        "SCT250": ("an invalid rule", """
            A derivative rule must take the parameters of its function, then the keyword-only result and
            cotangent, and assign the cotangents of its parameters. The page on writing rules shows each form."""),
        "SCT251": ("a rule declared twice", """
            The function has a rule of this kind already; two rules would make the gradient depend on import
            order."""),
        "SCT252": ("a rule for something that cannot have one", """
            Rules belong to functions and other hashable callables that keep their identity; a bound method or
            a fresh lambda is a new object each time. Declare the rule for the underlying function."""),
    },
    "SourceUnavailableError": {
        "SCT300": ("no source", """
            The derivative is made from the function's source text, which Python does not have for this
            function."""),
        "SCT301": ("a function typed in or made by `exec`", """
            Python keeps no text for code from `exec`, from standard input, or (before 3.13) from the plain
            interactive prompt. Put the function in a file, use IPython or Jupyter, or give the text to
            `sct.grad_from_source(text)`. In another process the cells of a notebook are not known either: send
            `sct.grad(f)` there rather than `f`, for gradient functions take their source along."""),
        "SCT302": ("a builtin or compiled function", """
            The function is implemented in C and has no Python source. Write a Python function that calls it,
            e.g. `lambda x: math.sin(x)`: called functions are differentiated by their rules."""),
        "SCT303": ("the source file is missing", """
            The function names a file that does not exist or cannot be read here, as happens with
            byte-compiled distributions and archives. Install the sources, or give the text to
            `sct.grad_from_source(text)`."""),
        "SCT304": ("an object made by a decorator", """
            The name refers to a compiled wrapper (a `functools.lru_cache`, a jitted function, …), not to a
            Python function. A wrapper may change what is computed, so it is never looked through silently.
            Pass the function under it, usually `f.__wrapped__`, if its derivative is what you want."""),
        "SCT305": ("several lambdas that cannot be told apart", """
            Several lambdas stand on one line, and the interpreter runs without column positions (`-X no_debug_ranges` or
            `PYTHONNODEBUGRANGES`), so the source of this one is not certain. Put them on separate lines."""),
        "SCT306": ("a name that the text does not define", """
            `grad_from_source` was given a text without exactly one function of this name at its top level, or
            a text that defines no function at all."""),
        "SCT307": ("text that Python does not parse", """
            The text given to `grad_from_source` is not valid Python; the message shows where."""),
    },
    "StaleSourceError": {
        "SCT320": ("the file changed after it was imported", """
            The file does not compile to the code that is running, so its text would give the derivative of
            another function. Reload the module (`importlib.reload`) or restart Python."""),
        "SCT321": ("code that does not belong to its file", """
            The file that the function names does not contain it: the code was moved, generated under a
            borrowed file name, or rewritten by a tool. Give its text to `sct.grad_from_source(text)`."""),
    },
    "ArgumentError": {
        "SCT400": ("an invalid argument", """
            The argument, or an option of the call, is not acceptable; the message says what was expected."""),
        "SCT401": ("an integer where a float is needed", """
            Differentiating by an integer has no meaning, and a silent conversion would hide a mistake. Pass
            `3.0` rather than `3`, `x.astype(float)` rather than an integer array, or `allow_int=True` for
            zeros."""),
        "SCT402": ("`argnums` that name no parameter", """
            `argnums` takes positions or names of parameters, each at most once. Parameters collected by
            `*args` and `**kwargs` have no position of their own."""),
        "SCT403": ("an argument of an unsupported type", """
            Derivatives are taken by floats, arrays of floats, and containers of these: tuples, lists, dicts,
            named tuples and plain dataclasses (without `__setattr__` or `__new__` of their own). Exact
            `numpy.ndarray` is required: matrices, masked arrays and data frames compute something else under the same
            operators. Convert with `np.asarray(x)`."""),
        "SCT404": ("arguments that do not fit the signature", """
            The gradient function takes the arguments of the function itself, by position or by name."""),
        "SCT405": ("not a function", """
            Only functions, methods, partials of these and objects whose class defines `__call__` in Python
            can be differentiated. Pass `lambda x: ...` around anything else."""),
        "SCT406": ("a complex argument", """
            Give real arguments, or set `holomorphic=True` if the function is complex differentiable."""),
        "SCT407": ("nothing to differentiate by", """
            The function has no parameter, or none of those chosen by `argnums` holds a float."""),
        "SCT408": ("tangents or cotangents that do not match", """
            A tangent must have the shape and type of its primal, and a cotangent those of the result."""),
        "SCT409": ("an unknown name or option value", """
            The value is not one of those listed in the message."""),
        "SCT410": ("a function that cannot be sent to another process", """
            A gradient function is pickled by name if its function is in a module that can be imported, else by value: its text,
            with the globals and captured variables that it reads. The message names the variable that cannot be pickled.
            Pass it as an argument, or put the function into a module, which each process imports."""),
    },
    "NonScalarOutputError": {
        "SCT500": ("a result that is not one real number", """
            `grad` differentiates one number. Use `vjp` for a weighted combination of several results,
            `jacrev` or `jacfwd` for all partial derivatives."""),
        "SCT501": ("an array as result", """
            `grad` needs a scalar; an array of one element counts as an array, so that shapes never change
            silently. Return `y.sum()` or `y[0]`, or use `vjp` or `jacrev`."""),
        "SCT502": ("a result that is not a number", """
            The function returns None, a string or another object without a derivative. Check that each path
            returns a value."""),
        "SCT503": ("an integer result", """
            The result is an integer or a truth value, whose derivative is zero or undefined everywhere.
            Return a float."""),
        "SCT504": ("`has_aux` without a pair", """
            With `has_aux=True` the function must return a pair: the value to differentiate, then anything
            else."""),
        "SCT505": ("a complex result", """
            Return a real number such as `abs(z)**2`, or set `holomorphic=True` if the function is complex
            differentiable."""),
    },
    "NonFiniteGradientError": {
        "SCT550": ("a NaN or an infinity in the adjoint", """
            Raised only under `debug_nans=True`, at the first statement of the adjoint that gives a value that
            is not finite, or where the function itself returns NaN. The primal statement it belongs to is named, and
            what the numbers were."""),
    },
    "AliasingError": {
        "SCT600": ("a write that cannot be followed", """
            The statement changes memory that other names may share, and the derivative would depend on which."""),
        "SCT601": ("a write into memory", """
            Stores are followed into arrays that the function made, or copied from its arguments, and through their
            views, in functions that are called, too. The array may also be known under a name that cannot be followed: a
            container, a result that may be a part of a larger array, the argument of a function whose gradient is taken
            inside. Write to a copy (`a = a.copy()`), or build the array with `np.where`, `np.stack` or `np.concatenate`."""),
        "SCT602": ("a container that changes and may be another one", """
            Lists, dicts and objects are followed through names, other containers and calls, and each change is seen
            under every name. Here it cannot be told which one changes, or whether what is read has changed: there
            were two on different paths, it was put into a list whose length only run time knows, a loop goes through
            it while it grows, or it belongs to a module. Change a copy (`xs = list(xs)`), change it before it is
            put away, or build a new one: `xs = xs + [x]`."""),
        "SCT603": ("an in-place operation whose result has another shape", """
            `x += y` must keep the shape of `x`; NumPy would raise an error here. Write `x = x + y` to get a
            new array."""),
        "SCT604": ("an in-place operation whose result has another type", """
            `x += y`, `out=x` and `np.copyto(x, y)` must keep the element type of `x`; NumPy would raise an error or lose
            digits here. Write `x = x + y`, or convert with `astype`."""),
        "SCT605": ("an array changed or reinterpreted by a method", """
            The method writes into the array in a way that is not followed, or reads its bytes as another type. Use the
            NumPy function that returns a new array (`np.resize(x, n)` for `x.resize(n)`), or write to the elements."""),
        "SCT606": ("a method that changes its object", """
            What the method does to the list, dict or other object depends on values that only run time knows, or
            the method is not followed. Build a new one, or use a list comprehension."""),
        "SCT607": ("arguments that share memory", """
            An argument that the function writes to or changes shares its memory, a list, a dict or an object with
            something else that the function reads, or cannot be written to. Pass a copy of it."""),
        "SCT608": ("a write to something outside the function", """
            A value that carries a derivative is stored in a global, a captured object or an argument. Return
            it instead, with `has_aux=True` if it is not part of the result."""),
        "SCT609": ("an assignment to an attribute", """
            Attributes can be assigned of objects that are arguments or made in the function, where the class is a
            plain one. This object belongs to a module or to another object, or its class does more than to store
            the value. Keep the value in a local variable and return it."""),
    },
    "UnsupportedTypeError": {
        "SCT700": ("a value whose type is not supported", """
            The types of all values are found from the arguments before the derivative is made; this one has
            none."""),
        "SCT701": ("a variable that may be two things", """
            After the marked `if` or loop the variable holds different kinds of values depending on the path,
            and the code that follows cannot be made for both. Give both paths the same type, for example
            `0.0` rather than `None`."""),
        "SCT702": ("something that cannot be a value at run time", """
            Functions, modules, classes and the like are resolved when the derivative is made; here one would
            have to be chosen or stored while the function runs. Choose between calls rather than between
            functions."""),
        "SCT703": ("a value that must be known in advance", """
            An axis, a shape parameter or a flag decides which derivative is right, and here it depends on
            data. Make it a literal, an argument, or the result of shapes and lengths."""),
        "SCT704": ("a variable that is used before it is bound", """
            The variable is read before anything is assigned to it, in a place where the gradient cannot
            raise what Python would raise. Assign it before the `if`, the loop or the nested function."""),
        "SCT705": ("an index or a sequence of an unsupported kind", """
            Indices may be integers, slices, `...`, `None`, masks, integer arrays, and tuples of these; a
            tuple of different types needs a literal index. Unpacking and starred arguments need a sequence
            whose length is known in advance. A key of a dict passes on no derivative: it may be a number that has one, but
            then the keys of the dict cannot be read again."""),
        "SCT706": ("a name that is not defined", """
            Neither the function, nor its surroundings, nor its module, nor the builtins define the name at
            the time of the call."""),
        "SCT707": ("a value without one single type", """
            The type of this value is asked for or needed, and it is not one type: a variable of several
            types, or an array of Python objects. Use `isinstance`, or an array with a numeric dtype."""),
        "SCT708": ("a function that does not accept these types", """
            NumPy or Python would raise a TypeError for arguments of these types when the line runs."""),
        "SCT709": ("a line that always raises", """
            For arguments of these types and shapes the line raises the exception named in the message each
            time it runs."""),
        "SCT710": ("an attribute that cannot be read", """
            The attribute does not exist on values of this type, or it is computed in a way that cannot be
            followed."""),
        "SCT711": ("a loop over something that cannot be followed", """
            Loops over ranges, arrays, tuples, lists and iterators over these (`iter`, `enumerate`, `zip`,
            `reversed`, `map`, `filter`, generator expressions) are supported, and over anything whose items carry no
            derivative. How far an iterator has come must be known whenever it is used again. Make a list of what is left,
            or write other iterations with an index."""),
        "SCT712": ("types that do not settle", """
            Each trip of the loop, or each level of the recursion, has a different type than the last, so
            there is no finite derivative code. Start with a value of the final type and shape."""),
        "SCT713": ("a context manager that cannot be used here", """
            Managers that set a state for the duration of a block, such as `np.errstate(...)`, are supported, and so are
            objects whose `__exit__` returns nothing. One that may return something true (`contextlib.suppress`) can end
            the block early without a sign of it. Enter others around the call of the gradient."""),
        "SCT714": ("an object of an unsupported class", """
            Instances of this class cannot hold values that are differentiated. Numbers, arrays, tuples,
            lists, dicts, named tuples, dataclasses and plain classes can."""),
    },
    "InternalError": {
        "SCT900": ("a bug in sct", """
            An invariant of the package does not hold; your function is not to blame. Please report it with
            the lines shown."""),
        "SCT901": ("invalid intermediate code", """
            The verifier found ill-formed code after a pass, before any wrong number could be computed. Please
            report it."""),
        "SCT902": ("generated text that Python does not compile", """
            The printer produced invalid Python. Please report it with the lines shown."""),
    },
}

CODES: dict[str, Code] = {
    code: Code(error, title, _paragraph(text))
    for error, entries in _TABLE.items()
    for code, (title, text) in entries.items()
}
"""Every code in ascending order."""
