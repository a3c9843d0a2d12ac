"""Keys for programs. The text is shown once; the database keeps only its SHA-256."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, User

PREFIX = "hs_"
MAX_TOKENS = 20
USE_NOTED_EVERY = timedelta(minutes=1)


class TokenError(Exception):
    """A token was not made; the message is a plain sentence."""


def issue(person: User, name: str) -> str:
    """Make a token and return its text, which nobody can read again."""
    if person.is_guest:
        raise TokenError(_("Guests have no API tokens. Sign up first."))
    if ApiToken.objects.filter(person=person, revoked_at=None).count() >= MAX_TOKENS:
        said = _("You have {number} tokens. Revoke one you no longer use first.")
        raise TokenError(said.format(number=MAX_TOKENS))
    text = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(person=person, name=name, digest=digest_of(text))
    return text


def person_of_token(text: str) -> User | None:
    """Whose token it is; None when it is unknown, revoked or its person inactive."""
    found = ApiToken.objects.select_related("person").filter(
        digest=digest_of(text), revoked_at=None, person__is_active=True
    )
    token = found.first()
    if token is None:
        return None
    _note_use(token)
    return token.person


def revoke(person: User, pk: int) -> bool:
    """End one of `person`'s own tokens. False when there is no such live token of theirs."""
    live = ApiToken.objects.filter(pk=pk, person=person, revoked_at=None)
    return live.update(revoked_at=timezone.now()) == 1


def digest_of(text: str) -> str:
    """What is kept of a token. Any text has one: half characters come from odd clients."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
