"""The whole evaluation: what is painted, drawn and asked, and the figures that come of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from starter.evaluation import memorisation
from starter.evaluation.autoencoder import reconstruction
from starter.evaluation.dial import spearman, step_error, style_change
from starter.evaluation.drawings import FIRST_SEED, Drawing, Pixels, draw_all
from starter.evaluation.judge import Judge, Verdict, accuracy
from starter.evaluation.labels import truth_of
from starter.evaluation.painting import Order, Studio
from starter.evaluation.prompts import Asked, evaluation_prompts, setting_of
from starter.evaluation.recognition import nearest_other, recognition
from starter.evaluation.scores import PARTS, Scores, kept, mean_of, scores
from starter.evaluation.wardrobe import Outfit, at_strength, by_default, order
from starter.pack_files import PackFile
from starter.training.store import SIDE

STRENGTHS = tuple(range(0, 101, 10))
COLOURFUL_FROM = 0.6
SEED = 500_000
DIAL_SEED, CHARACTER_SEED, STYLED_SEED = SEED + 10_000, SEED + 20_000, SEED + 30_000
Record = dict[str, Any]


@dataclass(frozen=True)
class Counts:
    """How many pictures each measure takes."""

    base: int = 640
    prompts: int = 48
    dial: int = 160
    character_dial: int = 320
    character: int = 64
    styled: int = 8
    reconstructed: int = 8
    copies: int = 256
    neighbours: int = 80_000


QUICK = Counts(24, 6, 1, 1, 4, 1, 1, 8, 300)


@dataclass
class Examination:
    """One run: everything is painted once and asked for by several measures."""

    studio: Studio
    judge: Judge
    packs: list[PackFile]
    counts: Counts
    folder: Path
    began: float = field(default_factory=time.monotonic)

    @cached_property
    def asked(self) -> list[Asked]:
        return evaluation_prompts(self.counts.base, 1)

    @property
    def styles(self) -> list[PackFile]:
        return [pack for pack in self.packs if pack.kind == "style"]

    @property
    def characters(self) -> list[PackFile]:
        return [pack for pack in self.packs if pack.kind == "character"]

    @property
    def shared(self) -> list[Asked]:
        """The prompts that every pack gets: the first ones, which hold all words evenly."""
        return self.asked[: self.counts.prompts]

    def run(self) -> Record:
        """Every figure, in the shape of EVALUATION.json but for where it was measured."""
        record: Record = {}
        # Cores draw them while the device paints.
        self._scenes = memorisation.training_thumbnails(self.counts.neighbours)
        for measure in (self._judge, self._base, self._autoencoder, self._styles, self._dials,
                        self._characters, self._styled, self._copies):  # fmt: skip
            record = _merged(record, measure())
            self._say(measure.__name__.strip("_"))
        return record | self._totals(record["per_pack"])

    def _judge(self) -> Record:
        facts = [one.facts for one in self.asked]
        drawings = [Drawing(FIRST_SEED + n, fact) for n, fact in enumerate(facts)]
        self.drawn_pictures = torch.from_numpy(draw_all(drawings))
        verdict = self._read(self.drawn_pictures)
        figures = scores(verdict, self.asked)
        by_head = accuracy(verdict, [truth_of(fact) for fact in facts])
        return {"judge_accuracy": mean_of(figures, PARTS), "judge": figures | {"by_head": by_head}}

    def _base(self) -> Record:
        orders = [order(one.text, SEED + n) for n, one in enumerate(self.asked)]
        self.bare_pictures = self.studio.paint(orders)
        self.bare = self._read(self.bare_pictures)
        figures = scores(self.bare, self.asked)
        return {**{part: figures[part] for part in PARTS}, "base": figures}

    def _autoencoder(self) -> Record:
        sections = self._sections()
        drawn = np.split(
            draw_all([one for some in sections.values() for one in some]), len(sections)
        )
        by_name = dict(zip(sections, drawn, strict=True))
        figures, by_section = reconstruction(by_name, self.studio.round_trip)
        return {"vae_psnr_db": figures["psnr_db"], "vae_delta_e": figures["delta_e"],
                "vae": by_section}  # fmt: skip

    def _sections(self) -> dict[str, list[Drawing]]:
        count, facts = self.counts.reconstructed, [one.facts for one in self.shared]
        seeds = range(2 * FIRST_SEED, 2 * FIRST_SEED + count)
        pairs = [(seed, facts[n % len(facts)]) for n, seed in enumerate(seeds)]
        sections = {"scenes": [Drawing(seed, fact, side=SIDE) for seed, fact in pairs]}
        for pack in self.characters:
            sections[pack.slug] = [Drawing(s, character=pack.slug, side=SIDE) for s in seeds]
        for pack in self.styles:
            looks = [Drawing(seed, fact, look=pack.slug, side=SIDE) for seed, fact in pairs]
            sections[pack.slug] = looks
        return sections

    def _styles(self) -> Record:
        if not self.styles:
            return {}
        painted, drawn = self._painted_styles(), self._drawn_styles()
        places = {slug: verdict.style for slug, verdict in painted.items()}
        ideals = {slug: verdict.style for slug, verdict in drawn.items()}
        found, next_to = recognition(places, ideals), nearest_other(places)
        bare = scores(self.bare.part(0, len(self.shared)), self.shared)
        per_pack = {
            slug: found[slug] | {"nearest": next_to[slug]}
            | self._kept(painted[slug], drawn[slug], bare)
            for slug in painted
        }  # fmt: skip
        return {"per_pack": per_pack}

    def _painted_styles(self) -> dict[str, Verdict]:
        orders = [order(one.text, SEED + n, [by_default(pack)])
                  for pack in self.styles for n, one in enumerate(self.shared)]  # fmt: skip
        return self._by_pack(self.styles, self._read(self.studio.paint(orders)))

    def _drawn_styles(self) -> dict[str, Verdict]:
        drawings = [Drawing(FIRST_SEED + n, one.facts, look=pack.slug)
                    for pack in self.styles for n, one in enumerate(self.shared)]  # fmt: skip
        return self._by_pack(self.styles, self._read(draw_all(drawings)))

    def _kept(self, painted: Verdict, drawn: Verdict, bare: Scores) -> Record:
        ideal, under = scores(drawn, self.shared), scores(painted, self.shared)
        monochrome = ideal["colour"] < COLOURFUL_FROM
        parts = ("subject", "place", "time", *(() if monochrome else ("colour",)))
        ratios = kept(under, bare, ("subject", "colour", "place", "time"))
        return {
            "prompt_kept": mean_of(ratios, parts),
            "prompt_kept_parts": ratios,
            "monochrome": monochrome,
            "judged": {part: under[part] for part in ratios},
            "judged_drawn": {part: ideal[part] for part in ratios},
        }

    def _dials(self) -> Record:
        stops = {pack.slug: [at_strength(pack, s) for s in STRENGTHS] for pack in self.packs}
        asked = {pack.slug: self._dial_asked(pack) for pack in self.packs}
        changes = measured_changes(self.studio, self.judge, stops, asked)
        return {"per_pack": {
            slug: {
                "dial_spearman": spearman(STRENGTHS, change),
                "dial_step_error": step_error(change),
                "dial_changes": (change / max(change[-1], 1e-9)).round(3).tolist(),
            }
            for slug, change in changes.items()
        }}  # fmt: skip

    def _dial_asked(self, pack: PackFile) -> list[Asked]:
        # A character is in a picture or it is not, so that more pictures are needed.
        is_style = pack.kind == "style"
        count = self.counts.dial if is_style else self.counts.character_dial
        return evaluation_prompts(count, 2)

    def _characters(self) -> Record:
        texts = [setting_of(one.facts) for one in self._settings()]
        orders = [
            order(text, CHARACTER_SEED + n, [by_default(pack)])
            for pack in self.characters
            for n, text in enumerate(texts)
        ]
        return {"per_pack": self._recognised(orders, "character_kept")}

    def _settings(self) -> list[Asked]:
        return evaluation_prompts(self.counts.character, 3)

    def _recognised(self, orders: list[Order], key: str) -> Record:
        if not orders:
            return {}
        verdicts = self._by_pack(self.characters, self._read(self.studio.paint(orders)))
        return {
            slug: {key: float(np.mean([name == slug for name in verdict.said["character"]]))}
            for slug, verdict in verdicts.items()
        }

    def _styled(self) -> Record:
        if not self.styles or not self.characters:
            return {}
        verdict = self._read(self.studio.paint(self._styled_orders()))
        each, count = self.counts.styled, len(self.characters)
        names = np.array(verdict.said["character"]).reshape(len(self.styles), count, each)
        hits = names == np.array([pack.slug for pack in self.characters])[None, :, None]
        share = hits.mean(2)
        per_pack: Record = {
            who.slug: {"character_kept_styled": float(share[:, number].mean()), "under": {
                style.slug: float(share[at, number]) for at, style in enumerate(self.styles)
            }} for number, who in enumerate(self.characters)
        }  # fmt: skip
        for at, style in enumerate(self.styles):
            per_pack[style.slug] = {"characters_kept": float(share[at].mean())}
        return {"per_pack": per_pack}

    def _styled_orders(self) -> list[Order]:
        asked, each = self._settings(), self.counts.styled
        return [
            order(setting_of(asked[(at + n) % len(asked)].facts), STYLED_SEED + n,
                  [by_default(who), by_default(style)])
            for at, style in enumerate(self.styles)
            for who in self.characters
            for n in range(each)
        ]  # fmt: skip

    def _copies(self) -> Record:
        count = min(self.counts.copies, len(self.asked))
        both = torch.cat([self.bare_pictures[:count], self.drawn_pictures[:count]])
        found = memorisation.nearest(both, self._scenes, self.judge.device)
        painted, drawn = (memorisation.Nearest(found.distances[part], found.rows[part])
                          for part in (slice(count), slice(count, None)))  # fmt: skip
        memorisation.save_pairs(self.folder / "nearest.jpg", both[:count], painted)
        return {"memorisation": memorisation.memorisation(painted, drawn)
                | {"training_scenes": self.counts.neighbours}}  # fmt: skip

    def _totals(self, per_pack: Record) -> Record:
        return {
            "pack_recognition": _mean(per_pack, "recognised"),
            "pack_recognition_by_drawing": _mean(per_pack, "recognised_by_drawing"),
            "prompt_kept": _mean(per_pack, "prompt_kept"),
            "monochrome": [slug for slug, row in per_pack.items() if row.get("monochrome")],
            "dial_spearman_min": min(row["dial_spearman"] for row in per_pack.values()),
            "dial_step_error_max": max(row["dial_step_error"] for row in per_pack.values()),
            "character_kept": _mean(per_pack, "character_kept"),
            "character_kept_styled": _mean(per_pack, "character_kept_styled"),
            "packs": len(self.styles),
            "characters": len(self.characters),
            "pictures_painted": self.studio.painted,
        }

    def _read(self, pixels: Tensor | Pixels) -> Verdict:
        return self.judge.read(pixels)

    def _by_pack(self, packs: Sequence[PackFile], verdict: Verdict) -> dict[str, Verdict]:
        each = len(verdict.style) // len(packs)
        bounds = pairwise(range(0, len(verdict.style) + 1, each))
        return {pack.slug: verdict.part(*ends) for pack, ends in zip(packs, bounds, strict=True)}

    def _say(self, measure: str) -> None:
        spent = time.monotonic() - self.began
        print(f"[{spent:6.1f}s] {measure}, {self.studio.painted} pictures painted", flush=True)


def measured_changes(
    studio: Studio,
    judge: Judge,
    stops: dict[str, list[Outfit]],
    asked: dict[str, list[Asked]],
) -> dict[str, np.ndarray]:
    """By pack, how far each stop lies from the first in style, over the same prompts and seeds."""
    return {
        slug: _changes_over(studio, judge, outfits, asked[slug]) for slug, outfits in stops.items()
    }


def _changes_over(
    studio: Studio, judge: Judge, outfits: list[Outfit], asked: Sequence[Asked]
) -> np.ndarray:
    orders = [
        order(_plain_words(one, outfit), DIAL_SEED + n, [outfit])
        for outfit in outfits
        for n, one in enumerate(asked)
    ]
    places = judge.read(studio.paint(orders)).style
    return style_change(places.view(len(outfits), len(asked), -1))


def _plain_words(asked: Asked, outfit: Outfit) -> str:
    # A character pack brings the subject: its prompts say where and when.
    return setting_of(asked.facts) if outfit.pack.kind == "character" else asked.text


def _merged(record: Record, more: Record) -> Record:
    per_pack: Record = dict(record.get("per_pack", {}))
    for slug, row in more.get("per_pack", {}).items():
        per_pack[slug] = per_pack.get(slug, {}) | row
    return record | more | {"per_pack": per_pack}


def _mean(per_pack: Record, key: str) -> float | None:
    values = [row[key] for row in per_pack.values() if key in row]
    return sum(values) / len(values) if values else None
