"""Fills the house's database for `benchmarks.web`: 500 packs, 100,000 generations of one person.

Run in the environment of a house (`HOUSESTYLE_DATA`): python -m benchmarks.web_rows EMAIL PASSWORD
"""

import os
import random
import sys
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User
    from stylepacks.models import StylePack

PACKS, GENERATIONS, AT_ONCE = 500, 100_000, 2_000
WORDS = [
    *("bold", "soft", "quiet", "loud", "warm", "cold", "paper", "ink", "wool", "glass", "stone"),
    *("neon", "retro", "cosy", "bright", "calm", "carved", "woven", "drawn", "printed", "folded"),
    *("painted", "gilded", "smoky"),
]


def main(email: str, password: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from accounts.models import User
    from generation import popularity

    person = User.objects.create_user(email, email, password)
    chance = random.Random(5)
    _add_packs(chance)
    _add_generations(chance, person)
    popularity.count_again()


def _add_packs(chance: random.Random) -> None:
    """Copies of the starter's packs under other names, words and tags."""
    from stylepacks import publishing
    from stylepacks.models import StylePack

    first = list(StylePack.objects.select_related("live_version"))
    for number in range(PACKS - len(first)):
        pack = first[number % len(first)]
        assert pack.live_version
        version = publishing.draft_from(pack.live_version)
        version.pack = _copy(pack, number, chance.sample(WORDS, 5))
        version.save()
        publishing.publish(version, None)


def _copy(pack: "StylePack", number: int, said: list[str]) -> "StylePack":
    from stylepacks.models import StylePack

    return StylePack.objects.create(
        slug=f"{pack.slug}-{number}",
        name=f"{said[0].title()} {pack.name}",
        kind=pack.kind,
        promise=f"{pack.promise} Rather {said[1]} and {said[2]}.",
        look_family=pack.look_family,
        tags=said[:3],
        suits=pack.suits,
        cover=pack.cover.name,
        position=1000 + number,
    )


def _add_generations(chance: random.Random, person: "User") -> None:
    from django.utils import timezone

    from generation.models import Generation
    from stylepacks.models import PackVersion

    versions = list(PackVersion.objects.values_list("pk", flat=True))
    now = timezone.now()
    for start in range(0, GENERATIONS, AT_ONCE):
        Generation.objects.bulk_create(
            Generation(
                person=person,
                pack_version_id=chance.choice(versions),
                prompt=" ".join(chance.sample(WORDS, 4)),
                strength=85,
                count=1,
                seed=chance.randrange(2**32),
                recipe={"width": 512, "height": 512, "steps": 12, "packs": []},
                recipe_digest=uuid.uuid4().hex * 2,
                batch_key="b",
                queue="render.sd15.cpu",
                idempotency_key=uuid.uuid4().hex,
                state="done",
                created_at=now - timedelta(minutes=start + number),
            )
            for number in range(AT_ONCE)
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
