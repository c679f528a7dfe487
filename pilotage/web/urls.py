"""The whole site. Each room's pages live in ``pilotage/web/<room>/urls.py``."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

from pilotage.web.desk import desk
from pilotage.web.health import health
from pilotage.web.plan.views import home
from pilotage.web.styleguide.views import styleguide


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("favicon.svg"))


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    closed = (
        "/accounts/",
        "/account/",
        "/applications/",
        "/audit/",
        "/calendar/",
        "/messages/",
        "/my/",
        "/organisation/",
        "/review/",
        "/work/",
        "/api/",
    )
    return HttpResponse("User-agent: *\n" + "".join(f"Disallow: {prefix}\n" for prefix in closed), content_type="text/plain")


urlpatterns = [
    path("", home, name="home"),
    path("", include("pilotage.web.plan.urls")),
    path("", include("pilotage.web.calls.urls")),
    path("", include("pilotage.web.review.urls")),
    path("", include("pilotage.web.directory.urls")),
    path("", include("pilotage.web.publications.urls")),
    path("", include("pilotage.web.registry.urls")),
    path("", include("pilotage.web.accounts.urls")),
    path("", include("pilotage.web.audit.urls")),
    path("", include("pilotage.web.messages.urls")),
    path("desk/", desk, name="desk"),
    path("health/", health, name="health"),
    path("styleguide/", styleguide, name="styleguide"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("favicon.ico", favicon),
    path("robots.txt", robots),
    path("accounts/", include("allauth.urls")),
]
