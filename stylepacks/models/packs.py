"""Packs: what people pick, and the versions that fix exactly how it renders."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.dispatch import receiver
from django.utils import timezone

from stylepacks.models.frozen import FrozenLoraQuerySet, FrozenQuerySet, refuse
from stylepacks.models.weights import Checkpoint, Lora

MAX_WEIGHT = 2.0
LINEAR_CURVE = [[0, 0.0], [100, 1.0]]


def default_curve() -> list[list[float]]:
    return [list(point) for point in LINEAR_CURVE]


class ShelfQuerySet(models.QuerySet["StylePack"]):
    """Bulk changes count as changes of the shelf, as saved ones do."""

    def update(self, **changes: Any) -> int:
        return super().update(**{"changed_at": timezone.now(), **changes})


class StylePack(models.Model):
    """The thing people pick. What it renders is decided by its `live_version`."""

    class Kind(models.TextChoices):
        STYLE = "style", "Style"
        CHARACTER = "character", "Character"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    slug = models.SlugField(
        unique=True, help_text="Its address: small letters, digits and hyphens. Keep it for ever."
    )
    name = models.CharField(max_length=80, help_text="What people read under the cover")
    kind = models.CharField(
        max_length=10,
        choices=Kind,
        default=Kind.STYLE,
        help_text="A style sets the look; a character sets who is in the picture.",
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    promise = models.CharField(max_length=140, help_text="One line a visitor understands")
    description = models.TextField(
        blank=True, help_text="What marks the look and what it gives up, in two or three sentences"
    )
    look_family = models.CharField(
        max_length=30, blank=True, help_text="Shelf it stands on: print, paint, pixel, line, …"
    )
    tags = models.JSONField(default=list, blank=True, help_text="Words to find it by")
    suits = models.JSONField(default=list, blank=True, help_text="What it is good for")
    cover = models.FileField(
        upload_to="covers/",
        blank=True,
        max_length=300,
        help_text="Rendered by the pack itself: choose it from a preview of a version.",
    )
    # The cover in a few pixels, as an address that holds it: shown until the cover has come.
    cover_blur = models.CharField(max_length=600, blank=True, editable=False)
    live_version = models.ForeignKey(
        "PackVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="live_in",
    )
    position = models.PositiveIntegerField(default=100, help_text="Small numbers stand first")
    popularity = models.PositiveIntegerField(
        default=0, editable=False, help_text="Finished generations of late, counted now and then"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ShelfQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name = "style pack"
        indexes = [models.Index(fields=["state", "changed_at"], name="changes_of_the_shelf")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Notes the change, so that no page shows the pack as it was."""
        self.changed_at = timezone.now()
        if update_fields is not None:
            update_fields = {*update_fields, "changed_at"}
        super().save(*args, update_fields=update_fields, **options)


