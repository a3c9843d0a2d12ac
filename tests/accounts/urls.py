"""The accounts alone: the pages of the other rooms stand in as empty frames with their names."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from ninja import NinjaAPI

from accounts.api_auth import api_auth
from accounts.guests import person_or_guest

api = NinjaAPI(urls_namespace="accounts-under-test")


@api.get("/whoami", auth=api_auth)
def whoami(request: HttpRequest) -> dict[str, str]:
    return {"person": str(request.auth)}


@api.post("/whoami", auth=api_auth)
def whoami_by_post(request: HttpRequest) -> dict[str, str]:
    return {"person": str(request.auth)}


def frame(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


def make(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(person_or_guest(request).pk))


urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", api.urls),
    path("account/", include("accounts.urls")),
    path("", frame, name="home"),
    path("packs/", frame, name="packs"),
    path("create/", frame, name="create"),
    path("images/", frame, name="my_images"),
    path("gallery/", frame, name="gallery"),
    path("learn/", frame, name="learn"),
    path("free/", frame, name="free"),
    path("status/", frame, name="status"),
    path("make/", make, name="make"),
]
