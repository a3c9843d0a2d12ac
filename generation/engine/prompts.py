"""Turn words into what the denoiser reads, each text once per state of the text encoders."""

from collections import OrderedDict

import torch

from generation.engine.denoisers import Told
from generation.engine.pipelines import Model

REMEMBERED_PROMPTS = 256

EncoderState = tuple[tuple[str, float], ...]


class PromptMemory:
    """Encoded texts by (text, LoRAs on any text encoder): a pack that retrains words never gets
    another pack's."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._kept: OrderedDict[tuple[str, EncoderState], Told] = OrderedDict()

    def words(self, text: str, encoder_state: EncoderState) -> Told:
        """One text as the family's denoiser is told it, on the model's device."""
        key = (text, encoder_state)
        known = self._kept.pop(key, None)
        self._kept[key] = encode(self._model, text) if known is None else known
        if len(self._kept) > REMEMBERED_PROMPTS:
            self._kept.popitem(last=False)
        return self._kept[key]

    def opposite(self, text: str, encoder_state: EncoderState) -> Told:
        """What guidance leads away from; some checkpoints learnt no words as zeros."""
        told = self.words(text, encoder_state)
        if text or not self._model.pipe.config.get("force_zeros_for_empty_prompt", False):
            return told
        return {name: torch.zeros_like(part) for name, part in told.items()}


@torch.no_grad()
def encode(model: Model, text: str) -> Told:
    """One text at a time, so that its bits never depend on its neighbours."""
    told = model.family.manner.words(model.pipe, text, model.device)
    return {name: part.to(model.dtype) for name, part in told.items()}
