"""What the compiler is told about kernels, where its own choice is slow and measuring is no way.

Candidates that are timed may differ from start to start, and in the last bits: so choices here are
rules. Rows of up to 4,096 numbers are read once and kept in registers; by itself torch 2.11 does
so up to 1,024 and reads longer rows twice, as all of SDXL's inner layers are. Each of their
normalisations then takes twice as long.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LONGEST_ROW = 4096


@contextmanager
def rows_read_once() -> Iterator[None]:
    """Inside, torch's inductor compiles in this way."""
    from torch._inductor.virtualized import V

    with V.set_choices_handler(_choices()):
        yield


def _choices() -> Any:
    # Imported here: a worker that compiles nothing starts without the compiler.
    from torch._inductor.choices import InductorChoices
    from torch._inductor.runtime.hints import ReductionHint
    from torch._inductor.virtualized import V

    class RowsReadOnce(InductorChoices):
        @staticmethod
        def should_use_persistent_reduction(features: Any, cooperative_reduction: bool) -> bool:
            usual = InductorChoices.should_use_persistent_reduction
            if usual(features, cooperative_reduction):
                return True
            if cooperative_reduction or features.get_reduction_hint() != ReductionHint.INNER:
                return False
            known = V.graph.sizevars.statically_known_leq
            return bool(known(features.reduction_numel, LONGEST_ROW))

    return RowsReadOnce()
