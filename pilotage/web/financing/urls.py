from django.urls import path

from pilotage.web.financing import comparison, exports, pages, paper, runs

app_name = "financing"
urlpatterns = [
    path("financing/", pages.home, name="home"),
    path("financing/enterprises/<int:pk>/", pages.enterprise, name="enterprise"),
    path("financing/enterprises/<int:pk>/history/", pages.history, name="history"),
    path("financing/enterprises/<int:pk>/verdict.pdf", paper.download, name="paper"),
    path("financing/screenings/", runs.screenings, name="screenings"),
    path("financing/screenings/compare/", comparison.comparison, name="comparison"),
    path("financing/screenings/<int:pk>/", runs.screening, name="screening"),
    path("financing/screenings/compare.<slug:kind>", exports.comparison, name="comparison-export"),
    path("financing/screenings/<int:pk>.<slug:kind>", exports.screening, name="screening-export"),
    path("financing/channels/<slug:key>/", pages.channel, name="channel"),
]
