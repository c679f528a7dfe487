"""Figures marked as unlikely: shown beside the answer, cleared with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pilotage.calls import services
from pilotage.calls.enums import FlagState
from pilotage.calls.models import Application, QualityFlag
from pilotage.calls.quality.figures import label_of, sentence_of
from pilotage.calls.selectors import form_of
from pilotage.core.verdict import Invalid
from pilotage.web.calls import queue


@dataclass(frozen=True, slots=True)
class MarkLine:
    flag: QualityFlag
    label: str
    sentence: str

    @property
    def is_open(self) -> bool:
        return self.flag.state == FlagState.OPEN


def of(application: Application) -> list[MarkLine]:
    """Those that stand and those that were cleared, open ones first. One query, and one for the form's names where deferred."""
    rows = application.quality_flags.exclude(state=FlagState.LAPSED).select_related("decided_by")
    form = form_of(application.version)
    found = [MarkLine(flag, label_of(form, flag.path), sentence_of(form, flag)) for flag in rows.order_by("id")]
    return sorted(found, key=lambda line: not line.is_open)


def beside(sections: Sequence[dict[str, Any]], marks: Sequence[MarkLine]) -> None:
    """Put each mark to the answer it speaks of."""
    for section in sections:
        for line in (*section["facts"], *section["effects"], *section["rest"]):
            line["marks"] = [mark for mark in marks if mark.flag.key == line["field"].key]


@require_POST
def clear(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    from pilotage.web.calls import detail  # the dossier shows what this clears

    application = detail.visible_application(request, number)
    flag = get_object_or_404(application.quality_flags, pk=pk)
    flag.application = application
    try:
        services.clear_mark(actor=request.user, flag=flag, reason=request.POST.get("reason", ""))
    except Invalid as error:
        return detail.page_of(request, application, {f"mark-{pk}": next(iter(error.errors.values()))})
    left = application.open_flags
    messages.success(
        request, _("Cleared. Marked figures left: %(count)s.") % {"count": left} if left else _("Cleared. No marked figure is left.")
    )
    address = reverse("calls:application-detail", args=[application.number])
    return redirect(f"{address}{queue.query(request)}{'#marks' if left else ''}")
