from django.urls import path

from pilotage.web.measures import deliverables, desk, detail, milestones, reports, units

app_name = "measures"
_MEASURE = "work/measures/<slug:slug>/<slug:code>"
urlpatterns = [
    path("plans/<slug:slug>/measures/<slug:code>/", detail.detail, name="detail"),
    path("work/measures/", desk.desk, name="desk"),
    path("work/measures/measures.xlsx", desk.export, name="export"),
    path("work/measures/units/", units.units, name="units"),
    path("work/measures/reports/<int:pk>/", reports.report, name="report"),
    path("work/measures/files/<int:pk>/", reports.download, name="file"),
    path("work/measures/milestones/<int:pk>/", milestones.change, name="milestone"),
    path("work/measures/deliverables/<int:pk>/", deliverables.deliverable, name="deliverable"),
    path(f"{_MEASURE}/light/", detail.light, name="light"),
    path(f"{_MEASURE}/milestones/", milestones.add, name="milestones"),
    path(f"{_MEASURE}/deliverables/", deliverables.propose, name="deliverable-new"),
    path(f"{_MEASURE}/<slug:unit>/<slug:period>/", reports.edit, name="report-edit"),
]
