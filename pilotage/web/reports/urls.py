from django.urls import path

from pilotage.web.reports import acts, pages, schedule

app_name = "reports"
urlpatterns = [
    path("work/plan-reports/", pages.report_list, name="list"),
    path("work/plan-reports/schedule/", schedule.schedule, name="schedule"),
    path("work/plan-reports/files/<int:pk>/", pages.signed_file, name="file"),
    path("work/plan-reports/<int:pk>/", pages.detail, name="detail"),
    path("work/plan-reports/<int:pk>/preview/<str:language>.<str:kind>", pages.preview, name="preview"),
    path("work/plan-reports/<int:pk>/texts/<str:language>/<str:key>/", acts.save_text, name="text"),
    path("work/plan-reports/<int:pk>/<str:verb>/", acts.act, name="act"),
]
