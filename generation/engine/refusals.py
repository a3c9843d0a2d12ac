"""When there is no picture: what a render cannot do, in sentences for people."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from generation.engine.contract import EngineError, RenderRequest
from generation.engine.pipelines import Model

NO_PICTURE = (
    "The model gave values that are not numbers instead of a picture. "
    "Lower the strength, or check the pack's LoRAs and the checkpoint."
)


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


@contextmanager
def plain_errors() -> Iterator[None]:
    """A device without memory becomes a retryable EngineError; its cache is freed."""
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        torch.cuda.empty_cache()
        raise EngineError(
            "The device ran out of memory; ask for fewer or smaller images.", retryable=True
        ) from error
