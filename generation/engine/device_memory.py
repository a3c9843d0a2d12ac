"""A device's memory: how much there is, how much is taken, whether it ran out or is gone."""

import gc
import os
from collections.abc import Iterable

import torch

# What CUDA, its libraries and the C++ allocator on the CPU say when they cannot allocate.
OUT_OF_MEMORY_WORDS = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "ALLOC_FAILED",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this error says that memory, of the device or the host, ran out."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    said = str(error)
    return isinstance(error, RuntimeError) and any(word in said for word in OUT_OF_MEMORY_WORDS)


def is_lost(device: torch.device) -> bool:
    """Whether the device answers this process no more.

    After a fault of the hardware or an access outside its memory CUDA gives the same error to
    every later call of the process.
    """
    if device.type != "cuda":
        return False
    try:
        return float(torch.ones(1, device=device)) != 1.0
    except torch.OutOfMemoryError:
        return False
    except RuntimeError:
        return True


def total_bytes(device: torch.device) -> int:
    """All memory of the device; of this machine for the CPU."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[1])
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def bytes_on(device: torch.device, tensors: Iterable[torch.Tensor]) -> int:
    """Bytes these tensors hold on the device; storage that several share counts once."""
    storages = (tensor.untyped_storage() for tensor in tensors if tensor.device.type == device.type)
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())


def give_back_freed() -> None:
    """Return freed memory to the device, for tensors larger than any freed piece."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
