"""Normalising channel by channel gives what torch's group normalisation gives."""

import pytest
import torch
from torch.nn import GroupNorm

from generation.engine.channel_norms import ChannelNorm, channel_norms


@pytest.fixture
def norm():
    torch.manual_seed(0)
    norm = GroupNorm(8, 32)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    return norm


def pictures(offset=0.0):
    torch.manual_seed(1)
    drawn = torch.randn(2, 32, 24, 20) * torch.rand(32, 1, 1) + torch.randn(32, 1, 1) + offset
    return drawn.to(memory_format=torch.channels_last)


# Far from zero, a sum of squares less a square of sums would have no digits left.
@pytest.mark.parametrize("offset", [0.0, 300.0])
def test_it_gives_what_torch_gives(norm, offset):
    seen = pictures(offset)
    wanted = torch.nn.functional.group_norm(
        seen.double(), 8, norm.weight.double(), norm.bias.double(), norm.eps
    )
    with channel_norms(torch.nn.Sequential(norm)):
        found = norm(seen)
    assert (found - wanted).abs().max() < (1e-5 if not offset else 1e-3)
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_half_precision_is_computed_in_single(norm):
    seen = pictures(20.0).half()
    with channel_norms(torch.nn.Sequential(norm)):
        found = norm.half()(seen)
    wanted = torch.nn.functional.group_norm(
        seen.float(), 8, norm.weight.float(), norm.bias.float(), norm.eps
    )
    assert found.dtype == torch.float16
    assert torch.allclose(found.float(), wanted, atol=2e-3, rtol=1e-3)


@pytest.mark.parametrize("shape", [(2, 32, 9), (2, 32, 6, 6)])
def test_any_other_layout_goes_to_torch(norm, shape):
    seen = torch.randn(shape)
    wanted = norm(seen)
    with channel_norms(torch.nn.Sequential(norm)):
        assert torch.equal(norm(seen), wanted)


def test_a_norm_without_weights(norm):
    plain = GroupNorm(8, 32, affine=False)
    wanted = plain(pictures())
    with channel_norms(torch.nn.Sequential(plain)):
        assert torch.allclose(plain(pictures()), wanted, atol=1e-5)


def test_it_is_compiled_as_one_graph(norm):
    with channel_norms(torch.nn.Sequential(norm)):
        compiled = torch.compile(norm, backend="aot_eager", fullgraph=True)
        assert torch.allclose(compiled(pictures()), norm(pictures()), atol=1e-6)


def test_it_leaves_the_model_as_it_was(norm):
    with channel_norms(torch.nn.Sequential(norm)):
        assert type(norm) is ChannelNorm
    assert type(norm) is GroupNorm
    with pytest.raises(ZeroDivisionError), channel_norms(torch.nn.Sequential(norm)):
        raise ZeroDivisionError
    assert type(norm) is GroupNorm
