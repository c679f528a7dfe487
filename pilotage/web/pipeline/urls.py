from django.urls import path

from pilotage.web.pipeline import batches, funnel, home, lists, project_acts, projects, rounds, tiers

app_name = "pipeline"
ROOT = "financing/pipeline/"
urlpatterns = [
    path(ROOT, home.home, name="home"),
    path(f"{ROOT}pipeline.xlsx", home.export, name="export"),
    path(f"{ROOT}new/", home.new, name="new"),
    path(f"{ROOT}import/", home.upload, name="import"),
    path(f"{ROOT}import/template.xlsx", home.template, name="template"),
    path(f"{ROOT}funnel/", funnel.funnel_page, name="funnel"),
    path(f"{ROOT}projects/<str:number>/", projects.project_page, name="project"),
    path(f"{ROOT}projects/<str:number>/act/", project_acts.act, name="project-act"),
    path(f"{ROOT}projects/<str:number>/files/<int:pk>/", projects.document, name="document"),
    path(f"{ROOT}batches/", batches.batches, name="batches"),
    path(f"{ROOT}batches/new/", batches.new, name="batch-new"),
    path(f"{ROOT}batches/<str:number>/", batches.batch_page, name="batch"),
    path(f"{ROOT}batches/<str:number>/add/", batches.add, name="batch-add"),
    path(f"{ROOT}batches/<str:number>/act/<slug:verb>/", batches.act, name="batch-act"),
    path(f"{ROOT}batches/<str:number>/paper.<str:kind>", batches.paper, name="paper"),
    path(f"{ROOT}lists/", lists.lists, name="lists"),
    path(f"{ROOT}lists/<int:pk>/", lists.list_page, name="line"),
    path(f"{ROOT}lists/<int:pk>/act/<slug:verb>/", lists.act, name="line-act"),
    path(f"{ROOT}rounds/", rounds.rounds, name="rounds"),
    path(f"{ROOT}rounds/new/", rounds.new, name="round-new"),
    path(f"{ROOT}rounds/<str:number>/", rounds.round_page, name="round"),
    path(f"{ROOT}rounds/<str:number>/act/<slug:verb>/", rounds.act, name="round-act"),
    path(f"{ROOT}tiers/", tiers.tiers, name="tiers"),
    path(f"{ROOT}tiers/new/", tiers.new, name="tier-new"),
    path(f"{ROOT}tiers/<int:pk>/", tiers.tier_page, name="tier"),
]
