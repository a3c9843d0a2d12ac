"""From submission to picture, through the real queue, delivery and ledger."""

import io

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from accounts import allowance
from generation.engine.image_files import read_metadata
from generation.engine.provenance import Signer
from generation.models import FairShare
from generation.states import State

pytestmark = pytest.mark.django_db


def test_it_renders_delivers_and_charges(alice, submit, process, settings):
    generation = submit(alice, count=2)
    assert (generation.state, allowance.meter(alice).held) == (State.QUEUED.value, 2)

    assert process.work() == 1

    generation.refresh_from_db()
    images = list(generation.images.all())
    assert generation.state == State.DONE.value
    assert [(image.index, image.seed) for image in images] == [(0, 7), (1, 8)]
    meter = allowance.meter(alice)
    assert (meter.used, meter.held) == (2, 0)
    png = default_storage.open(f"generations/{generation.pk}/0.png").read()
    assert Image.open(io.BytesIO(png)).size == (64, 64)
    assert len(png) == images[0].byte_size
    assert "a red boat" in str(read_metadata(png))
    assert Signer(settings.DATA_DIR / "provenance").verify(png).is_trusted
    assert default_storage.exists(f"thumbnails/{generation.pk}/0.webp")
    assert not generation.previews.exists()
    assert generation.device_seconds == pytest.approx(1.2)
    assert FairShare.objects.get(person=alice).served_seconds == pytest.approx(1.2)


def test_it_keeps_the_raw_weights_to_the_house(alice, submit, process):
    generation = submit(alice)
    process.work()
    png = default_storage.open(f"generations/{generation.pk}/0.png").read()
    assert b"loras" not in png
    assert b"starter/weights" not in png


def test_it_renders_each_persons_images_for_that_person(alice, bob, submit, process):
    first, second = submit(alice), submit(bob, prompt="a blue house")
    process.work()
    assert first.images.get().generation.person == alice
    assert second.images.get().generation.person == bob
    assert first.images.get().sha256 != second.images.get().sha256


def test_it_renders_the_same_request_again_to_the_same_pixels(alice, submit, process):
    first, second = submit(alice), submit(alice)
    process.work()
    pixels = [
        Image.open(default_storage.open(generation.images.get().file.name)).tobytes()
        for generation in (first, second)
    ]
    assert pixels[0] == pixels[1]
