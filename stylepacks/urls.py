from django.urls import URLPattern, path

from stylepacks import views
from stylepacks.free import free

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("free/", free, name="free"),
    path("packs/", views.packs, name="packs"),
    path("packs/<slug:slug>/", views.pack, name="pack"),
    path("packs/<slug:slug>/cover", views.pack_cover, name="pack_cover"),
    path(
        "packs/<slug:slug>/cover/<int:width>.<str:kind>",
        views.pack_cover_sized,
        name="pack_cover_sized",
    ),
    path("packs/<slug:slug>/examples/<int:key>", views.pack_example, name="pack_example"),
    path("packs/<slug:slug>/looks/<int:key>", views.pack_look, name="pack_look"),
]
