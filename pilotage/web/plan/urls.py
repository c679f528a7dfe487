from django.urls import path

from pilotage.web.plan import views

app_name = "plan"
urlpatterns = [
    path("plans/<slug:slug>/", views.detail, name="detail"),
    path("plans/<slug:slug>/plan.csv", views.download, name="csv"),
    path("plans/<slug:slug>/targets/<slug:code>/", views.target, name="target"),
    path("plans/<slug:slug>/versions/", views.versions, name="versions"),
]
