"""What each model family takes, said before a version is published."""

import pytest

from stylepacks.rules.family_manners import MANNERS, check_sampler, manner_of, unread_negative
from stylepacks.rules.limits import LimitError


@pytest.mark.parametrize("family", MANNERS)
def test_models_that_flow_take_euler_alone(family):
    check_sampler(family, "euler")
    with pytest.raises(LimitError, match="sampled with euler, not dpmpp_2m"):
        check_sampler(family, "dpmpp_2m")
    assert manner_of(family).draft_sampler == "euler"


def test_stable_diffusion_takes_every_sampler():
    for sampler in ("dpmpp_2m", "euler", "ddim", "lcm"):
        check_sampler("sdxl", sampler)


def test_it_says_that_flux_reads_no_negative():
    assert "reads no negative" in unread_negative("flux", "dull")
    assert unread_negative("flux", " ") is None
    assert unread_negative("qwen-image", "dull") is None
