"""A generation: one request by one person for N images, and the images it delivered."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from generation.models.looks import LookSheet
from generation.models.removals import Removal
from generation.states import State
from stylepacks.models import PackVersion
from stylepacks.rules.aspects import shape_of


class Generation(models.Model):
    """The row is the truth: Celery messages only ring the bell. Changed by conditional UPDATE."""

    STATES = [(state.value, state.value) for state in State]
    # No column: False where a query that found the row saw that nothing of it was delivered yet.
    may_have_images = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generations"
    )
    pack_version = models.ForeignKey(
        PackVersion, on_delete=models.PROTECT, related_name="generations"
    )
    second_version = models.ForeignKey(
        PackVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    prompt = models.TextField()
    strength = models.PositiveSmallIntegerField()
    count = models.PositiveSmallIntegerField()
    seed = models.PositiveBigIntegerField()
    recipe = models.JSONField()
    recipe_digest = models.CharField(max_length=64)
    batch_key = models.CharField(max_length=64)
    queue = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=64)
    is_trial = models.BooleanField(default=False, help_text="A curator's look at a version")
    sheet = models.ForeignKey(
        LookSheet, on_delete=models.CASCADE, null=True, blank=True, related_name="tiles"
    )
    place = models.PositiveSmallIntegerField(default=0, help_text="Where a tile is in its sheet")

    state = models.CharField(max_length=12, choices=STATES, default=State.QUEUED.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often its worker died over it"
    )
    refusals = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often it was refused or could not be delivered"
    )
    claimed_by = models.CharField(max_length=120, blank=True)
    claim_token = models.UUIDField(null=True, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    step = models.PositiveSmallIntegerField(default=0)
    total_steps = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    device_seconds = models.FloatField(default=0)

    removal = models.ForeignKey(
        Removal, on_delete=models.SET_NULL, null=True, blank=True, related_name="generations"
    )

    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(
        null=True, blank=True, help_text="When its person first looked at it finished"
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "idempotency_key"], name="one_generation_a_key"
            ),
            models.UniqueConstraint(
                fields=["sheet", "place"],
                name="one_tile_a_place",
                condition=models.Q(sheet__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-finished_at"],
                name="dead_letters",
                condition=models.Q(state="failed"),
            ),
            models.Index(
                fields=["finished_at", "id"],
                name="ended_without_done",
                condition=models.Q(state__in=["failed", "cancelled", "blocked"]),
            ),
            models.Index(
                fields=["queue", "person", "created_at", "retry_at"],
                name="people_waiting",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["person"],
                name="unended_of_person",
                condition=models.Q(state__in=["queued", "claimed", "rendering", "delivering"]),
            ),
            models.Index(
                fields=["lease_expires_at"],
                name="leases_running",
                condition=models.Q(state__in=["claimed", "rendering", "delivering"]),
            ),
            models.Index(
                fields=["person", "-created_at", "-id"],
                name="shown_of_person",
                condition=models.Q(is_trial=False, removal=None),
            ),
            models.Index(
                fields=["person", "-finished_at"],
                name="unseen_of_person",
                condition=models.Q(
                    state="done", seen_at=None, is_trial=False, sheet=None, removal=None
                ),
            ),
            models.Index(
                fields=["queue"],
                name="unended_by_queue",
                condition=models.Q(state__in=["queued", "claimed", "rendering", "delivering"]),
            ),
            models.Index(
                fields=["queue", "-finished_at"],
                name="done_by_queue",
                condition=models.Q(state="done"),
            ),
            models.Index(fields=["finished_at"], name="ended_lately"),
            models.Index(
                fields=["state"], name="trials_to_answer", condition=models.Q(is_trial=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack_version}: {self.prompt[:40]} ({self.state})"

    @property
    def is_ended(self) -> bool:
        return State(self.state) in {State.DONE, State.FAILED, State.CANCELLED, State.BLOCKED}

    @property
    def shape(self) -> str:
        """Square, portrait, landscape or wide: known before the first picture is there."""
        return shape_of(self.recipe["width"], self.recipe["height"])

    def place_in_ledger(self, index: int) -> tuple[str, int]:
        """The hold that pays for an image: its own, or the one that all tiles of a sheet share."""
        return (str(self.pk), index) if self.sheet is None else (self.sheet.hold_reference, 0)


class GeneratedImage(models.Model):
    """One delivered image. File keys derive from generation id and index: a retry overwrites."""

    # The longer sides of its thumbnails, in pixels at most.
    EDGE, LARGE_EDGE = 320, 640

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="images")
    index = models.PositiveSmallIntegerField()
    seed = models.PositiveBigIntegerField()
    file = models.FileField(max_length=300)
    thumbnail = models.FileField(max_length=300)
    # Empty for pictures older than the field.
    thumbnail_large = models.FileField(max_length=300, blank=True)
    blur = models.CharField(max_length=600, blank=True, help_text="Shown until the picture came")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    byte_size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    removal = models.ForeignKey(
        Removal, on_delete=models.SET_NULL, null=True, blank=True, related_name="images"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["generation", "index"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "index"], name="an_image_an_index"),
        ]

    def __str__(self) -> str:
        return f"{self.generation_id}#{self.index}"

    @property
    def files(self) -> list[FieldFile]:
        """Everything of it that lies in storage."""
        return [file for file in (self.file, self.thumbnail, self.thumbnail_large) if file]

    @property
    def widths(self) -> tuple[int, int]:
        """How wide its two thumbnails are, in pixels."""
        longer = max(self.width, self.height)
        small, large = (min(1.0, edge / longer) for edge in (self.EDGE, self.LARGE_EDGE))
        return round(self.width * small), round(self.width * large)
