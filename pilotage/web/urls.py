"""The whole site. Each room's pages live in ``pilotage/web/<room>/urls.py``."""

from django.urls import include, path
from django.http import HttpResponse

urlpatterns = [
    path("", lambda r: HttpResponse("pilotage"), name="home"),
    path("accounts/", include("allauth.urls")),
]
