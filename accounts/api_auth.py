"""Who calls the API: a program by its token, or the browser by its session.

`request.auth` is the User. Give a router or an operation `auth=api_auth`.
"""

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from accounts import limits
from accounts.guests import person_of
from accounts.models import User
from accounts.tokens import digest_of, person_of_token


class TokenAuth(HttpBearer):
    """`Authorization: Bearer hs_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        person = person_of_token(token)
        if person is not None:
            limits.count("api", f"token {digest_of(token)}")
        return person


class SessionAuth(APIKeyCookie):
    """The browser's session, guests included; writes need the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        person = person_of(request)
        limits.check("api" if person else "api_visitor", request)
        return person


def anyone(request: HttpRequest) -> bool:
    """For what is public: nobody is asked who they are, and a network may not ask too often."""
    limits.check("api_visitor", request)
    return True


api_auth = [TokenAuth(), SessionAuth()]


def caller_of(request: HttpRequest) -> User:
    """Who calls an operation that asks for `api_auth`."""
    person = request.auth  # type: ignore[attr-defined]
    assert isinstance(person, User)
    return person
