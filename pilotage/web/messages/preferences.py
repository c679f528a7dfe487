"""What reaches a person how, and in which language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pilotage.core.verdict import Invalid
from pilotage.messages import selectors, services
from pilotage.messages.enums import Delivery
from pilotage.web.messages.inbox import own_tabs


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    errors: dict[str, str] = {}
    if request.method == "POST":
        chosen = {str(kind.value): value for kind in selectors.kinds_for(request.user) if (value := request.POST.get(f"kind-{kind.value}"))}
        try:
            services.set_language(actor=request.user, language=request.POST.get("language") or settings.LANGUAGE_CODE)
            services.set_preferences(actor=request.user, deliveries=chosen)
            messages.success(request, _("Saved."))
            return redirect("messages:preferences")
        except Invalid as invalid:
            errors = invalid.errors
    context = {
        "errors": errors,
        "rows": selectors.choices_of(request.user),
        "ways": list(Delivery),
        "languages": settings.LANGUAGES,
        "language": selectors.language_of(request.user),
        "hour": f"{settings.DIGEST_HOUR}:00",
        "own_tabs": own_tabs("preferences"),
    }
    return render(request, "messages/preferences.html", context, status=422 if errors else 200)
