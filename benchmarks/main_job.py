"""The main job as a newcomer meets it: clone, `make run`, first picture, rendering, memory.

    make bench            # about ten minutes: it installs everything once into a scratch clone

setup_seconds          `make run` on a fresh clone until the page answers, packages included
first_picture_seconds  opening the page until a finished picture is on it, worker already up
render_seconds_p50     prompt to PNG with the model loaded, median over five seeds
worker_rss_mib         the rendering process after those renders, peak resident memory
"""

import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks import results_file
from tests.browser.people import launch, wait_for_picture

ROOT = Path(__file__).resolve().parents[1]
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
PROMPT = "a red boat by the sea at sunset"
RENDERS = 5
SETUP_PATIENCE = 900


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="housestyle-bench-") as scratch:
        clone = Path(scratch) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        started = time.perf_counter()
        house = _make_run(clone)
        try:
            _wait_until_open()
            figures = {"setup_seconds": round(time.perf_counter() - started, 1)}
            _wait_for_worker(clone)
            figures["first_picture_seconds"] = round(_first_picture(), 1)
            figures["worker_rss_mib"] = round(_worker_peak_mib())
        finally:
            os.killpg(house.pid, signal.SIGINT)
            house.wait(timeout=30)
        figures["render_seconds_p50"] = round(_render_seconds(clone, Path(scratch)), 2)
    print(results_file.write("main-job", "make bench", figures).read_text())


def _make_run(clone: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "HOUSESTYLE_PORT": str(PORT)}
    for name in ("HOUSESTYLE_DATA", "HOUSESTYLE_BIN", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL"):
        environment.pop(name, None)
    return subprocess.Popen(["make", "run"], cwd=clone, env=environment, start_new_session=True)


def _wait_until_open() -> None:
    deadline = time.monotonic() + SETUP_PATIENCE
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(ADDRESS, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"{ADDRESS} did not answer within {SETUP_PATIENCE} s.")


def _wait_for_worker(clone: Path) -> None:
    while True:
        seen = subprocess.run(
            [".venv/bin/python", "manage.py", "doctor", "--json"],
            cwd=clone,
            env=_clone_environment(clone),
            capture_output=True,
            text=True,
            check=False,
        )
        checks = json.loads(seen.stdout or "{}").get("checks", [])
        if any(check["name"] == "workers" and check["ok"] for check in checks):
            return
        time.sleep(1)


def _clone_environment(clone: Path) -> dict[str, str]:
    return {**os.environ, "HOUSESTYLE_DATA": str(clone / "var")}


def _first_picture() -> float:
    with sync_playwright() as player:
        browser = launch(player)
        page = browser.new_page()
        started = time.perf_counter()
        page.goto(ADDRESS)
        page.get_by_role("textbox").first.fill(PROMPT)
        page.get_by_role("button", name="Generate").first.click()
        wait_for_picture(page)
        seconds = time.perf_counter() - started
        browser.close()
    return seconds


def _worker_peak_mib() -> float:
    """The largest peak (VmHWM) among the worker's processes: the one that renders."""
    return max(
        (_peak_mib(folder) for folder in Path("/proc").iterdir() if _is_worker(folder)), default=0
    )


def _is_worker(folder: Path) -> bool:
    try:
        return b"embedded@" in (folder / "cmdline").read_bytes()
    except OSError:
        return False


def _peak_mib(folder: Path) -> float:
    try:
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _render_seconds(clone: Path, scratch: Path) -> float:
    pack = _first_pack(clone)
    command = [".venv/bin/python", "manage.py", "render", "--pack", pack, "--prompt", PROMPT]
    seconds = []
    for seed in range(RENDERS):
        out = scratch / f"{seed}.png"
        done = subprocess.run(
            [*command, "--seed", str(seed), "--out", str(out)],
            cwd=clone,
            env=_clone_environment(clone),
            capture_output=True,
            text=True,
            check=True,
        )
        seconds.append(float(json.loads(done.stdout)["seconds"]))
    return statistics.median(seconds)


def _first_pack(clone: Path) -> str:
    listed = subprocess.run(
        [".venv/bin/python", "manage.py", "list_packs", "--json"],
        cwd=clone,
        env=_clone_environment(clone),
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(listed.stdout)[0]["slug"])


if __name__ == "__main__":
    main()
