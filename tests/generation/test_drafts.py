"""Drafts: the same picture in fewer steps, where the checkpoint has a LoRA for that."""

import pytest

from accounts import allowance, tokens
from generation.forms import WishForm
from generation.models import Generation
from generation.submission import SubmissionError
from stylepacks.models import Checkpoint
from tests.stylepacks.factories import make_lora, make_pack

pytestmark = pytest.mark.django_db


@pytest.fixture
def quick(ink):
    """The LoRA with which ink's checkpoint makes drafts."""
    lora = make_lora("Quick")
    checkpoint = ink.live_version.checkpoint
    checkpoint.draft_lora, checkpoint.draft_steps = lora, 3
    checkpoint.save()
    return lora


def test_it_freezes_the_checkpoints_few_steps_into_a_draft(submit, alice, quick):
    final, draft = submit(alice), submit(alice, quality="draft")
    recipe = draft.recipe
    sampling = (recipe["steps"], recipe["guidance"], recipe["sampler"])
    assert sampling == (3, 1.0, "ddim")
    assert recipe["loras"][:-1] == final.recipe["loras"]
    last = recipe["loras"][-1]
    assert (last["sha256"], last["weight"]) == (quick.sha256, 1.0)
    assert (final.recipe["quality"], recipe["quality"]) == ("final", "draft")
    assert recipe["prompt"] == final.recipe["prompt"]
    assert draft.batch_key != final.batch_key


def test_it_drafts_the_bare_checkpoint_at_strength_0(submit, alice, quick):
    loras = submit(alice, quality="draft", strength=0).recipe["loras"]
    assert [lora["sha256"] for lora in loras] == [quick.sha256]


def test_it_drafts_a_stack_once(submit, alice, quick):
    make_pack("pip", kind="character", width=64, height=64)
    loras = submit(alice, quality="draft", second="pip").recipe["loras"]
    assert len(loras) == 3
    assert loras[-1]["sha256"] == quick.sha256


def test_it_renders_a_draft_in_its_few_steps_and_charges_one_credit(submit, alice, quick, process):
    row = submit(alice, quality="draft")
    process.work()
    row.refresh_from_db()
    request = process.plain.requests[0]
    assert (row.state, request.steps, request.uses_guidance) == ("done", 3, False)
    assert allowance.meter(alice).used == 1


def test_it_says_when_the_checkpoint_makes_no_drafts(submit, alice):
    with pytest.raises(SubmissionError, match="Starter makes no drafts: ask for final") as refused:
        submit(alice, quality="draft")
    assert refused.value.code == "draft_unavailable"
    assert allowance.meter(alice).used == 0
    assert not Generation.objects.exists()


@pytest.mark.parametrize("quality", ["best", "", None, 4])
def test_it_refuses_another_quality(submit, alice, quick, quality):
    with pytest.raises(SubmissionError, match="either draft or final"):
        submit(alice, quality=quality)


def test_a_program_asks_for_a_draft_and_is_told(client, alice, quick):
    headers = {"Authorization": f"Bearer {tokens.issue(alice, 'test')}"}
    wish = {"pack": "ink", "prompt": "a red boat"}

    def post(**more):
        sent = {"content_type": "application/json", "headers": headers}
        return client.post("/api/generations", {**wish, **more}, **sent).json()

    assert post()["quality"] == "final"
    assert post(quality="draft")["quality"] == "draft"
    assert post(quality="best")["code"] == "quality_invalid"
    Checkpoint.objects.update(draft_lora=None)
    assert post(quality="draft")["code"] == "draft_unavailable"


def test_a_form_without_a_quality_asks_for_the_final_picture():
    typed = {"pack": "ink", "prompt": "a red boat"}
    plain, draft = WishForm(typed), WishForm({**typed, "quality": "draft"})
    assert plain.is_valid()
    assert draft.is_valid()
    assert (plain.wish.quality, draft.wish.quality) == ("final", "draft")
    assert plain.idempotency_key("k") != draft.idempotency_key("k")
