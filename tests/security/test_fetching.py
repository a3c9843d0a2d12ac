"""Which hosts the house itself asks: the hub's, and no other."""

import ast
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "accounts", "stylepacks", "generation", "learn", "starter")
# Modules that can open an address, and the one file that may use each.
CLIENTS = {
    "urllib.request": {"config/announce.py"},  # its own address, to say that it is open
    # The second reads what was fetched before, with local_files_only.
    "huggingface_hub": {"stylepacks/hub.py", "generation/engine/pipelines.py"},
    "requests": set(),
    "httpx": set(),
    "aiohttp": set(),
    "urllib3": set(),
    "http.client": set(),
    "ftplib": set(),
    "socket": set(),
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_only_these_files_can_ask_another_host():
    found = {name: set() for name in CLIENTS}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for module in imported(path):
                for client in CLIENTS:
                    if module == client or module.startswith(f"{client}."):
                        found[client].add(str(path.relative_to(ROOT)))
    assert found == CLIENTS


@pytest.mark.parametrize(
    "source",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://evil.example/model.safetensors",
        "file:///etc/passwd",
        "//evil.example/x",
        "owner/../../etc",
        "owner/name@evil.example",
        "http:owner/name",
    ],
)
def test_a_checkpoint_comes_from_no_address(source, db, monkeypatch):
    """A hub id is two plain words; its host is the operator's HF_ENDPOINT alone."""
    monkeypatch.setattr("stylepacks.hub.HfApi", forbidden)
    with pytest.raises(CommandError):
        call_command("add_checkpoint", source, slug="x", license="Apache-2.0")


def forbidden(*_, **__):
    raise AssertionError("the hub was asked")


def test_a_credential_names_no_address_that_is_fetched():
    from generation.engine import provenance

    assert '"remote_manifest_fetch": False' in Path(provenance.__file__).read_text()
