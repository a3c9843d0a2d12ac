"""The stretched body of a small animal that runs; its head is drawn by whoever it belongs to."""

from starter.scenes.geometry import Point, ribbon, smooth
from starter.scenes.pen import Coat, Pen


def draw_runner(pen: Pen, coat: Coat, tail: tuple[Point, ...], tail_width: float) -> None:
    """Body, tail and four flying legs; the neck ends at (0.34, 0.5)."""
    pen.form(coat.base, ribbon(tail, tail_width * 0.8, tail_width), depth=0.04)
    pen.form(coat.dark, ribbon(((-0.3, 0.36), (-0.5, 0.24), (-0.46, 0.1)), 0.16, 0.1), depth=0.02)
    pen.form(coat.dark, ribbon(((0.2, 0.36), (0.4, 0.24), (0.5, 0.1)), 0.15, 0.1), depth=0.02)
    hind = ribbon(((-0.3, 0.36), (-0.42, 0.2), (-0.62, 0.1)), 0.2, 0.11)
    fore = ribbon(((0.2, 0.38), (0.34, 0.26), (0.3, 0.08)), 0.17, 0.11)
    body = smooth(
        (-0.46, 0.42),
        (-0.34, 0.56),
        (0, 0.54),
        (0.34, 0.62),
        (0.42, 0.44),
        (0.24, 0.28),
        (-0.3, 0.26),
    )
    pen.form(coat.base, body, hind, fore, depth=0.06)
