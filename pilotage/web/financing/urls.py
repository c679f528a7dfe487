from django.urls import path

from pilotage.web.financing import pages, paper

app_name = "financing"
urlpatterns = [
    path("financing/", pages.home, name="home"),
    path("financing/enterprises/<int:pk>/", pages.enterprise, name="enterprise"),
    path("financing/enterprises/<int:pk>/history/", pages.history, name="history"),
    path("financing/enterprises/<int:pk>/verdict.pdf", paper.download, name="paper"),
    path("financing/channels/<slug:key>/", pages.channel, name="channel"),
]
