"""Who may do how much: people, API tokens and the daily allowance with its holds."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    """A person. Guests have a row too (`is_guest`), so that their images can follow them."""

    # Null for guests: an empty string would not be unique.
    email = models.EmailField(unique=True, null=True, blank=True)  # type: ignore[assignment]
    is_guest = models.BooleanField(default=False)
    guest_address = models.CharField(max_length=64, blank=True, editable=False)
    daily_allowance = models.PositiveIntegerField(
        null=True, blank=True, help_text="Images a day for this person. Empty: the house's rule."
    )

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower() if self.email else None
        super().save(*args, **kwargs)

    def get_short_name(self) -> str:
        return self.first_name or (self.email or "").partition("@")[0] or self.username

    def get_full_name(self) -> str:
        return super().get_full_name() or self.email or self.username

    def __str__(self) -> str:
        return "Guest" if self.is_guest else (self.email or self.username)


class Allowance(models.Model):
    """One day's images of one person: a hold never takes held + settled past the limit.

    All guests of one network address share a second row (`shared`), so that clearing cookies
    brings no new allowance. It belongs to a keyed digest of the address, not to a person.
    """

    person = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="allowances"
    )
    address = models.CharField(max_length=64, blank=True)
    shared = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True)
    day = models.DateField()
    limit = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], name="one_allowance_a_day"),
            models.UniqueConstraint(
                fields=["address", "day"],
                name="one_allowance_an_address",
                condition=~models.Q(address=""),
            ),
            models.CheckConstraint(
                name="of_a_person_or_an_address",
                condition=models.Q(person=None) ^ models.Q(address=""),
            ),
        ]

    def __str__(self) -> str:
        owner = self.person or "guests of one address"
        return f"{owner} {self.day}: {self.held} held, {self.settled} of {self.limit} used"


class AllowanceHold(models.Model):
    """One image's place in the ledger: held at submission, then settled or released, once."""

    class State(models.TextChoices):
        HELD = "held"
        SETTLED = "settled"
        RELEASED = "released"

    allowance = models.ForeignKey(Allowance, on_delete=models.CASCADE, related_name="holds")
    reference = models.CharField(max_length=64)
    index = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference", "index"], name="one_hold_an_image"),
        ]
        # Open ones have no such moment, and are found by that.
        indexes = [models.Index(fields=["closed_at"], name="holds_by_closing")]

    def __str__(self) -> str:
        return f"{self.reference}#{self.index} {self.state}"


class ApiToken(models.Model):
    """A program's key. Only the SHA-256 of the token is kept."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} ({self.person})"
