"""The starter's draft LoRA: registered when it is there, missed by nobody when it is not."""

import pytest

from stylepacks.drafts import install_draft
from stylepacks.errors import LoraUnfit
from stylepacks.models import Lora
from tests.stylepacks.factories import lora_file, make_checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkpoint():
    return make_checkpoint()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "draft.safetensors"
    path.write_bytes(lora_file().read())
    return path


def test_it_lets_the_checkpoint_make_drafts(checkpoint, file):
    assert install_draft(checkpoint, file, "Apache-2.0")
    checkpoint.refresh_from_db()
    assert (checkpoint.draft_lora.slug, checkpoint.draft_steps) == ("draft", 4)
    assert (checkpoint.draft_guidance, checkpoint.draft_sampler) == (1.0, "ddim")


def test_it_may_be_done_again(checkpoint, file):
    install_draft(checkpoint, file, "Apache-2.0")
    install_draft(checkpoint, file, "Apache-2.0")
    assert Lora.objects.count() == 1


def test_it_takes_a_newer_file_and_keeps_the_older_one_for_old_pictures(checkpoint, file):
    install_draft(checkpoint, file, "Apache-2.0")
    older = checkpoint.draft_lora
    file.write_bytes(lora_file(value=0.9).read())
    install_draft(checkpoint, file, "Apache-2.0")
    assert checkpoint.draft_lora != older
    assert older.file.storage.exists(older.file.name)


def test_it_changes_nothing_without_a_file(checkpoint, tmp_path):
    assert not install_draft(checkpoint, tmp_path / "draft.safetensors", "Apache-2.0")
    checkpoint.refresh_from_db()
    assert checkpoint.draft_lora is None


def test_it_refuses_a_file_that_is_no_lora(checkpoint, file):
    file.write_bytes(b"no weights")
    with pytest.raises(LoraUnfit):
        install_draft(checkpoint, file, "Apache-2.0")
