"""With a remote store the picture's address redirects to a signed link."""

from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from generation.image_serving import serve


class FarStorage(Storage):
    def url(self, name, parameters=None):
        asked = (parameters or {}).get("ResponseContentDisposition", "")
        return f"https://far.example/{name}?signed&{asked}"

    def exists(self, name):
        return True

    def _save(self, name, content):
        return name


class FarFile(ContentFile):
    storage = FarStorage()


def far_file():
    return FarFile(b"pixels", "generations/1/0.png")


def test_it_redirects_to_the_signed_link():
    response = serve(far_file(), "image/png")
    assert response.status_code == 302
    assert response["Location"].startswith("https://far.example/generations/1/0.png?signed")
    assert "private" in response["Cache-Control"]


def test_it_asks_the_store_for_a_download():
    response = serve(far_file(), "image/png", "ink-7.png")
    assert "attachment;%20filename=%22ink-7.png%22" in response["Location"]
