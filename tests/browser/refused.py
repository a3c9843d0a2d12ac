"""Answers of a bad day, asked for in earnest: too often, too much, and with the database away."""

from collections.abc import Iterator

from playwright.sync_api import APIRequestContext, APIResponse, Browser

from tests.house import House

TRIES = 40
TOO_MUCH = b"0" * (7 * 1024 * 1024)
# The last of the rows that wait becomes one that two workers died over.
GIVE_UP = """
from datetime import timedelta
from django.utils import timezone
from generation.models import Generation, Incident
row, now = Generation.objects.order_by("created_at").last(), timezone.now()
for minutes, worker in ((3, "gpu-1"), (1, "gpu-2")):
    Incident.objects.create(
        generation=row, cause=Incident.Cause.DIED, state="rendering", worker=worker, step=7,
        total_steps=12, happened_at=now - timedelta(minutes=minutes),
    )
Generation.objects.filter(pk=row.pk).update(state="failed", deaths=2, finished_at=now)
print(row.pk)
"""


def dead_letter(house: House) -> str:
    """Give one generation up; its id."""
    return house.manage("shell", "-v", "0", "-c", GIVE_UP).stdout.split()[-1]


def refusals(browser: Browser, house: House) -> Iterator[tuple[str, APIResponse]]:
    """By name. The database is away for good after the last one."""
    asked = browser.new_context().request
    yield "refused-too-often", _until_too_often(house, asked)
    form = {"content-type": "application/x-www-form-urlencoded"}
    yield "refused-too-much", asked.post(f"{house.address}/create/", data=TOO_MUCH, headers=form)
    (house.folder / "housestyle.db").rename(house.folder / "away.db")
    yield "refused-database-away", asked.get(f"{house.address}/create/")


def _until_too_often(house: House, asked: APIRequestContext) -> APIResponse:
    address = f"{house.address}/accounts/login/"
    for _ in range(TRIES):
        asked.get(address)
        token = next(c["value"] for c in asked.storage_state()["cookies"] if "csrf" in c["name"])
        form = {"login": "a@example.org", "password": "wrong", "csrfmiddlewaretoken": token}
        answer = asked.post(address, form=form, headers={"referer": address})
        if answer.status == 429:
            return answer
    raise AssertionError(f"{TRIES} wrong passwords were not too many")
