"""The account page's forms and the admin's sign-in."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import AuthenticationForm

from accounts.models import User


class TokenForm(forms.Form):
    """A new API token needs a name, so that its owner knows later what to revoke."""

    name = forms.CharField(
        max_length=80,
        error_messages={
            "required": gettext_lazy("Give the token a name, so that you recognise it later."),
            "max_length": gettext_lazy("Keep the name within 80 characters."),
        },
    )


class LeavingForm(forms.Form):
    """Deleting an account needs its password, with a limit on wrong tries."""

    password = forms.CharField(
        strip=False,
        error_messages={"required": gettext_lazy("Type your password to delete the account.")},
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        person, password = self.request.user, self.cleaned_data["password"]
        if not ratelimit.consume(self.request, action="reauthenticate", user=person):
            raise ValidationError(_("Too many tries. Wait a minute, then try again."))
        if not person.check_password(password):
            raise ValidationError(_("This is not your password. Nothing was deleted."))
        return str(password)

    def clean(self) -> None:
        admins = User.objects.filter(is_superuser=True, is_active=True)
        if self.request.user in admins and admins.count() == 1:
            raise ValidationError(_("You are the only administrator. Make another one first."))


class AdminSignIn(AuthenticationForm):  # type: ignore[misc]
    """The admin's sign-in by email, under allauth's limits on wrong tries."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Email or username"

    def clean(self) -> dict[str, Any]:
        login, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if login and password:
            self.user_cache = get_adapter(self.request).authenticate(
                self.request, username=login, password=password
            )
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return dict(self.cleaned_data)
