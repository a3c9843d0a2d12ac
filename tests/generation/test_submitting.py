"""What comes in: accepted exactly once, or refused with one sentence and nothing changed."""

import pytest
from django.db import IntegrityError

from accounts import allowance
from generation import recipes, submission
from generation.models import Generation
from generation.submission import SubmissionError, Wish
from stylepacks.models import StylePack
from tests.stylepacks.factories import make_checkpoint, make_pack

pytestmark = pytest.mark.django_db

REFUSED = [
    ({"prompt": ""}, "prompt_empty"),
    ({"prompt": " \n\t\x00 "}, "prompt_empty"),
    ({"prompt": "\u200b\u200f"}, "prompt_empty"),
    ({"prompt": None}, "prompt_empty"),
    ({"prompt": "a" * 10_000}, "prompt_too_long"),
    ({"count": 0}, "count_invalid"),
    ({"count": -1}, "count_invalid"),
    ({"count": 1000}, "count_invalid"),
    ({"count": True}, "count_invalid"),
    ({"count": "2"}, "count_invalid"),
    ({"strength": -1}, "strength_invalid"),
    ({"strength": 101}, "strength_invalid"),
    ({"strength": 8.5}, "strength_invalid"),
    ({"seed": -1}, "seed_invalid"),
    ({"seed": 2**32}, "seed_invalid"),
    ({"pack": "nowhere"}, "pack_unknown"),
    ({"pack": ""}, "pack_unknown"),
    ({"second": "nowhere"}, "pack_unknown"),
]


@pytest.mark.parametrize(("wrong", "code"), REFUSED)
def test_it_refuses_with_one_sentence_and_holds_nothing(alice, submit, wrong, code):
    with pytest.raises(SubmissionError) as refusal:
        submit(alice, **wrong)
    assert refusal.value.code == code
    assert str(refusal.value)[-1] == "."
    assert not Generation.objects.exists()
    assert allowance.meter(alice).held == 0


@pytest.mark.parametrize(
    "prompt",
    [
        "{prompt}",
        "$& \\1 #",
        "<script>alert(1)</script>",
        "🦊🏽‍🚀 in a boat",
        "قارب أحمر",
        "{trigger} {0}",
    ],
)
def test_it_takes_any_words_literally_and_once(alice, submit, prompt):
    generation = submit(alice, prompt=prompt)
    assert generation.prompt == prompt
    assert generation.recipe["prompt"] == f"{prompt}, ink style"


def test_it_drops_control_characters_and_lone_surrogates(alice, submit):
    assert submit(alice, prompt="a\x00 red\r\nboat\ud800\x1b").prompt == "a red boat"


def test_it_holds_the_images_and_freezes_the_recipe(alice, ink, submit, quiet_house):
    generation = submit(alice, count=3, strength=50)
    assert allowance.meter(alice).held == 3
    version = ink.live_version
    assert generation.recipe["packs"] == [
        {"slug": "ink", "version": 1, "digest": version.digest, "strength": 50}
    ]
    lora = version.loras.get().lora
    assert generation.recipe["loras"] == [
        {"name": lora.slug, "file": lora.file.name, "sha256": lora.sha256, "weight": 0.5}
    ]
    assert (generation.seed, generation.queue) == (7, "render.sd15.cpu")


