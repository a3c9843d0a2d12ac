import io

import pytest
from PIL import Image

from stylepacks import previews
from stylepacks.errors import PackError, PublishingRefused
from stylepacks.models import Preview
from stylepacks.signals import preview_requested
from tests.stylepacks.factories import make_pack

pytestmark = pytest.mark.django_db


def png(edge: int = 32) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (edge, edge), "teal").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def draft():
    return make_pack(published=False).versions.get()


@pytest.fixture
def asked():
    """What a connected renderer was asked for."""
    heard = []

    def receiver(**message):
        heard.append(message)

    preview_requested.connect(receiver)
    yield heard
    preview_requested.disconnect(receiver)


@pytest.fixture(autouse=True)
def only_these_renderers(monkeypatch):
    monkeypatch.setattr(preview_requested, "receivers", [])
    preview_requested.sender_receivers_cache.clear()


def test_it_asks_the_renderer_after_the_commit(
    draft, asked, curator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        preview = previews.request(draft, " a red boat ", curator)
        assert not asked
    assert asked[0]["version"] == draft
    assert (asked[0]["prompt"], asked[0]["by"]) == ("a red boat", curator)
    assert preview.state == Preview.State.WAITING


def test_it_keeps_the_pictures_that_were_delivered(draft, curator):
    preview = previews.request(draft, "a red boat", curator)
    assert previews.deliver(draft, [png(), png()]) == preview
    preview.refresh_from_db()
    assert preview.state == Preview.State.DONE
    assert [image.file.read()[:4] for image in preview.images.all()] == [b"\x89PNG"] * 2
    assert previews.deliver(draft, [png()]) is None


def test_it_tells_the_curator_when_nothing_renders(
    draft, curator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        previews.request(draft, "a red boat", curator)
    preview = draft.preview_requests.get()
    assert (preview.state, preview.error) == (Preview.State.FAILED, previews.NOBODY_RENDERS)


def test_it_tells_the_curator_when_the_renderer_refuses(
    draft, curator, django_capture_on_commit_callbacks
):
    def full(**message):
        raise PackError("Too many previews are waiting.")

    preview_requested.connect(full)
    with django_capture_on_commit_callbacks(execute=True):
        previews.request(draft, "a red boat", curator)
    assert "Too many previews are waiting." in draft.preview_requests.get().error


def test_it_passes_a_failure_on(draft, curator):
    previews.request(draft, "a red boat", curator)
    previews.fail(draft, "The LoRA could not be applied.")
    assert draft.preview_requests.get().error == "The LoRA could not be applied."


def test_it_refuses_a_preview_of_what_cannot_be_rendered(draft, curator):
    with pytest.raises(PackError, match="Write a prompt"):
        previews.request(draft, "   ", curator)
    draft.steps = 0
    draft.save()
    with pytest.raises(PublishingRefused, match="Steps"):
        previews.request(draft, "a red boat", curator)
    assert not Preview.objects.exists()


def test_it_gives_every_preview_its_own_pictures(draft, curator):
    first = previews.request(draft, "a red boat", curator)
    second = previews.request(draft, "a blue fish", curator)
    assert previews.deliver(draft, [png()]) == first
    assert previews.deliver(draft, [png()], second) == second


def test_it_lets_only_a_few_wait(draft, curator):
    for _ in range(previews.MAX_WAITING):
        previews.request(draft, "a red boat", curator)
    with pytest.raises(PackError, match="are waiting"):
        previews.request(draft, "a red boat", curator)


def test_it_keeps_only_the_newest_previews(
    draft, curator, media_folder, django_capture_on_commit_callbacks
):
    for _ in range(previews.KEPT_PREVIEWS + 3):
        with django_capture_on_commit_callbacks(execute=True):
            preview = previews.request(draft, "a red boat", curator)
            previews.deliver(draft, [png()], preview)
    assert draft.preview_requests.count() == previews.KEPT_PREVIEWS
    assert len(list(media_folder.glob("pack-previews/*"))) == previews.KEPT_PREVIEWS


def test_it_makes_a_preview_the_cover(draft, curator):
    previews.request(draft, "a red boat", curator)
    preview = previews.deliver(draft, [png(1024)])
    previews.use_as_cover(preview.images.get())
    draft.pack.refresh_from_db()
    with Image.open(draft.pack.cover) as cover:
        assert (cover.format, cover.size) == ("WEBP", (768, 768))


def test_it_leaves_no_replaced_cover_behind(draft, curator, media_folder):
    for edge in (64, 96):
        previews.request(draft, "a red boat", curator)
        previews.use_as_cover(previews.deliver(draft, [png(edge)]).images.get())
    assert len(list(media_folder.glob("covers/*"))) == 1


def test_it_previews_a_published_version_too(curator):
    version = make_pack().live_version
    previews.request(version, "a red boat", curator)
    assert previews.deliver(version, [png()]).state == Preview.State.DONE
