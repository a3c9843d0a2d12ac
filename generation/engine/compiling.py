"""How a pass is made fast: which way, with which options, and what one compiled pass is.

A pass is compiled once, before anybody waits for it, and then captured: afterwards no part of the
compiler is asked again. Weights stay inputs of the compiled code, never constants of it (no
freezing), so a pack that is written into them is seen.
"""

import threading
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from generation.engine.channel_norms import channel_norms
from generation.engine.contract import EngineError
from generation.engine.joined_projections import joined_projections
from generation.engine.kernel_choices import rows_read_once

# Not at all; captured as it is written; its repeated blocks compiled; all of it as one graph.
OFF, GRAPHS, BLOCKS, WHOLE = "off", "graphs", "blocks", "whole"
WAYS = (OFF, GRAPHS, BLOCKS, WHOLE)
# Tried in this order: a machine without a compiler for kernels still spares their launches.
SIMPLER = {WHOLE: (WHOLE, GRAPHS), BLOCKS: (BLOCKS, GRAPHS), GRAPHS: (GRAPHS,), OFF: ()}

# Which kernel attention prefers on CUDA: torch's own order, or one first and the others behind it
# for the shapes it does not know.
ATTENTIONS = ("auto", "cudnn", "flash")

BACKEND = "inductor"
# Candidates whose sums differ in the last bits are not chosen by timing, or a new process could
# give another picture. Left at their defaults, because they multiply the minutes of a first start:
# max_autotune, coordinate_descent_tuning.
OPTIONS = {"deterministic": True}
# Compiled besides the blocks that a model itself names as repeated. Each variant of each costs a
# warm start a quarter of a second: halvings gain too little for that.
OTHER_BLOCKS = frozenset({"ResnetBlock2D", "Upsample2D"})
LAST_NORM = "conv_norm_out"
# What leads into a UNet's attention and out again.
WAY_IN, WAY_OUT = "_operate_on_continuous_inputs", "_get_output_for_continuous_inputs"
# Each size and batch compiles every kind of block anew; beyond this number nothing is compiled.
MOST_VARIANTS = 256

Size = tuple[int, int]
Function = Callable[..., torch.Tensor]
# What a UNet is told of the words; as long as it is the same, so are their keys and values.
WORDS = "embedding"


@dataclass(frozen=True)
class Compiling:
    """How passes are made fast on CUDA, and the folder in which compiled code is kept for the next
    start (None: nowhere).

    Raises EngineError for a way or an attention that does not exist.
    """

    way: str = OFF
    folder: Path | None = None
    backend: str = BACKEND
    attention: str = ATTENTIONS[0]

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            known = ", ".join(WAYS)
            raise EngineError(f"A model cannot be compiled '{self.way}'; choose one of {known}.")
        if self.attention not in ATTENTIONS:
            known = ", ".join(ATTENTIONS)
            raise EngineError(f"There is no attention '{self.attention}'; choose one of {known}.")

    @property
    def options(self) -> dict[str, Any] | None:
        """For torch.compile: those that this version of it knows."""
        if self.backend != BACKEND:
            return None
        # Imported here: a worker that compiles nothing starts without the compiler.
        from torch._inductor import config

        return {name: value for name, value in OPTIONS.items() if hasattr(config, name)}


_fetching: list[threading.Thread] = []


def fetch_compiler(compiling: Compiling) -> None:
    """Begin to import the compiler, which takes seconds, beside whatever comes before its use.

    Before its use comes `await_compiler`.
    """
    if compiling.way in (BLOCKS, WHOLE) and compiling.backend == BACKEND:
        module = "torch._inductor.compile_fx"
        _fetching.append(threading.Thread(target=import_module, args=(module,), daemon=True))
        _fetching[-1].start()


def await_compiler() -> None:
    """Until the import is over: its modules import each other in circles, and two threads that
    import them at once leave both with half of one.
    """
    while _fetching:
        _fetching[-1].join()
        _fetching.pop()


