"""Storage gives nothing for a while: what needs it is waited for."""

import pytest

from generation import parcels
from generation.models import Generation
from generation.weight_files import StorageAway
from tests.generation.test_losing_work import used_and_held

pytestmark = pytest.mark.django_db


def test_its_weights_are_waited_for_as_patiently_as_its_pictures(alice, submit, process):
    generation = submit(alice)

    def away(request, step):
        raise StorageAway("The pack's weights could not be fetched.")

    process.plain.before_step = away
    for _ in range(parcels.STORAGE_TRIES - 1):
        Generation.objects.update(retry_at=None)
        process.work()
    process.plain.before_step = lambda request, step: None
    Generation.objects.update(retry_at=None)
    process.work()
    generation.refresh_from_db()
    assert (generation.state, used_and_held(alice)) == ("done", (1, 0))
