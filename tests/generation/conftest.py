"""A tiny renderer for tests of the queue: real pixels and steps, no model."""

import hashlib
import uuid
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from accounts import allowance
from generation import render_worker, submission, worker_process
from generation.delivery_desk import DeliveryDesk
from generation.engine.contract import RenderedImage, RenderResult, StepProgress
from generation.submission import Wish
from generation.worker_process import WorkerProcess
from tests.stylepacks.factories import make_pack

QUEUE = "render.sd15.cpu"


class PlainRenderer:
    """Fills each image with a colour of its seed; `before_step` lets a test interfere."""

    loaded = "plain"
    given_up = ()
    warm = SimpleNamespace(passes=(), failures=())

    def __init__(self):
        self.requests = []
        self.warmed = []
        self.read_before = []
        self.before_step = lambda request, step: None

    def warm_up(self, checkpoint, family, sizes, guidances):
        self.warmed.append((checkpoint, family, sizes))
        return self.warm

    def read_ahead(self, checkpoint, family, loras):
        self.read_before.append((checkpoint, family, [lora.sha256 for lora in loras]))

    def render(self, request, on_step=None):
        self.requests.append(request)
        wanted = list(request.images)
        for step in range(1, request.steps + 1):
            self.before_step(request, step)
            previews = {order.key: b"webp" for order in wanted} if step % 4 == 0 else {}
            dropped = on_step(StepProgress(step, request.steps, previews)) if on_step else None
            wanted = [order for order in wanted if order.key not in (dropped or ())]
            if not wanted:
                break
        images = tuple(self._image(request, order) for order in wanted)
        seconds = (0.0, 0.5 * len(request.images), 0.1)
        return RenderResult(images, *seconds, given_up=self.given_up)

    def _image(self, request, order):
        colour = hashlib.sha256(f"{order.prompt}{order.seed}".encode()).digest()[:3]
        rgb = colour * (request.width * request.height)
        return RenderedImage(order.key, order.seed, request.width, request.height, rgb)


class TestProcess(WorkerProcess):
    """A worker process without threads of its own."""

    __test__ = False

    def __init__(self, name="worker-1", renderer=None):
        super().__init__(name, (QUEUE,))
        self.desk = DeliveryDesk(worker_process.is_stopping, beside=False)
        self.plain = renderer or PlainRenderer()

    def renderer(self):
        return self.plain

    def work(self):
        return render_worker.serve(self)


def used_and_held(person):
    meter = allowance.meter(person)
    return meter.used, meter.held


@pytest.fixture(autouse=True)
def quiet_house(settings, monkeypatch):
    """Every test starts with empty caches; bells are collected, not sent to a broker."""
    cache.clear()
    rung = []
    monkeypatch.setattr("generation.wakeups.ring", rung.append)
    monkeypatch.setattr(worker_process, "_stop_flag", bytearray(1))
    return rung


@pytest.fixture
def process(db):
    return TestProcess()


@pytest.fixture
def ink(db):
    return make_pack("ink", width=64, height=64, steps=8)


@pytest.fixture
def submit(ink):
    """submit(person, prompt=…, count=…) with a fresh key unless one is given."""

    def make(person, key=None, **wish):
        fields = {"pack": "ink", "prompt": "a red boat by the sea", "seed": 7, **wish}
        return submission.submit(person, Wish(**fields), key or uuid.uuid4().hex)

    return make
