from django.urls import path

from pilotage.web.regions import industry_views, views

app_name = "regions"
urlpatterns = [
    path("plans/<slug:slug>/regions/", views.home, name="home"),
    path("plans/<slug:slug>/regions.<str:kind>", views.export, name="export"),
    path("plans/<slug:slug>/industries/", industry_views.industries, name="industries"),
    path("plans/<slug:slug>/industries.<str:kind>", industry_views.export, name="industries-export"),
]
