"""The starter on two CPU cores: a picture, a draft, a worker's start and its memory.

    python -m benchmarks.starter      # about two minutes

image_seconds_p50   wish to signed PNG and thumbnail at the pack's own steps, model loaded: the
                    median over the first packs of the shelf, each of them switched to
draft_seconds_p50   the same wishes as drafts
worker_rss_mib      the rendering process of a real worker after a picture of each pack, at its peak
cold_start_seconds  starting that worker until its model is loaded, its files in the page cache
"""

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django

from benchmarks import results_file
from tests.house import House, wait_until

if TYPE_CHECKING:
    from generation.engine.renderer import Renderer
    from generation.recipes import Recipe

CORES = 2
PACKS = 9
PROMPT = "a red boat by the sea at sunset"
PATIENCE_SECONDS = 120
WISHES_AT_ONCE = 3


def main() -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory(prefix="housestyle-bench-") as scratch:
        with House(Path(scratch)) as house:
            os.environ.update(house.environment)
            django.setup()
            worker = _measure_worker(house)
        figures = {**_measure_pictures(), **worker}
    print(results_file.write("starter", "python -m benchmarks.starter", figures).read_text())


def _measure_worker(house: House) -> dict[str, float]:
    _start(house)
    house.stop_worker()
    seconds = _start(house)
    for slugs in _in_groups(_slugs()):
        _render_through_the_queue(slugs)
    peak = max(_peak_mib(pid) for pid in _processes_of(house.worker_pid))
    return {"worker_rss_mib": round(peak), "cold_start_seconds": round(seconds, 1)}


def _start(house: House) -> float:
    from generation.models import Worker

    Worker.objects.all().delete()
    started = time.perf_counter()
    house.start_worker()
    ready = Worker.objects.filter(is_ready=True).exclude(loaded_checkpoint="")
    wait_until(ready.exists, PATIENCE_SECONDS, f"No worker became ready; see {house.folder}.")
    return time.perf_counter() - started


def _slugs() -> list[str]:
    from stylepacks.models import StylePack

    shelf = StylePack.objects.filter(state=StylePack.State.PUBLISHED, kind="style")
    return list(shelf.values_list("slug", flat=True)[:PACKS])


def _in_groups(slugs: list[str]) -> list[list[str]]:
    starts = range(0, len(slugs), WISHES_AT_ONCE)
    return [slugs[start : start + WISHES_AT_ONCE] for start in starts]


def _render_through_the_queue(slugs: list[str]) -> None:
    from accounts.models import User
    from generation import submission
    from generation.models import Generation
    from generation.wishes import Wish

    person, _ = User.objects.get_or_create(username="bench", email="bench@localhost")
    rows = [submission.submit(person, Wish(slug, PROMPT, seed=1), slug).pk for slug in slugs]
    done = Generation.objects.filter(pk__in=rows, state="done")
    said = "A picture was not done in time."
    wait_until(lambda: done.count() == len(rows), PATIENCE_SECONDS, said)


def _processes_of(group: int) -> list[int]:
    pids = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return [pid for pid in pids if _group_of(pid) == group]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _peak_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _measure_pictures() -> dict[str, float]:
    from django.conf import settings

    from generation.engine.renderer import Renderer

    renderer = Renderer(
        settings.RENDER_DEVICE, settings.RENDER_THREADS, precision=settings.RENDER_PRECISION
    )
    recipes = [_recipe(slug) for slug in _slugs()]
    drafts = [_draft(recipe) for recipe in recipes]
    _seconds(renderer, recipes[0])
    return {
        "image_seconds_p50": _median(renderer, recipes),
        "draft_seconds_p50": _median(renderer, drafts),
    }


def _recipe(slug: str) -> "Recipe":
    from generation.recipes import Wish, build, versions_of

    wish = Wish(slug, PROMPT, seed=1)
    return build(wish, versions_of(wish))


def _draft(recipe: "Recipe") -> "Recipe":
    """As a draft; without the LoRA where none is shipped, which takes the same time."""
    from generation.recipes import as_draft
    from stylepacks.models import Checkpoint

    checkpoint = Checkpoint.objects.get(slug=recipe["checkpoint"]["slug"])
    if checkpoint.draft_lora is not None:
        return as_draft(recipe, checkpoint)
    few = {"steps": checkpoint.draft_steps, "guidance": checkpoint.draft_guidance}
    return {**recipe, **few, "sampler": checkpoint.draft_sampler}


def _median(renderer: "Renderer", recipes: "list[Recipe]") -> float:
    return round(statistics.median(_seconds(renderer, recipe) for recipe in recipes), 2)


def _seconds(renderer: "Renderer", recipe: "Recipe") -> float:
    from generation.orders import ImageOfRecipe, request_for
    from generation.signed_images import signed

    started = time.perf_counter()
    result = renderer.render(request_for([ImageOfRecipe("0", recipe, 0)]), lambda progress: None)
    signed(recipe, result.images[0])
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
