"""One loaded checkpoint with its switch, its shelf of LoRAs, its prompts and its previews."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from generation.engine import lora_files
from generation.engine.byte_shelf import ByteShelf
from generation.engine.contract import LoraUse, RenderRequest
from generation.engine.device_memory import bytes_on
from generation.engine.lora_files import HOST_MEMORY, Opened
from generation.engine.lora_shelf import Finish, LoraShelf
from generation.engine.lora_switch import Applied, LoraSwitch, StackedLora
from generation.engine.pipelines import Model
from generation.engine.previews import PreviewMap
from generation.engine.prompts import PromptMemory

# Where W0 is kept: beside the live weights, in (pinned) host memory, or where there is room.
AUTO, DEVICE, HOST = "auto", "device", "host"


@dataclass(frozen=True)
class Studio:
    """One loaded checkpoint with everything that is remembered about it."""

    model: Model
    switch: LoraSwitch
    shelf: LoraShelf
    prompts: PromptMemory
    previews: PreviewMap
    given_up: tuple[str, ...] = ()

    @property
    def resident_bytes(self) -> int:
        """Bytes of weights, buffers, W0 and recorded passes on the model's device, counted now."""
        return bytes_on(self.model.device, self._tensors()) + self.model.fast.byte_size

    def loras_for(self, request: RenderRequest) -> list[Applied]:
        """The request's LoRAs with their weights; none are read where the pack is applied already.

        Raises LoraRefused.
        """
        if request.pack_key == self.switch.applied_key:
            return []
        uses = request.active_loras
        weights = [use.weight for use in uses]
        return list(zip(self.shelf.take(uses), weights, strict=True))

    def _tensors(self) -> Iterator[torch.Tensor]:
        for part in self.model.pipe.components.values():
            if isinstance(part, torch.nn.Module):
                yield from part.parameters()
                yield from part.buffers()
        for buffer in self.switch.buffers:
            yield buffer.pristine


def open_studio(
    model: Model,
    loras: ByteShelf[StackedLora],
    pristine: str = AUTO,
    given_up: Sequence[str] = (),
) -> Studio:
    """Take over a loaded model's weights; its LoRAs join the others of its device on `loras`.

    `given_up` names what it was loaded without because memory ran short.
    """
    live = {model.family.denoiser: model.dtype}
    switch = LoraSwitch(model.lora_components, _pristine_place(model, pristine), live)
    # What no LoRA changes follows only now: the switch keeps W0 as precise as the file gave it.
    getattr(model.pipe, model.family.denoiser).to(model.dtype)

    def opened(use: LoraUse, place: torch.device) -> Finish:
        begun = lora_files.opened(use, place)
        return partial(finished, begun, place)

    def finished(begun: Opened, place: torch.device) -> StackedLora:
        file = lora_files.parsed(begun, model)
        lora_files.refuse_misfits(file, switch.shapes)
        return switch.stacked(file, place)

    shelf = LoraShelf(opened, model.device, loras)
    return Studio(model, switch, shelf, PromptMemory(model), PreviewMap(model), tuple(given_up))


def _pristine_place(model: Model, pristine: str) -> torch.device:
    if pristine == HOST:
        return HOST_MEMORY
    if pristine == DEVICE or model.device.type != "cuda":
        return model.device
    parts = model.lora_components.values()
    needed = sum(weight.nbytes for part in parts for weight in part.parameters())
    free, _ = torch.cuda.mem_get_info(model.device)
    # Half as much again stays free for activations; otherwise W0 waits in pinned host memory.
    return model.device if free > 1.5 * needed else HOST_MEMORY
