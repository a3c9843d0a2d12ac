"""Which number type a checkpoint's denoiser and decoder compute in.

Bytes depend on it, so it is written into every image. In bfloat16 only products are rounded to
eight bits: words, sampling and the sum of pristine weights and LoRAs stay in single precision.
"""

import torch

from generation.engine.contract import EngineError

AUTO = "auto"
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def chosen(name: str, device: torch.device, half: torch.dtype = torch.float16) -> torch.dtype:
    """The type of this name; "auto" is what the device multiplies fastest. Or EngineError.

    `half` is the half precision that the model was trained in: others overflow in it.
    """
    if name in PRECISIONS:
        return PRECISIONS[name]
    if name != AUTO:
        known = ", ".join((AUTO, *PRECISIONS))
        raise EngineError(f"There is no precision '{name}'; choose one of {known}.")
    if device.type != "cpu":
        return half
    return torch.bfloat16 if has_native_bfloat16() else torch.float32


def has_native_bfloat16() -> bool:
    """Whether this CPU multiplies matrices of it (AMX); without that it is the slower type.

    AVX512-BF16 alone is not enough: with it, a step of the starter takes 112 ms on two cores of
    an Intel Xeon, and 81 in single precision.
    """
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


def name_of(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
