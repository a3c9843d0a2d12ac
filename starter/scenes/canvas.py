"""The sheet being painted: colour and region map together, with light, glow and reflection."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from starter.scenes.geometry import Outline
from starter.scenes.palette import Colour, Light

SIZE = 512
SKY, FAR, MIDDLE, GROUND, NEAR, SUBJECT, SECOND = range(7)
Pixels = NDArray[np.uint8]

_FRACTION_BITS = 4
_SUBPIXELS = 1 << _FRACTION_BITS


def _soft_disc() -> Pixels:
    axis = np.linspace(-1, 1, 64)
    distance = np.hypot(axis[:, None], axis[None, :])
    return np.asarray(np.clip(1 - distance, 0, 1) ** 1.7 * 255, np.uint8)


_SOFT = _soft_disc()


@dataclass(frozen=True)
class Box:
    """A pixel rectangle within the sheet, ends excluded."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def empty(self) -> bool:
        return self.x1 <= self.x0 or self.y1 <= self.y0


def around(parts: Sequence[Outline], margin: int = 2) -> Box:
    """The part of the sheet that the outlines touch."""
    low = np.min([p.min(0) for p in parts], 0) - margin
    high = np.max([p.max(0) for p in parts], 0) + margin
    x0, y0 = (max(0, int(v)) for v in low)
    x1, y1 = (min(SIZE, int(v) + 1) for v in high)
    return Box(x0, y0, x1, y1)


def _fixed(points: Outline) -> NDArray[np.int32]:
    return np.rint(points * _SUBPIXELS).astype(np.int32)


