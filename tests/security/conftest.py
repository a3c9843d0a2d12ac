"""The pages' cast, and pictures that are pictures."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from tests.pages.conftest import alice, as_alice, as_bob, bob, fox, ink, make_generation, scratch

__all__ = ["alice", "as_alice", "as_bob", "bob", "fox", "ink", "make_generation", "scratch"]


def png(width=40, height=30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 80, 40)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def real_pictures(make_generation):
    """A finished generation whose files can be opened."""

    def make(person, **fields):
        row = make_generation(person, **fields)
        for image in row.images.all():
            name = str(image.file.name)
            image.file.storage.save(name, ContentFile(png()))
            image.file.storage.save(str(image.thumbnail.name), ContentFile(webp()))
        return row

    return make


def webp() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 24), (200, 80, 40)).save(out, "WEBP")
    return out.getvalue()
