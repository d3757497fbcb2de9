"""The listings in the header of each pass are what the pass does."""

import pytest

from sct.passes import arrange, cse, dce, hoist, inplace, iterate, lazy, simplify
from sct.passes.cse import merge_common_subexpressions
from sct.passes.dce import eliminate_dead_code
from sct.passes.hoist import hoist_invariants
from sct.passes.inplace import protect_saved_arrays
from sct.passes.iterate import iterate_over_saved
from sct.passes.lazy import broadcast_lazily

from .listings import check, listing

PASSES = {
    cse: merge_common_subexpressions, dce: eliminate_dead_code, hoist: hoist_invariants, inplace: protect_saved_arrays,
    iterate: iterate_over_saved, lazy: broadcast_lazily,
}


@pytest.mark.parametrize("module", PASSES, ids=lambda module: module.__name__)
def test_header(module):
    check(listing(module, "Before"), listing(module, "After"), PASSES[module])


@pytest.mark.parametrize("module, run", [(simplify, simplify.simplify), (arrange, arrange.arrange)],
                         ids=["simplify", "arrange"])
def test_header_of_rewriting(module, run):
    def rewrite_and_clean(fn):
        run(fn)
        eliminate_dead_code(fn)

    check(listing(module, "Before"), listing(module, "After"), rewrite_and_clean)
