"""Reports of pictures, and what follows: out of sight after several, then a curator decides."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from generation.models import GeneratedImage, Report, Share, Standing

State = Standing.State


def report(person: User, image: GeneratedImage, reason: str, words: str = "") -> bool:
    """Note a complaint; whether it was this person's first about the picture.

    1. Reports of one picture are counted one after the other: its row is locked.
    2. A reason that a curator has dismissed for this picture is noted, and counts no more.
    3. Enough people: the picture is out of the gallery until a curator looks.
    """
    with transaction.atomic():
        if not _lock(image):  # deleted a moment ago
            return False
        standing, _ = Standing.objects.get_or_create(image=image)
        is_settled = image.reports.filter(reason=reason, is_dismissed=True).exists()
        said = {"reason": reason, "words": words, "is_dismissed": is_settled}
        _, is_new = Report.objects.get_or_create(person=person, image=image, defaults=said)
        if is_new and 0 < settings.GALLERY_REPORTS <= complainants(image):
            Standing.objects.filter(pk=standing.pk, state=State.SHOWN).update(state=State.HIDDEN)
    return is_new


def complainants(image: GeneratedImage) -> int:
    """How many people's complaints are open; guests of one network count as one."""
    rows = Report.objects.filter(image=image, is_dismissed=False)
    people = rows.values_list("person", "person__guest_address")
    return len({address or pk for pk, address in people})


def keep(standing: Standing, by: User) -> None:
    """It may hang: its reports are dismissed, and further ones for the same reasons, too."""
    with transaction.atomic():
        Report.objects.filter(image=standing.image_id).update(is_dismissed=True)
        _decide(standing, by, State.SHOWN)


def take_out(standing: Standing, by: User, why: str) -> None:
    """Out of the gallery for good, its link ended; `why` is what its owner reads."""
    with transaction.atomic():
        Share.objects.filter(image=standing.image_id).delete()
        _decide(standing, by, State.TAKEN_OUT, why)


def usual_reason(standing: Standing) -> str:
    """A sentence for the owner when the curator wrote none: what most people complained of."""
    reasons = Report.objects.filter(image=standing.image_id).values_list("reason", flat=True)
    told = sorted(reasons, key=list(reasons).count)
    return str(Report.Reason(told[-1]).label) if told else ""


def follow(guest: User, person: User) -> None:
    """A guest became a person: reports go along, except of pictures they had reported already."""
    known = Report.objects.filter(person=person).values("image")
    Report.objects.filter(person=guest).exclude(image__in=known).update(person=person)


def _decide(standing: Standing, by: User, state: State, why: str = "") -> None:
    told = {"state": state, "why": why, "decided_by": by, "decided_at": timezone.now()}
    Standing.objects.filter(pk=standing.pk).update(**told)
    standing.refresh_from_db()


def _lock(image: GeneratedImage) -> bool:
    rows = GeneratedImage.objects.select_for_update().filter(pk=image.pk)
    return rows.values("pk").first() is not None
