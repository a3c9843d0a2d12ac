"""What the parts share: the subject, both sides (opened when first needed) and the sheet."""

import gc
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from benchmarks.engine.clocks import release
from benchmarks.engine.ours import Ours, Setup
from benchmarks.engine.sheet import Sheet
from benchmarks.engine.stock import Stock
from benchmarks.engine.subjects import Subject


@dataclass
class Bench:
    """One run, on one device.

    `way` is how this engine makes its passes fast on CUDA and `attention` the kernel it prefers,
    `backend` is torch.compile's for the stock side; `is_toy` shortens everything.
    """

    subject: Subject
    sheet: Sheet
    scratch: Path
    way: str = "off"
    backend: str = "inductor"
    attention: str = "auto"
    is_toy: bool = False

    @property
    def device(self) -> str:
        return self.subject.device

    @property
    def on_cuda(self) -> bool:
        return self.device == "cuda"

    @property
    def stock_dtype(self) -> torch.dtype:
        return torch.float16 if self.on_cuda else torch.float32

    @property
    def setup(self) -> Setup:
        """How this engine is opened, here and in a fresh process."""
        compiled = self.scratch / f"compiled-{self.subject.name}-{self.way}-{self.attention}"
        # Named, for a fresh process must add in the same order as this one.
        threads = self.subject.threads or torch.get_num_threads()
        return Setup(self.device, threads, self.way, str(compiled), self.attention)

    def rounds(self, full: int) -> int:
        return min(full, 2) if self.is_toy else full

    @cached_property
    def ours(self) -> Ours:
        before, folder = self.sheet.elapsed, Path(self.setup.compiled)
        was_compiled = folder.is_dir() and any(folder.iterdir())
        ours = Ours(self.setup, self.subject.request())
        seconds = self.sheet.elapsed - before
        self.sheet.say(f"this engine is open after {seconds:.1f} s")
        for line in (*ours.passes, *ours.failures):
            self.sheet.say(f"    {line}")
        if self.on_cuda:
            self.sheet.put(f"compiled and recorded ({self.way})", passes=len(ours.passes))
        if ours.passes and not was_compiled:
            note = "loading, compiling and recording with an empty folder of compiled passes"
            self.sheet.put(note, cold_start_seconds=seconds)
        return ours

    @cached_property
    def stock(self) -> Stock:
        self.sheet.say("opening stock diffusers")
        return Stock(self.subject, self.stock_dtype)

    def close(self) -> None:
        """Give the device's memory back, for a part that needs it."""
        for side in ("ours", "stock"):
            self.__dict__.pop(side, None)
        gc.collect()
        release(self.device)
