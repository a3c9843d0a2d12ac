"""One finished illustration with its region map and caption."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from starter.scenes.facts import Facts


@dataclass(frozen=True)
class Scene:
    """`image` is (512, 512, 3) uint8 RGB; `labels` is (512, 512) uint8 with the regions
    0 sky, 1 far, 2 middle, 3 ground or water, 4 near, 5 subject, 6 second subject."""

    image: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    caption: str
    facts: Facts
