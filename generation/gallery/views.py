"""The gallery's pages: the hall, a like, a report. Whoever looks needs no account."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from accounts.guests import person_of, person_or_guest
from generation.gallery import hall, liking, moderating
from generation.models import Report, Share
from generation.models.gallery import LONGEST_REPORT
from stylepacks.models import StylePack


class ReportForm(forms.Form):
    """What is wrong with a picture; `other` needs words."""

    reason = forms.ChoiceField(
        choices=Report.Reason.choices,
        error_messages={"required": gettext_lazy("Say what is wrong with the picture.")},
    )
    words = forms.CharField(
        required=False,
        max_length=LONGEST_REPORT,
        error_messages={"max_length": gettext_lazy("Keep it within %(limit_value)d characters.")},
    )

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("reason") == Report.Reason.OTHER and data.get("words") == "":
            self.add_error("words", _("Say in a few words what is wrong."))


@require_safe
@never_cache
def gallery(request: HttpRequest) -> HttpResponse:
    """Newest or most liked first, of all packs or one. htmx asks for the next tiles alone."""
    person, slug = person_of(request), request.GET.get("pack", "")
    pack = StylePack.objects.filter(slug=slug).first() if slug else None
    sort = "liked" if request.GET.get("sort") == "liked" else "newest"
    context: dict[str, Any] = {
        "page": hall.page(person, sort, pack, request.GET.get("before", "")),
        "sort": sort,
        "pack": pack,
        "person": person,
    }
    if request.headers.get("HX-Request") and "before" in request.GET:
        return render(request, "gallery/_more.html", context)
    return render(request, "gallery/gallery.html", context | {"packs": hall.packs_to_pick()})


@require_POST
def like(request: HttpRequest, token: str) -> HttpResponse:
    """`on` 1 or 0: said outright, so that two clicks or two tabs cannot cross."""
    share = hall.hung().filter(token=token).first()
    if share is None:
        return _gone(request)
    note = _too_quick(request)
    if not note:
        change = liking.like if request.POST.get("on") == "1" else liking.unlike
        change(person_or_guest(request), share)
    if not request.headers.get("HX-Request"):
        return _back(request, note)
    person = person_of(request)
    shown = hall.as_seen_by(person, hall.hung()).filter(pk=share.pk).first()
    if shown is None:
        return _gone(request)
    context = {"share": shown, "person": person, "note": note, "is_fresh": True}
    return render(request, "gallery/_like.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, token: str) -> HttpResponse:
    """What is wrong with a picture: asked, then thanked for."""
    share = hall.hung().select_related(*hall.SHOWN_FIELDS).filter(token=token).first()
    person = person_of(request)
    if share is None:
        return _report_of_gone(request, token)
    if person and share.person_id == person.pk:
        messages.info(request, _("This is your own picture: you decide under Share who sees it."))
        return redirect("picture", id=share.image.generation_id, index=share.image.index)
    if person and Report.objects.filter(image=share.image, person=person).exists():
        return render(request, "gallery/thanks.html")
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _reported(request, share, form)
    return _report_page(request, share, form, 422 if form.errors else 200)


def _reported(request: HttpRequest, share: Share, form: ReportForm) -> HttpResponse:
    try:
        limits.check_network("report", request)
    except limits.TooQuick as refusal:
        form.add_error(None, str(refusal))
        response = _report_page(request, share, form, 429)
        response["Retry-After"] = str(refusal.seconds)
        return response
    moderating.report(person_or_guest(request), share.image, **form.cleaned_data)
    return redirect("gallery_report", token=share.token)


def _report_page(request: HttpRequest, share: Share, form: ReportForm, status: int) -> HttpResponse:
    return render(request, "gallery/report.html", {"share": share, "form": form}, status=status)


def _report_of_gone(request: HttpRequest, token: str) -> HttpResponse:
    """Thanks too when one's own report was the one that hid the picture."""
    person = person_of(request)
    told = Report.objects.filter(image__share__token=token, person=person)
    if person and told.exists():
        return render(request, "gallery/thanks.html")
    return _gone(request)


def _gone(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, "gallery/_like_gone.html")
    return render(request, "gallery/gone.html", status=404)


def _back(request: HttpRequest, note: str) -> HttpResponse:
    if note:
        messages.error(request, note)
    asked = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/"):
        return redirect(asked)
    return redirect(reverse("gallery"))


def _too_quick(request: HttpRequest) -> str:
    try:
        limits.check_network("like", request)
    except limits.TooQuick as refusal:
        return str(refusal)
    return ""
