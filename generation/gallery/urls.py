from django.urls import URLPattern, path

from generation.gallery import views

urlpatterns: list[URLPattern] = [
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/<str:token>/like", views.like, name="gallery_like"),
    path("gallery/<str:token>/report", views.report, name="gallery_report"),
]
