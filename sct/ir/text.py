"""The notation of the IR: ``to_text`` prints it and ``from_text`` reads it back.

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %s: float = const 0.0
      %s.1: float = for %i: int in range(%0, %n, %1) with %s.2: float = %s:
        %2: float = math.sin(%x)
        %s.3: float = %s.2 + %2 {may_raise}
        continue %s.3
      return %s.1 {single}

One op per line, ``results = op operands {attributes}``; a name after the colon is a type, none is ``dyn``.  Values carry the
user's names, later ones of the same name a number; ``%0``, ``%1`` are temporaries.  Sugar:

- ``call``: ``np.sum(%x, axis=0)``, ``%x + 1.0``, ``-%x``, ``%x[0, 1:%n]``; ``invoke g(%x)``; ``index_add %b[%i], %v``
- ``if %c:`` … ``else:``
- ``for %i in range(%lo, %hi, %step) with %arg = %init:`` (``each(%xs)``, ``iter(%xs)``)
- ``while with %arg = %init:`` test block ``do %arg:`` body;  ``with %manager as %entered:``
- in attributes ``$0`` is the op's first operand
"""

from __future__ import annotations

from .parsing import from_text
from .printing import callable_text, literal_text, op_text, to_text

__all__ = ["callable_text", "from_text", "literal_text", "op_text", "to_text"]
