"""The listings in the header of each pass are what the pass does."""

import pytest

from sct.passes import cse, dce, hoist, simplify
from sct.passes.cse import merge_common_subexpressions
from sct.passes.dce import eliminate_dead_code
from sct.passes.hoist import hoist_invariants

from .listings import check, listing

PASSES = {cse: merge_common_subexpressions, dce: eliminate_dead_code, hoist: hoist_invariants}


@pytest.mark.parametrize("module", PASSES, ids=lambda module: module.__name__)
def test_header(module):
    check(listing(module, "Before"), listing(module, "After"), PASSES[module])


def test_header_of_simplify():
    def simplify_and_clean(fn):
        simplify.simplify(fn)
        eliminate_dead_code(fn)

    after = listing(simplify, "After")
    check(listing(simplify, "Before"), after, simplify_and_clean)
