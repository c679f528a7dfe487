"""The addresses of notices and objections; they keep the names of the directory's room, ``directory:…``."""

from django.urls import path

from pilotage.web.notices import desk, filing, following, hearing, public

urlpatterns = [
    path("notices/", public.notice_list, name="notice-list"),
    path("notices/<str:number>/", public.notice_detail, name="notice-detail"),
    path("notices/<str:number>/notice.pdf", public.notice_paper, name="notice-paper"),
    path("notices/<str:number>/object/", filing.objection_create, name="objection-create"),
    path("notices/<str:number>/object/<str:objection>/", following.acknowledgement, name="objection"),
    path("objections/files/<int:pk>/", following.objection_file, name="objection-file"),
    path("hearings/", hearing.hearing_list, name="hearing-list"),
    path("hearings/<int:pk>/", hearing.hearing_page, name="hearing"),
    path("work/objections/", desk.objection_desk, name="objection-desk"),
    path("work/objections/<str:number>/", desk.objection_handle, name="objection-handle"),
]
