from django.urls import path

from pilotage.web.certificates import desk, pages, trust

app_name = "certificates"

urlpatterns = [
    path("verify/", pages.verify, name="verify"),
    path("certificates/context/v1/", trust.context, name="context"),
    path("certificates/keys.json", trust.keys, name="keys"),
    path(".well-known/did.json", trust.keys, name="did"),
    path("certificates/status/<int:number>/", trust.status_list, name="status"),
    path("certificates/<str:number>/", pages.detail, name="detail"),
    path("certificates/<str:number>/certificate.json", pages.file, name="file"),
    path("certificates/<str:number>/certificate.pdf", pages.paper, name="paper"),
    path("work/certificates/", desk.desk, name="desk"),
    path("work/certificates/issue/<int:edition>/", desk.issue, name="issue"),
    path("work/certificates/<str:number>/<str:act>/", desk.act, name="act"),
]
