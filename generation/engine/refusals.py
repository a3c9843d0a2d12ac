"""When there is no picture: what a render cannot do, in sentences for people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from generation.engine.contract import DeviceLost, EngineError, RenderRequest
from generation.engine.device_memory import give_back_freed, is_lost, is_out_of_memory
from generation.engine.pipelines import Model

NO_PICTURE = (
    "The model gave values that are not numbers instead of a picture. "
    "Lower the strength, or check the pack's LoRAs and the checkpoint."
)
SHOWN_KEYS = 3

DEVICE_LOST = "The device stopped answering."
OUT_OF_MEMORY = "The device ran out of memory; ask for fewer or smaller images."


def require_possible(model: Model, request: RenderRequest) -> None:
    """EngineError for a request this model cannot render."""
    multiple = model.size_multiple
    if min(request.width, request.height) < multiple or (
        request.width % multiple or request.height % multiple
    ):
        raise EngineError(
            f"This model renders sizes that are multiples of {multiple} pixels, "
            f"not {request.width} x {request.height}."
        )
    if not request.images or request.steps < 1:
        raise EngineError("A render needs at least one image and one step.")


def some(keys: Sequence[str]) -> str:
    """The first few of these names, and how many more there are."""
    shown = ", ".join(keys[:SHOWN_KEYS])
    return shown if len(keys) <= SHOWN_KEYS else f"{shown} and {len(keys) - SHOWN_KEYS} more"


@contextmanager
def plain_errors(device: torch.device) -> Iterator[None]:
    """Memory that ran out where no fallback helps becomes a retryable EngineError, and whatever a
    device says that answers no more DeviceLost.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if is_lost(device):
            raise DeviceLost(DEVICE_LOST, retryable=True) from error.with_traceback(None)
        if not is_out_of_memory(error):
            raise
        give_back_freed()
        raise EngineError(OUT_OF_MEMORY, retryable=True) from error.with_traceback(None)
