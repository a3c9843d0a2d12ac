"""Every address of the house, by the room that answers it."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config.api import api
from config.languages import script_words
from config.limits import handler429 as handler429
from config.styleguide import styleguide

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("account/", include("accounts.urls")),
    path("api/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("i18n/<str:language>.<str:version>.js", script_words, name="script_words"),
    path("", include("stylepacks.urls")),
    path("", include("generation.urls")),
    path("", include("learn.urls")),
]

handler500 = "config.away.server_error"

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
