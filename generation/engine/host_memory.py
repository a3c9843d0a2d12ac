"""Memory on the CPU: kept for the next tensor instead of given back and asked for again.

A decoder's tensors are larger than what the C library keeps, so each one would be mapped afresh
and cleared page by page: decoding to 512 px then takes 1.60 s of one core instead of 1.11 s.
"""

import ctypes

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
KEPT_BYTES = 1 << 30


def keep_freed_memory() -> bool:
    """Let this process keep up to a GiB of freed memory; False where the C library cannot.

    One arena, because only the first one grows freely: whichever thread renders gets the same.
    """
    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    if choose is None:
        return False
    wanted = ((ARENA_MAX, 1), (MMAP_THRESHOLD, KEPT_BYTES), (TRIM_THRESHOLD, KEPT_BYTES))
    return all(choose(option, value) == 1 for option, value in wanted)
