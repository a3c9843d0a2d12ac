"""What the engine is asked and what it answers. Standard library only.

Everything a render needs is in one frozen `RenderRequest`; the batch key, the number of
denoiser passes and the identity of the applied pack are computed from it, never passed along.
The engine speaks back only by its return value and the `on_step` callback.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

MAX_IMAGES = 8
# Guidance above this takes a second pass, away from the negative; a family has its own model's
# scale. FLUX.1 is told guidance as a number, and Z-Image counts from 0 where others do from 1.
GUIDED_ABOVE = {"flux": math.inf, "z-image": 0.0}


class EngineError(Exception):
    """A render that failed. `retryable` says whether the same request may succeed later."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class LoraRefused(EngineError):
    """A LoRA file that cannot be applied exactly; `keys` are the offending tensor names."""

    def __init__(self, message: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.keys = keys


class DeviceLost(EngineError):
    """The device answers this process no more; another process may find it well."""


class CheckpointMissing(EngineError):
    """The checkpoint folder or file is not on this machine, or is not a model."""


@dataclass(frozen=True)
class LoraUse:
    """One LoRA file on local disk and the weight it is applied with (0 = not at all)."""

    name: str
    path: str
    sha256: str
    weight: float


@dataclass(frozen=True)
class ImageOrder:
    """One image: `key` names it in results and previews; the seed draws its noise on the CPU.

    A variation starts elsewhere: `turns` are (seed, share), and the noise of each seed is turned by
    its share of a right angle towards the next one's, the last towards the image's own.
    """

    key: str
    prompt: str
    negative: str
    seed: int
    turns: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class RenderRequest:
    """One batch: images that share checkpoint, LoRAs, size and sampling. Sizes in pixels."""

    checkpoint: str
    family: str
    images: tuple[ImageOrder, ...]
    loras: tuple[LoraUse, ...] = ()
    width: int = 512
    height: int = 512
    steps: int = 16
    guidance: float = 4.0
    sampler: str = "dpmpp_2m"
    preview_every: int = 4

    @property
    def active_loras(self) -> tuple[LoraUse, ...]:
        return tuple(lora for lora in self.loras if lora.weight != 0)

    @property
    def pack_key(self) -> str:
        """Identity of the applied LoRA set: equal keys need no work at the switch."""
        return _digest([(lora.sha256, lora.weight) for lora in self.active_loras])

    @property
    def uses_guidance(self) -> bool:
        return self.guidance > GUIDED_ABOVE.get(self.family, 1.0)

    @property
    def denoiser_passes(self) -> int:
        return self.steps * len(self.images) * (2 if self.uses_guidance else 1)


@dataclass(frozen=True)
class StepProgress:
    """After `step` of `total`; `previews` maps image keys to small WebP files, often empty."""

    step: int
    total: int
    previews: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class RenderedImage:
    """Finished pixels: `rgb` is height x width x 3 bytes, row by row.

    `precision` is the number type that made them: in another one they differ in the last bits.
    """

    key: str
    seed: int
    width: int
    height: int
    rgb: bytes
    precision: str = "float32"


@dataclass(frozen=True)
class RenderResult:
    """Images in the order asked, without those cancelled; seconds are wall-clock.

    `failures` maps the key of an image that did not come out to a sentence for people; it has
    company in `images`, for a render without any image raises instead. `given_up` names, in order,
    what was given up because memory ran short or a compiler failed.
    """

    images: tuple[RenderedImage, ...]
    switch_seconds: float
    denoise_seconds: float
    decode_seconds: float
    failures: dict[str, str] = field(default_factory=dict)
    given_up: tuple[str, ...] = ()


OnStep = Callable[[StepProgress], "frozenset[str] | None"]
"""Called after every step; returns the keys of images nobody wants any more (or None)."""


def batch_key(recipe: dict[str, object]) -> str:
    """The digest two frozen recipes must share to be rendered in one batch."""
    shared = ("checkpoint", "family", "loras", "width", "height", "steps", "guidance", "sampler")
    return _digest({name: recipe[name] for name in shared})


def to_json(request: RenderRequest) -> str:
    return json.dumps(asdict(request), sort_keys=True)


def from_json(text: str) -> RenderRequest:
    fields = json.loads(text)
    fields["images"] = tuple(_order(order) for order in fields["images"])
    fields["loras"] = tuple(LoraUse(**lora) for lora in fields["loras"])
    return RenderRequest(**fields)


def _order(fields: dict[str, Any]) -> ImageOrder:
    turns = tuple((int(seed), float(share)) for seed, share in fields.pop("turns", ()))
    return ImageOrder(**fields, turns=turns)


def _digest(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
