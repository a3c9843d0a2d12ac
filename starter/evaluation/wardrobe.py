"""What a pack makes of a prompt, and the LoRA weights at a point of its strength dial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from starter.evaluation.painting import Order
from starter.pack_files import PackFile, read_packs


class WardrobeError(ValueError):
    """Packs that cannot be worn together or are not there; the message says what to do."""


@dataclass(frozen=True)
class Outfit:
    """One pack at one share (0..1) of its weight range."""

    pack: PackFile
    share: float

    @property
    def weights(self) -> dict[str, float]:
        return {
            Path(lora.file).stem: lora.weight_min + self.share * (lora.weight_max - lora.weight_min)
            for lora in self.pack.loras
        }

    def text(self, prompt: str) -> str:
        """The template with its slots filled, or the trigger at its own end of the prompt."""
        before, after = self.pack.template.split("{prompt}")
        lora = self.pack.loras[0]
        if "{trigger}" in self.pack.template:
            before, after = (part.replace("{trigger}", lora.trigger) for part in (before, after))
        elif lora.trigger_required and lora.trigger_position == "start":
            before = f"{lora.trigger}, {before}"
        elif lora.trigger_required:
            after = f"{after}, {lora.trigger}"
        return f"{before}{prompt}{after}"


def at_strength(pack: PackFile, strength: float) -> Outfit:
    """The pack at a point (0..100) of its dial, through its curve."""
    strengths, shares = zip(*pack.strength_curve, strict=True)
    return Outfit(pack, float(np.interp(strength, strengths, shares)))


def by_default(pack: PackFile) -> Outfit:
    return at_strength(pack, pack.defaults.strength)


def order(prompt: str, seed: int, outfits: Sequence[Outfit] = ()) -> Order:
    """A picture in these packs, innermost (the character) first; share 0 is the bare prompt."""
    wearing: dict[str, float] = {}
    for outfit in outfits:
        if outfit.share:
            prompt, wearing = outfit.text(prompt), wearing | outfit.weights
    return Order(prompt, seed, wearing)


def chosen_packs(names: Sequence[str] = ()) -> list[PackFile]:
    """The packs of these slugs, or all; WardrobeError names one that is not there."""
    packs = read_packs()
    unknown = sorted(set(names) - {pack.slug for pack in packs})
    if unknown:
        raise WardrobeError(f"There is no pack {unknown[0]!r} in starter/packs.")
    return [pack for pack in packs if not names or pack.slug in names]


def lora_files(packs: Sequence[PackFile], weights: Path) -> dict[str, Path]:
    """The LoRA files of the packs, by name, under `weights`/loras."""
    files = [weights / "loras" / lora.file for pack in packs for lora in pack.loras]
    return {file.stem: file for file in files}
