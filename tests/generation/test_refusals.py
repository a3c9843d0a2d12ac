"""Models that refuse, pictures that do not come out, and batches in which one is the cause."""

from dataclasses import replace

import pytest
from django.core.files.storage import default_storage

from generation.engine.contract import EngineError, RenderResult
from generation.models import Generation
from tests.generation.conftest import used_and_held

pytestmark = pytest.mark.django_db


class TestRefusals:
    def test_it_fails_at_once_when_the_engine_says_for_good(self, alice, submit, process):
        generation = submit(alice)

        def refuse(request, step):
            raise EngineError("The LoRA does not fit this model.")

        process.plain.before_step = refuse
        process.work()
        generation.refresh_from_db()
        assert (generation.state, generation.attempts) == ("failed", 1)
        assert generation.error == "The LoRA does not fit this model."
        assert used_and_held(alice) == (0, 0)

    def test_it_finds_out_alone_who_spoilt_a_batch(self, alice, bob, submit, process, settings):
        settings.RENDER_DEVICE = "cuda"
        bad, good = submit(alice, prompt="not a number"), submit(bob)

        def refuse(request, step):
            if any("not a number" in order.prompt for order in request.images):
                raise EngineError("The model gave values that are not numbers.")

        process.plain.before_step = refuse
        assert process.work() == 1
        Generation.objects.update(retry_at=None)
        assert process.work() == 2
        bad.refresh_from_db()
        good.refresh_from_db()
        assert (bad.state, good.state) == ("failed", "done")
        assert (used_and_held(alice), used_and_held(bob)) == ((0, 0), (1, 0))

    def test_it_loses_no_generation_to_a_device_without_memory(self, alice, submit, process):
        generation, said = submit(alice), "The device ran out of memory; ask for fewer images."

        def refuse(request, step):
            raise EngineError(said, retryable=True)

        process.plain.before_step = refuse
        seen = []
        for _ in range(3):
            process.work()
            generation.refresh_from_db()
            seen.append((generation.state, generation.attempts, generation.error))
            Generation.objects.update(retry_at=None)
        assert seen == [("queued", 1, ""), ("queued", 2, ""), ("failed", 3, said)]
        assert used_and_held(alice) == (0, 0)

    def test_it_tries_again_when_an_image_is_missing(self, alice, bob, submit, process, settings):
        settings.RENDER_DEVICE = "cuda"
        lost, good = submit(alice), submit(bob)
        render = process.plain.render

        def without_first(request, on_step):
            result = render(request, on_step)
            return replace(result, images=result.images[1:])

        process.plain.render = without_first
        process.work()
        lost.refresh_from_db()
        good.refresh_from_db()
        assert (lost.state, good.state) == ("queued", "done")

    def test_it_keeps_what_came_out_beside_an_image_that_did_not(
        self, alice, submit, process, settings
    ):
        settings.RENDER_DEVICE = "cuda"
        generation = submit(alice, count=3)
        render = process.plain.render

        def without_first(request, on_step):
            lost, *images = render(request, on_step).images
            said = {lost.key: "The model gave no picture."}
            return RenderResult(tuple(images), 0.0, 0.5, 0.1, said)

        process.plain.render = without_first
        settings.MAX_ATTEMPTS = 1
        process.work()
        generation.refresh_from_db()
        assert [image.index for image in generation.images.order_by("index")] == [1, 2]
        assert (generation.state, generation.error) == ("failed", "The model gave no picture.")
        assert used_and_held(alice) == (2, 0)

    def test_it_tries_again_when_nobody_knows_why(self, alice, submit, process):
        generation = submit(alice)

        def crash(request, step):
            if step == 2:
                raise RuntimeError("CUDA out of memory at 0x7f")

        process.plain.before_step = crash
        process.work()
        generation.refresh_from_db()
        assert (generation.state, generation.attempts) == ("queued", 1)
        Generation.objects.update(refusals=2, retry_at=None)
        process.work()
        generation.refresh_from_db()
        assert generation.state == "failed"
        assert "0x7f" not in generation.error

    def test_it_fails_when_the_weights_are_damaged(self, alice, ink, submit, process, settings):
        lora = ink.live_version.loras.get().lora
        with default_storage.open(lora.file.name, "wb") as file:
            file.write(b"not these bytes")
        cached = settings.DATA_DIR / "cache/loras" / f"{lora.sha256}.safetensors"
        cached.unlink(missing_ok=True)
        generation = submit(alice)
        process.work()
        generation.refresh_from_db()
        assert generation.state == "failed"
        assert "damaged" in generation.error
        assert not cached.exists()
