"""The cast of the pages: Alice and Bob have accounts, a visitor has none."""

import uuid

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile

from accounts import limits
from accounts.models import User
from generation.models import FairShare, GeneratedImage, Generation
from tests.stylepacks.factories import make_pack

PASSWORD = "correct horse battery"
PNG = b"\x89PNG\r\n\x1a\n pixels"


@pytest.fixture(autouse=True)
def scratch(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    limits.limiter.cache_clear()


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice", "alice@example.org", PASSWORD)


@pytest.fixture
def bob(db):
    return User.objects.create_user("bob", "bob@example.org", PASSWORD)


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def as_bob(bob):
    from django.test import Client

    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def ink(db):
    return make_pack("ink")


@pytest.fixture
def fox(db):
    return make_pack("fox", kind="character", template="{trigger}, {prompt}")


@pytest.fixture
def make_generation(ink):
    """Writes a generation as the worker would have left it."""

    def make(person, state="done", prompt="a red boat", count=1):
        row = Generation.objects.create(
            person=person,
            pack_version=ink.live_version,
            prompt=prompt,
            strength=85,
            count=count,
            seed=7,
            recipe={"prompt": f"{prompt}, ink style", "width": 512, "height": 512, "steps": 16},
            recipe_digest="d" * 64,
            batch_key="b",
            queue="render.sd15.cpu",
            idempotency_key=uuid.uuid4().hex,
            state=state,
            total_steps=16,
        )
        FairShare.objects.get_or_create(person=person)
        for index in range(count if state == "done" else 0):
            _deliver(row, index)
        return row

    return make


def _deliver(row, index):
    image = GeneratedImage(
        generation=row,
        index=index,
        seed=row.seed + index,
        width=512,
        height=512,
        byte_size=len(PNG),
        sha256="e" * 64,
    )
    image.file.save(f"generations/{row.pk}/{index}.png", ContentFile(PNG), save=False)
    image.thumbnail.save(f"generations/{row.pk}/{index}.thumb.webp", ContentFile(b"w"), save=False)
    image.save()
