"""From settings to the engine that owns this process's device."""

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from stylepacks.models import Checkpoint, PackVersion

if TYPE_CHECKING:
    from generation.engine.renderer import Renderer


class EngineUnopened(Exception):
    """Torch or the device cannot be had in this process: nothing it claims could be rendered."""


def compiles() -> bool:
    """Whether this process's models are compiled before they are ready; imports no torch."""
    return settings.COMPILE != "off" and not settings.RENDER_DEVICE.startswith("cpu")


def sizes_to_compile(width: int, height: int) -> tuple[tuple[int, int], ...]:
    """(width, height) in pixels: those of the settings, else the one a checkpoint was made for."""
    listed = [tuple(map(int, size.split("x"))) for size in settings.COMPILED_SIZES]
    return tuple((first, second) for first, second in listed) or ((width, height),)


def guidances_to_compile(checkpoint: Checkpoint) -> tuple[float, ...]:
    """Those of published looks and of drafts: nobody waits for another's pass. None: the usual."""
    published = PackVersion.objects.filter(checkpoint=checkpoint, published_at__isnull=False)
    asked = set(published.values_list("guidance", flat=True).distinct())
    drafts = {checkpoint.draft_guidance} if checkpoint.draft_lora_id else set()
    return tuple(sorted(asked | drafts, reverse=True))


def open_renderer() -> "Renderer":
    """The engine as it is configured, nothing loaded; imports torch, which takes seconds."""
    from generation.engine.compiling import Compiling
    from generation.engine.model_shelf import MemoryBudget
    from generation.engine.renderer import Renderer

    memory = MemoryBudget(
        settings.KEPT_MODELS_BYTES, settings.KEPT_LORAS_BYTES, settings.PRISTINE_WEIGHTS
    )
    device, threads = settings.RENDER_DEVICE, settings.RENDER_THREADS
    compiling = Compiling(
        settings.COMPILE, Path(settings.COMPILED_DIR), attention=settings.ATTENTION
    )
    return Renderer(device, threads, settings.RENDER_PRECISION, memory, compiling)
