"""The real worker on the filesystem broker, killed with kill -9 in mid-render and mid-delivery."""

import contextlib
import os
import shutil
import signal
import sqlite3

import pytest

from tests.engine import tiny_model
from tests.house import House, wait_until

STEPS = 100
# Importing torch on a busy machine is most of it.
START_SECONDS = 120

OPEN = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from accounts.models import User
from stylepacks.models import Checkpoint, StylePack, PackVersion, PackLora
from stylepacks.intake import add_lora
from stylepacks import publishing
from django.core.files import File
from generation.submission import Wish, submit
checkpoint = Checkpoint.objects.create(slug="tiny", name="Tiny", family="sd15",
    location=r"{folder}/tiny", license="Apache-2.0", digest="c" * 64, cross_attention_width=32,
    is_default=True)
lora = add_lora(File(open(r"{folder}/ink.safetensors", "rb")), "Ink", "Apache-2.0")
pack = StylePack.objects.create(slug="ink", name="Ink", promise="Inked.")
version = PackVersion.objects.create(pack=pack, checkpoint=checkpoint, width=64, height=64,
    steps={steps}, examples=["a red boat"])
PackLora.objects.create(version=version, lora=lora, trigger="ink style")
publishing.publish(version, None)
alice = User.objects.create_user("alice", "alice@example.org", "x")
submit(alice, Wish(pack="ink", prompt="a red boat", count=4, seed=7), "one")
"""
LOOK = """
SELECT state, attempts, step,
    (SELECT count(*) FROM generation_generatedimage) AS images,
    (SELECT settled FROM accounts_allowance WHERE person_id IS NOT NULL) AS used,
    (SELECT held FROM accounts_allowance WHERE person_id IS NOT NULL) AS held,
    (SELECT count(*) FROM generation_worker) AS workers
FROM generation_generation
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    tiny_model.build(folder / "tiny")
    tiny_model.save_lora(folder / "tiny", folder / "ink.safetensors")
    return folder


@pytest.fixture(scope="module")
def submitted(tmp_path_factory, model):
    """The data folder of a house where four pictures wait for a worker; copy it."""
    house = House(tmp_path_factory.mktemp("submitted"))
    script = OPEN.format(folder=model, steps=STEPS)
    opened = house.manage("shell", "--no-imports", "-c", script, check=False)
    assert opened.returncode == 0, opened.stderr
    return house.folder


@pytest.fixture
def house(tmp_path, submitted, request):
    shutil.copytree(submitted, tmp_path, dirs_exist_ok=True)
    house = House(tmp_path, HOUSESTYLE_THREADS="1", **getattr(request, "param", {}))
    yield house
    house.stop_worker()


def look(house):
    with contextlib.closing(sqlite3.connect(house.folder / "housestyle.db")) as database:
        database.row_factory = sqlite3.Row
        return dict(database.execute(LOOK).fetchone())


def wait_for(house, wanted, seconds):
    try:
        wait_until(lambda: wanted(look(house)), seconds, "it did not come to this")
    except TimeoutError as error:
        raise AssertionError(f"{error}: {look(house)}\n{house.log('worker.log')}") from None
    return look(house)


def is_rendering(now):
    return now["state"] == "rendering" and now["images"] >= 1


def test_it_finishes_once_and_charges_once_after_kill_nine(house):
    waiting = look(house)
    assert (waiting["state"], waiting["held"]) == ("queued", 4)

    house.start_worker()
    wait_for(house, is_rendering, START_SECONDS)
    house.kill_worker()
    killed = look(house)
    assert killed["state"] == "rendering", "the worker was killed too late to prove anything"
    assert killed["used"] == killed["images"] == 4 - killed["held"]

    house.start_worker()
    done = wait_for(house, lambda now: now["state"] == "done", START_SECONDS)
    assert (done["attempts"], done["images"], done["used"], done["held"]) == (2, 4, 4, 0)
    files = sorted(path.name for path in (house.folder / "media/generations").rglob("*.png"))
    assert files == ["0.png", "1.png", "2.png", "3.png"]


def test_it_gives_work_back_when_asked_to_stop(house):
    house.start_worker()
    wait_for(house, is_rendering, START_SECONDS)
    os.kill(house.worker_pid, signal.SIGTERM)
    back = wait_for(house, lambda now: now["state"] == "queued", 5)
    assert (back["attempts"], back["used"] + back["held"]) == (0, 4)
    wait_for(house, lambda now: now["workers"] == 0, 10)


# Stands before the real torch on the path; breaks off once, as a lost file descriptor makes it.
TORN = """
import pathlib, sys
from generation import worker_process
here = pathlib.Path(__file__).parents[1]
if (here / "torn").exists():
    (here / "torn").unlink()
    worker_process.BROKEN_SECONDS = 1.0
    raise ModuleNotFoundError("No module named 'torch._utils'")
sys.path.remove(str(here))
del sys.modules["torch"]
import torch
"""


def test_a_child_without_an_engine_is_replaced_and_costs_no_try(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("torn")
    (folder / "torch").mkdir()
    (folder / "torch/__init__.py").write_text(TORN)
    (folder / "torn").touch()
    house.environment["PYTHONPATH"] = str(folder)
    house.start_worker()
    rendering = wait_for(house, is_rendering, START_SECONDS)
    assert "The engine could not be opened" in house.log("worker.log")
    assert (rendering["attempts"], rendering["workers"]) == (1, 1)


SLOW = {"DJANGO_SETTINGS_MODULE": "tests.slow_storage", "SLOW_STORAGE_SECONDS": "1.5"}


@pytest.mark.parametrize("house", [SLOW], indirect=True)
def test_it_loses_nothing_when_it_is_killed_while_it_delivers_and_renders(house):
    house.start_worker()
    wait_for(house, is_rendering, START_SECONDS)
    wait_until(lambda: half_stored(house), START_SECONDS, "nothing was being stored")
    house.kill_worker()
    killed = look(house)
    assert killed["images"] < 4, "the worker was killed too late to prove anything"
    assert killed["used"] == killed["images"] == 4 - killed["held"]

    house.start_worker()
    done = wait_for(house, lambda now: now["state"] == "done", START_SECONDS)
    assert (done["attempts"], done["images"], done["used"], done["held"]) == (2, 4, 4, 0)
    assert half_stored(house) == []


def half_stored(house):
    """Pictures that lie in the storage without their thumbnail, which is stored after them."""
    media = house.folder / "media"
    pictures = (media / "generations").rglob("*.png")
    return [path for path in pictures if not _thumbnail_of(path, media).exists()]


def _thumbnail_of(picture, media):
    return media / "thumbnails" / picture.parent.name / f"{picture.stem}.webp"
