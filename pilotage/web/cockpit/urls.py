from django.urls import path

from pilotage.web.cockpit import views

app_name = "cockpit"
urlpatterns = [
    path("cockpit/", views.home, name="home"),
    path("cockpit/<slug:slug>/targets/<slug:code>/what-if/", views.what_if, name="what-if"),
]
