"""Figures on public record: what was published of earlier periods, with its address, loaded with the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.plan.writing import sources
from pilotage.statistics.enums import ReturnState
from pilotage.statistics.models import DataSet, Return
from pilotage.statistics.reporters import reporters_of
from pilotage.statistics.spans import span_of
from pilotage.statistics.writing import begun, decide, write_figures


def record_history(data_set: DataSet, entries: Sequence[Mapping[str, Any]], *, actor: Any) -> int:
    """How many figures were new or changed. A period that somebody reports here is left as reported."""
    reporters = {reporter.code: reporter for reporter in reporters_of(data_set)} if entries else {}
    changed = 0
    for entry in entries:
        reporter = reporters.get(entry.get("reporter") or next(iter(reporters), ""))
        if reporter is None:
            continue
        span = span_of(str(entry["period"]))
        report, created = begun(data_set, reporter, span, state=ReturnState.LOCKED, is_recorded_history=True)
        if created or report.is_recorded_history:
            changed += _write(report, entry, actor)
    return changed


def _write(report: Return, entry: Mapping[str, Any], actor: Any) -> int:
    why = _("on public record")
    [source, *_others] = sources(entry.get("source")) or [{"url": "", "note": ""}]
    note = f"{why}: {source['note']}" if source["note"] else why
    changed = write_figures(report, {entry["element"]: Decimal(str(entry["value"]))}, actor=actor, why=note, source=source["url"])
    if changed:
        decide(report, actor=actor, why=note)
        record(report, "return.record", actor=actor, reason=note, extra={"source": source["url"]})
    return len(changed)
