from django.urls import path

from pilotage.web.statistics import acts, desk, entry, pages, workbooks

app_name = "statistics"
urlpatterns = [
    path("statistics/<slug:slug>/", pages.data_set, name="data-set"),
    path("statistics/<slug:slug>/counted/", pages.counted, name="counted"),
    path("statistics/<slug:slug>/figures.xlsx", workbooks.export, name="export"),
    path("work/statistics/", desk.desk, name="desk"),
    path("work/statistics/<slug:slug>/enter/", entry.entry, name="entry"),
    path("work/statistics/<slug:slug>/template.xlsx", workbooks.template, name="template"),
    path("work/statistics/<slug:slug>/workbook/", workbooks.upload, name="upload"),
    path("work/statistics/<slug:slug>/<slug:reporter>/<str:period>/", acts.detail, name="return"),
]
