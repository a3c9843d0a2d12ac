"""Rows of everything, nearly all of them one owner's, and a browser for each role."""

import io
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from accounts import tokens
from accounts.models import ApiToken, User
from generation import recipes, submission
from generation.gallery import moderating
from generation.models import (
    Board,
    FairShare,
    GeneratedImage,
    Generation,
    Incident,
    LookSheet,
    Standing,
    Worker,
)
from generation.pictures import removing, sharing
from generation.wishes import Wish, cleaned
from learn.models import Term
from stylepacks import previews
from stylepacks.models import ExamplePicture, LookPicture, PackVersion
from tests.stylepacks.factories import make_pack

# Staff may enter the admin and nothing in it; a curator may do everything there.
ROLES = ("anonymous", "guest", "other", "owner", "staff", "curator")
ACCOUNTS = ROLES[2:]


@dataclass
class World:
    """`rows` has the keys that addresses are made of, by what they are keys of."""

    people: dict[str, User]
    rows: dict[str, Any]
    cookies: dict[str, dict[str, str]]

    def browser(self, role: str) -> Client:
        """A fresh browser with this role's session."""
        client = Client(raise_request_exception=False)
        client.cookies.load(self.cookies[role])
        return client


def furnish() -> World:
    """Write everything. The database must be empty."""
    people = {name: _person(name) for name in ACCOUNTS}
    rows = _packs(people["curator"]) | _pictures(people["owner"], people["other"])
    rows |= _things(people["owner"])
    guest = User.objects.create_user("guest", is_guest=True)
    rows |= {
        "guests": generation(guest).pk,
        "dead_letter": _dead_letter(people["owner"]),
        "trial": generation(people["curator"], state="queued", is_trial=True).pk,
    }
    browsers = {role: Client() for role in ROLES}
    for role, person in people.items():
        browsers[role].force_login(person)
    _remember(browsers["guest"], guest)
    cookies = {role: {k: m.value for k, m in c.cookies.items()} for role, c in browsers.items()}
    return World({**people, "guest": guest}, rows, cookies)


def generation(person: User, state: str = "done", count: int = 1, **fields: Any) -> Generation:
    """One as the worker would have left it, with pictures that can be opened."""
    wish = cleaned(Wish("ink", "a red boat", count=count, seed=7))
    versions = recipes.versions_of(wish)
    row = submission.row_of(person, wish, versions, recipes.build(wish, versions))
    told = {"idempotency_key": uuid.uuid4().hex, "state": state, "total_steps": 16, **fields}
    for name, value in told.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    for index in range(count if state == "done" else 0):
        _deliver(row, index)
    return row


def _dead_letter(person: User) -> uuid.UUID:
    row = generation(person, state="failed")
    Incident.objects.create(generation=row, cause=Incident.Cause.DIED, state="rendering")
    return row.pk


def picture(kind: str = "PNG") -> "ContentFile[bytes]":
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 80, 40)).save(out, kind)
    return ContentFile(out.getvalue(), f"picture.{kind.lower()}")


def _deliver(row: Generation, index: int) -> None:
    facts = {"width": 64, "height": 48, "byte_size": 1, "sha256": "e" * 64}
    image = GeneratedImage(generation=row, index=index, seed=7 + index, **facts)
    image.file.save(f"generations/{row.pk}/{index}.png", picture(), save=False)
    for field in ("thumbnail", "thumbnail_large"):
        name = f"generations/{row.pk}/{index}.{field}.webp"
        getattr(image, field).save(name, picture("WEBP"), save=False)
    image.save()


def _person(name: str) -> User:
    rights = {"is_staff": name in ("staff", "curator"), "is_superuser": name == "curator"}
    return User.objects.create_user(name, f"{name}@example.org", "a long passphrase", **rights)


def _packs(curator: User) -> dict[str, Any]:
    ink, draft = make_pack("ink"), make_pack("draft", published=False)
    ink.cover.save("ink.webp", picture("WEBP"))
    version = draft.versions.get()
    waiting = version.preview_requests.create(prompt="a boat", requested_by=curator)
    previews.deliver(version, [picture()], waiting)
    example = ExamplePicture(pack=ink, prompt="a red boat by the sea at sunset")
    example.file.save("example.webp", picture("WEBP"))
    look = LookPicture(pack=ink, role="sample", place=1, prompt="a boat", seed=1)
    look.file.save("look.webp", picture("WEBP"))
    live = PackVersion.objects.get(pack=ink)
    return {
        "pack": ink.pk,
        "version": live.pk,
        "draft_slug": draft.slug,
        "draft_version": version.pk,
        "preview_picture": waiting.images.get().pk,
        "lora": live.loras.get().lora_id,
        "checkpoint": live.checkpoint_id,
        "example": example.pk,
        "look": look.pk,
    }


def _pictures(owner: User, other: User) -> dict[str, Any]:
    made, removed = generation(owner, count=2), generation(owner)
    removing.remove_generation(removed)
    image = made.images.get(index=0)
    share = sharing.share(image, is_public=True, shows_prompt=False)
    moderating.report(other, image, "rights")
    sheet = LookSheet.objects.create(
        person=owner, prompt="a boat", seed=1, idempotency_key=uuid.uuid4().hex
    )
    generation(owner, sheet=sheet)
    board = Board.objects.create(person=owner, name="Mine")
    board.images.add(image)
    return {
        "generation": made.pk,
        "removed": removed.pk,
        "removal": owner.removals.get().pk,
        "share": share.token,
        "standing": Standing.objects.get().pk,
        "sheet": sheet.pk,
        "board": board.pk,
        "image": image.pk,
    }


def _things(owner: User) -> dict[str, Any]:
    tokens.issue(owner, "mine")
    hidden = Term.objects.create(slug="hidden", name="Hidden", is_published=False)
    term = {"how_it_works": "As film.", "why_it_matters": "It looks like film."}
    return {
        "hidden_term": hidden.slug,
        "token": ApiToken.objects.get().pk,
        "user": owner.pk,
        "group": Group.objects.create(name="Readers").pk,
        "worker": Worker.objects.create(name="w", queue="render.sd15.cpu", device="cpu").pk,
        "fairshare": FairShare.objects.create(person=owner).pk,
        "term": Term.objects.create(slug="grain", name="Grain", definition="Dots.", **term).pk,
    }


def _remember(browser: Client, guest: User) -> None:
    session = browser.session
    session["guest"] = guest.pk
    session.save()
    browser.cookies["sessionid"] = str(session.session_key)
