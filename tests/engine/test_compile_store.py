"""Compiled code on disk: whole or not at all, and never in the way of a render."""

import os

import pytest
import torch

from generation.engine import compile_store
from generation.engine.compile_store import MAGIC, CompileStore, file_name, keep_kernels


@pytest.fixture
def made(monkeypatch):
    """What the compiler says it made, and what it is given back."""
    given = []
    monkeypatch.setattr(torch.compiler, "save_cache_artifacts", lambda: (b"kernels", object()))
    monkeypatch.setattr(
        torch.compiler, "load_cache_artifacts", lambda kept: given.append(kept) or object()
    )
    return given


def test_it_gives_back_what_was_kept(made, tmp_path):
    folder = tmp_path / "compiled"
    store = CompileStore(folder, "card.compiled")
    assert not store.load()
    store.save(compiled_anything=True)
    assert CompileStore(folder, "card.compiled").load()
    assert made == [b"kernels"]
    assert [path.name for path in folder.iterdir()] == ["card.compiled"]
    assert folder.stat().st_mode & 0o077 == 0


def test_it_writes_nothing_new_where_nothing_was_compiled(made, tmp_path):
    CompileStore(tmp_path, "card").save(compiled_anything=True)
    store = CompileStore(tmp_path, "card")
    store.load()
    before = store.path.stat().st_mtime_ns
    store.save(compiled_anything=False)
    assert store.path.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[:-1] + b"?",
        lambda whole: whole.replace(b"1\n", b"0\n", 1),
        lambda whole: b"",
        lambda whole: MAGIC,
    ],
)
def test_it_leaves_a_damaged_file_aside(made, tmp_path, damage, caplog):
    store = CompileStore(tmp_path, "card")
    store.save(compiled_anything=True)
    store.path.write_bytes(damage(store.path.read_bytes()))
    again = CompileStore(tmp_path, "card")
    assert not again.load()
    assert made == []
    assert "damaged; it is compiled again" in caplog.text
    again.save(compiled_anything=True)
    assert CompileStore(tmp_path, "card").load()


def test_it_keeps_the_old_file_when_writing_fails(made, tmp_path, monkeypatch, caplog):
    store = CompileStore(tmp_path, "card")
    store.save(compiled_anything=True)
    before = store.path.read_bytes()
    monkeypatch.setattr(torch.compiler, "save_cache_artifacts", lambda: (b"newer", object()))

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", full)
    store.save(compiled_anything=True)
    assert store.path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["card"]
    assert "could not be kept" in caplog.text


def test_it_survives_a_compiler_that_takes_nothing(tmp_path, monkeypatch, caplog):
    compile_store._write(tmp_path / "card", b"of another torch")
    assert not CompileStore(tmp_path, "card").load()

    def fail(_):
        raise RuntimeError("what is this")

    monkeypatch.setattr(torch.compiler, "load_cache_artifacts", fail)
    assert not CompileStore(tmp_path, "card").load()
    assert "could not be used: what is this" in caplog.text


def test_it_keeps_nothing_without_a_folder(made):
    store = CompileStore(None, "card")
    assert not store.load()
    store.save(compiled_anything=True)


def test_it_names_a_file_by_all_that_it_depends_on(monkeypatch):
    name = file_name("NVIDIA H200", {"unet": {"layers": 2}})
    assert name.startswith(f"{torch.__version__}".replace("+", "_") + "-NVIDIA_H200-")
    assert name.endswith(".compiled")
    assert name == file_name("NVIDIA H200", {"unet": {"layers": 2}})
    others = {
        file_name("NVIDIA H100", {"unet": {"layers": 2}}),
        file_name("NVIDIA H200", {"unet": {"layers": 3}}),
    }
    monkeypatch.setattr(torch, "__version__", "2.99")
    others.add(file_name("NVIDIA H200", {"unet": {"layers": 2}}))
    monkeypatch.setattr(compile_store, "OPTIONS", {"deterministic": False})
    others.add(file_name("NVIDIA H200", {"unet": {"layers": 2}}))
    assert len(others) == 4
    assert name not in others


def test_kernels_are_kept_beside_unless_another_place_was_named(tmp_path, monkeypatch):
    # Set and taken back, so that what the function sets goes with the test.
    monkeypatch.setenv("TRITON_CACHE_DIR", "")
    monkeypatch.delenv("TRITON_CACHE_DIR")
    keep_kernels(None)
    assert "TRITON_CACHE_DIR" not in os.environ
    keep_kernels(tmp_path / "compiled")
    assert os.environ["TRITON_CACHE_DIR"] == str(tmp_path / "compiled" / "triton")
    assert (tmp_path / "compiled").stat().st_mode & 0o777 == 0o700
    keep_kernels(tmp_path / "another")
    assert os.environ["TRITON_CACHE_DIR"] == str(tmp_path / "compiled" / "triton")
