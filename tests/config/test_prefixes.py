"""Nothing is stored under a prefix that nobody may write, or that caches are told nothing of."""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import FileField

from config.file_storage import CACHED
from generation.delivery import KEYS

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "arn:aws:s3:::house-images/"
# Pictures that come and go under one name, and a probe: not for caches.
NOT_CACHED = {"pack-previews/", "doctor/"}


def writers(prefix: str) -> set[str]:
    return {role for role in ("web", "worker") if may(role, "s3:PutObject", prefix)}


def may(role: str, action: str, prefix: str) -> bool:
    policy = json.loads((ROOT / f"docker/s3/policy-{role}.json").read_text())
    return any(
        action in statement["Action"] and f"{BUCKET}{prefix}*" in statement["Resource"]
        for statement in policy["Statement"]
    )


def stored() -> set[str]:
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    given = {str(f.upload_to) for f in fields if isinstance(f, FileField) and f.upload_to}
    return given | {key.split("{")[0] for key in KEYS}


def test_every_file_of_a_model_has_its_place():
    assert stored() <= CACHED.keys() | NOT_CACHED


@pytest.mark.parametrize("prefix", sorted({*CACHED, *NOT_CACHED}))
def test_exactly_one_role_writes_it_and_may_delete_it(prefix):
    [role] = writers(prefix)
    assert may(role, "s3:DeleteObject", prefix)
    assert may("web", "s3:DeleteObject", prefix)


def test_people_s_pictures_are_kept_by_no_shared_cache():
    for prefix in ("generations/", "thumbnails/", "loras/"):
        assert CACHED[prefix].startswith("private")
