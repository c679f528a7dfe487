from django.urls import path

from pilotage.web.publications import views

app_name = "publications"
urlpatterns = [
    path("cases/", views.case_list, name="case-list"),
]