def preferred_attention(name: str) -> AbstractContextManager[None]:
    """Inside, attention takes this kernel wherever it can; compiled passes keep what they took."""
    others = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
    if name == "auto":
        return nullcontext()
    first = [SDPBackend.CUDNN_ATTENTION] if name == "cudnn" else []
    order: AbstractContextManager[None] = sdpa_kernel([*first, *others], set_priority=True)
    return order


@dataclass(frozen=True)
class WarmUp:
    """What a warm-up came to: which passes are recorded, and what is not as fast as it was to be.

    `from_disk` says whether the compiler found what it had made before.
    """

    seconds: float = 0.0
    passes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    from_disk: bool = False


class Compiled(NamedTuple):
    """A pass, and the part of it that is made once, before the first of many with the same WORDS:
    it returns the tensors that the pass will read. None where there is no such part."""

    ask: Function
    once: Callable[[torch.Tensor], list[torch.Tensor]] | None = None


@contextmanager
def compiled(
    way: str, compiling: Compiling, module: torch.nn.Module, function: Function
) -> Iterator[Compiled]:
    """`function`, which asks `module`, compiled this way for as long as the block lasts.

    What was captured inside goes on working afterwards; the module is left as it was.
    """
    if way not in (WHOLE, BLOCKS):
        yield Compiled(function)
        return
    with ExitStack() as prepared:
        words = prepared.enter_context(joined_projections(module))
        prepared.enter_context(channel_norms(module))
        if compiling.backend == BACKEND:
            prepared.enter_context(rows_read_once())
        if way == BLOCKS:
            prepared.enter_context(_compiled_blocks(module, _how(compiling)))
            yield Compiled(function, words.make if words else None)
        else:
            yield Compiled(torch.compile(_on_its_own(function), **_how(compiling)))


def _how(compiling: Compiling) -> dict[str, Any]:
    return {
        "fullgraph": True,
        "dynamic": False,
        "backend": compiling.backend,
        "options": compiling.options,
    }


@contextmanager
def _compiled_blocks(module: torch.nn.Module, how: Mapping[str, Any]) -> Iterator[None]:
    from torch._dynamo import config

    blocks, seams = _repeated_blocks(module), list(_seams(module))
    before = [block._compiled_call_impl for block in blocks]
    try:
        for block in blocks:
            block.compile(**how)
        for part, name, function in seams:
            setattr(part, name, torch.compile(function, **how))
        with config.patch(
            recompile_limit=MOST_VARIANTS,
            accumulated_recompile_limit=16 * MOST_VARIANTS,
            # The warm-up looks for garbage once, at its end.
            run_gc_after_compile=False,
        ):
            yield
    finally:
        # Sizes that nobody prepared go through the same blocks, and must not be compiled then.
        for block, impl in zip(blocks, before, strict=True):
            block._compiled_call_impl = impl
        for part, name, _ in seams:
            vars(part).pop(name, None)


def _repeated_blocks(module: torch.nn.Module) -> list[torch.nn.Module]:
    names = OTHER_BLOCKS.union(getattr(module, "_repeated_blocks", None) or ())
    return [
        part for name, part in module.named_modules()
        if type(part).__name__ in names or name.endswith(LAST_NORM)
    ]  # fmt: skip


def _seams(module: torch.nn.Module) -> Iterator[tuple[torch.nn.Module, str, Function]]:
    for part in module.modules():
        if type(part).__name__ == "Transformer2DModel":
            yield part, WAY_IN, getattr(part, WAY_IN)
            yield part, WAY_OUT, types.MethodType(_channels_last_out, part)


def _channels_last_out(part: Any, **told: Any) -> torch.Tensor:
    # Attention leaves channels side by side already, and everything after it wants them so; as it
    # is written, a picture is turned here and back again for each normalisation.
    output: torch.Tensor = getattr(type(part), WAY_OUT)(part, **told)
    return output.contiguous(memory_format=torch.channels_last)


def _on_its_own(function: Function) -> Function:
    # The compiler counts variants for each code object; with one of its own, a new size is not
    # taken for a recompile of the last one, and goes when its pass is dropped.
    assert isinstance(function, types.FunctionType)
    return types.FunctionType(
        function.__code__.replace(),
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
