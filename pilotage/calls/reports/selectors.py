"""Who owes which report, and what has become of it. Query costs are stated where they are not one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.calls import rules
from pilotage.calls.enums import WITH_CITY, ApplicationKind, ApplicationState
from pilotage.calls.models import Application, Call, ReportReminder
from pilotage.calls.reports.periods import period_of, period_title, periods_of
from pilotage.core import clock
from pilotage.core.periods import Period
from pilotage.core.verdict import YES, Verdict, no

S = ApplicationState
OFFICERS = (
    Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER, Role.RECOMMENDING_OFFICER, Role.COMMUNICATIONS_OFFICER, Role.SECRETARIAT,
)  # fmt: skip
# groups of the officers' page -> states of the report; a draft is the enterprise's own affair, so it counts as not filed
FILED = {
    "to_check": frozenset({*WITH_CITY}),
    "to_confirm": frozenset({S.CHECKED}),
    "returned": frozenset({S.RETURNED, S.NOT_RECOMMENDED}),
    "confirmed": frozenset({S.UPDATE_CONFIRMED}),
}
_HANDED_IN = frozenset().union(*FILED.values())
_released: list[Callable[[], QuerySet[Application]]] = []


def register_released(projects: Callable[[], QuerySet[Application]]) -> None:
    """Called by a room above: listed projects that owe nothing any more, as their entry has left the directory."""
    _released.append(projects)


def holders(call: Call | None = None) -> QuerySet[Application]:
    """Listed projects that owe the reports of their call."""
    rows = Application.objects.filter(state=S.LISTED, kind=ApplicationKind.NEW)
    for projects in _released:
        rows = rows.exclude(pk__in=projects().order_by().values("pk"))
    return rows.filter(call=call) if call else rows


def visible_holders(actor: Any, call: Call) -> QuerySet[Application]:
    return holders(call).filter(pk__in=rules.visible_applications(actor).filter(call=call, state=S.LISTED).order_by().values("pk"))


def _reports(period: str) -> QuerySet[Application]:
    rows = Application.objects.filter(renews=OuterRef("pk"), kind=ApplicationKind.UPDATE, period=period)
    return rows.exclude(state=S.WITHDRAWN)


def not_filed(projects: QuerySet[Application], period: str) -> QuerySet[Application]:
    """Those of them whose report has not been handed in, or is back for correction."""
    return projects.exclude(Exists(_reports(period).filter(state__in=_HANDED_IN - FILED["returned"])))


def with_report(projects: QuerySet[Application], period: str) -> QuerySet[Application]:
    """Each with number and state of its report that was handed in, and the day it was reminded last."""
    handed_in = _reports(period).filter(submitted_at__isnull=False)
    reminders = ReportReminder.objects.filter(project=OuterRef("pk"), period=period).order_by("-day")
    return projects.annotate(
        report_number=Subquery(handed_in.values("number")[:1]),
        report_state=Subquery(handed_in.values("state")[:1]),
        report_filed_at=Subquery(handed_in.values("submitted_at")[:1]),
        report_flags=Subquery(handed_in.values("open_flags")[:1]),
        reminded_on=Subquery(reminders.values("day")[:1]),
    )


def in_group(projects: QuerySet[Application], period: str, group: str) -> QuerySet[Application]:
    if group in FILED:
        return projects.filter(Exists(_reports(period).filter(state__in=FILED[group], submitted_at__isnull=False)))
    if group == "missing":
        return projects.exclude(Exists(_reports(period).filter(submitted_at__isnull=False)))
    return projects


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """One period in numbers. ``missing``: not handed in at all; overdue once the period is."""

    period: Period
    due: int
    groups: dict[str, int] = field(default_factory=dict)

    @property
    def filed(self) -> int:
        return sum(self.groups.values())

    @property
    def missing(self) -> int:
        return self.due - self.filed

    @property
    def is_overdue(self) -> bool:
        return self.period.is_overdue(clock.now())

    @property
    def confirmed(self) -> int:
        return self.groups.get("confirmed", 0)

    def of(self, group: str) -> int:
        return self.missing if group == "missing" else self.groups.get(group, 0) if group in FILED else self.due


def counts(actor: Any, call: Call) -> list[PeriodCount]:
    """Every period that has opened, newest first, for what the actor sees. Two queries."""
    now = clock.now()
    opened = [period for period in periods_of(call, now) if period.opens_at <= now]
    projects = visible_holders(actor, call)
    due = projects.count() if opened else 0
    found: dict[str, dict[str, int]] = {period.key: {} for period in opened}
    rows = Application.objects.filter(
        kind=ApplicationKind.UPDATE, renews__in=projects.order_by().values("pk"), period__in=list(found), submitted_at__isnull=False
    )
    for key, state, number in rows.order_by().values_list("period", "state").annotate(number=Count("pk")):
        group = next((name for name, states in FILED.items() if state in states), None)
        if group:
            found[key][group] = found[key].get(group, 0) + number
    return [PeriodCount(period, due, found[period.key]) for period in reversed(opened)]


# --- the enterprise's own -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Owed:
    """One report of one listed project that can be filed now, or the next to come. ``report``: begun already."""

    project: Application
    period: Period
    report: Application | None
    verdict: Verdict

    @property
    def title(self) -> str:
        return period_title(self.period.key)

    @property
    def is_yearly(self) -> bool:
        return "Q" not in self.period.key

    @property
    def is_open(self) -> bool:
        return self.period.takes(clock.now())

    @property
    def is_overdue(self) -> bool:
        return self.period.is_overdue(clock.now())


def owed_by(actor: Any, projects: Sequence[Application], begun: Iterable[Application]) -> list[Owed]:
    """What these listed projects still owe, and what comes next, by due date. No query where call and stages are there.

    ``begun``: updates of the projects, as they stand.
    """
    now = clock.now()
    reports = {(each.renews_id, each.period): each for each in begun if each.state != S.WITHDRAWN}
    found = []
    for project in projects:
        for period in periods_of(project.call, now):
            report = reports.get((project.pk, period.key))
            if (report is not None and report.state in _HANDED_IN - FILED["returned"]) or (period.until and now >= period.until):
                continue
            verdict = rules.can_start(actor, project.call, project.enterprise, ApplicationKind.UPDATE, period.key)
            found.append(Owed(project, period, report, verdict))
    return sorted(found, key=lambda owed: (owed.period.due_at, owed.project.pk))


# --- reminding ------------------------------------------------------------------------------
def may_remind(actor: Any, project: Application) -> Verdict:
    """Who checks or confirms the project's reports, and the secretariat."""
    if has_role(actor, Role.SECRETARIAT, call=project.call) or rules.holds_check(actor, project):
        return YES
    if rules.acts_for_recommender(actor, project):
        return YES
    return no(_("Only the offices that check or confirm this report remind the enterprise."))


def can_be_reminded(call: Call, key: str) -> Verdict:
    """A report that can be filed now."""
    period = period_of(call, key)
    if period is None:
        return no(_("This call asks for no such report."))
    if not period.takes(clock.now()):
        return no(_("This report cannot be filed now, so nobody is reminded of it."))
    return YES


def reminded_today(projects: Iterable[Application], key: str) -> set[int]:
    rows = ReportReminder.objects.filter(project__in=[each.pk for each in projects], period=key, day=clock.today())
    return set(rows.order_by().values_list("project", flat=True))