class PackVersion(models.Model):
    """Everything that decides a pack's pixels. Frozen, with a digest, once published."""

    class Policy(models.TextChoices):
        FIXED = "fixed", "Fixed by the curator"
        RANGE = "range", "Within a range"
        FREE = "free", "Free"

    pack = models.ForeignKey(StylePack, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1, editable=False)
    checkpoint = models.ForeignKey(
        Checkpoint,
        on_delete=models.PROTECT,
        related_name="versions",
        help_text="The base model. Every LoRA of the pack must have been made for it.",
    )
    template = models.CharField(
        max_length=1000,
        default="{prompt}, {trigger}",
        help_text="{prompt} is where the maker's words go, exactly once; {trigger} is where the "
        "LoRAs' triggers go, if you want them in a fixed place.",
    )
    negative = models.CharField(
        max_length=1000, blank=True, help_text="What the picture should steer away from"
    )
    sampler = models.CharField(
        max_length=30, default="dpmpp_2m", help_text="dpmpp_2m suits nearly everything"
    )
    steps = models.PositiveIntegerField(
        default=16, help_text="1 to 100. More steps take longer; 16 is plenty for most looks."
    )
    guidance = models.FloatField(
        default=4.0, help_text="How closely the words are followed: 1 loosely, 4 to 8 is usual."
    )
    width = models.PositiveIntegerField(default=512, help_text="Pixels, a multiple of 16")
    height = models.PositiveIntegerField(default=512, help_text="Pixels, a multiple of 16")
    strength = models.PositiveSmallIntegerField(
        default=85, help_text="Where the strength dial stands before a maker moves it, 0 to 100"
    )
    strength_curve = models.JSONField(
        default=default_curve,
        help_text="Share of the weight range at each dial position, from 0 to 1, never falling",
    )
    field_policy = models.JSONField(default=dict, blank=True)
    examples = models.JSONField(
        default=list, blank=True, help_text="Prompts to try, without the trigger"
    )
    license = models.CharField(
        max_length=60, default="Apache-2.0", help_text="SPDX identifier, such as Apache-2.0"
    )
    notes = models.TextField(blank=True, help_text="What changed, for people reading the history")
    digest = models.CharField(max_length=64, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering = ["pack", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "number"], name="one_version_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.pack} v{self.number}"

    def save(self, *args: Any, **options: Any) -> None:
        """VersionFrozen once published."""
        stored = type(self)._base_manager.filter(pk=self.pk, published_at__isnull=False)
        if self.pk and stored.exists():
            refuse(self)
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """VersionFrozen once published (the pre_delete receiver holds for bulk deletes too)."""
        if self.is_published:
            refuse(self)
        return super().delete(*args, **options)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class PackLora(models.Model):
    """One LoRA in a version: its weight range, trigger and order."""

    class TriggerPosition(models.TextChoices):
        START = "start", "Before the words"
        END = "end", "After the words"

    version = models.ForeignKey(PackVersion, on_delete=models.CASCADE, related_name="loras")
    lora = models.ForeignKey(
        Lora, on_delete=models.PROTECT, related_name="uses", verbose_name="LoRA"
    )
    order = models.PositiveSmallIntegerField(
        default=0, help_text="LoRAs are applied from the smallest number on"
    )
    weight_min = models.FloatField(
        default=0.0,
        validators=[MinValueValidator(0), MaxValueValidator(MAX_WEIGHT)],
        help_text="Weight just above strength 0",
    )
    weight_max = models.FloatField(
        default=1.0,
        validators=[MinValueValidator(0), MaxValueValidator(MAX_WEIGHT)],
        help_text="Weight at strength 100: your ceiling",
    )
    trigger = models.CharField(
        max_length=120,
        blank=True,
        help_text="Words the LoRA was trained on, such as “ink style”. Left empty in a new row, it "
        "is the one found in the file.",
    )
    trigger_position = models.CharField(
        max_length=5,
        choices=TriggerPosition,
        default=TriggerPosition.END,
        help_text="Used when the template has no {trigger}",
    )
    trigger_required = models.BooleanField(
        default=True, help_text="Off: used only where the template has {trigger}"
    )

    objects = FrozenLoraQuerySet.as_manager()

    class Meta:
        ordering = ["order", "lora__sha256"]
        verbose_name = "LoRA in a pack"
        verbose_name_plural = "LoRAs in the pack"
        constraints = [
            models.UniqueConstraint(fields=["version", "lora"], name="a_lora_once_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.lora} in {self.version}"

    def save(self, *args: Any, **options: Any) -> None:
        """VersionFrozen when the version it is in, or is moved to, is published."""
        self._refuse_frozen()
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """VersionFrozen when the version is published."""
        self._refuse_frozen()
        return super().delete(*args, **options)

    def _refuse_frozen(self) -> None:
        stored = models.Q(pk=self.version_id) | models.Q(loras=self.pk)
        published = PackVersion._base_manager.filter(stored, published_at__isnull=False)
        frozen = published.first() if self.version_id else None
        if frozen is not None:
            refuse(frozen)


@receiver(models.signals.pre_delete, sender=PackVersion)
@receiver(models.signals.pre_delete, sender=PackLora)
def _refuse_deleting_frozen(instance: PackVersion | PackLora, **_: object) -> None:
    version = instance if isinstance(instance, PackVersion) else instance.version
    if version.is_published:
        refuse(version)
