"""Which letters follow from a re-evaluation: what is to be rectified by when, reminders of the term, the result. Joins the tellers of ``news``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate, make_aware

from pilotage.audit.models import AuditEvent
from pilotage.directory.models import Evaluation
from pilotage.messages.news import SOURCES, TELLERS, Letter, Reading
from pilotage.messages.people import applicants_of
from pilotage.messages.wording import name_of

_TO_ENTERPRISE = ("require", "extend", "send_back", "remind", "pass", "fail")


def _rows(keys: Iterable[str]) -> Iterable[Evaluation]:
    return Evaluation.objects.filter(pk__in=keys).select_related("entry__edition__call", "campaign").order_by("pk")


def _evaluation(event: AuditEvent, row: Evaluation, reading: Reading) -> Iterator[Letter]:
    """To those who file for the enterprise; what it reports, to the secretariat of the entry's call."""
    verb, entry = event.verb.removeprefix("directory.evaluation."), row.entry
    params: dict[str, Any] = {"number": entry.number, "project": entry.title, "campaign": name_of(row.campaign), "reason": event.reason}
    if row.due_on:
        params["due"] = {"at": make_aware(datetime.combine(row.due_on, time(23, 59))).isoformat()}
    key = f"event:{event.number}"
    if verb == "report":
        desk = f"{reverse('directory:campaign-manage', args=[row.campaign_id])}?entry={entry.number}"
        readers = reading.people.secretariat(entry.edition.call) if entry.edition.call else reading.people.all_secretariat()
        for user in readers:
            yield Letter(user, "evaluation.report", params, key, event.at, entry.edition.call, desk)
        return
    text = (
        f"evaluation.{verb}"
        if verb != "remind"
        else "evaluation.due"
        if row.due_on and localdate(event.at) <= row.due_on
        else "evaluation.overdue"
    )
    needs_term = verb in {"require", "extend", "send_back", "remind"}
    if entry.enterprise_id is None or (needs_term and row.due_on is None):
        return
    for user in applicants_of(entry.enterprise_id):
        yield Letter(user, text, params, key, event.at, entry.edition.call, reverse("directory:evaluation", args=[row.pk]))


SOURCES["directory.evaluation"] = _rows
TELLERS.update({f"directory.evaluation.{verb}": _evaluation for verb in (*_TO_ENTERPRISE, "report")})
