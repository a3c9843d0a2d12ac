"""Published versions and their LoRAs never change: the guard that every write passes."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models

from stylepacks.errors import VersionFrozen

Row = TypeVar("Row", bound=models.Model)


def refuse(frozen: object) -> None:
    """VersionFrozen, naming the version."""
    raise VersionFrozen(
        f"{frozen} is published and can no longer change: make a new version from it instead."
    )


class FrozenQuerySet(models.QuerySet[Row]):
    """Refuses bulk writes that would touch a row whose version is published."""

    unpublished_lookup = "published_at__isnull"

    def update(self, **changes: Any) -> int:
        self._refuse_frozen()
        return super().update(**changes)

    def bulk_update(
        self, objs: Iterable[Row], fields: Iterable[str], batch_size: int | None = None
    ) -> int:
        rows = list(objs)
        self.filter(pk__in=[row.pk for row in rows])._refuse_frozen()
        return super().bulk_update(rows, fields, batch_size)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_frozen()
        return super().delete()

    def _refuse_frozen(self) -> None:
        frozen = self.filter(**{self.unpublished_lookup: False}).order_by().first()
        if frozen is not None:
            refuse(frozen)


class FrozenLoraQuerySet(FrozenQuerySet[Row]):
    unpublished_lookup = "version__published_at__isnull"
