import errno
import pickle

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from stylepacks.errors import LoraAlreadyHere, LoraUnfit
from stylepacks.intake import add_lora
from stylepacks.models import Lora
from tests.stylepacks.factories import CROSS, lora_file, lora_tensors, safetensors_bytes

pytestmark = pytest.mark.django_db


def kept_files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_it_keeps_a_lora_under_its_digest():
    lora = add_lora(lora_file(metadata={"trigger": "ink style"}), "Ink Lines", "Apache-2.0")
    assert (lora.slug, lora.family, lora.rank) == ("ink-lines", "sd15", 2)
    assert (lora.cross_attention_width, lora.suggested_trigger) == (256, "ink style")
    assert lora.file.name == f"loras/{lora.sha256}.safetensors"
    assert lora.file.read() == lora_file(metadata={"trigger": "ink style"}).read()


def loha(value: float) -> ContentFile:
    shapes = {"1_a": (64, 2), "1_b": (2, 256), "2_a": (64, 2), "2_b": (2, 256)}
    tensors = {f"{CROSS}.hada_w{side}": (shape, 0.5) for side, shape in shapes.items()}
    tensors[f"{CROSS}.hada_w2_b"] = (shapes["2_b"], value)
    return ContentFile(safetensors_bytes(tensors), "loha.safetensors")


def test_it_keeps_a_loha():
    lora = add_lora(loha(0.5), "Ink", "MIT")
    assert (lora.family, lora.rank, lora.cross_attention_width) == ("sd15", 2, 256)


def test_it_refuses_a_loha_that_was_never_trained():
    with pytest.raises(LoraUnfit, match="changes nothing"):
        add_lora(loha(0.0), "Ink", "MIT")


def test_it_says_which_lora_the_same_file_is_already():
    first = add_lora(lora_file(), "Ink", "Apache-2.0")
    with pytest.raises(LoraAlreadyHere, match="it is the LoRA “Ink”") as refused:
        add_lora(lora_file(), "Other", "MIT")
    assert refused.value.lora == first
    assert Lora.objects.count() == 1


def test_it_finds_a_free_slug():
    add_lora(lora_file(), "Ink", "MIT")
    assert add_lora(lora_file(value=2.0), "Ink", "MIT").slug == "ink-2"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (pickle.dumps({"weights": [1.0] * 40}), "pickle"),
        (lora_file().read()[:-20], "cut short"),
        (
            safetensors_bytes({"model.diffusion_model.out.weight": ((4, 4), 1.0)}),
            "whole checkpoint",
        ),
        (safetensors_bytes(lora_tensors(value=0.0)), "changes nothing"),
        (safetensors_bytes(lora_tensors(value=float("nan"))), "not numbers"),
        (safetensors_bytes(lora_tensors(value=float("inf"))), "not numbers"),
    ],
)
def test_it_refuses_a_bad_file_and_leaves_nothing_behind(content, words, media_folder):
    with pytest.raises(LoraUnfit, match=words):
        add_lora(ContentFile(content, "fine.safetensors"), "Bad", "MIT")
    assert not Lora.objects.exists()
    assert not kept_files(media_folder)


def test_it_refuses_an_oversized_file_before_reading_it(settings, media_folder):
    settings.MAX_LORA_BYTES = 100
    with pytest.raises(LoraUnfit, match="lower rank"):
        add_lora(lora_file(), "Big", "MIT")
    assert not kept_files(media_folder)


def test_it_refuses_a_license_that_is_none(media_folder):
    with pytest.raises(LoraUnfit, match="SPDX"):
        add_lora(lora_file(), "Ink", "do what you like")
    assert not kept_files(media_folder)


def test_it_says_so_when_the_disk_is_full(monkeypatch, media_folder):
    def full(name, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    with pytest.raises(LoraUnfit, match="disk may be full"):
        add_lora(lora_file(), "Ink", "MIT")
    assert not Lora.objects.exists()
    assert not kept_files(media_folder)


def test_it_takes_the_file_away_with_the_lora(media_folder, django_capture_on_commit_callbacks):
    lora = add_lora(lora_file(), "Ink", "MIT")
    with django_capture_on_commit_callbacks(execute=True):
        lora.delete()
    assert not kept_files(media_folder)
