"""How much a pack is used: finished generations of late, counted by a periodic task.

Pages read the number beside the pack; nobody counts while a visitor waits.
"""

from collections import Counter
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from generation.models import Generation
from generation.states import State
from stylepacks.models import StylePack

COUNTED = timedelta(days=30)


def count_again() -> int:
    """Count every pack's finished generations of the last thirty days; how many numbers changed.

    Both packs of a stack count; a curator's trials do not. Safe to run twice at once.
    """
    counted = _counted()
    known = StylePack.objects.values_list("pk", "popularity")
    changed = {pk: counted[pk] for pk, before in known if counted[pk] != before}
    for pk, popularity in changed.items():
        StylePack.objects.filter(pk=pk).update(popularity=popularity)
    return len(changed)


def _counted() -> Counter[int]:
    since = timezone.now() - COUNTED
    rows = Generation.objects.filter(
        state=State.DONE.value, is_trial=False, created_at__gte=since
    ).order_by()
    counted: Counter[int] = Counter()
    for name in ("pack_version__pack", "second_version__pack"):
        used = rows.filter(**{f"{name}__isnull": False})
        for pk, times in used.values_list(name).annotate(Count("pk")):
            counted[pk] += times
    return counted
