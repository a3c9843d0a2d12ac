"""Compile the base's step in one memory layout and time it, to train in the faster one.

    python -m starter.training.time_step OUT --batch 256 [--channels-last] [--pause PID]

Writes the milliseconds of a step to OUT/step-channels-last or OUT/step-contiguous, and leaves the
compiled step in the cache. Several may compile side by side; they take turns on the GPU, and the
process `--pause` stands still meanwhile.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from starter.training.denoising import empty_lesson, rehearse, token_ids
from starter.training.ranks import join_ranks
from starter.training.steps import Step
from starter.training.train_base import BaseTraining, arguments_of

STEPS = 20


@contextmanager
def alone_on_the_gpu(lock: Path, pause: int | None) -> Iterator[None]:
    """Nobody else who takes this lock runs, nor does the process `pause`."""
    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if pause:
            os.kill(pause, signal.SIGSTOP)
        try:
            yield
        finally:
            if pause:
                os.kill(pause, signal.SIGCONT)


def main() -> None:
    given, rank = _arguments(), join_ranks()
    layout = ["--channels-last"] if given.channels_last else []
    asked = arguments_of([".", str(given.out), "--batch", str(given.batch), *layout])
    training = BaseTraining(asked, rank)
    rehearse(training.loss_of, given.batch, rank.device)
    training.lesson = empty_lesson(4096, token_ids(training.tokenizer, [""], rank.device)[0])
    training.lesson.latents.normal_()
    with alone_on_the_gpu(given.out / "gpu.lock", given.pause):
        step = Step(training.take, rank)
        milliseconds = statistics.median(_timed(step) for _ in range(STEPS))
    file = given.out / f"step-{'channels-last' if given.channels_last else 'contiguous'}"
    file.with_suffix(".tmp").write_text(f"{milliseconds:.2f}\n")
    file.with_suffix(".tmp").replace(file)
    rank.say(f"{file.name} {milliseconds:.1f} ms, {given.batch / milliseconds * 1e3:.0f} images/s")


def _timed(step: Step) -> float:
    began = time.perf_counter()
    step()
    torch.cuda.synchronize()
    return (time.perf_counter() - began) * 1e3


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--pause", type=int, help="a process to stop while the step is timed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
