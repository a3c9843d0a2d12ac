"""A credential is trusted only when it is ours and nothing changed since."""

import io
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from generation.engine.image_files import encode_png, read_metadata
from generation.engine.provenance import Signer, State

PNG = encode_png(bytes(range(256)) * 48, 64, 64, {"recipe": "{}"})
SUMMARY = {"pack": "linocut v1", "seed": "7"}


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return Signer(tmp_path_factory.mktemp("house") / "provenance")


@pytest.fixture(scope="module")
def signed(signer):
    return signer.sign_png(PNG, "linocut", SUMMARY)


def test_it_trusts_what_it_signed(signer, signed):
    verdict = signer.verify(signed)
    assert verdict.is_trusted
    assert verdict.title == "linocut"
    assert verdict.summary == SUMMARY


def test_it_keeps_pixels_metadata_and_size_small(signed):
    assert Image.open(io.BytesIO(signed)).tobytes() == Image.open(io.BytesIO(PNG)).tobytes()
    assert read_metadata(signed) == read_metadata(PNG)
    assert len(signed) - len(PNG) < 6000


def test_it_trusts_what_an_earlier_process_signed(signer, signed, tmp_path):
    folder = tmp_path / "kept"
    first = Signer(folder).sign_png(PNG, "", {})
    assert Signer(folder).verify(first).is_trusted
    assert signer.verify(first).state == State.FOREIGN


@pytest.mark.parametrize("where", ["text", "pixels", "credential"])
def test_it_notices_one_changed_byte(signer, signed, where):
    marks = {"text": b"iTXt", "pixels": b"IDAT", "credential": b"linocut v1"}
    changed = bytearray(signed)
    changed[signed.index(marks[where]) + 8] ^= 1
    assert signer.verify(bytes(changed)).state == State.TAMPERED


def test_it_calls_an_image_that_was_saved_again_unsigned(signer, signed):
    again = io.BytesIO()
    Image.open(io.BytesIO(signed)).save(again, "PNG")
    assert signer.verify(again.getvalue()).state == State.UNSIGNED


@pytest.mark.parametrize("content", [b"", b"no image at all", PNG])
def test_it_calls_anything_else_unsigned(signer, content):
    assert signer.verify(content).state == State.UNSIGNED


def test_it_keeps_its_key_to_itself(tmp_path):
    Signer(tmp_path / "provenance")
    modes = {path.name: path.stat().st_mode for path in (tmp_path / "provenance").iterdir()}
    assert set(modes) == {"authority.pem", "chain.pem", "key.pem"}
    assert not any(mode & (stat.S_IRWXG | stat.S_IRWXO) for mode in modes.values())


def test_it_makes_one_chain_when_many_start_together(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        signers = list(pool.map(Signer, [tmp_path / "provenance"] * 8))
    images = [one.sign_png(PNG, "", {}) for one in signers]
    assert all(signers[0].verify(image).is_trusted for image in images)
    assert [path.name for path in tmp_path.iterdir()] == ["provenance"]
