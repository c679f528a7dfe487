"""The whole site. Each room's pages live in ``pilotage/web/<room>/urls.py``."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.views.decorators.csrf import csrf_exempt
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
        "/cockpit/",
        "/dashboards/",
        "/financing/",
        "/messages/",
        "/my/",
        "/organisation/",
        "/review/",
        "/work/",
        "/api/",
    )
    rules = "".join(f"Disallow: {prefix}\n" for prefix in closed)
    site_map = f"Sitemap: {settings.BASE_URL}{reverse('open_data:site-map')}\n"
    return HttpResponse(f"User-agent: *\n{rules}{site_map}", content_type="text/plain")


urlpatterns = [
    path("", home, name="home"),
    path("", include("pilotage.web.plan.urls")),
    path("", include("pilotage.web.measures.urls")),
    path("", include("pilotage.web.cockpit.urls")),
    path("", include("pilotage.web.calls.urls")),
    path("", include("pilotage.web.review.urls")),
    path("", include("pilotage.web.directory.urls")),
    path("", include("pilotage.web.open_data.urls")),
    path("", include("pilotage.web.regions.urls")),
    path("", include("pilotage.web.cases.urls")),
    path("", include("pilotage.web.books.urls")),
    path("", include("pilotage.web.certificates.urls")),
    path("", include("pilotage.web.directory_books.urls")),
    path("", include("pilotage.web.guidelines.urls")),
    path("", include("pilotage.web.site.urls")),
    path("", include("pilotage.web.registry.urls")),
    path("", include("pilotage.web.accounts.urls")),
    path("", include("pilotage.web.audit.urls")),
    path("", include("pilotage.web.messages.urls")),
    path("", include("pilotage.web.statistics.urls")),
    path("", include("pilotage.web.dashboards.urls")),
    path("", include("pilotage.web.reports.urls")),
    path("", include("pilotage.web.financing.urls")),
    path("", include("pilotage.web.facts.urls")),
    path("", include("pilotage.web.matching.urls")),
    path("", include("pilotage.web.pipeline.urls")),
    path("", include("pilotage.web.pledges.urls")),
    path("desk/", desk, name="desk"),
    path("health/", health, name="health"),
    path("styleguide/", styleguide, name="styleguide"),
    # without a token, so that public pages are the same for everybody; the worst a forged request can do is to change the language
    path("language/", csrf_exempt(login_not_required(set_language)), name="set_language"),
    path("favicon.ico", favicon),
    path("robots.txt", robots),
    path("accounts/", include("allauth.urls")),
]
