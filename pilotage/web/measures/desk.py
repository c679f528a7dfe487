"""The desk of the measures: a unit sees its own and what is due, the secretariat all of them, with what waits for a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.accounts.rules import has_role, unit_codes
from pilotage.core import clock
from pilotage.core.periods import period_title
from pilotage.core.tables import write_xlsx
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.plan.models import Area, Deliverable, Plan, ResponsibleUnit
from pilotage.plan.rules import visible_plans
from pilotage.plan.work import reminding as work_reminding
from pilotage.plan.work import rules as work_rules
from pilotage.plan.work.enums import REPORT_TO_REVIEW, DeliverableState, Light, ReportState
from pilotage.plan.work.lights import RULES
from pilotage.plan.work.standing import MeasureLine, Owed, measure_lines, roll_up, whole
from pilotage.web.downloads import workbook


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for in the address; anything unknown counts as not asked."""

    unit: str = ""
    area: str = ""
    light: str = ""
    overdue: bool = False

    @classmethod
    def read(cls, request: HttpRequest, units: Sequence[ResponsibleUnit], areas: Sequence[Area]) -> Filters:
        asked = request.GET.get
        return cls(
            unit=_known(asked("unit"), [unit.code for unit in units]),
            area=_known(asked("area"), [area.code for area in areas]),
            light=_known(asked("light"), Light.values),
            overdue=asked("overdue") == "1",
        )

    def keeps(self, line: MeasureLine) -> bool:
        measure = line.measure
        return (
            (not self.unit or self.unit in work_rules.taking_part(measure))
            and (not self.area or measure.area.code == self.area)
            and (not self.light or line.light == self.light)
            and (not self.overdue or bool(line.overdue))
        )

    @property
    def any(self) -> bool:
        return bool(self.unit or self.area or self.light or self.overdue)


def _known(value: str | None, known: Sequence[str]) -> str:
    return value if value in known else ""


@dataclass(frozen=True, slots=True)
class ToWrite:
    """A report the reader's unit has to write; ``note`` is the reason where it was returned."""

    line: MeasureLine
    owed: Owed
    title: str
    url: str

    @property
    def note(self) -> str:
        report = self.owed.report
        return report.review_note if report and report.state == ReportState.RETURNED else ""


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    work_rules.can_see_desk(request.user).require()
    plan, plans = _plan(request)
    if plan is None:
        return render(request, "measures/no_plan.html")
    lines = _lines(request, plan)
    if request.method == "POST":
        return _remind(request, plan, lines)
    return render(request, "measures/desk.html", _context(request, plan, plans, lines))


def _plan(request: HttpRequest) -> tuple[Plan | None, list[Plan]]:
    plans = list(visible_plans(request.user))
    asked = request.GET.get("plan") or request.POST.get("plan")
    if not asked:
        return next(iter(plans), None), plans
    chosen = next((plan for plan in plans if plan.slug == asked), None)
    if chosen is None:
        raise Http404
    return chosen, plans


def _lines(request: HttpRequest, plan: Plan) -> list[MeasureLine]:
    """All for the secretariat and auditors, else those of the reader's units."""
    lines = measure_lines(plan, clock.today(), request.user)
    if has_role(request.user, *work_rules.CENTRAL):
        return lines
    own = unit_codes(request.user)
    return [line for line in lines if own & work_rules.taking_part(line.measure)]


def _context(request: HttpRequest, plan: Plan, plans: list[Plan], lines: list[MeasureLine]) -> dict[str, Any]:
    units, areas = list(plan.units.order_by("code")), list(plan.areas.order_by("position", "id"))
    filters = Filters.read(request, units, areas)
    is_central = has_role(request.user, *work_rules.CENTRAL)
    overdue = [(line, each) for line in lines for each in line.overdue]
    rolls = roll_up(plan, clock.today(), lines=lines) if is_central else []
    return {
        "plan": plan,
        "plans": plans,
        "units": units,
        "areas": areas,
        "filters": filters,
        "lights": [(light.value, light.label) for light in Light],
        "lines": [line for line in lines if filters.keeps(line)],
        "total": len(lines),
        "counts": Counter(line.light.value for line in lines),
        "overdue": overdue,
        "is_central": is_central,
        "may_remind": work_rules.can_remind(request.user),
        "may_set_up": work_rules.can_set_up_units(request.user),
        "to_write": _to_write(request.user, plan, lines),
        "reports": _reports_to_review(request.user, plan, lines),
        "deliverables": _deliverables_to_decide(request.user, plan, lines),
        "rolls": [roll for roll in rolls if roll.rolled.parts],
        "whole": whole(rolls) if rolls else None,
        "rules": RULES,
    }


