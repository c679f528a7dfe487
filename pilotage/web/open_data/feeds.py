"""What changed, as a feed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.publications.open_data import feeds
from pilotage.web.open_data.answers import state, unless_known


@login_not_required
@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponseBase:
    """In the reader's language; ``language=en`` or ``zh-hans`` settles it, for a program that names none."""
    found = feeds.get(key)
    if found is None:
        raise Http404
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE

    def answer() -> HttpResponse:
        with override(language):
            address = f"{settings.BASE_URL}{request.get_full_path()}"
            return HttpResponse(feeds.atom(found, address), content_type="application/atom+xml; charset=utf-8")

    # a notice or a stage opens by the clock alone
    return unless_known(request, state("feed", key, language, clock.now().strftime("%Y%m%d%H%M")), answer)
