"""A curator uploads a LoRA, makes a pack from it, previews it and publishes it, without code."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from safetensors import safe_open
from safetensors.torch import save_file

from tests.browser.people import CURATOR, generate, sign_in, wait_for_picture
from tests.house import ROOT, House

pytestmark = [pytest.mark.browser, pytest.mark.model]
PREVIEW_MILLISECONDS = 90_000


@pytest.fixture(scope="module")
def new_lora(tmp_path_factory) -> Path:
    """A LoRA nobody has uploaded yet: a shipped one, a little weaker."""
    source = next((ROOT / "starter" / "weights" / "loras").glob("*.safetensors"))
    target = tmp_path_factory.mktemp("lora") / "quiet.safetensors"
    with safe_open(source, framework="pt") as stored:
        tensors = {key: stored.get_tensor(key) * 0.9 for key in stored.keys()}  # noqa: SIM118
        save_file(tensors, target, metadata=stored.metadata())
    return target


@pytest.fixture(scope="module")
def curator(house: House) -> None:
    house.manage("shell", "-v0", "-c", CURATOR.make_superuser)


def upload(page: Page, house: House, name: str, file: Path) -> None:
    page.goto(f"{house.address}/admin/stylepacks/lora/add/")
    page.set_input_files("input[type=file]", file)
    page.fill("[name=name]", name)
    page.fill("[name=license]", "Apache-2.0")
    page.click("[name=_save]")
    page.wait_for_load_state()


def test_it_takes_a_curator_from_a_file_to_a_published_pack(page, house, curator, new_lora):
    sign_in(page, house, CURATOR)
    upload(page, house, "Quiet", new_lora)
    page.goto(f"{house.address}/admin/stylepacks/stylepack/add/")
    page.fill("[name=name]", "Quiet Pictures")
    page.fill("[name=promise]", "The same look, said softly.")
    page.click("[name=_save]")
    page.wait_for_load_state()
    page.locator("text=Add another LoRA").locator("visible=true").first.click()
    page.select_option("[name=loras-0-lora]", label="Quiet")
    page.fill("[name=loras-0-trigger]", "quiet style")
    page.click("[name=_preview]")
    page.wait_for_selector("#previews img", timeout=PREVIEW_MILLISECONDS)
    page.get_by_text("Use as cover").first.click()
    page.wait_for_load_state()
    page.click("[name=_publish]")
    page.wait_for_load_state()
    generate(page, house, "a red boat by the sea", "quiet-pictures")
    wait_for_picture(page)


def test_it_never_changes_what_is_published(page, house, curator):
    sign_in(page, house, CURATOR)
    page.goto(f"{house.address}/admin/stylepacks/packversion/1/change/")
    expect(page.locator("[name=_publish]")).to_have_count(0)
    expect(page.locator("[name=template]")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pickled.safetensors", b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94."),
        ("truncated.safetensors", b"\xff\x00\x00\x00\x00\x00\x00\x00{"),
        ("empty.safetensors", b" "),
    ],
)
def test_it_refuses_a_bad_file_in_one_sentence(page, house, curator, tmp_path, name, content):
    sign_in(page, house, CURATOR)
    (tmp_path / name).write_bytes(content)
    upload(page, house, "Bad", tmp_path / name)
    assert page.url.endswith("/add/")
    expect(page.locator(".errorlist, .errornote, .text-red-600").first).to_contain_text(
        re.compile(r"\w+ .+\.")
    )
