from django.urls import path

from pilotage.web.cases import acts, desk, editing, history, listing, reading, saving, versions

app_name = "cases"
urlpatterns = [
    path("cases/", listing.case_list, name="list"),
    path("cases/published-elsewhere/", history.case_list, name="history"),
    path("cases/<str:number>/", reading.case_page, name="detail"),
    path("cases/<str:number>/pictures/<int:pk>/", reading.picture, name="picture"),
    path("work/cases/", desk.desk, name="desk"),
    path("work/cases/start/", desk.start, name="start"),
    path("work/cases/<str:number>/", editing.edit, name="edit"),
    path("work/cases/<str:number>/preview/", editing.preview, name="preview"),
    path("work/cases/<str:number>/save/", saving.save, name="save"),
    path("work/cases/<str:number>/act/", acts.act, name="act"),
    path("work/cases/<str:number>/consents/", acts.consents, name="consents"),
    path("work/cases/<str:number>/comments/", acts.comment, name="comment"),
    path("work/cases/<str:number>/comments/<int:pk>/", acts.settle, name="settle"),
    path("work/cases/<str:number>/pictures/", saving.add_picture, name="picture-add"),
    path("work/cases/<str:number>/pictures/captions/", saving.captions, name="captions"),
    path("work/cases/<str:number>/pictures/<int:pk>/", editing.draft_picture, name="draft-picture"),
    path("work/cases/<str:number>/versions/", versions.compare, name="versions"),
]
