"""What is measured: a checkpoint, its packs and how an image is asked for."""

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.engine import random_sdxl
from generation.engine.contract import ImageOrder, LoraUse, RenderRequest

PROMPT = "a red boat by the sea at sunset"
PACKS = 30
STARTER = Path(__file__).resolve().parents[2] / "starter" / "weights"
MEMORY = Path("/dev/shm")
SDXL_BYTES = 16 * 1024**3


@dataclass(frozen=True)
class Subject:
    """One checkpoint folder with its packs; sizes in pixels. `short_steps` is enough for PSNR."""

    name: str
    family: str
    folder: Path
    device: str
    packs: tuple[LoraUse, ...]
    edge: int
    steps: int
    guidance: float
    sampler: str
    short_steps: int
    threads: int = 0

    def request(self, *packs: LoraUse, seed: int = 7, **changes: Any) -> RenderRequest:
        """One image without previews, as the subject is rendered or with `changes`."""
        asked: dict[str, Any] = {
            "width": self.edge, "height": self.edge, "steps": self.steps,
            "guidance": self.guidance, "sampler": self.sampler, "preview_every": 0,
        }  # fmt: skip
        order = ImageOrder("one", PROMPT, "", seed)
        return RenderRequest(str(self.folder), self.family, (order,), packs, **(asked | changes))


def sdxl(scratch: Path) -> Subject:
    """SDXL base as published, 1024 px, 30 steps, guidance, with random weights on the GPU."""
    folder = random_sdxl.checkpoint(scratch / "sdxl", "cuda")
    packs = random_sdxl.packs(scratch / "sdxl-packs", folder, PACKS, "cuda")
    return Subject("sdxl", "sdxl", folder, "cuda", packs, 1024, 30, 5.0, "euler", 12)


def starter(threads: int) -> Subject:
    """The model that ships and its packs, 512 px, as its packs are rendered, on the CPU."""
    files = sorted((STARTER / "loras").glob("*.safetensors"))
    packs = tuple(use(file) for file in files if file.stem != "draft")[:PACKS]
    folder = STARTER / "starter"
    return Subject(
        "starter", "sd15", folder, "cpu", packs, 512, 12, 4.0, "dpmpp_2m", 12, threads
    )  # fmt: skip


def toy(scratch: Path, device: str) -> Subject:
    """SDXL's architecture made tiny: every part runs in seconds and says nothing about speed."""
    folder = random_sdxl.checkpoint(scratch / "toy", device, random_sdxl.TOY)
    packs = random_sdxl.packs(scratch / "toy-packs", folder, 6, device, rank=4)
    return Subject("toy", "sdxl", folder, device, packs, 64, 4, 5.0, "euler", 3)


def use(file: Path) -> LoraUse:
    return LoraUse(file.stem, str(file), hashlib.sha256(file.read_bytes()).hexdigest(), 1.0)


def scratch_folder() -> Path:
    """A folder that later calls find again: in memory where there is room for SDXL."""
    folder = MEMORY / "housestyle-bench"
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > SDXL_BYTES
    if not roomy and not folder.is_dir():
        folder = Path(tempfile.gettempdir()) / "housestyle-bench"
    folder.mkdir(exist_ok=True)
    return folder
