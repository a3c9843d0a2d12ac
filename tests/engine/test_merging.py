"""Putting the factors of several LoRAs on the weights of one shape, as any device does it."""

import pytest
import torch

from generation.engine.factor_stacks import side_by_side, stack
from generation.engine.layer_changes import Factors
from generation.engine.merging import kernel_for, merge
from generation.engine.weight_layout import Shape, Target

SHAPE = (5, 16, 32)


def stack_of(rows, rank, seed):
    chance, (count, outputs, inputs) = torch.Generator().manual_seed(seed), SHAPE
    matrix = Shape(outputs, inputs, torch.float32)
    pairs = [
        (
            Target(matrix, row, (outputs, inputs), False),
            Factors(
                torch.randn(rank, inputs, generator=chance),
                torch.randn(outputs, rank, generator=chance),
                0.5,
            ),
        )
        for row in rows
    ]
    return stack(pairs, count, torch.float32, torch.device("cpu"))


def test_rows_that_any_lora_changes_are_written_and_no_others():
    pristine, live = torch.randn(SHAPE), torch.full(SHAPE, 9.0)
    parts = [(stack_of([0, 1, 3], 4, 1), 0.7), (stack_of([1, 3], 2, 2), -1.5)]
    merge(live, pristine, parts)
    wanted = pristine.clone()
    for own, strength in parts:
        for place, row in enumerate(own.rows):
            wanted[row] += strength * own.up[place] @ own.down[place]
    assert torch.allclose(live[[0, 1, 3]], wanted[[0, 1, 3]], atol=1e-5)
    assert (live[[2, 4]] == 9).all()


def test_a_stack_says_its_rank_and_where_each_row_stands():
    assert stack_of([1, 3], 4, 1).layout.tolist() == [4, -1, 0, -1, 1, -1]


def test_several_stand_side_by_side_in_the_rows_of_all():
    rows, down, up = side_by_side([(stack_of([1, 3], 4, 1), 1.0), (stack_of([0, 3], 2, 2), 0.5)])
    assert rows == [0, 1, 3]
    assert down.shape == (3, 6, 32)
    assert up.shape == (3, 16, 6)
    assert not down[0, :4].any()


def test_outputs_lie_side_by_side_in_memory():
    own = stack_of([0, 2], 4, 1)
    assert own.up.mT.is_contiguous()
    assert own.down.is_contiguous()


def test_without_a_card_there_is_no_kernel():
    if torch.cuda.is_available():
        pytest.skip("there is one here")
    assert kernel_for(torch.device("cuda"), torch.float16) is None
