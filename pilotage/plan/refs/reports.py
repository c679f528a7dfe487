"""Do the reports, their reminders and the bounds for figures of a call file make sense? The document has passed its schema."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.refs.plan import known

ONLY_WITH_EVERY = ("due_days", "late_days", "last")
_FIGURES = frozenset({"integer", "decimal", "money", "before_after", "table"})
_DAYS = {"quarter": 90, "year": 365}


def check_reports(document: Document, call: dict[str, Any]) -> None:
    """Append a Problem for every disagreement."""
    for index, stage in enumerate(call["stages"]):
        if stage["kind"] == "update":
            _check_stage(document, ("stages", index), stage)
    _check_chases(document, call)
    _check_quality(document, call)


def _check_stage(document: Document, path: YamlPath, stage: dict[str, Any]) -> None:
    every = stage.get("every")
    if every is None:
        for option in ONLY_WITH_EVERY:
            if option in stage:
                message = _("“%(option)s” needs “every”: without it the stage asks for one update and no reports.") % {"option": option}
                document.fault((*path, option), message, "every: quarter", key=True)
        return
    if not stage.get("opens"):
        document.fault(path, _("A stage with “every” needs “opens”: from then on reports are asked for."), "opens: …")
    if stage.get("last") and ("Q" in stage["last"]) != (every == "quarter"):
        expected = _("a quarter, such as 2026Q2") if every == "quarter" else _("a year, such as “2026”")
        document.fault(
            (*path, "last"), _("“%(last)s” does not fit “every: %(every)s”.") % {"last": stage["last"], "every": every}, expected
        )
    if "due_days" in stage and _is_window(stage):
        message = _("The stage is shorter than a period, so a report is due when it closes; “due_days” has no meaning here.")
        document.fault((*path, "due_days"), message, _("no “due_days”, or a later “closes”"), key=True)


def _is_window(stage: dict[str, Any]) -> bool:
    if not stage.get("opens") or not stage.get("closes"):
        return False
    length = datetime.fromisoformat(stage["closes"]) - datetime.fromisoformat(stage["opens"])
    return length.days < _DAYS[stage["every"]]


def _check_chases(document: Document, call: dict[str, Any]) -> None:
    stages = {stage["key"]: stage for stage in call["stages"]}
    for index, reminder in enumerate(call.get("reminders", [])):
        path = ("reminders", index)
        if "repeat" in reminder and "after" not in reminder:
            document.fault((*path, "repeat"), _("“repeat” goes on from “after”, which is missing."), "after: [1d, 7d]", key=True)
        if "after" not in reminder:
            if "before" not in reminder:
                message = _("The reminder says neither “before” nor “after”, so it would never be sent.")
                document.fault(path, message, "before: [7d, 1d]")
            continue
        stage = stages.get(reminder["stage"])
        if stage is not None and not stage.get("every"):
            message = _("“after” chases overdue reports, but the stage “%(stage)s” asks for none.") % {"stage": reminder["stage"]}
            document.fault((*path, "after"), message, _("an update stage with “every”"), key=True)
        if reminder["to"] != "filers":
            document.fault((*path, "to"), _("Overdue reports are asked of those who file them."), "filers")


def _check_quality(document: Document, call: dict[str, Any]) -> None:
    quality = call.get("quality")
    if not isinstance(quality, dict):
        return
    fields = {field["key"]: field["type"] for section in call["form"]["sections"] for field in section["fields"]}
    for index, key in enumerate(quality.get("skip", [])):
        path = ("quality", "skip", index)
        if known(document, path, key, fields, _("a field of the form")) and fields[key] not in _FIGURES:
            document.fault(
                path, _("The field “%(field)s” holds no figures, so there is nothing to skip.") % {"field": key}, _("a field with figures")
            )
