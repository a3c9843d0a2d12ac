"""Before a worker is ready: each usual size is rendered once, so that its passes are recorded."""

import gc
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from generation.engine.compile_store import CompileStore, file_name
from generation.engine.compiling import Size, WarmUp, await_compiler
from generation.engine.contract import DeviceLost, EngineError, ImageOrder, RenderRequest
from generation.engine.pipelines import Model
from generation.engine.precision import name_of

logger = logging.getLogger(__name__)

# All families are sampled by it, and one pass is what is recorded, whatever the sampler.
SAMPLER = "euler"
# With guidance a pass holds words and opposite; drafts are made without.
GUIDANCES = (2.0, 1.0)

Render = Callable[[RenderRequest], object]


def warm_up(
    model: Model,
    family: str,
    sizes: Iterable[Size],
    render: Render,
    guidances: Sequence[float] = (),
) -> WarmUp:
    """Compile and record what these sizes of a loaded model need, through `render`, at each of
    these guidances; at the usual ones where none is named.

    Never raises for one that fails: it is rendered as it would be without.
    """
    if not model.fast.records:
        return WarmUp()
    began, folder = time.perf_counter(), model.fast.compiling.folder
    await_compiler()
    store = CompileStore(folder, _file_of(model))
    from_disk, before = store.load(), _compiled_count()
    requests = list(_usual_requests(model.checkpoint, family, sizes, guidances or GUIDANCES))
    failures = [*_rendered(model, requests, render), *model.fast.failures]
    store.save(compiled_anything=_compiled_count() > before)
    passes = tuple(map(str, model.fast.buckets))
    return WarmUp(time.perf_counter() - began, passes, tuple(failures), from_disk)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Inside no garbage is looked for, and what is there at the end is never looked through again.

    Libraries, weights and compiled code are millions of objects. Looked through again and again
    they cost a start seconds, and later a render tenths of a second now and then.
    """
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # What the compiler left in circles may hold a device's memory.
        gc.collect()
        gc.freeze()
        if was_collecting:
            gc.enable()


def _rendered(model: Model, requests: Sequence[RenderRequest], render: Render) -> Iterator[str]:
    """What failed, in sentences."""
    for index, request in enumerate(requests, 1):
        logger.info("Warming up, %d of %d: %s", index, len(requests), _named(request))
        try:
            with model.fast.preparing():
                render(request)
        except DeviceLost:
            raise
        except EngineError as error:
            logger.warning("The warm-up of %s failed: %s", _named(request), error)
            yield f"{_named(request)}: {error}"


def _usual_requests(
    checkpoint: str, family: str, sizes: Iterable[Size], guidances: Sequence[float]
) -> Iterator[RenderRequest]:
    """One step of one image of each size, with guidance, without, or both."""
    image = (ImageOrder("warm-up", "", "", 0),)
    for width, height in sizes:
        asked = [
            RenderRequest(checkpoint, family, image, (), width, height, 1, guidance, SAMPLER, 0)
            for guidance in guidances
        ]
        # All that guide ask for the same pass.
        yield from {request.uses_guidance: request for request in asked}.values()


def _named(request: RenderRequest) -> str:
    words = "with guidance" if request.uses_guidance else "without guidance"
    return f"{request.width} x {request.height} {words}"


def _file_of(model: Model) -> str:
    device = str(model.device)
    if model.device.type == "cuda":
        device = torch.cuda.get_device_name(model.device)
    return file_name(device, _architecture(model, model.fast.compiling.way))


def _architecture(model: Model, way: str) -> dict[str, Any]:
    """All of the model that decides what is compiled, and nothing of its weights or its name."""
    parts = (model.family.denoiser, "vae")
    configs = {name: _config(getattr(model.pipe, name)) for name in parts}
    return {"way": way, "dtype": name_of(model.dtype), **configs}


def _config(part: Any) -> dict[str, Any]:
    return {key: value for key, value in part.config.items() if not key.startswith("_")}


def _compiled_count() -> int:
    from torch._dynamo.utils import counters

    return int(counters["inductor"]["fxgraph_cache_miss"])
