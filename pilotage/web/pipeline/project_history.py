"""A project's history in words: the stages to its market, each entry with its days, papers and corrections, and a suspension with its limit."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.finance.pipeline.enums import ENDED, LINE, Stage, line_of
from pilotage.finance.pipeline.history import Step, rounds
from pilotage.finance.pipeline.models import ListingDocument, ListingProject
from pilotage.finance.pipeline.suspensions import LIMITS, limit_of


def line(project: ListingProject, held: Sequence[Step]) -> list[dict[str, Any]]:
    """The stages to this market: done with their day, the present one, those to come."""
    days: dict[str, Any] = {}
    for step in held:
        days.setdefault(step.stage, step.on)
    present, names = project.left_from or project.state, dict(Stage.choices)
    return [
        {
            "title": names[stage],
            "at": days.get(stage),
            "state": "current" if stage == present else "done" if stage in days else "next",
            "text": _beside(project, stage),
            "url": "",
        }
        for stage in line_of(project.market)
    ]


def _beside(project: ListingProject, stage: str) -> str:
    told = [project.get_state_display()] if stage == project.left_from else []
    if stage == Stage.INQUIRY and project.inquiry_round > 1:
        count = project.inquiry_round
        told.append(ngettext("%(count)d round of questions", "%(count)d rounds of questions", count) % {"count": count})
    return " · ".join(str(each) for each in told)


def suspension(project: ListingProject) -> dict[str, Any] | None:
    """Cause, last day of the limit, days past it, and what the limit rests on."""
    if project.state != Stage.SUSPENDED or not project.suspension_cause:
        return None
    limit, until = LIMITS.get(project.suspension_cause), project.suspended_until
    by_rule = limit if limit and until == limit_of(project.suspension_cause, project.stage_on) else None
    is_chinese = (get_language() or "").startswith("zh")
    return {
        "until": until,
        "overdue": max(0, (clock.today() - until).days) if until else 0,
        "source": (by_rule.source_zh if is_chinese else by_rule.source_en) if by_rule else "",
        "unverified": bool(by_rule and not by_rule.verified),
    }


def entries(
    project: ListingProject, steps: Sequence[Step], papers: Sequence[ListingDocument], forms: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """``steps`` with those taken back; newest first."""
    held = [step for step in steps if step.taken_back is None]
    words, days, under = titles(held) | _taken_back(steps), _days(project, held), _papers(steps, papers)
    return [
        {
            "step": step,
            "title": words.get(step.ids[0], ""),
            "days": days.get(step.ids[0]),
            "papers": under[step.ids[0]],
            "form": forms.get("correct", {}).get(step.ids[0]),
        }
        for step in reversed(steps)
    ]


def titles(held: Sequence[Step]) -> dict[int, str]:
    """What the word of the stage does not say: which round, answers, resumed."""
    found: dict[int, str] = {}
    told = rounds(held)
    for each in told:
        if len(told) > 1:
            found[each.asked_id] = _("Inquiry, round %(number)d") % {"number": each.number}
        if each.answered_id:
            found[each.answered_id] = _("Questions of round %(number)d answered") % {"number": each.number}
    names = dict(Stage.choices)
    for before, step in itertools.pairwise(held):
        if before.stage == Stage.SUSPENDED and step.stage in LINE:
            found[step.ids[0]] = _("Resumed: %(stage)s") % {"stage": names[Stage(step.stage)]}
    return found


def _taken_back(steps: Sequence[Step]) -> dict[int, str]:
    """The same of what was taken back, as it read while it held."""
    found: dict[int, str] = {}
    then: list[Step] = []
    for step in steps:
        while then and then[-1].taken_back is not None and then[-1].taken_back.pk < step.ids[0]:
            then.pop()
        then.append(step)
        if step.taken_back is not None:
            found |= {pk: title for pk, title in titles(then).items() if pk == step.ids[0]}
    return found


def _days(project: ListingProject, held: Sequence[Step]) -> dict[int, int]:
    """Days from each entry to the next one; of the last to today, unless the project has ended."""
    found = {step.ids[0]: (then.on - step.on).days for step, then in itertools.pairwise(held)}
    if project.state not in ENDED:
        found[held[-1].ids[0]] = (clock.today() - held[-1].on).days
    return found


def _papers(steps: Sequence[Step], papers: Sequence[ListingDocument]) -> dict[int, list[ListingDocument]]:
    """By the row of the step; what names a stage only hangs on the last entry of that stage."""
    last = {step.stage: step.ids[0] for step in steps}
    found: dict[int, list[ListingDocument]] = defaultdict(list)
    for each in papers:
        found[each.step_id or last.get(each.stage, steps[0].ids[0])].append(each)
    return found
