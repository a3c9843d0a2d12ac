"""Make the first administrator, once, and print the sign-in."""

import os
import secrets
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from accounts.models import User
from accounts.usernames import random_username

EMAIL = "admin@localhost"


class Command(BaseCommand):
    help = (
        "Make an administrator with a random password when the house has none, and print the "
        "sign-in once. Otherwise do nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default=EMAIL, help=f"the sign-in name (default {EMAIL})")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(is_superuser=True).exists():
            return
        email, password = _free_email(options["email"]), secrets.token_urlsafe(12)
        _make(email, password)
        self.stdout.write(
            "Admin sign-in, shown only this once:\n"
            f"  address   {_address()}\n"
            f"  email     {email}\n"
            f"  password  {password}"
        )


def _free_email(wanted: str) -> str:
    # Somebody may have signed up with it: they must not become the administrator.
    if not User.objects.filter(email__iexact=wanted).exists():
        return wanted
    name, _, host = wanted.partition("@")
    return f"{name}-{secrets.token_hex(3)}@{host}"


@transaction.atomic
def _make(email: str, password: str) -> None:
    person = User.objects.create_superuser(random_username("admin"), email, password)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)


def _address() -> str:
    # Behind a proxy the house knows its own name by the origins whose forms it trusts.
    if settings.CSRF_TRUSTED_ORIGINS:
        return f"{settings.CSRF_TRUSTED_ORIGINS[0]}/admin/"
    host = os.environ.get("HOUSESTYLE_HOST", "127.0.0.1")
    port = os.environ.get("HOUSESTYLE_PORT", "8000")
    return f"http://{host}:{port}/admin/"