@dataclass
class Canvas:
    """512 x 512 pixels; every fill also writes `label` into the region map."""

    light: Light
    label: int = SKY
    sun: tuple[float, float] | None = None
    image: Pixels = field(default_factory=lambda: np.zeros((SIZE, SIZE, 3), np.uint8))
    labels: Pixels = field(default_factory=lambda: np.zeros((SIZE, SIZE), np.uint8))

    def fill(self, points: Outline, colour: Colour) -> None:
        """A flat, anti-aliased outline."""
        fixed = [_fixed(points)]
        cv2.fillPoly(self.image, fixed, colour, cv2.LINE_AA, _FRACTION_BITS)
        cv2.fillPoly(self.labels, fixed, (self.label,), cv2.LINE_8, _FRACTION_BITS)

    def touch(self, points: Outline, colour: Colour) -> None:
        """A flat outline that leaves the region map alone."""
        cv2.fillPoly(self.image, [_fixed(points)], colour, cv2.LINE_AA, _FRACTION_BITS)

    def wash(self, points: Outline, top: Colour, bottom: Colour) -> None:
        """An outline with a vertical gradient: low light catches its upper edge, its foot
        sinks into the ambient colour."""
        top, bottom = self.light.graze(top), self.light.sink(bottom)
        self.fill(points, top)
        area = around([points], 0)
        if area.empty:
            return
        mask = np.zeros((area.y1 - area.y0, area.x1 - area.x0), np.uint8)
        inside = points - (area.x0, area.y0) + (0, 1.5)
        cv2.fillPoly(mask, [_fixed(inside)], (255,), cv2.LINE_8, _FRACTION_BITS)
        self._paste(area, gradient((top, bottom), mask.shape[0], mask.shape[1]), mask)

    def _paste(self, area: Box, pixels: Pixels, mask: Pixels) -> None:
        target = self.image[area.y0 : area.y1, area.x0 : area.x1]
        target[...] = cv2.copyTo(pixels, mask, np.ascontiguousarray(target))

    def coverage(self, parts: Sequence[Outline], area: Box) -> Pixels:
        """How much of each pixel of `area` the outlines cover, 0 to 255."""
        mask = np.zeros((area.y1 - area.y0, area.x1 - area.x0), np.uint8)
        for part in parts:
            cv2.fillPoly(
                mask, [_fixed(part - (area.x0, area.y0))], (255,), cv2.LINE_AA, _FRACTION_BITS
            )
        return mask

    def model(self, parts: Sequence[Outline], depth: float, rim: float) -> None:
        """Give a flat form its shaded side (`depth` pixels deep) and its lit edge."""
        area = around(parts)
        if area.empty:
            return
        cover = self.coverage(parts, area)
        side = self.light.side
        lit = _moved(cover, side * depth, -depth * 0.45)
        self.darken(area, cv2.subtract(cover, lit), self.light.shade)
        if rim >= 1:
            edge = cv2.subtract(cover, _moved(cover, -side * rim, rim * 0.8))
            self.lighten(area, edge, self.light.rim, self.light.rim_strength)

    def darken(self, area: Box, mask: Pixels, by: tuple[float, float, float]) -> None:
        """Multiply the pixels under the mask by the three factors."""
        factors = _tabulated(mask, tuple((f - 1, 255.0) for f in by))
        target = self.image[area.y0 : area.y1, area.x0 : area.x1]
        target[...] = cv2.multiply(target, factors, scale=1 / 255)

    def lighten(self, area: Box, mask: Pixels, colour: Colour, strength: float) -> None:
        """Move the pixels under the mask towards the colour."""
        target = self.image[area.y0 : area.y1, area.x0 : area.x1]
        keep = _tabulated(mask, ((-strength, 255.0),) * 3)
        gain = _tabulated(mask, tuple((c / 255 * strength, 0.0) for c in colour))
        target[...] = cv2.add(cv2.multiply(target, keep, scale=1 / 255), gain)

    def puff(self, parts: Sequence[Outline], depth: float) -> None:
        """Give a cloud a soft underside."""
        area = around(parts)
        if area.empty:
            return
        cover = self.coverage(parts, area)
        lit = _moved(cover, self.light.side * depth * 0.35, -depth)
        r, g, b = ((1 + f) / 2 for f in self.light.shade)
        self.darken(area, cv2.subtract(cover, lit), (r, g, b))

    def soft(
        self,
        centre: tuple[float, float],
        radii: tuple[float, float],
        colour: Colour,
        strength: float,
    ) -> None:
        """A blurred ellipse: a glow, a mist bank or a shadow."""
        found = self._soft_mask(centre, radii)
        if found:
            self.lighten(found[0], found[1], colour, strength)

    def shadow(
        self, centre: tuple[float, float], radii: tuple[float, float], strength: float
    ) -> None:
        """A soft dark ellipse in the shade colour of the light."""
        found = self._soft_mask(centre, radii)
        if found:
            r, g, b = (1 - (1 - f) * strength for f in self.light.shade)
            self.darken(found[0], found[1], (r, g, b))

    def _soft_mask(
        self, centre: tuple[float, float], radii: tuple[float, float]
    ) -> tuple[Box, Pixels] | None:
        rx, ry = max(2, round(radii[0])), max(2, round(radii[1]))
        x, y = round(centre[0]), round(centre[1])
        area = Box(max(0, x - rx), max(0, y - ry), min(SIZE, x + rx), min(SIZE, y + ry))
        if area.empty:
            return None
        sprite = cv2.resize(_SOFT, (2 * rx, 2 * ry), interpolation=cv2.INTER_LINEAR)
        left, top = area.x0 - (x - rx), area.y0 - (y - ry)
        part = sprite[top : top + area.y1 - area.y0, left : left + area.x1 - area.x0]
        return area, np.ascontiguousarray(part)

    def mirror(self, line: int, area: Box, strength: float, only: int | None = None) -> None:
        """Reflect what stands above `line` into the water of `area` below it; with `only`,
        nothing but that region is reflected."""
        height = min(area.y1 - line, line, SIZE - line)
        if height < 4 or area.x1 - area.x0 < 4:
            return
        above = self.image[line - height : line, area.x0 : area.x1][::-1]
        rows = np.arange(height)
        sway = np.rint(np.sin(rows * 0.42) * np.minimum(rows * 0.05 + 0.5, 4)).astype(int)
        columns = np.clip(np.arange(above.shape[1])[None] + sway[:, None], 0, above.shape[1] - 1)
        rippled = above[rows[:, None], columns]
        below = self.image[line : line + height, area.x0 : area.x1]
        water = (self.labels[line : line + height, area.x0 : area.x1] == GROUND).view(np.uint8)
        if only is not None:
            upper = self.labels[line - height : line, area.x0 : area.x1][::-1]
            water &= upper[rows[:, None], columns] == only
        blended = cv2.addWeighted(below, 1 - strength, rippled, strength, 0)
        below[...] = cv2.copyTo(blended, water, np.ascontiguousarray(below))


def _tabulated(mask: Pixels, lines: tuple[tuple[float, float], ...]) -> Pixels:
    """Slope and offset per channel; merged single channels are five times as fast as a
    look-up in three."""
    channels = [cv2.convertScaleAbs(mask, alpha=slope, beta=offset) for slope, offset in lines]
    return np.asarray(cv2.merge(channels), np.uint8)


def _moved(mask: Pixels, dx: float, dy: float) -> Pixels:
    matrix = np.array([[1, 0, dx], [0, 1, dy]], float)
    return np.asarray(
        cv2.warpAffine(
            mask, matrix, (mask.shape[1], mask.shape[0]), borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def gradient(stops: Sequence[Colour], height: int, width: int) -> Pixels:
    """Evenly spaced colours blended from top to bottom."""
    places = np.linspace(0, len(stops) - 1, height)
    table = np.array(stops, float)
    column = np.stack([np.interp(places, range(len(stops)), table[:, c]) for c in range(3)], 1)
    rows = np.rint(column).astype(np.uint8)[:, None]
    return np.asarray(cv2.resize(rows, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
