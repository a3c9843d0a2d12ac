"""One loaded checkpoint with its switch, its shelf of LoRAs, its prompts and its previews."""

from dataclasses import dataclass

import torch

from generation.engine import lora_files
from generation.engine.contract import LoraUse, RenderRequest
from generation.engine.lora_shelf import LoraShelf
from generation.engine.lora_switch import Applied, LoraSwitch, StackedLora
from generation.engine.pipelines import Model
from generation.engine.previews import PreviewMap
from generation.engine.prompts import PromptMemory


@dataclass(frozen=True)
class Studio:
    """One loaded checkpoint with everything that is remembered about it."""

    model: Model
    switch: LoraSwitch
    shelf: LoraShelf
    prompts: PromptMemory
    previews: PreviewMap

    def loras_for(self, request: RenderRequest) -> list[Applied]:
        """The request's LoRAs with their weights; none are read where the pack is applied already.

        Raises LoraRefused.
        """
        if request.pack_key == self.switch.applied_key:
            return []
        return [(self.shelf.get(lora), lora.weight) for lora in request.active_loras]


def open_studio(model: Model, lora_budget_bytes: int) -> Studio:
    """Take over a loaded model's weights; its LoRAs may then fill `lora_budget_bytes`."""
    live = {model.family.denoiser: model.dtype}
    switch = LoraSwitch(model.lora_components, _pristine_place(model), live)
    # What no LoRA changes follows only now: the switch keeps W0 as precise as the file gave it.
    getattr(model.pipe, model.family.denoiser).to(model.dtype)

    def read(use: LoraUse) -> StackedLora:
        file = lora_files.read(use, model)
        lora_files.refuse_misfits(file, switch.shapes)
        return switch.stacked(file)

    shelf = LoraShelf(read, lora_budget_bytes)
    return Studio(model, switch, shelf, PromptMemory(model), PreviewMap(model))


def _pristine_place(model: Model) -> torch.device | None:
    if model.device.type != "cuda":
        return None
    parts = model.lora_components.values()
    needed = sum(weight.nbytes for part in parts for weight in part.parameters())
    free, _ = torch.cuda.mem_get_info(model.device)
    # Half as much again stays free for activations; otherwise W0 waits in pinned host memory.
    return None if free > 1.5 * needed else torch.device("cpu")
