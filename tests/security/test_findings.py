"""What the fuzz benchmark once found, one by one."""

import io
import json
import zipfile

import pytest
from PIL import Image

from accounts import tokens
from stylepacks import pictures
from stylepacks.bundles import import_pack
from stylepacks.errors import BundleRefused
from stylepacks.pictures import PictureUnreadable
from stylepacks.rules import bundle_format

pytestmark = pytest.mark.django_db


def test_a_wrong_host_is_told_so_on_a_page(client):
    """Its page is drawn before anybody was asked who they are."""
    answer = client.get("/", headers={"Host": "evil.example:x"})
    assert answer.status_code == 400
    assert "That request made no sense" in answer.content.decode()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_manifest_with_a_number_that_is_none(number):
    raw = json.dumps(
        {
            "format": bundle_format.FORMAT,
            "pack": {
                "slug": "ink",
                **dict.fromkeys(bundle_format.ABOUT_FIELDS, ""),
                "kind": "style",
                "tags": [],
                "suits": [],
            },
            "version": {"loras": [], "checkpoint": {}, "guidance": "?"},
            "digest": "0" * 64,
            "checkpoint": {"name": "x"},
            "loras": [],
            "cover": None,
        }
    ).replace('"?"', number)
    with pytest.raises(bundle_format.BundleFormatError, match="digest does not match"):
        bundle_format.read(raw.encode())


def test_a_member_whose_name_is_no_text(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.pack", "w") as archive:
        archive.writestr("manifest.json\N{SNOWMAN}", b"{}")
        archive.writestr("manifest.json", b"{}")
    raw = (tmp_path / "a.pack").read_bytes().replace("\N{SNOWMAN}".encode(), b"\x80\x80\x80")
    (tmp_path / "a.pack").write_bytes(raw)
    with pytest.raises(BundleRefused):
        import_pack(tmp_path / "a.pack")


def test_a_picture_too_long_for_other_formats():
    out = io.BytesIO()
    Image.new("RGB", (1, 65_535)).save(out, "PNG")
    with pytest.raises(PictureUnreadable, match="a side may have 8000"):
        pictures.opened(out.getvalue())


def test_a_token_of_half_characters():
    assert tokens.person_of_token("\udcff") is None
