"""What the parts share: the subject, both sides (opened when first needed) and the sheet."""

import gc
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from benchmarks.engine.ours import Ours
from benchmarks.engine.sheet import Sheet
from benchmarks.engine.stock import Stock
from benchmarks.engine.subjects import Subject


@dataclass
class Bench:
    """One run. `backend` is torch.compile's for the stock side; `is_toy` shortens everything."""

    subject: Subject
    sheet: Sheet
    scratch: Path
    backend: str = "inductor"
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
    def compiled(self) -> Path:
        """Where the engine keeps what it compiled."""
        return self.scratch / f"compiled-{self.subject.name}"

    def rounds(self, full: int) -> int:
        return min(full, 2) if self.is_toy else full

    @cached_property
    def ours(self) -> Ours:
        before = self.sheet.elapsed
        was_compiled = self.compiled.is_dir() and any(self.compiled.iterdir())
        ours = Ours(self.device, self.subject.threads, self.subject.request(), self.compiled)
        seconds = self.sheet.elapsed - before
        how = "compiled" if ours.is_compiled else "eager"
        if was_compiled or not ours.is_compiled:
            self.sheet.say(f"this engine is open after {seconds:.1f} s ({how})")
        else:
            note = "loading, compiling and capturing with an empty folder of compiled passes"
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
        if self.on_cuda:
            torch.cuda.empty_cache()
