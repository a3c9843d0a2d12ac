"""Variations: between two noises one stays on the sphere, and the way is the same every time."""

import torch

from generation.engine.lanes import turned


def draw(seed):
    return torch.randn((1, 4, 64, 64), generator=torch.Generator().manual_seed(seed))


def likeness(one, other):
    return torch.nn.functional.cosine_similarity(one.flatten(), other.flatten(), dim=0).item()


def test_it_goes_from_one_to_the_other():
    assert torch.equal(turned(draw(1), draw(2), 0.0), draw(1))
    assert torch.allclose(turned(draw(1), draw(2), 1.0), draw(2), atol=1e-6)


def test_it_keeps_the_strength_of_noise_and_turns_evenly():
    for share, expected in ((0.2, 0.951), (0.5, 0.707)):
        noise = turned(draw(1), draw(2), share)
        assert abs(noise.std().item() - 1) < 0.02
        assert abs(likeness(noise, draw(1)) - expected) < 0.03


def test_it_is_the_same_with_any_number_of_threads():
    before, threads = turned(draw(1), draw(2), 0.2), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert torch.equal(turned(draw(1), draw(2), 0.2), before)
    finally:
        torch.set_num_threads(threads)
