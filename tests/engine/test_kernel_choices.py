"""Rows of up to 4,096 numbers are read once; what torch itself decides stays as it is."""

import pytest

from generation.engine.kernel_choices import LONGEST_ROW, rows_read_once

pytest.importorskip("torch._inductor.choices")


class Rows:
    """What inductor knows of a reduction."""

    def __init__(self, length, hint):
        self.reduction_numel, self._hint, self.numel = length, hint, 2048

    def get_reduction_hint(self):
        return self._hint


@pytest.fixture
def decide():
    import sympy
    from torch._inductor.graph import GraphLowering
    from torch._inductor.runtime.hints import ReductionHint
    from torch._inductor.virtualized import V
    from torch.fx import Graph, GraphModule

    def decided(length, hint="INNER", cooperative=False):
        empty = Graph()
        empty.output(())
        graph = GraphLowering(GraphModule({}, empty))
        features = Rows(sympy.Integer(length), getattr(ReductionHint, hint))
        with V.set_graph_handler(graph):
            return V.choices.should_use_persistent_reduction(features, cooperative)

    return decided


def test_long_rows_are_read_once_inside(decide):
    assert [decide(length) for length in (640, 1280)] == [True, False]
    with rows_read_once():
        assert [decide(length) for length in (640, 1280, LONGEST_ROW)] == [True] * 3
        assert not decide(LONGEST_ROW + 1)
    assert not decide(1280)


def test_other_reductions_are_decided_by_torch(decide):
    with rows_read_once():
        assert not decide(1280, hint="OUTER")
