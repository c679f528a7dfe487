from django.urls import include, path

urlpatterns = [
    path("api/", include("pilotage.api.urls")),
    path("", include("pilotage.web.urls")),
]

handler400 = "pilotage.web.errors.bad_request"
handler403 = "pilotage.web.errors.forbidden"
handler404 = "pilotage.web.errors.not_found"
handler500 = "pilotage.web.errors.server_error"
