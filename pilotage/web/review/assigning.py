"""The cockpit of assignment: what a run is asked for, how far it is, what it proposes, and the decision about it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pilotage.web.review.board import call_of


@require_safe
def assigning(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    return render(request, "review/assigning.html", {"call": call})
