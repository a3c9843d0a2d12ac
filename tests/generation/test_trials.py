"""A curator looks at a version before it is published: same queue, no allowance, no trace."""

import pytest
from django.core.files.storage import default_storage

from accounts import allowance
from generation import endings, recovery
from generation.models import Generation
from generation.submission import SubmissionError, Wish, submit_trial
from stylepacks import previews
from stylepacks.models import Preview
from tests.stylepacks.factories import make_pack

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(db):
    return make_pack("draft", published=False, width=64, height=64).versions.get()


@pytest.fixture
def ask(draft, curator, django_capture_on_commit_callbacks):
    def make():
        with django_capture_on_commit_callbacks(execute=True):
            return previews.request(draft, "a red boat", curator)

    return make


def test_it_renders_a_draft_and_hands_it_to_the_pack(
    ask, curator, process, django_capture_on_commit_callbacks
):
    preview = ask()
    assert Generation.objects.get().is_trial
    with django_capture_on_commit_callbacks(execute=True):
        process.work()
    preview.refresh_from_db()
    assert preview.state == Preview.State.DONE
    assert preview.images.count() == 2
    assert default_storage.open(preview.images.first().file.name).read(4) == b"\x89PNG"
    assert not Generation.objects.exists()
    assert default_storage.listdir("generations")[1] == []
    assert allowance.meter(curator).used == allowance.meter(curator).held == 0


def test_it_says_why_it_did_not_work(ask, process):
    preview = ask()
    endings.failed(Generation.objects.get().pk, "The LoRA does not fit this model.")
    recovery.sweep()
    preview.refresh_from_db()
    assert (preview.state, preview.error) == ("failed", "The LoRA does not fit this model.")


def test_it_lets_the_draft_be_deleted_afterwards(ask, draft, process):
    ask()
    process.work()
    draft.pack.delete()
    assert not Generation.objects.exists()


def test_it_is_for_curators_only(alice, draft):
    with pytest.raises(SubmissionError):
        submit_trial(alice, Wish("draft", "a red boat"), draft)
    assert not Generation.objects.exists()


def test_it_answers_once(ask, process):
    ask()
    endings.failed(Generation.objects.get().pk, "No.")
    assert recovery.sweep() == 0
    assert not Generation.objects.exists()
    recovery.sweep()
    assert Preview.objects.count() == 1
