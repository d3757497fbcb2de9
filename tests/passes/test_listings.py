"""The listings in the header of each pass are what the pass does."""

import pytest

from sct.passes import (
    arrange,
    collect,
    conversions,
    cse,
    dce,
    elements,
    elide,
    exits,
    first,
    gather,
    group,
    hoist,
    inplace,
    iterate,
    last,
    late,
    lazy,
    nearby,
    owned,
    pipeline,
    replays,
    retake,
    returns,
    reuse,
    simplify,
    sink,
    skip,
    undo,
    uniform,
    vectors,
    watch,
    weaken,
)
from sct.passes.collect import collect_outer_products
from sct.passes.conversions import drop_conversions
from sct.passes.cse import merge_common_subexpressions
from sct.passes.dce import eliminate_dead_code
from sct.passes.elements import list_elements
from sct.passes.elide import elide_copies
from sct.passes.exits import drop_idle_exits
from sct.passes.first import assign_first
from sct.passes.gather import gather_additions
from sct.passes.group import group_saved
from sct.passes.hoist import hoist_invariants
from sct.passes.inplace import protect_saved_arrays
from sct.passes.iterate import iterate_over_saved
from sct.passes.last import drop_last_writes
from sct.passes.late import make_shadows_late
from sct.passes.lazy import broadcast_lazily
from sct.passes.nearby import make_nearby
from sct.passes.owned import take_owned_lists
from sct.passes.replays import drop_idle_replays
from sct.passes.retake import leave_in_place
from sct.passes.returns import unify_returns
from sct.passes.reuse import reuse_saved
from sct.passes.sink import sink_returned
from sct.passes.skip import skip_zeros
from sct.passes.undo import drop_idle_undo
from sct.passes.uniform import read_uniform_lists
from sct.passes.vectors import take_vectors_apart
from sct.passes.weaken import weaken as make_plain

from .listings import check, listing

PASSES = {
    cse: merge_common_subexpressions, dce: eliminate_dead_code, hoist: hoist_invariants, inplace: protect_saved_arrays,
    iterate: iterate_over_saved, lazy: broadcast_lazily, group: group_saved, skip: skip_zeros, reuse: reuse_saved,
    owned: take_owned_lists, late: make_shadows_late, first: assign_first,
    elements: list_elements, nearby: make_nearby, collect: collect_outer_products, watch: watch.watch,
    vectors: take_vectors_apart, weaken: make_plain, gather: gather_additions,
}


@pytest.mark.parametrize("module", PASSES, ids=lambda module: module.__name__)
def test_header(module):
    check(listing(module, "Before"), listing(module, "After"), PASSES[module])


REWRITING = {
    simplify: simplify.simplify, arrange: arrange.arrange, exits: drop_idle_exits, returns: unify_returns,
    uniform: read_uniform_lists, conversions: drop_conversions, sink: sink_returned, retake: leave_in_place,
    last: drop_last_writes, elide: elide_copies, replays: drop_idle_replays, undo: drop_idle_undo,
}
"""What they leave behind, elimination of dead code takes away."""


@pytest.mark.parametrize("module", REWRITING, ids=lambda module: module.__name__)
def test_header_of_rewriting(module):
    def rewrite_and_clean(fn):
        REWRITING[module](fn)
        eliminate_dead_code(fn)

    check(listing(module, "Before"), listing(module, "After"), rewrite_and_clean)


def test_every_pass_of_the_pipeline_has_a_listing_that_is_tried():
    passes = {*pipeline.BEFORE_SAVING, *pipeline.PIPELINE, *pipeline.INTERPRETED} - {pipeline.settle}
    assert passes <= {*PASSES.values(), *REWRITING.values()}
