"""Visitors without an account: made when they first make something, adopted when they sign in."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts.addresses import address_of
from accounts.allowance import move_ledger
from accounts.models import User
from accounts.signals import guest_adopted
from accounts.usernames import random_username

SESSION_KEY = "guest"
_KEPT = "_guest_of_this_request"


def person_of(request: HttpRequest) -> User | None:
    """Who is asking: the signed-in person, else the session's guest, else None."""
    if not hasattr(request, "user"):
        return None  # refused before anybody was asked: a wrong Host, say
    if isinstance(request.user, User):
        return request.user
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, _guest_of(request))
    return getattr(request, _KEPT)  # type: ignore[no-any-return]


def person_or_guest(request: HttpRequest) -> User:
    """Who is asking; a visitor who has no row yet gets a guest, remembered in the session."""
    person = person_of(request)
    if person is None:
        person = _make_guest(request)
    elif person.is_guest:
        _follow_address(person, request)
    return person


def adopt(request: HttpRequest, user: User, **_: Any) -> None:
    """Give the session's guest's things to `user`, all or nothing, and delete the guest."""
    pk = request.session.pop(SESSION_KEY, None) if hasattr(request, "session") else None
    if pk is None:
        return
    with transaction.atomic():
        guest = User.objects.select_for_update().filter(pk=pk, is_guest=True).first()
        if guest is None:
            return
        move_ledger(guest, user)
        guest_adopted.send(sender=User, guest=guest, person=user)
        guest.delete()


def _guest_of(request: HttpRequest) -> User | None:
    pk = request.session.get(SESSION_KEY)
    if pk is None:
        return None
    return User.objects.filter(pk=pk, is_guest=True, is_active=True).first()


def _make_guest(request: HttpRequest) -> User:
    guest = User(username=random_username("guest"), is_guest=True)
    guest.guest_address = address_of(request)
    guest.set_unusable_password()
    guest.save()
    request.session[SESSION_KEY] = guest.pk
    setattr(request, _KEPT, guest)
    return guest


def _follow_address(guest: User, request: HttpRequest) -> None:
    address = address_of(request)
    if guest.guest_address != address:
        guest.guest_address = address
        guest.save(update_fields=["guest_address"])
