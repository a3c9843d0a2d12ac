"""Outlines as (n, 2) arrays of points: drawn once, moved and scaled by whoever paints them."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Outline = NDArray[np.float64]
Point = tuple[float, float]

_TURNS = np.linspace(0, 2 * math.pi, 40, endpoint=False)
_RING = np.stack([np.cos(_TURNS), np.sin(_TURNS)], 1)


@lru_cache(maxsize=4096)
def oval(x: float, y: float, rx: float, ry: float, turn: float = 0) -> Outline:
    """An ellipse turned by `turn` degrees."""
    a = math.radians(turn)
    matrix = np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
    return np.asarray(_RING * (rx, ry) @ matrix + (x, y))


def moved(outline: Outline, dx: float, dy: float) -> Outline:
    """The same outline elsewhere."""
    return np.add(outline, (dx, dy))


def dome(x: float, y: float, rx: float, ry: float) -> Outline:
    """The upper half of an ellipse, flat side at y."""
    turns = np.linspace(0, math.pi, 28)
    return np.stack([x + rx * np.cos(turns), y + ry * np.sin(turns)], 1)


@lru_cache(maxsize=4096)
def poly(*points: Point) -> Outline:
    """Straight lines between the points."""
    return np.array(points, float)


@lru_cache(maxsize=4096)
def smooth(*points: Point) -> Outline:
    """A closed curve through all points (Catmull-Rom)."""
    p1 = np.array(points, float)
    p0, p2, p3 = np.roll(p1, 1, 0), np.roll(p1, -1, 0), np.roll(p1, -2, 0)
    return _spline(p0, p1, p2, p3)


@lru_cache(maxsize=4096)
def box(x0: float, y0: float, x1: float, y1: float, radius: float = 0) -> Outline:
    """A rectangle, its corners rounded when a radius is given."""
    if not radius:
        return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], float)
    corners = ((x1, y1, 0), (x0, y1, 1), (x0, y0, 2), (x1, y0, 3))
    arcs = []
    for x, y, quarter in corners:
        turns = np.linspace(0, math.pi / 2, 7) + quarter * math.pi / 2
        centre = (x - math.copysign(radius, x - x0 or -1), y - math.copysign(radius, y - y0 or -1))
        arcs.append(np.stack([np.cos(turns), np.sin(turns)], 1) * radius + centre)
    return np.concatenate(arcs)


@lru_cache(maxsize=4096)
def ribbon(points: tuple[Point, ...], start: float, end: float) -> Outline:
    """A round-ended band along a curve, `start` wide at its first point, `end` at its last."""
    line = _open_curve(np.array(points, float))
    step = np.gradient(line, axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True) + 1e-9
    normal = np.stack([-step[:, 1], step[:, 0]], 1)
    half = np.linspace(start, end, len(line))[:, None] / 2
    left, right = line + normal * half, line - normal * half
    return np.concatenate(
        [left, _cap(line[-1], step[-1], end), right[::-1], _cap(line[0], -step[0], start)]
    )


def _cap(centre: Outline, along: Outline, width: float) -> Outline:
    turns = math.atan2(along[1], along[0]) + np.linspace(math.pi / 2, -math.pi / 2, 9)
    return centre + np.stack([np.cos(turns), np.sin(turns)], 1) * width / 2


def _open_curve(p: Outline) -> Outline:
    if len(p) == 2:
        return p
    padded = np.concatenate([[2 * p[0] - p[1]], p, [2 * p[-1] - p[-2]]])
    curve = _spline(padded[:-3], padded[1:-2], padded[2:-1], padded[3:])
    return np.concatenate([curve, p[-1:]])


def _spline(p0: Outline, p1: Outline, p2: Outline, p3: Outline) -> Outline:
    t = np.linspace(0, 1, 7, endpoint=False)[None, :, None]
    a, b, c, d = (p[:, None] for p in (p0, p1, p2, p3))
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3
    )
    return np.asarray(curve.reshape(-1, 2))
