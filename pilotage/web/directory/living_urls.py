"""Addresses of a directory that stays true: what changed, totals, re-evaluations."""

from django.urls import path

from pilotage.web.directory import campaign_acts, campaign_desk, campaigns, changes, counts

urlpatterns = [
    path("directory/<slug:slug>/changes/", changes.changes, name="changes"),
    path("directory/<slug:slug>/changes/<str:kind>/", changes.export, name="changes-export"),
    path("directory/<slug:slug>/totals/", counts.counts_page, name="counts"),
    path("directory/<slug:slug>/totals/<str:kind>/", counts.export, name="counts-export"),
    path("directory/<slug:slug>/re-evaluation/<int:year>/", campaigns.campaign, name="campaign"),
    path("directory/<slug:slug>/re-evaluation/<int:year>/drawing.json", campaigns.drawing, name="campaign-drawing"),
    path("my/re-evaluation/<int:pk>/", campaigns.own, name="evaluation"),
    path("work/re-evaluations/", campaign_desk.desk, name="campaign-desk"),
    path("work/re-evaluations/<int:pk>/", campaign_desk.manage, name="campaign-manage"),
    path("work/re-evaluations/<int:pk>/act/", campaign_acts.act, name="campaign-act"),
]
