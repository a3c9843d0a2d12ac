from django.contrib.sitemaps.views import sitemap
from django.urls import URLPattern, path

from learn import views
from learn.sitemaps import SITEMAPS

urlpatterns: list[URLPattern] = [
    path("learn/", views.index, name="learn"),
    path("learn/<slug:slug>/", views.term, name="term"),
    path("learn/<slug:slug>/card.png", views.term_card, name="term_card"),
    path("packs/<slug:slug>/card.png", views.pack_card, name="pack_card"),
    path("card.png", views.house_card, name="house_card"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]
