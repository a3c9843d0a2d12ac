"""The shapes of pictures: their sizes, what a family manages, what a curator leaves to makers."""

import pytest

from stylepacks.rules.aspects import ASPECTS, offered, shape_of, size_of
from stylepacks.rules.field_policies import PolicyError, validate


@pytest.mark.parametrize(
    ("side", "sizes"),
    [
        (512, [(512, 512), (448, 576), (576, 448), (640, 384)]),
        (1024, [(1024, 1024), (896, 1152), (1152, 896), (1280, 768)]),
    ],
)
def test_it_keeps_the_area_in_sizes_the_models_know(side, sizes):
    assert [size_of(aspect, side, side) for aspect in ASPECTS] == sizes
    assert [shape_of(*size) for size in sizes] == list(ASPECTS)


def test_it_leaves_a_packs_own_size_alone():
    assert size_of("wide", 768, 512) == (768, 512)
    assert size_of("landscape", 1104, 832) == (1104, 832)
    width, height = size_of("square", 768, 512)
    assert width == height
    assert width % 64 == 0


@pytest.mark.parametrize("side", [1328, 1040, 528])
def test_it_stays_within_what_a_version_may_ask_for(side):
    for aspect in ASPECTS:
        assert all(each % 16 == 0 for each in size_of(aspect, side, side))


def test_it_offers_wide_only_where_the_model_saw_such_pictures():
    assert offered("sd15", {}, 512, 512) == ("square", "portrait", "landscape")
    for family in ("sdxl", "flux", "z-image", "qwen-image"):
        assert offered(family, {}, 1024, 1024) == ASPECTS
    # A curator who made a wide pack knows what the model does.
    assert "wide" in offered("sd15", {}, 768, 448)


def test_it_offers_no_shape_that_its_size_cannot_have():
    assert offered("sd15", {}, 64, 64) == ("square",)
    assert offered("sdxl", {}, 2048, 2048) == ("square",)


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ({"policy": "free"}, ASPECTS),
        ({"policy": "fixed"}, ("square",)),
        ({"policy": "range", "of": ["portrait"]}, ("square", "portrait")),
    ],
)
def test_it_obeys_the_curator(rule, names):
    validate({"aspect": rule})
    assert offered("sdxl", {"aspect": rule}, 1024, 1024) == names


@pytest.mark.parametrize(
    "rule", [{"policy": "range"}, {"policy": "range", "of": ["round"]}, {"policy": "odd"}, "fixed"]
)
def test_it_refuses_rules_that_cannot_be_met(rule):
    with pytest.raises(PolicyError):
        validate({"aspect": rule})
