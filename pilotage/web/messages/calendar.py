"""The person's deadlines, on a page and as a feed for a calendar program."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pilotage.messages import selectors, services
from pilotage.messages.agenda import calendar_of, stages_for
from pilotage.messages.services.calendar import feed_of_token
from pilotage.web.messages.inbox import own_tabs


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """POST makes an address and answers with it: it is in this one response and nowhere else."""
    address = ""
    if request.method == "POST":
        _feed, token = services.make_feed(actor=request.user, language=get_language() or settings.LANGUAGE_CODE)
        address = settings.BASE_URL + reverse("messages:feed", args=[token])
    context = {
        "address": address,
        "feed": selectors.feed_of(request.user),
        "stages": stages_for(request.user),
        "own_tabs": own_tabs("calendar"),
    }
    return render(request, "messages/calendar.html", context)


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    services.revoke_feed(actor=request.user)
    messages.success(request, _("The calendar address works no longer."))
    return redirect("messages:calendar")


@login_not_required
@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Calendar programs cannot sign in: whoever holds the address may read the deadlines, and nothing else."""
    found = feed_of_token(token)
    if found is None:
        raise Http404
    response = HttpResponse(calendar_of(found), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="pilotage.ics"'
    return response
