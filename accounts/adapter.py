"""How accounts differ from allauth's defaults: no usernames, plain words, mail that may fail."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.usernames import random_username

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People sign in by email; the username is a random handle nobody sees."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "This email and password do not belong together. Try again, or reset the password."
        ),
        "email_taken": _("There is an account with this email already. Sign in instead."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes, then try again."),
        "rate_limited": _("Too many tries. Wait a minute, then try again."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your current password."),
        "invalid_password_reset": _("This link no longer works. Ask for a new one."),
    }

    def populate_username(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """A random handle: nothing of the email goes into it."""
        user.username = random_username("maker")  # type: ignore[attr-defined]

    def format_email_subject(self, subject: str) -> str:
        """The subject as it stands, without a prefix."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or tell the person that it could not be sent: never an error page."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            logger.exception("Mail %s could not be sent", template_prefix)
            messages.error(
                self.request, _("Our mail is not working right now. Please try again later.")
            )
