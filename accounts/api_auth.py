"""Who calls the API: a program by its token, or the browser by its session.

`request.auth` is the User. Give a router or an operation `auth=api_auth`.
"""

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from accounts.guests import person_of
from accounts.models import User
from accounts.tokens import person_of_token


class TokenAuth(HttpBearer):
    """`Authorization: Bearer hs_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        return person_of_token(token)


class SessionAuth(APIKeyCookie):
    """The browser's session, guests included; writes need the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        return person_of(request)


api_auth = [TokenAuth(), SessionAuth()]


def caller_of(request: HttpRequest) -> User:
    """Who calls an operation that asks for `api_auth`."""
    person = request.auth  # type: ignore[attr-defined]
    assert isinstance(person, User)
    return person
