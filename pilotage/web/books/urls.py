from django.urls import path

from pilotage.web.books import desk, public

app_name = "books"
urlpatterns = [
    path("case-sets/", public.set_list, name="list"),
    path("case-sets/<slug:slug>/", public.detail, name="detail"),
    path("case-sets/<slug:slug>/files/<slug:kind>/", public.file, name="file"),
    path("case-sets/<slug:slug>/read/<str:name>", public.read, name="read"),
    path("work/case-sets/", desk.desk, name="desk"),
    path("work/case-sets/<slug:slug>/", desk.manage, name="manage"),
    path("work/case-sets/<slug:slug>/files/<slug:kind>/", desk.file, name="draft-file"),
    path("work/case-sets/<slug:slug>/act/<slug:verb>/", desk.act, name="act"),
]
