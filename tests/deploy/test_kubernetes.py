"""docker/kubernetes: every overlay builds, and every object is one that Kubernetes knows."""

import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docker/kubernetes"
BUILT = ("migrate", "overlays/cpu", "overlays/gpu")
# The oldest whose objects these still are, and the newest that the validator knows.
VERSIONS = ("1.29", kubernetes_validate.latest_version())
RUNNING = ("Deployment", "Job")
pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="needs kubectl")


@pytest.fixture(scope="module", params=BUILT)
def built(request) -> list[dict]:
    told = subprocess.run(
        ["kubectl", "kustomize", str(FOLDER / request.param)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "deprecated" not in told.stderr
    return list(yaml.safe_load_all(told.stdout))


def of_kind(objects: list[dict], *kinds: str) -> list[dict]:
    return [one for one in objects if one["kind"] in kinds]


def pods(objects: list[dict]) -> dict[str, dict]:
    running = of_kind(objects, *RUNNING)
    return {one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in running}


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_knows_every_field(built, version):
    for one in built:
        kubernetes_validate.validate(one, version, strict=True)


def test_no_pod_asks_for_more_than_it_needs(built):
    for name, pod in pods(built).items():
        inside = pod["securityContext"]
        assert inside["runAsNonRoot"] is True, name
        assert inside["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
        assert "memory" in container["resources"]["limits"], name


def test_every_image_is_an_exact_one(built):
    for name, pod in pods(built).items():
        assert pod["containers"][0]["image"].endswith(":0.1.0"), name


def test_secrets_are_mounted_from_files_that_the_settings_name(built):
    [config] = of_kind(built, "ConfigMap")
    files = {v for k, v in config["data"].items() if k.endswith("_FILE")}
    assert not [key for key in config["data"] if key.endswith(("_KEY", "PASSWORD"))]
    for name, pod in pods(built).items():
        mounted = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
        assert {str(Path(file).parent) for file in files} <= mounted, name
        role = "worker" if name.startswith("worker") else "web"
        named = {v["secret"]["secretName"] for v in pod["volumes"] if "secret" in v}
        assert named == {"housestyle", f"housestyle-store-{role}", "housestyle-provenance"}


def test_what_is_selected_is_there(built):
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in of_kind(built, *RUNNING)]
    selecting = [
        one["spec"]["selector"].get("matchLabels", one["spec"]["selector"])
        for one in of_kind(built, "Service", "PodDisruptionBudget", "Deployment")
        if one["metadata"]["name"] != "nowhere"
    ]
    for wanted in selecting:
        assert any(wanted.items() <= found.items() for found in labels), wanted


def test_nothing_comes_in_but_what_is_named(built):
    if not of_kind(built, "Deployment"):
        return
    closed = {one["metadata"]["name"]: one["spec"] for one in of_kind(built, "NetworkPolicy")}
    assert closed["closed"]["podSelector"] == {}
    assert sorted(closed["closed"]["policyTypes"]) == ["Egress", "Ingress"]
    incoming = [name for name, spec in closed.items() if spec.get("ingress")]
    assert incoming == ["web-from-ingress"]


def test_the_queue_is_that_of_the_device(built):
    [config] = of_kind(built, "ConfigMap")
    for name, pod in pods(built).items():
        if name.startswith("worker"):
            queues = pod["containers"][0]["args"]
            assert f"render.sd15.{config['data']['HOUSESTYLE_DEVICE_CLASS']},house" in queues
