"""Turn words into text embeddings, each text once per text-encoder state."""

from collections import OrderedDict

import torch

from generation.engine.pipelines import Model

REMEMBERED_PROMPTS = 256

EncoderState = tuple[tuple[str, float], ...]


class PromptMemory:
    """Embeddings by (text, LoRAs on the text encoder): a pack that retrains words never gets
    another pack's embedding."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._kept: OrderedDict[tuple[str, EncoderState], torch.Tensor] = OrderedDict()

    def embedding(self, text: str, encoder_state: EncoderState) -> torch.Tensor:
        """Shape (1, max_tokens, width) on the model's device."""
        key = (text, encoder_state)
        known = self._kept.pop(key, None)
        self._kept[key] = encode(self._model, text) if known is None else known
        if len(self._kept) > REMEMBERED_PROMPTS:
            self._kept.popitem(last=False)
        return self._kept[key]


@torch.no_grad()
def encode(model: Model, text: str) -> torch.Tensor:
    """One text at a time, so that its bits never depend on its neighbours."""
    tokens = model.pipe.tokenizer(
        text,
        padding="max_length",
        max_length=model.max_tokens,
        truncation=True,
        return_tensors="pt",
    )
    encoder = model.pipe.text_encoder
    masked = getattr(encoder.config, "use_attention_mask", False)
    mask = tokens.attention_mask.to(model.device) if masked else None
    embedding = encoder(tokens.input_ids.to(model.device), attention_mask=mask)[0]
    return embedding.to(model.dtype)  # type: ignore[no-any-return]
