"""Finding by words: what a typed word fits, and what it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylepacks.rules.word_search import (
    BEGINNING,
    EXACT,
    INSIDE,
    SLIP,
    best_fits,
    fit,
    points,
    slips_to_beginning,
    words_of,
)


@pytest.mark.parametrize(
    ("typed", "known", "how"),
    [
        ("poster", "poster", EXACT),
        ("posters", "poster", EXACT),
        ("water", "watercolour", BEGINNING),
        ("colour", "watercolour", INSIDE),
        ("watercolor", "watercolour", SLIP),
        ("wahtercolour", "watercolour", SLIP),
        ("linocot", "linocut", SLIP),
        ("retor", "retro", SLIP),
        ("synhtw", "synthwave", SLIP),
        ("fox", "box", 0),
        ("zebra", "linocut", 0),
    ],
)
def test_it_says_how_well_a_word_fits(typed, known, how):
    assert fit(typed, known) == how


def test_it_reads_words_without_case_and_accents():
    assert words_of("  Café, CRÈME & snow-globe_2 ") == ["cafe", "creme", "snow", "globe", "2"]
    assert words_of("<>&!") == []
    assert len(words_of("a " * 50)) == 8


def test_it_weighs_the_best_word_for_each_typed_one():
    weights = {"ink": 3, "inked": 1, "bold": 2}
    fits = [best_fits(word, weights) for word in ("ink", "zebra")]
    assert points(fits, weights) == [EXACT * 3, 0]


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_it_never_counts_more_slips_than_letters(typed, known):
    slips = slips_to_beginning(typed, known, 9)
    assert 0 <= slips <= len(typed)
    assert (slips == 0) == known.startswith(typed)
