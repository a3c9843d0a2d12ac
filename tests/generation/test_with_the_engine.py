"""The worker with the real engine and the starter model: memory that runs short, LoRAs in time."""

import threading

import pytest
import torch
from django.core.files.base import ContentFile

from generation.devices import open_renderer
from generation.engine import lora_files
from generation.models import Generation, Worker
from stylepacks.intake import add_lora
from tests.generation.conftest import TestProcess
from tests.stylepacks.factories import make_pack

pytestmark = pytest.mark.django_db

STARTER = ("starter/weights/starter", "sd15")
INK, NEON = "voxel.safetensors", "pop-art.safetensors"


def starter_pack(settings, slug, file):
    content = (settings.BASE_DIR / "starter/weights/loras" / file).read_bytes()
    lora = add_lora(ContentFile(content, file), slug.title(), "Apache-2.0")
    return make_pack(slug, lora=lora, width=256, height=256, steps=4)


@pytest.fixture
def ink(db, settings):
    return starter_pack(settings, "ink", INK)


@pytest.fixture(scope="module")
def engine():
    return open_renderer()


@pytest.fixture
def process(db, engine, settings):
    process = TestProcess(renderer=engine)
    process._announce(is_ready=True)
    return process


@pytest.fixture
def pipe(engine, settings):
    place = str(settings.BASE_DIR / STARTER[0])
    return engine.prepare(place, STARTER[1]).model.pipe


def refuse_above(module, limit, size_of):
    """From now on the allocator fails for inputs of more than `limit`."""

    def check(_, inputs):
        if size_of(inputs[0]) > limit:
            torch.empty(1 << 60, dtype=torch.uint8)

    return module.register_forward_pre_hook(check)


def states():
    return set(Generation.objects.values_list("state", flat=True))


def test_it_delivers_what_did_not_fit_and_tells_staff(alice, submit, process, pipe):
    hooks = [
        refuse_above(pipe.unet, 1, len),
        refuse_above(pipe.vae.decoder, 12, lambda latents: latents.shape[-1]),
    ]
    try:
        generation = submit(alice, count=2)
        process.work()
    finally:
        for hook in hooks:
            hook.remove()
    assert states() == {"done"}
    assert generation.images.count() == 2
    assert Worker.objects.get().memory_note == "smaller batch, tiled decode"


def test_it_tries_three_times_when_nothing_helps(alice, submit, process, pipe):
    generation = submit(alice)
    hook = refuse_above(pipe.unet, 0, len)
    try:
        for _ in range(3):
            assert states() == {"queued"}
            process.work()
            Generation.objects.update(retry_at=None)
    finally:
        hook.remove()
    generation.refresh_from_db()
    assert generation.state == "failed"
    assert generation.error == "The device ran out of memory; ask for fewer or smaller images."


def test_it_has_the_next_loras_in_memory_before_it_needs_them(
    alice, bob, submit, process, pipe, settings, monkeypatch
):
    starter_pack(settings, "neon", NEON)
    parsed, real = [], lora_files.parsed

    def noted(begun, *rest):
        parsed.append((begun.use.name, threading.current_thread().name))
        return real(begun, *rest)

    def look_ahead(rendering):
        TestProcess.look_ahead(process, rendering)
        # A slow machine must not render faster than it reads.
        process._read_ahead._thread.join(20)

    monkeypatch.setattr(lora_files, "parsed", noted)
    monkeypatch.setattr(process, "look_ahead", look_ahead)
    submit(alice)
    submit(bob, pack="neon")
    process.work()
    assert states() == {"done"}
    assert [thread for name, thread in parsed if name == "neon"] == ["read-ahead"]
