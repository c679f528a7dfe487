from django.urls import path

from pilotage.web.dashboards import editing, exports, views

app_name = "dashboards"
urlpatterns = [
    path("dashboards/", views.dashboard_list, name="list"),
    path("dashboards/<str:key>/", views.detail, name="detail"),
    path("dashboards/<str:key>/copy/", editing.copy, name="copy"),
    path("dashboards/<str:key>/edit/", editing.edit, name="edit"),
    path("dashboards/<str:key>/edit/title/", editing.rename, name="rename"),
    path("dashboards/<str:key>/edit/sharing/", editing.share, name="share"),
    path("dashboards/<str:key>/edit/delete/", editing.delete, name="delete"),
    path("dashboards/<str:key>/edit/cards/new/", editing.card_add, name="card-add"),
    path("dashboards/<str:key>/edit/cards/<str:card_id>/", editing.card_edit, name="card-edit"),
    path("dashboards/<str:key>/edit/cards/<str:card_id>/act/", editing.card_act, name="card-act"),
    path("dashboards/<str:key>/workbook.xlsx", exports.workbook_of_all, name="workbook"),
    path("dashboards/<str:key>/cards/<str:card_id>.<str:form>", exports.card_file, name="card-file"),
]
