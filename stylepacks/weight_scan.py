"""Look through a LoRA's numbers, a mebibyte at a time: are they numbers, and do they do anything?

The header tells shapes; only the bytes tell a training run that diverged or never began.
"""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from stylepacks.errors import LoraUnfit
from stylepacks.rules.lora_family import factors
from stylepacks.rules.safetensors_header import Header, Tensor

CHUNK_BYTES = 1 << 20
# Exponent bits that are all set mean infinity or "not a number": (unsigned type, those bits).
EXPONENTS = {
    "F16": (np.uint16, 0x7C00),
    "BF16": (np.uint16, 0x7F80),
    "F32": (np.uint32, 0x7F80_0000),
    "F64": (np.uint64, 0x7FF0_0000_0000_0000),
}


def refuse_useless(stream: BinaryIO, header: Header) -> None:
    """LoraUnfit when a tensor holds infinities, or when every layer has a factor that is zero."""
    for tensor in header.tensors.values():
        if tensor.dtype in EXPONENTS and _has_infinities(stream, tensor):
            raise LoraUnfit(
                f"This LoRA is broken: {tensor.name[:120]} holds values that are not numbers. "
                "Its training went wrong, take an earlier one."
            )
    layers = factors(header)
    if not any(all(_has_effect(stream, tensor) for tensor in layer) for layer in layers):
        raise LoraUnfit(
            "This LoRA changes nothing: all of its weights are zero. Train it before you upload it."
        )


def _has_infinities(stream: BinaryIO, tensor: Tensor) -> bool:
    kind, bits = EXPONENTS[tensor.dtype]
    chunks = (np.frombuffer(chunk, kind) for chunk in _chunks(stream, tensor))
    return any(bool(((values & kind(bits)) == bits).any()) for values in chunks)


def _has_effect(stream: BinaryIO, tensor: Tensor) -> bool:
    return any(chunk.strip(b"\0") for chunk in _chunks(stream, tensor))


def _chunks(stream: BinaryIO, tensor: Tensor) -> Iterator[bytes]:
    stream.seek(tensor.start)
    left = tensor.end - tensor.start
    while left > 0:
        chunk = stream.read(min(left, CHUNK_BYTES))
        left -= len(chunk) or left
        yield chunk
