"""The account page: allowance, API tokens, leaving. Signing in and up is allauth's."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import tokens
from accounts.forms import LeavingForm, TokenForm
from accounts.leaving import delete_person
from accounts.models import ApiToken, User


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Everyone's page: a visitor without an account sees the meter and an invitation."""
    if not request.user.is_authenticated:
        return render(request, "account/invitation.html")
    return _account_page(request)


@never_cache
@require_POST
@login_required
def create_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show its text, this once."""
    person, form = _person(request), TokenForm(request.POST)
    if not form.is_valid():
        return _account_page(request, status=422, token_form=form)
    try:
        text = tokens.issue(person, form.cleaned_data["name"])
    except tokens.TokenError as refusal:
        form.add_error("name", str(refusal))
        return _account_page(request, status=422, token_form=form)
    return _account_page(request, new_token=text, new_name=form.cleaned_data["name"])


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one's own token; another's is not found."""
    if not tokens.revoke(_person(request), pk):
        raise Http404
    messages.success(request, _("The token is revoked. Programs that used it are locked out."))
    return redirect("account")


@never_cache
@require_POST
@login_required
def delete_account(request: HttpRequest) -> HttpResponse:
    """Delete the person and all that is theirs, after the password."""
    person, form = _person(request), LeavingForm(request.POST, request=request)
    if not form.is_valid():
        return _account_page(request, status=422, leaving_form=form)
    try:
        delete_person(person)
    except ProtectedError:
        form.add_error(None, _("Other work depends on this account. Ask an administrator."))
        return _account_page(request, status=422, leaving_form=form)
    logout(request)
    messages.success(request, _("Your account and everything in it is deleted."))
    return redirect("home")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _account_page(request: HttpRequest, status: int = 200, **extra: Any) -> HttpResponse:
    person = _person(request)
    live = ApiToken.objects.filter(person=person, revoked_at=None).order_by("-created_at")
    context = {"person": person, "tokens": live, "max_tokens": tokens.MAX_TOKENS, **extra}
    return render(request, "account/account.html", context, status=status)