def _to_write(actor: Any, plan: Plan, lines: list[MeasureLine]) -> list[ToWrite]:
    own = unit_codes(actor)
    found = [
        ToWrite(line, owed, period_title(owed.period.key), _edit_url(plan, line, owed))
        for line in lines
        for owed in line.owed
        if owed.unit.code in own
    ]
    return sorted(found, key=lambda each: each.owed.period.due_at)


def _edit_url(plan: Plan, line: MeasureLine, owed: Owed) -> str:
    return reverse("measures:report-edit", args=[plan.slug, line.measure.code, owed.unit.code, owed.period.key])


def _reports_to_review(actor: Any, plan: Plan, lines: list[MeasureLine]) -> list[dict[str, Any]]:
    """Oldest first. Two queries whatever their number."""
    waiting = work_rules.visible_reports(actor).filter(plan=plan, state__in=REPORT_TO_REVIEW).order_by("submitted_at", "id")
    return [
        {"report": row, "line": line, "period": period_title(row.period), "unit": _unit_title(line, row.unit_code)}
        for row, line in _with_measures(waiting, lines)
        if may(actor, row, "accept")
    ]


def _deliverables_to_decide(actor: Any, plan: Plan, lines: list[MeasureLine]) -> list[Deliverable]:
    waiting = work_rules.visible_deliverables(actor).filter(plan=plan, state=DeliverableState.PROPOSED).order_by("proposed_at", "id")
    return [row for row, _line in _with_measures(waiting, lines) if has_role(actor, *work_rules.CENTRAL)]


def _with_measures(rows: Any, lines: list[MeasureLine]) -> list[tuple[Any, MeasureLine]]:
    """Each row with its line; the rules then ask no further query for its measure."""
    by_code = {line.measure.code: line for line in lines}
    found = [(row, by_code[row.measure_code]) for row in rows if row.measure_code in by_code]
    for row, line in found:
        row.measure = line.measure
    return found


def _unit_title(line: MeasureLine, code: str) -> str:
    units = [*line.measure.lead_units.all(), *line.measure.cooperating_units.all()]
    return next((unit.title for unit in units if unit.code == code), code)


# --- acts -------------------------------------------------------------------------------------
def _remind(request: HttpRequest, plan: Plan, lines: list[MeasureLine]) -> HttpResponse:
    owed = [(line.measure.code, each) for line in lines for each in line.overdue]
    try:
        count = work_reminding.remind(actor=request.user, plan=plan, owed=owed)
        text = ngettext("Reminded of %(count)s report.", "Reminded of %(count)s reports.", count) % {"count": count}
        messages.success(request, text if count else _("All of them have been reminded of today."))
    except Invalid as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('measures:desk')}?plan={plan.slug}")


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The table as it is filtered."""
    work_rules.can_see_desk(request.user).require()
    plan, _plans = _plan(request)
    if plan is None:
        raise Http404
    filters = Filters.read(request, list(plan.units.all()), list(plan.areas.all()))
    columns = [
        _("Area"), _("Action"), _("Measure"), _("Title of the measure"), _("Lead units"), _("Co-operating units"),
        pgettext("measure", "Light"), pgettext("measure", "Why"),
        _("Overridden"), _("Progress in percent"), _("Taken from"), _("Milestones"), _("Reached"), _("Overdue milestones"),
        _("Last report"), _("Overdue reports"), _("Due on"),
    ]  # fmt: skip
    rows = [_row(line) for line in _lines(request, plan) if filters.keeps(line)]
    title = _("Measures of %(plan)s") % {"plan": plan.title}
    return workbook(f"measures-{clock.today():%Y-%m-%d}", write_xlsx(columns, rows, title=_("Measures"), notes=[title, str(clock.today())]))


def _row(line: MeasureLine) -> list[Any]:
    measure = line.measure
    late = [each for each in line.milestones if each.days_late]
    return [
        measure.area.title, measure.action.title if measure.action else "", measure.code, measure.title,
        "\n".join(unit.title for unit in measure.lead_units.all()), "\n".join(unit.title for unit in measure.cooperating_units.all()),
        str(line.light.label), line.why, _("yes") if line.is_overridden else _("no"),
        None if line.progress is None else round(line.progress, 1), str(line.basis.label), len(line.milestones),
        sum(each.is_done for each in line.milestones), len(late), line.last_report.period if line.last_report else "",
        "\n".join(each.period.key for each in line.overdue), line.ends_on,
    ]  # fmt: skip