def test_it_rings_after_the_commit(alice, submit, quiet_house, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        submit(alice)
        assert quiet_house == []
    assert quiet_house == ["render.sd15.cpu"]


def test_it_draws_a_fresh_seed_when_none_is_asked(alice, submit):
    seeds = {submit(alice, seed=None).seed for _ in range(4)}
    assert len(seeds) == 4
    assert max(seeds) < 2**32


def test_it_makes_one_generation_of_a_repeated_key(alice, bob, submit):
    first = submit(alice, key="k", count=2)
    assert submit(alice, key="k", count=2) == first
    assert allowance.meter(alice).held == 2
    assert submit(bob, key="k") != first


def test_it_gives_the_twin_back_when_two_posts_race(alice, submit, monkeypatch):
    first = submit(alice, key="k")
    answers = iter([None, first])
    monkeypatch.setattr(submission, "with_key", lambda person, key: next(answers))
    assert submit(alice, key="k") == first
    assert allowance.meter(alice).held == 1


def test_it_refuses_a_key_that_cannot_be_kept(alice, submit):
    with pytest.raises(SubmissionError) as refusal:
        submit(alice, key="k" * 65)
    assert refusal.value.code == "idempotency_key_invalid"


def test_it_refuses_a_retired_pack_but_keeps_what_was_queued(alice, ink, submit, process):
    earlier = submit(alice)
    StylePack.objects.filter(pk=ink.pk).update(state=StylePack.State.RETIRED)
    with pytest.raises(SubmissionError) as refusal:
        submit(alice)
    assert refusal.value.code == "pack_retired"
    process.work()
    earlier.refresh_from_db()
    assert earlier.state == "done"


def test_it_says_when_the_allowance_is_used_up(alice, submit, settings):
    settings.DAILY_ALLOWANCE = 3
    submit(alice, count=3)
    with pytest.raises(SubmissionError) as refusal:
        submit(alice)
    assert refusal.value.code == "allowance_used_up"
    assert Generation.objects.count() == 1


def test_it_caps_what_one_person_has_on_the_way(alice, bob, submit):
    for _ in range(submission.MAX_UNENDED):
        submit(alice)
    with pytest.raises(SubmissionError) as refusal:
        submit(alice)
    assert refusal.value.code == "too_many_waiting"
    assert submit(bob)


def test_it_raises_what_is_not_a_twin(alice, submit, monkeypatch):
    def broken(*_):
        raise IntegrityError

    monkeypatch.setattr("accounts.allowance.hold", broken)
    with pytest.raises(IntegrityError):
        submit(alice)
    assert not Generation.objects.exists()


class TestStrength:
    def test_it_makes_zero_the_checkpoint_alone(self, alice, submit):
        make_pack("other", template="all other, {prompt}", negative="blur", width=64, height=64)
        bare = submit(alice, strength=0)
        assert (bare.recipe["prompt"], bare.recipe["loras"]) == ("a red boat by the sea", [])
        assert submit(alice, pack="other", strength=0).recipe["negative"] == ""

    @pytest.mark.parametrize(
        ("rule", "allowed", "refused"),
        [
            ({"policy": "fixed"}, 85, 84),
            ({"policy": "range", "min": 40, "max": 90}, 40, 39),
            ({"policy": "range", "min": 40, "max": 90}, 90, 91),
        ],
    )
    def test_it_keeps_to_what_the_curator_allows(self, alice, submit, rule, allowed, refused):
        make_pack("strict", field_policy={"strength": rule})
        assert submit(alice, pack="strict", strength=allowed).strength == allowed
        with pytest.raises(SubmissionError, match="Strict") as refusal:
            submit(alice, pack="strict", strength=refused)
        assert refusal.value.code == "strength_invalid"

    def test_it_takes_the_packs_own_when_none_is_asked(self, alice, submit):
        assert submit(alice, strength=None).strength == 85


class TestStacks:
    @pytest.fixture
    def pip(self, db):
        fields = {"template": "{trigger}, {prompt}", "negative": "blur, dog", "steps": 30}
        return make_pack("pip", kind="character", **fields)

    def test_it_puts_the_character_into_the_style(self, alice, submit, pip):
        make_pack(
            "wash", steps=12, negative="blur, photo", template="a wash of {prompt}, {trigger}"
        )
        one = submit(alice, pack="wash", second="pip", strength=100)
        recipe = one.recipe
        assert recipe["prompt"] == "a wash of pip style, a red boat by the sea, wash style"
        assert recipe["negative"] == "blur, dog, photo"
        assert recipe["steps"] == 12
        assert [pack["slug"] for pack in recipe["packs"]] == ["pip", "wash"]
        assert [pack["strength"] for pack in recipe["packs"]] == [85, 100]
        other = submit(alice, pack="pip", second="wash", strength=85).recipe
        assert other["prompt"] == recipe["prompt"]

    def test_it_refuses_two_of_a_kind(self, alice, submit):
        make_pack("wash")
        with pytest.raises(SubmissionError) as refusal:
            submit(alice, second="wash")
        assert refusal.value.code == "packs_incompatible"

    def test_it_refuses_packs_of_different_models(self, alice, submit):
        make_pack("pip", kind="character", checkpoint=make_checkpoint("elsewhere"))
        with pytest.raises(SubmissionError) as refusal:
            submit(alice, second="pip")
        assert refusal.value.code == "packs_incompatible"

    def test_it_shows_the_final_prompt_before(self, ink, pip):
        final = recipes.final_prompt(Wish("ink", "a boat", second="pip"))
        assert final.text == "pip style, a boat, ink style"
        assert ("prompt", "a boat") in [(part.source, part.text) for part in final.parts]
