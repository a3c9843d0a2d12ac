"""Every address of the house, by the room that answers it."""

from django.contrib import admin
from django.urls import include, path

from config.api import api

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("account/", include("accounts.urls")),
    path("api/", api.urls),
    path("", include("stylepacks.urls")),
    path("", include("generation.urls")),
    path("", include("learn.urls")),
]
