from django.urls import URLPattern, path

from generation.pictures import views

ONE = "generations/<uuid:id>/<int:index>/"

urlpatterns: list[URLPattern] = [
    path(ONE, views.picture, name="picture"),
    path(f"{ONE}download", views.download, name="download"),
]
