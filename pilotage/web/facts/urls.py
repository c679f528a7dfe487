from django.urls import path

from pilotage.web.facts import attesting, detail, entry, files, listing

app_name = "facts"
urlpatterns = [
    path("financing/data/", listing.home, name="home"),
    path("financing/data/import/", files.upload, name="import"),
    path("financing/data/import/template/", files.template, name="template"),
    path("financing/data/<int:pk>/", detail.detail, name="detail"),
    path("financing/data/<int:pk>/enter/", entry.enter, name="enter"),
    path("financing/data/<int:pk>/attest/", attesting.attest, name="attest"),
    path("financing/data/<int:pk>/attestations/<int:attestation>/evidence/", attesting.evidence, name="evidence"),
]
