"""The curator's desk: take in weights, make packs, preview and publish them, all without code."""

from stylepacks.admin.packs import StylePackAdmin
from stylepacks.admin.versions import PackVersionAdmin
from stylepacks.admin.weights import CheckpointAdmin, LoraAdmin

__all__ = ["CheckpointAdmin", "LoraAdmin", "PackVersionAdmin", "StylePackAdmin"]
