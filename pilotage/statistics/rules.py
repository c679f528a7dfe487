"""Who may report, see and approve figures. A city sees its own, a province its cities, the secretariat all, an outsider nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import covers, has_role, in_territory, memberships_as, unit_codes
from pilotage.core.verdict import YES, Verdict, no
from pilotage.statistics.definition import Definition
from pilotage.statistics.enums import ReturnState
from pilotage.statistics.models import DataSet, Return
from pilotage.statistics.reporters import Reporter

S = ReturnState


def own_codes(actor: Any) -> set[str]:
    """Divisions and units for which the actor reports."""
    bodies = memberships_as(actor, Role.PROVINCE_OFFICER, Role.CITY_OFFICER)
    return {m.organisation.division_id for m in bodies if m.organisation.division_id} | unit_codes(actor)


def may_report_for(actor: Any, definition: Definition, reporter: Reporter) -> Verdict:
    """The body itself; a province also for a city of its own that does not work here."""
    if reporter.code in own_codes(actor) or (reporter.prefecture is not None and reporter.province in own_codes(actor)):
        return YES
    return no(_("Only the body that owes this return, or its province, enters its figures."))


def may_report(actor: Any, report: Return) -> Verdict:
    """What a city has begun is the city's own; what its province has begun for it is open to both."""
    codes = own_codes(actor)
    if report.reporter in codes or (report.begun_by and report.begun_by in codes):
        return YES
    return no(_("Only the body that owes this return, or the province that began it, enters its figures."))


def turn(report: Return) -> str:
    """The level whose approval is awaited: province, secretariat, or '' where none is."""
    chain = report.version.definition.approved_by
    if report.state in {S.SUBMITTED, S.RESUBMITTED}:
        return chain[0]
    return chain[-1] if report.state == S.PROVINCE_APPROVED else ""


def may_decide(actor: Any, report: Return) -> Verdict:
    """Whoever holds the level whose turn it is."""
    level = turn(report)
    if level == "secretariat":
        return YES if has_role(actor, Role.SECRETARIAT) else no(_("The secretariat decides on this return now."))
    if level == "province":
        return YES if covers(actor, report, Role.PROVINCE_OFFICER) else no(_("The province decides on this return now."))
    return no(_("Nobody's approval is awaited."))


def may_endorse(actor: Any, report: Return) -> Verdict:
    """An approval that is not the last one."""
    if turn(report) == report.version.definition.approved_by[-1]:
        return no(_("The next approval is the last one and locks the figures."))
    return may_decide(actor, report)


def may_approve(actor: Any, report: Return) -> Verdict:
    """The approval that counts."""
    if turn(report) != report.version.definition.approved_by[-1]:
        return no(_("Another level approves before."))
    return may_decide(actor, report)


def may_reopen(actor: Any, _report: Return) -> Verdict:
    return YES if has_role(actor, Role.SECRETARIAT) else no(_("Only the secretariat opens or corrects figures that are locked."))


def sees_all(actor: Any) -> bool:
    return has_role(actor, Role.SECRETARIAT, Role.AUDITOR)


def visible_returns(actor: Any) -> QuerySet[Return]:
    """Drafts are seen by those who write them, and by nobody above."""
    codes = own_codes(actor)
    own = Q(reporter__in=codes) | (Q(begun_by__in=codes) & ~Q(begun_by=""))
    below = in_territory(actor, Role.PROVINCE_OFFICER) & Q(prefecture__isnull=False)
    return Return.objects.filter(own | (~Q(state=S.DRAFT) & (Q() if sees_all(actor) else below)))


def visible_data_sets(actor: Any) -> QuerySet[DataSet]:
    """Those the actor reports, approves or oversees."""
    rows = DataSet.objects.filter(is_used=True).select_related("current", "plan")
    if sees_all(actor):
        return rows
    concerned = [data_set.pk for data_set in rows if concerns(actor, data_set)]
    return rows.filter(pk__in=concerned)


def concerns(actor: Any, data_set: DataSet) -> bool:
    definition = data_set.definition
    if sees_all(actor):
        return True
    if definition.level == "unit":
        return bool(unit_codes(actor) & set(definition.content["reports"]["units"]))
    roles = (Role.PROVINCE_OFFICER,) if definition.level == "province" else (Role.PROVINCE_OFFICER, Role.CITY_OFFICER)
    named = set(definition.content["reports"].get("divisions", ()))
    held = [m.organisation.division_id for m in memberships_as(actor, *roles) if m.organisation.division_id]
    return bool(held) if not named else any(code in named or f"{code[:2]}0000" in named for code in held)


def sees_working_figures(actor: Any, report: Return) -> bool:
    """What is being changed is seen by those who write it; others see what was submitted last."""
    return bool(may_report(actor, report))
