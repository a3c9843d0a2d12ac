"""docker/compose.yaml, as Compose itself reads it."""

import json
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = Path(sys.executable).with_name("docker-compose")
OURS = {"web", "beat", "migrate", "bucket", "worker-cpu", "worker-gpu"}
ONCE = {"migrate", "bucket"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """docker/ as an operator has it after `cp .env.example .env` and `sh secrets.sh`."""
    kept = shutil.ignore_patterns("secrets", ".env")
    docker = shutil.copytree(
        ROOT / "docker", tmp_path_factory.mktemp("host") / "docker", ignore=kept
    )
    shutil.copy(docker / ".env.example", docker / ".env")
    subprocess.run(["sh", str(docker / "secrets.sh")], check=True, capture_output=True)
    return docker


def read(docker: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [str(COMPOSE), "-f", str(docker / "compose.yaml"), *flags, "config"]
    return subprocess.run(
        [*command, "--format", "json"], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def services(folder) -> dict:
    told = read(folder, "--profile", "cpu", "--profile", "gpu")
    assert told.returncode == 0, told.stderr
    assert "level=warning" not in told.stderr, told.stderr
    return json.loads(told.stdout)["services"]


def test_one_kind_of_worker_starts(folder):
    told = json.loads(read(folder).stdout)["services"]
    assert "worker-cpu" in told
    assert "worker-gpu" not in told


def test_it_says_what_to_do_without_its_settings(folder, tmp_path):
    bare = shutil.copytree(folder, tmp_path / "docker", ignore=shutil.ignore_patterns(".env"))
    told = read(bare)
    assert told.returncode != 0
    assert "copy docker/.env.example to docker/.env" in told.stderr


def test_every_container_is_locked_down(services):
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else []), name
        assert not service.get("privileged"), name


def test_every_image_is_an_exact_one(services):
    for name, service in services.items():
        assert re.fullmatch(r"[\w/-]+:\d+\.\d+(\.\d+)?(-\w+)?", service["image"]), name


def test_only_the_proxy_is_reached_from_outside(services):
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    outside = {name for name, service in services.items() if "outside" in service["networks"]}
    assert outside == {"proxy", "web"}


def test_secrets_come_in_files_alone(services, folder):
    values = {path.read_text().strip() for path in (folder / "secrets").iterdir()}
    for name, service in services.items():
        told = service.get("environment", {})
        assert not values & {str(value) for value in told.values()}, name
        files = [value for key, value in told.items() if key.endswith("_FILE")]
        mounted = {secret["target"] for secret in service.get("secrets", [])}
        assert set(files) <= mounted, name


def test_each_role_has_its_own_key_to_the_store(services):
    for name in OURS - {"bucket"}:
        role = "worker" if name.startswith("worker") else "web"
        told = services[name]["environment"]
        assert (told["S3_ACCESS_KEY"], told["S3_SECRET_KEY_FILE"]) == (
            role,
            f"/run/secrets/s3_{role}_key",
        )
    holders = {n for n, s in services.items() if "s3_admin_key" in str(s.get("secrets"))}
    assert holders == {"bucket"}


def test_everything_waits_for_what_it_needs(services):
    def waits(name):
        return {on: told["condition"] for on, told in services[name]["depends_on"].items()}

    assert waits("bucket") == {"s3": "service_healthy"}
    assert waits("migrate")["bucket"] == "service_completed_successfully"
    assert waits("migrate")["database"] == "service_healthy"
    for name in ("web", "beat", "worker-cpu", "worker-gpu"):
        assert waits(name)["migrate"] == "service_completed_successfully"
        assert waits(name)["redis"] == "service_healthy"
    assert waits("proxy") == {"web": "service_healthy"}
    for name in ("database", "redis", "s3"):
        assert services[name]["healthcheck"]["test"]


def test_what_runs_once_is_not_started_again(services):
    assert {n for n, s in services.items() if s["restart"] == "no"} == ONCE


def test_nobody_but_workers_writes_what_workers_run(services):
    for name in OURS:
        mounted = {volume["target"] for volume in services[name].get("volumes", [])}
        assert ("/data/compiled" in mounted) == name.startswith("worker"), name


def test_every_variable_is_one_that_the_house_reads(services):
    readers = ("settings.py", "file_settings.py", "security.py")
    settings = "".join((ROOT / "config" / name).read_text() for name in readers)
    for name in OURS:
        for variable in services[name]["environment"]:
            assert variable.removesuffix("_FILE") in settings, (name, variable)


class TestSecrets:
    def test_they_are_for_their_owner_and_for_containers(self, folder):
        secrets = folder / "secrets"
        assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()} == {0o444}
        assert len((secrets / "secret_key").read_text()) == 48

    def test_made_again_they_stay(self, folder):
        before = {path.name: path.read_bytes() for path in (folder / "secrets").iterdir()}
        subprocess.run(["sh", str(folder / "secrets.sh")], check=True, capture_output=True)
        assert before == {p.name: p.read_bytes() for p in (folder / "secrets").iterdir()}

    def test_the_store_s_rights_are_those_of_the_policies(self, folder):
        told = json.loads((folder / "secrets/s3.json").read_text())
        policies = {row["name"]: json.loads(row["content"]) for row in told["policies"]}
        for role in ("web", "worker"):
            own = json.loads((ROOT / f"docker/s3/policy-{role}.json").read_text())
            assert policies[role] == own

    def test_another_bucket_is_named_in_the_rights(self, folder, tmp_path):
        other = shutil.copytree(folder, tmp_path / "docker")
        subprocess.run(
            ["sh", str(other / "secrets.sh"), "elsewhere"], check=True, capture_output=True
        )
        told = (other / "secrets/s3.json").read_text()
        assert "arn:aws:s3:::elsewhere/loras/*" in told
        assert "house-images" not in told
