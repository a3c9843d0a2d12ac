"""Our picture beside the one that unmerged PEFT adapters in single precision make of the noise."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from benchmarks.engine.bench import Bench
from benchmarks.engine.stock import Stock
from generation.engine.contract import RenderRequest

Pixels = np.ndarray[Any, Any]


def measure(bench: Bench) -> None:
    """PSNR over one LoRA and over two, the lower one counts; and how much the LoRA changes."""
    steps = bench.subject.short_steps
    packs = bench.subject.packs
    requests = [bench.subject.request(*packs[:count], steps=steps) for count in (0, 1, 2)]
    ours = [_pixels(bench, request) for request in requests]
    with exact_products():
        stock = Stock(bench.subject, torch.float32)
        theirs = [stock.request(request) for request in requests[1:]]
    found = [psnr(one, other) for one, other in zip(ours[1:], theirs, strict=True)]
    note = f"{steps} steps, same noise; the lower of one LoRA and two, PEFT unmerged in float32"
    bench.sheet.put(note, psnr_over_unmerged_db=min(found))
    note = f"{steps} steps: our picture with one LoRA against ours without: a change plainly seen"
    bench.sheet.put(note, psnr_of_change_db=psnr(ours[0], ours[1]))


def psnr(one: Pixels, other: Pixels) -> float:
    """Decibels between two pictures of 0 to 255."""
    return 10 * math.log10(255**2 / max(float(np.mean((one - other) ** 2)), 1e-12))


@contextmanager
def exact_products() -> Iterator[None]:
    """Single precision is not shortened to TF32 inside."""
    convolutions, matrices = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = convolutions
        torch.backends.cuda.matmul.allow_tf32 = matrices


def _pixels(bench: Bench, request: RenderRequest) -> Pixels:
    shape = (request.height, request.width, 3)
    return np.frombuffer(bench.ours.render(request), np.uint8).reshape(shape).astype(np.float64)
