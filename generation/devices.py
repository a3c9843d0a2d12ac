"""From settings to the engine that owns this process's device."""

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from generation.engine.renderer import Renderer


def open_renderer() -> "Renderer":
    """The engine as it is configured, nothing loaded; imports torch, which takes seconds."""
    from generation.engine.model_shelf import MemoryBudget
    from generation.engine.renderer import Renderer

    memory = MemoryBudget(
        settings.KEPT_MODELS_BYTES, settings.KEPT_LORAS_BYTES, settings.PRISTINE_WEIGHTS
    )
    device, threads = settings.RENDER_DEVICE, settings.RENDER_THREADS
    return Renderer(device, threads, settings.RENDER_PRECISION, memory)
