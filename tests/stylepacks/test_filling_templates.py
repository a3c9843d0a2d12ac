import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylepacks.rules.prompt_template import (
    TemplateError,
    Trigger,
    fill,
    merge_negatives,
    stack,
    validate,
)

HOSTILE = [
    "$&", "$1", "{prompt}", "{trigger}", "{", "}}", "#", "\\", "\\g<0>", "%s", "<script>",
    "🦊🌊", "مرحبا بالعالم", "\u202eabc", "a\x00b", "{0}", "{prompt!r}", ", ,", "  ",
]  # fmt: skip
WORDS = st.one_of(st.text(max_size=60), st.sampled_from(HOSTILE), st.lists(
    st.sampled_from(HOSTILE), max_size=4).map(" ".join))  # fmt: skip
LITERAL = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=20)
TRIGGERS = st.lists(
    st.builds(Trigger, LITERAL, st.sampled_from(["start", "end"]), st.booleans()), max_size=3
)


@st.composite
def templates(draw):
    slots = ["{prompt}", *draw(st.sampled_from([[], ["{trigger}"]]))]
    pieces = [draw(LITERAL)]
    for slot in draw(st.permutations(slots)):
        pieces += [slot, draw(LITERAL)]
    return "".join(pieces)


@given(templates(), WORDS, TRIGGERS)
def test_it_puts_the_words_in_literally_and_once(template, words, triggers):
    filled = fill(template, words, triggers)
    assert [part.text for part in filled.parts if part.source == "prompt"] == [words] * bool(words)
    assert "".join(part.text for part in filled.parts) == filled.text


@given(templates(), WORDS, WORDS, TRIGGERS)
def test_it_treats_every_wording_alike(template, one, other, triggers):
    first, second = fill(template, one, triggers), fill(template, other, triggers)
    without = [
        [part for part in filled.parts if part.source != "prompt"] for filled in (first, second)
    ]
    assert without[0] == without[1]


@given(templates(), templates(), WORDS, TRIGGERS, TRIGGERS)
def test_it_stacks_two_packs_around_one_user_slot(character, style, words, first, second):
    stacked = stack(character, style, words, first, second)
    assert [part.text for part in stacked.parts if part.source == "prompt"] == [words] * bool(words)


@given(st.text(max_size=40))
def test_it_accepts_exactly_the_valid_templates(text):
    spare = text.replace("{prompt}", "", 1).replace("{trigger}", "", 1)
    if text.count("{prompt}") == 1 and "{" not in spare and "}" not in spare:
        validate(text)
        return
    with pytest.raises(TemplateError):
        validate(text)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("", "no {prompt}"),
        ("{prompt} {prompt}", "more than once"),
        ("{prompt} {trigger} {trigger}", "more than once"),
        ("{prompt} {style}", "belongs to no slot"),
        ("{{prompt}}", "belongs to no slot"),
        ("{prompt", "no {prompt}"),
        ("{prompt} }", "belongs to no slot"),
    ],
)
def test_it_says_what_is_wrong_with_a_template(template, words):
    with pytest.raises(TemplateError, match=words.replace("{", r"\{")):
        validate(template)


def test_it_places_triggers_in_the_slot_or_by_their_position():
    triggers = [Trigger("ink style"), Trigger("bold", "start")]
    assert fill("{prompt}, {trigger}", "a boat", triggers).text == "a boat, ink style, bold"
    assert fill("{prompt}", "a boat", triggers).text == "bold, a boat, ink style"


def test_it_uses_a_trigger_that_is_not_required_only_in_a_slot():
    optional = [Trigger("ink style", required=False)]
    assert fill("{prompt}", "a boat", optional).text == "a boat"
    assert fill("{prompt}, {trigger}", "a boat", optional).text == "a boat, ink style"


def test_it_says_a_trigger_once_however_many_loras_bring_it():
    triggers = [Trigger("Ink  style, bold"), Trigger("bold"), Trigger("ink style")]
    assert fill("{prompt}, {trigger}", "a boat", triggers).text == "a boat, Ink style, bold"


def test_it_leaves_no_gap_where_a_pack_has_no_trigger():
    assert fill("{prompt}, {trigger}", "a boat").text == "a boat"
    assert fill("{trigger}, {prompt}", "a boat").text == "a boat"
    assert fill("{prompt}, {trigger}, on paper", "a boat").text == "a boat, on paper"


def test_it_names_the_source_of_every_part():
    parts = fill("{prompt}, {trigger}, on paper", "a boat", [Trigger("ink style")]).parts
    assert [(part.source, part.text) for part in parts] == [
        ("prompt", "a boat"),
        ("template", ", "),
        ("trigger", "ink style"),
        ("template", ", on paper"),
    ]


def test_it_fills_the_character_first_and_the_style_around_it():
    stacked = stack(
        "{trigger}, {prompt}",
        "{prompt}, {trigger}",
        "in the {prompt} rain",
        [Trigger("pip the fox")],
        [Trigger("linocut style"), Trigger("Pip the Fox")],
    )
    assert stacked.text == "pip the fox, in the {prompt} rain, linocut style"


def test_it_merges_two_negatives_without_saying_anything_twice():
    assert merge_negatives("blur, extra legs", "Blur, grey") == "blur, extra legs, grey"
    assert merge_negatives("", "") == ""
