"""The ledger of the daily allowance: an image is held when asked for, then settled or released.

A day is a UTC day. A hold closes in the row of the day it was made, whenever that happens.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Allowance, AllowanceHold, User

STAFF_FACTOR = 10
GUESTS_AN_ADDRESS = 3


class AllowanceError(Exception):
    """The ledger refuses; the message is a plain sentence for the person."""


class AllowanceUsedUp(AllowanceError):
    """More images were asked for than are left today."""

    def __init__(self, message: str, remaining: int, resets_at: datetime) -> None:
        super().__init__(message)
        self.remaining = remaining
        self.resets_at = resets_at


@dataclass(frozen=True)
class Meter:
    """Counts of images today; `resets_at` is the coming midnight, UTC."""

    limit: int
    used: int
    held: int
    remaining: int
    resets_at: datetime

    @property
    def resets_in(self) -> str:
        """The wait in the visitor's words: "5 h", "40 min"."""
        minutes = max(1, int((self.resets_at - timezone.now()).total_seconds() // 60))
        if minutes >= 60:
            return _("{number} h").format(number=round(minutes / 60))
        return _("{number} min").format(number=minutes)


def hold(person: User, reference: str, count: int) -> None:
    """Set `count` images aside for `person`, all or none; call it inside the submission's atomic.

    The limit stands in the WHERE of the update, so that concurrent holds never pass it.
    Raises AllowanceUsedUp, having changed nothing.
    """
    if count < 1:
        raise AllowanceError(_("Ask for at least one image."))
    try:
        with transaction.atomic():
            _hold(person, reference, count)
    except _Full:
        raise _used_up(person, count) from None


def settle(reference: str, index: int) -> bool:
    """Charge one delivered image. True when this call did it; a second call changes nothing."""
    return _close(reference, index, AllowanceHold.State.SETTLED) == 1


def release(reference: str, index: int | None = None) -> int:
    """Give back one image, or all that are still held; returns how many. Safe to repeat."""
    return _close(reference, index, AllowanceHold.State.RELEASED)


def is_released(reference: str) -> bool:
    """True when something held under this reference was given back."""
    rows = AllowanceHold.objects.filter(reference=reference)
    return rows.filter(state=AllowanceHold.State.RELEASED).exists()


def meter(person: User | None, address: str = "") -> Meter:
    """What `person` has today; None is a visitor who has made nothing yet. One query at most.

    `address` is the keyed digest of a guest's network address (`accounts.addresses`).
    """
    owners = Q() if person is None else Q(person=person)
    if person is None or person.is_guest:
        address = (person.guest_address if person else "") or address
        owners |= Q(address=address) if address else Q()
    rows = Allowance.objects.filter(owners, day=_today()) if owners else []
    return _read_meter(limit_of(person), {bool(row.address): row for row in rows})


def limit_of(person: User | None) -> int:
    """Images a day: a person's own figure if one is set, else the house's rule."""
    if person is None or person.is_guest:
        return int(settings.GUEST_ALLOWANCE)
    if person.daily_allowance is not None:
        return person.daily_allowance
    return int(settings.DAILY_ALLOWANCE) * (STAFF_FACTOR if person.is_staff else 1)


def move_ledger(guest: User, person: User) -> None:
    """Count what `guest` used and holds as `person`'s, day by day; call it inside atomic."""
    for day in guest.allowances.values_list("day", flat=True):
        _move_day(guest, _row(person, day))


class _Full(Exception):
    pass


def _today() -> date:
    return timezone.now().astimezone(UTC).date()


def _next_midnight() -> datetime:
    return datetime.combine(_today() + timedelta(days=1), time.min, tzinfo=UTC)


def _row(person: User, day: date) -> Allowance:
    limit = limit_of(person)
    defaults = {"limit": limit, "shared": _shared_row(person, day)}
    row, _ = Allowance.objects.get_or_create(person=person, day=day, defaults=defaults)
    if row.limit != limit:
        Allowance.objects.filter(pk=row.pk).update(limit=limit)
    return row


def _shared_row(person: User, day: date) -> Allowance | None:
    if not (person.is_guest and person.guest_address):
        return None
    row, _ = Allowance.objects.get_or_create(
        address=person.guest_address,
        day=day,
        defaults={"limit": settings.GUEST_ALLOWANCE * GUESTS_AN_ADDRESS},
    )
    return row


def _hold(person: User, reference: str, count: int) -> None:
    row = _row(person, _today())
    for pk in filter(None, (row.pk, row.shared_id)):
        if not _take(pk, count):
            raise _Full
    AllowanceHold.objects.bulk_create(
        AllowanceHold(allowance=row, reference=reference, index=index) for index in range(count)
    )


def _take(pk: int, count: int) -> bool:
    free = Allowance.objects.filter(pk=pk, limit__gte=F("held") + F("settled") + count)
    return free.update(held=F("held") + count) == 1


def _close(reference: str, index: int | None, state: AllowanceHold.State) -> int:
    holds = AllowanceHold.objects.filter(reference=reference)
    if index is not None:
        holds = holds.filter(index=index)
    with transaction.atomic():
        changed = holds.filter(state=AllowanceHold.State.HELD).update(
            state=state, closed_at=timezone.now()
        )
        if changed:
            _count_closed(holds, changed, state)
    return changed


def _count_closed(holds: QuerySet[AllowanceHold], changed: int, state: AllowanceHold.State) -> None:
    # Read after the update: it locked the holds, so a merge cannot move them meanwhile.
    row = Allowance.objects.filter(holds__in=holds).values_list("pk", "shared_id").first()
    settled = changed if state == AllowanceHold.State.SETTLED else 0
    for pk in filter(None, row or ()):
        Allowance.objects.filter(pk=pk).update(
            held=F("held") - changed, settled=F("settled") + settled
        )


def _move_day(guest: User, target: Allowance) -> None:
    holds = AllowanceHold.objects.filter(allowance__person=guest, allowance__day=target.day)
    holds.update(allowance=target)
    row = Allowance.objects.select_for_update().get(person=guest, day=target.day)
    # Again under the lock: a hold may have been made between the two.
    row.holds.update(allowance=target)
    Allowance.objects.filter(pk=target.pk).update(
        held=F("held") + row.held, settled=F("settled") + row.settled
    )
    row.delete()
    # The open holds leave the guests' share; what was made as a guest stays counted there.
    if row.shared_id is not None:
        Allowance.objects.filter(pk=row.shared_id).update(held=F("held") - row.held)


def _read_meter(limit: int, rows: dict[bool, Allowance]) -> Meter:
    own, shared = rows.get(False), rows.get(True)
    used, held = (own.settled, own.held) if own else (0, 0)
    remaining = limit - used - held
    if shared is not None:
        remaining = min(remaining, shared.limit - shared.settled - shared.held)
    return Meter(limit, used, held, max(0, remaining), _next_midnight())


def _used_up(person: User, count: int) -> AllowanceUsedUp:
    now = meter(person)
    wait = _("New ones come in {wait}, at midnight UTC.").format(wait=now.resets_in)
    told = [_what_is_left(now, count), wait]
    if person.is_guest:
        told.append(
            _("Sign up to get {number} a day, free.").format(number=settings.DAILY_ALLOWANCE)
        )
    return AllowanceUsedUp(" ".join(told), now.remaining, now.resets_at)


def _what_is_left(now: Meter, count: int) -> str:
    if now.remaining:
        said = ngettext(
            "You have {number} image left today, and asked for {count}.",
            "You have {number} images left today, and asked for {count}.",
            now.remaining,
        )
        return said.format(number=now.remaining, count=count)
    if now.used + now.held < now.limit:
        return _("The free images for guests of your network are used up for today.")
    return _("Today's {number} free images are used up.").format(number=now.limit)
