"""The decision file of a confirmed selection, for the secretariat and auditors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from pilotage.review.enums import SelectionState
from pilotage.review.models import DecisionFile
from pilotage.review.rules import can_see_results, visible_selections
from pilotage.web.review.board import call_of


@require_safe
def decision_file(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    can_see_results(request.user).require()
    confirmed = visible_selections(request.user).filter(call=call, state=SelectionState.CONFIRMED)
    kept = get_object_or_404(DecisionFile.objects.select_related("selection"), selection__in=confirmed)
    response = HttpResponse(bytes(kept.content), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="decision-{call.slug}-{kept.selection.number}.zip"'
    return response
