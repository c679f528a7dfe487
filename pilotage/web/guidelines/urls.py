from django.urls import path

from pilotage.web.guidelines import acts, commenting, desk, editing, public

app_name = "guidelines"
urlpatterns = [
    path("guidelines/", public.guideline_list, name="list"),
    path("guidelines/<slug:slug>/", public.detail, name="detail"),
    path("guidelines/<slug:slug>/difference/", public.difference, name="difference"),
    path("guidelines/<slug:slug>/files/<int:pk>/", public.file, name="file"),
    path("guidelines/<slug:slug>/draft/", commenting.draft, name="draft"),
    path("guidelines/<slug:slug>/comment/", commenting.comment, name="comment"),
    path("guidelines/<slug:slug>/answers/<int:number>/", public.answers, name="answers"),
    path("work/guidelines/", desk.desk, name="desk"),
    path("work/guidelines/<slug:slug>/", desk.manage, name="manage"),
    path("work/guidelines/<slug:slug>/act/<slug:verb>/", acts.act, name="act"),
    path("work/guidelines/<slug:slug>/chapters/<slug:key>/", editing.chapter, name="chapter"),
    path("work/guidelines/<slug:slug>/chapters/<slug:key>/preview/", editing.preview, name="preview"),
    path("work/guidelines/<slug:slug>/comments/", desk.comments, name="comments"),
    path("work/guidelines/<slug:slug>/comments/<str:number>/", acts.answer, name="answer"),
]
