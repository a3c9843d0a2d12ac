"""What can be rendered: checkpoints, LoRAs, packs and their immutable versions."""

from stylepacks.models.example_pictures import ExamplePicture
from stylepacks.models.look_pictures import LookPicture
from stylepacks.models.packs import PackLora, PackVersion, StylePack
from stylepacks.models.previews import Preview, PreviewImage
from stylepacks.models.weights import Checkpoint, Family, Lora

__all__ = [
    "Checkpoint",
    "ExamplePicture",
    "Family",
    "LookPicture",
    "Lora",
    "PackLora",
    "PackVersion",
    "Preview",
    "PreviewImage",
    "StylePack",
]
