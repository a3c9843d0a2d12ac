import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylepacks.rules.strength import StrengthError, validate_curve, weight_at

LINEAR = [[0, 0.0], [100, 1.0]]


@st.composite
def curves(draw):
    at = sorted(draw(st.sets(st.integers(1, 99), max_size=6)))
    shares = sorted(draw(st.floats(0, 1)) for _ in at)
    return [[0, 0.0], *map(list, zip(at, shares, strict=True)), [100, 1.0]]


@st.composite
def ranges(draw):
    return sorted([draw(st.floats(0, 2)), draw(st.floats(0, 2))])


@given(curves(), ranges())
def test_it_starts_at_nothing_and_ends_at_the_ceiling(curve, weights):
    assert weight_at(0, *weights, curve) == 0.0
    assert weight_at(100, *weights, curve) == weights[1]


@given(curves(), ranges(), st.integers(0, 100), st.integers(0, 100))
def test_it_never_falls_as_the_dial_is_turned_up(curve, weights, one, other):
    low, high = sorted([one, other])
    assert weight_at(low, *weights, curve) <= weight_at(high, *weights, curve) + 1e-6


@given(curves(), ranges(), st.integers(1, 99))
def test_it_stays_within_the_weight_range(curve, weights, strength):
    assert weights[0] - 1e-6 <= weight_at(strength, *weights, curve) <= weights[1] + 1e-6


def test_it_follows_straight_lines_between_points():
    assert weight_at(50, 0.0, 0.8, LINEAR) == 0.4
    assert weight_at(25, 0.2, 1.0, [[0, 0], [50, 0.5], [100, 1]]) == 0.4


@pytest.mark.parametrize("strength", [-1, 101, 1000, 50.5, True, None, "50"])
def test_it_refuses_a_strength_off_the_dial(strength):
    with pytest.raises(StrengthError, match="0 to 100"):
        weight_at(strength, 0, 1, LINEAR)


@pytest.mark.parametrize(
    "curve",
    [
        [], [[0, 0]], [[0, 0], [50, 1]], [[0, 0.1], [100, 1]], [[0, 0], [100, 0.9]],
        [[0, 0], [50, 0.6], [50, 0.7], [100, 1]], [[0, 0], [60, 0.7], [80, 0.5], [100, 1]],
        [[0, 0], ["x", 1], [100, 1]], [[0, 0], [100, float("nan")]], "curve", None,
        [[0, 0], [50], [100, 1]], [[0, 0]] * 200,
    ],
)  # fmt: skip
def test_it_refuses_a_curve_that_is_no_dial(curve):
    with pytest.raises(StrengthError):
        validate_curve(curve)
