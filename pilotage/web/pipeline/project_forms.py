"""The forms on the page of a project: which of them its reader may use now, and what they offer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import pgettext

from pilotage.core import clock
from pilotage.core.transitions import table_for
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.enums import Stage, line_of
from pilotage.finance.pipeline.history import Step, rounds
from pilotage.finance.pipeline.models import ListingProject
from pilotage.web.formats import day
from pilotage.web.pipeline import step_forms
from pilotage.web.pipeline.common import Reader
from pilotage.web.pipeline.project_history import titles
from pilotage.web.pipeline.step_forms import Offered

STOPS = ("withdraw", "terminate", "leave")


def verb_words() -> dict[str, str]:
    return {
        "file_tutoring": pgettext("step of a listing", "Tutoring was filed"),
        "accept_tutoring": pgettext("step of a listing", "Tutoring was accepted"),
        "accept": pgettext("step of a listing", "Application was accepted"),
        "inquire": pgettext("step of a listing", "Inquiry began"),
        "answer": pgettext("step of a listing", "Questions were answered"),
        "ask_again": pgettext("step of a listing", "A further round of questions"),
        "hear": pgettext("step of a listing", "Passed the listing committee"),
        "submit": pgettext("step of a listing", "Submitted for registration"),
        "register": pgettext("step of a listing", "Registration took effect"),
        "list": pgettext("step of a listing", "Listed"),
        "resume": pgettext("step of a listing", "Resumed"),
        "withdraw": pgettext("step of a listing", "Withdrawn"),
        "terminate": pgettext("step of a listing", "Terminated"),
        "leave": pgettext("step of a listing", "Left the market"),
    }


def offered(project: ListingProject, held: Sequence[Step], *, to_secretariat: bool) -> Offered:
    """One query for the secretariat, none for others."""
    words, line = verb_words(), line_of(project.market)
    place = line.index(Stage(project.state)) if project.state in line else -1
    following = line[place + 1] if -1 < place < len(line) - 1 else None
    open_verbs = [row for row in table_for(project).verbs_from(project.state) if row.verb in words]
    named = titles(held)
    waits = any(each.is_open for each in rounds(held))
    forward = [row.verb for row in open_verbs if row.target == following or row.verb == "resume"]
    forward += [row.verb for row in open_verbs if row.verb in {"answer", "ask_again"} and (waits or row.verb != "answer")]
    if waits:
        forward.sort(key=lambda verb: verb != "answer")
    return Offered(
        forward=[(verb, words[verb]) for verb in forward],
        stops=[(row.verb, words[row.verb]) for row in open_verbs if row.verb in STOPS],
        owners=list(rules.owners()) if to_secretariat else (),
        steps=[(step.ids[0], f"{day(step.on)} {named.get(step.ids[0]) or Stage(step.stage).label}") for step in reversed(held)],
        today=clock.today().isoformat(),
    )


def forms_of(reader: Reader, project: ListingProject, held: Sequence[Step], bound: Any = None) -> dict[str, Any]:
    """By name; absent what the reader may not use or what is not open now. ``correct``: by the row of each step that holds."""
    found: dict[str, Any] = {}
    values = offered(project, held, to_secretariat=reader.is_secretariat)
    if reader.is_secretariat:
        found |= _working(project, held, values)
    if rules.can_add_document(reader.actor, project):
        found["paper"] = step_forms.DocumentForm(offered=values)
    if rules.can_tell(reader.actor, project):
        found["tell"] = step_forms.TellForm(offered=values, initial={"sponsor": project.sponsor, "own_note": project.own_note})
    if bound is not None:
        _put(found, bound)
    return found


def _working(project: ListingProject, held: Sequence[Step], values: Offered) -> dict[str, Any]:
    owner = project.owner_id
    found: dict[str, Any] = {
        "owner": step_forms.OwnerForm(offered=values, initial={"owner": owner, "sponsor": project.sponsor, "note": project.note}),
        "correct": {step.ids[0]: _correction(step, values) for step in held},
    }
    if values.forward:
        found["step"] = step_forms.StepForm(offered=values, initial={"owner": owner})
    if "suspend" in {row.verb for row in table_for(project).verbs_from(project.state)}:
        found["suspend"] = step_forms.SuspendForm(offered=values)
    if values.stops:
        found["stop"] = step_forms.StopForm(offered=values)
    if len(held) > 1:
        found["back"] = step_forms.TakeBackForm(offered=values)
    return found


def _correction(step: Step, values: Offered) -> step_forms.CorrectForm:
    initial = {"on": step.on, "owner": step.row.owner_id, "document": step.row.document}
    return step_forms.CorrectForm(offered=values, initial=initial, name=f"correct-{step.ids[0]}")


def _put(found: dict[str, Any], bound: Any) -> None:
    """In the place of the empty form of its name."""
    name, _dash, row = bound.auto_id.removesuffix("-%s").partition("-")
    if row:
        found.setdefault(name, {})[int(row)] = bound
    else:
        found[name] = bound
