"""A model is fetched from the hub pinned, checked and whole, or refused in one sentence."""

import json
import os
import signal
import subprocess
import sys

import pytest

from stylepacks.rules import hub_files
from tests.house import ROOT, wait_until
from tests.hub_server import COMMIT, CUT, HOLD, Hub, Trouble
from tests.stylepacks.factories import safetensors_bytes, unet_tensors, write_checkpoint

WEIGHTS = "unet/diffusion_pytorch_model.safetensors"
CHUNK_BYTES = 10 * 1024 * 1024  # what the hub's library writes at a time
FETCH = """
import sys
from pathlib import Path
from stylepacks import hub
from stylepacks.errors import CheckpointUnreadable

class Unwanted(Exception):
    pass

def accept(pipeline):
    if pipeline == "FluxPipeline":
        raise Unwanted("Not this one.")

hub.SECONDS_BETWEEN_LINES = 0
try:
    found = hub.fetch(sys.argv[1], sys.argv[2], Path(sys.argv[3]), accept, print)
    print(found.folder.name, found.source, found.license)
except (CheckpointUnreadable, Unwanted) as refused:
    sys.exit(str(refused))
"""


class Fetching:
    """Fetches in a process of its own, which knows no other hub than the test's."""

    def __init__(self, root, hub):
        self.root = root
        self.hub = hub
        root.mkdir()
        variables = {"HF_ENDPOINT": hub.address, "HF_HOME": str(root / "hf"), "HF_TOKEN": ""}
        self.environment = {**os.environ, **variables}

    @property
    def kept(self):
        return self.root / f"owner--model@{COMMIT[:12]}"

    def start(self, revision="", hub_id="owner/model"):
        return subprocess.Popen(
            [sys.executable, "-c", FETCH, hub_id, revision, str(self.root)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def fetch(self, revision="", hub_id="owner/model") -> list[str]:
        process = self.start(revision, hub_id)
        said, wrong = process.communicate(timeout=120)
        assert process.returncode == 0, wrong
        return said.splitlines()

    def refusal(self, revision="", hub_id="owner/model") -> str:
        process = self.start(revision, hub_id)
        _, wrong = process.communicate(timeout=120)
        assert process.returncode == 1
        assert len(wrong.strip().splitlines()) == 1, wrong
        return wrong


@pytest.fixture
def published(tmp_path):
    return write_checkpoint(tmp_path / "published", width=768)


@pytest.fixture
def hub(published):
    with Hub(published) as hub:
        yield hub


@pytest.fixture
def fetching(tmp_path, hub):
    return Fetching(tmp_path / "kept", hub)


def test_it_pins_what_it_fetches(fetching, hub, published):
    said = fetching.fetch("main")
    assert said[0] == f"owner/model at main is the revision {COMMIT}."
    assert said[1].startswith("Fetching 5 files, 0.00 GiB, into ")
    assert f"{WEIGHTS}: 0.00 of 0.00 GiB" in said
    assert said[-1] == f"owner--model@{COMMIT[:12]} owner/model@{COMMIT} apache-2.0"
    assert (fetching.kept / WEIGHTS).read_bytes() == (published / WEIGHTS).read_bytes()
    assert [path.name for path in fetching.root.iterdir() if path.name != "hf"] == [
        fetching.kept.name
    ]
    asked = len(hub.fetched)
    assert len(fetching.fetch("main")) == 2
    assert len(hub.fetched) == asked


def test_it_needs_no_hub_for_a_pinned_model_that_is_here(fetching):
    fetching.fetch(COMMIT)
    fetching.environment["HF_HUB_OFFLINE"] = "1"
    assert fetching.fetch(COMMIT) == [f"owner--model@{COMMIT[:12]} owner/model@{COMMIT} "]
    assert "HF_HUB_OFFLINE is set" in fetching.refusal()


def test_it_goes_on_where_a_download_stopped(fetching, hub, published):
    large = {"filler": ((8 * 1024 * 1024,), 0.5)}
    (published / WEIGHTS).write_bytes(safetensors_bytes({**unet_tensors(768), **large}))
    hub.troubles += [Trouble(WEIGHTS, CHUNK_BYTES + 5, kind) for kind in (HOLD, CUT)]
    process = fetching.start(COMMIT)
    begun = fetching.kept.with_name(f"{fetching.kept.name}.part") / f"{WEIGHTS}.incomplete"
    try:
        wait_until(lambda: size_of(begun) == CHUNK_BYTES, 60, "the first bytes were not written")
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert not fetching.kept.exists()
    said = fetching.fetch(COMMIT)
    assert f"{WEIGHTS}: 0.02 of 0.03 GiB" in said
    assert hub.ranges(WEIGHTS) == ["", f"bytes={CHUNK_BYTES}-", f"bytes={2 * CHUNK_BYTES}-"]
    assert (fetching.kept / WEIGHTS).read_bytes() == (published / WEIGHTS).read_bytes()


def size_of(path) -> int:
    return path.stat().st_size if path.exists() else 0


def test_it_fetches_a_file_anew_that_arrived_with_other_bytes(fetching, hub):
    right = hub.sum_of(WEIGHTS)
    hub.publish_sum(WEIGHTS, "0" * 64)
    assert f"{WEIGHTS} arrived with other bytes than owner/model published" in fetching.refusal()
    hub.publish_sum(WEIGHTS, right)
    fetching.fetch()
    assert hub.ranges(WEIGHTS) == ["", ""]
    assert len(hub.ranges("model_index.json")) == 1


def test_it_says_why_the_hub_does_not_give(fetching, hub, published):
    assert "no model owner/other for you" in fetching.refusal(hub_id="owner/other")
    assert "owner/model has no revision lost" in fetching.refusal("lost")
    hub.is_gated = True
    assert "accept them on its page" in fetching.refusal()
    hub.is_gated = False
    hub.close()
    assert "could not be fetched" in fetching.refusal()


def test_it_refuses_before_any_weights_are_fetched(fetching, hub, published):
    index = published / "model_index.json"
    content = json.loads(index.read_text())
    index.write_text(json.dumps({**content, "_class_name": "FluxPipeline"}))
    assert fetching.refusal() == "Not this one.\n"
    index.unlink()
    assert "has no model_index.json" in fetching.refusal()
    assert hub.ranges(WEIGHTS) == []


INDEX = {
    "_class_name": "StableDiffusionPipeline", "safety_checker": ["x", "SafetyChecker"],
    "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
    "image_encoder": [None, None],
}  # fmt: skip


def test_it_chooses_the_plain_weights_of_the_listed_components():
    plain = [
        "unet/config.json", "unet/diffusion_pytorch_model-00001-of-00002.safetensors",
        "unet/diffusion_pytorch_model-00002-of-00002.safetensors",
        "unet/diffusion_pytorch_model.safetensors.index.json", "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors",
    ]  # fmt: skip
    others = [
        "README.md", "v1-5-pruned.safetensors", "unet/diffusion_pytorch_model.bin",
        "unet/diffusion_pytorch_model.fp16.safetensors", "vae/deep/config.json",
        "unet/diffusion_pytorch_model.non_ema.safetensors", "safety_checker/model.safetensors",
        "unet/diffusion_pytorch_model.safetensors.index.fp16.json", "image_encoder/config.json",
    ]  # fmt: skip
    chosen = hub_files.wanted(["model_index.json", *plain, *others], INDEX)
    assert chosen == ["model_index.json", *plain]


def test_it_chooses_half_precision_where_there_is_no_other():
    half = [
        "unet/diffusion_pytorch_model.fp16-00001-of-00002.safetensors",
        "unet/diffusion_pytorch_model.fp16-00002-of-00002.safetensors",
        "unet/diffusion_pytorch_model.safetensors.index.fp16.json",
        "vae/diffusion_pytorch_model.fp16.safetensors",
    ]
    assert hub_files.wanted(half, INDEX) == ["model_index.json", *half]


def test_it_never_leaves_the_models_folder():
    index = {**INDEX, "..": ["diffusers", "AutoencoderKL"]}
    assert hub_files.wanted(["../config.json", "a/../../b.json"], index) == ["model_index.json"]


def test_it_refuses_pickles_by_name():
    with pytest.raises(hub_files.FilesUnfit, match="unet is published as a pickle only"):
        hub_files.wanted(["unet/diffusion_pytorch_model.bin"], INDEX)
