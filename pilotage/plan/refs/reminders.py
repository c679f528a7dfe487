"""Do the reminders of a call file speak of its stages? The document has passed its schema."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document
from pilotage.plan.refs.plan import known


def check_reminders(document: Document, call: dict[str, Any]) -> None:
    """Append a Problem for an unknown stage, a stage that never closes, and a reminder given twice."""
    stages = {stage["key"]: stage for stage in call["stages"]}
    seen: dict[tuple[str, str, str], int] = {}
    for index, reminder in enumerate(call.get("reminders", [])):
        path = ("reminders", index, "stage")
        is_known = known(document, path, reminder["stage"], stages, _("the key of a stage of this call"))
        if is_known and "closes" not in stages[reminder["stage"]]:
            message = _("The stage “%(stage)s” has no “closes”, so nothing can be reminded of.") % {"stage": reminder["stage"]}
            document.fault(path, message, _("a stage that closes"))
        for position, offset in enumerate(reminder.get("before", [])):
            identity = (reminder["stage"], reminder["to"], offset)
            here = ("reminders", index, "before", position)
            if identity in seen:
                message = _("“%(value)s” is used already in line %(line)d.") % {"value": offset, "line": seen[identity]}
                document.fault(here, message, _("another time"))
            seen.setdefault(identity, document.at(here)[0])
