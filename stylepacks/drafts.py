"""Drafts: a checkpoint with a LoRA distilled for few steps makes them on top of any pack."""

from pathlib import Path

from stylepacks.models import Checkpoint
from stylepacks.registering import register_lora

NAME, SLUG = "Draft", "draft"


def install_draft(checkpoint: Checkpoint, path: Path, license: str) -> bool:
    """Let the checkpoint make drafts with the LoRA at `path`; False, unchanged, without a file.

    LoraUnfit when the file is refused. The same file again changes nothing.
    """
    if not path.is_file():
        return False
    checkpoint.draft_lora = register_lora(path, NAME, license, SLUG)
    checkpoint.save(update_fields=["draft_lora"])
    return True
