"""Who writes, reviews and reads the work on measures. Lights, milestones and accepted deliverables are public."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role, unit_codes
from pilotage.core.verdict import YES, Verdict, no
from pilotage.plan.models import Deliverable, Measure, ProgressReport, WorkFile
from pilotage.plan.work.enums import DeliverableState, ReportState

CENTRAL = (Role.SECRETARIAT, Role.AUDITOR)


def leading(measure: Measure | None) -> set[str]:
    return {unit.code for unit in measure.lead_units.all()} if measure else set()


def taking_part(measure: Measure | None) -> set[str]:
    return leading(measure) | ({unit.code for unit in measure.cooperating_units.all()} if measure else set())


def own_units(actor: Any, measure: Measure | None) -> set[str]:
    """The units of this measure for which the actor works."""
    return unit_codes(actor) & taking_part(measure)


# --- reports ----------------------------------------------------------------------------------
def can_write(actor: Any, report: ProgressReport) -> Verdict:
    if report.measure is None:
        return no(_("The plan no longer names this measure."))
    if report.unit_code in own_units(actor, report.measure):
        return YES
    return no(_("Only officers of the unit that reports write its report."))


def can_review(actor: Any, report: ProgressReport) -> Verdict:
    """The secretariat, and for a co-operating unit's part the lead; nobody reviews the report of the own unit."""
    own = unit_codes(actor)
    if report.unit_code in own:
        return no(_("Nobody reviews the report of the own unit."))
    if has_role(actor, Role.SECRETARIAT):
        return YES
    lead = leading(report.measure)
    if own & lead and report.unit_code not in lead:
        return YES
    return no(_("Only the secretariat reviews this report, and of a co-operating unit's part the lead unit."))


def can_reopen(actor: Any, report: ProgressReport) -> Verdict:
    if has_role(actor, Role.SECRETARIAT) and report.unit_code not in unit_codes(actor):
        return YES
    return no(_("Only the secretariat opens an accepted report again."))


def _of_measures_of(codes: set[str]) -> Exists:
    """Whether the row's measure is led or supported by one of these units."""
    measures = Measure.objects.filter(area__plan=OuterRef("plan"), code=OuterRef("measure_code"))
    return Exists(measures.filter(Q(lead_units__code__in=codes) | Q(cooperating_units__code__in=codes)))


def visible_reports(actor: Any) -> QuerySet[ProgressReport]:
    """The own unit's, what others of the same measures have handed in once; for the secretariat and auditors everything handed in once.

    Everybody else reads accepted reports of plans that publish them.
    """
    condition = Q(state=ReportState.ACCEPTED, plan__reporting__public_texts=True)
    if has_role(actor, *CENTRAL):
        condition |= Q(submitted_at__isnull=False)
    if codes := unit_codes(actor):
        condition |= Q(unit_code__in=codes) | Q(_of_measures_of(codes), submitted_at__isnull=False)
    return ProgressReport.objects.filter(condition).order_by("-period", "id")


def visible_files(actor: Any) -> QuerySet[WorkFile]:
    """Evidence is for those who work on the measure, the secretariat and auditors; never public."""
    codes = unit_codes(actor)
    if not codes and not has_role(actor, *CENTRAL):
        return WorkFile.objects.none()
    work = Q(report__in=visible_reports(actor)) | Q(deliverable__in=visible_deliverables(actor))
    return WorkFile.objects.filter(work, removed_at__isnull=True).order_by("id")


# --- deliverables -----------------------------------------------------------------------------
def can_propose(actor: Any, measure: Measure) -> Verdict:
    if own_units(actor, measure) or has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only officers of the measure's units and the secretariat hand over deliverables."))


def can_decide(actor: Any, deliverable: Deliverable) -> Verdict:
    if not has_role(actor, Role.SECRETARIAT):
        return no(_("Only the secretariat decides whether a deliverable is accepted."))
    if deliverable.proposed_by_id == actor.pk:
        return no(_("Whoever handed it over does not accept it: another person of the secretariat decides."))
    return YES


def can_revoke(actor: Any, deliverable: Deliverable) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat takes an acceptance back."))


def can_withdraw(actor: Any, deliverable: Deliverable) -> Verdict:
    if deliverable.proposed_by_id == getattr(actor, "pk", None) or deliverable.unit_code in own_units(actor, deliverable.measure):
        return YES
    return no(_("Only whoever handed it over withdraws it."))


def visible_deliverables(actor: Any) -> QuerySet[Deliverable]:
    if has_role(actor, *CENTRAL):
        return Deliverable.objects.order_by("delivered_on", "id")
    condition = Q(state=DeliverableState.ACCEPTED)
    if codes := unit_codes(actor):
        condition |= Q(_of_measures_of(codes))
    return Deliverable.objects.filter(condition).order_by("delivered_on", "id")


# --- milestones, lights, reminders, units -----------------------------------------------------
def can_keep_milestones(actor: Any, measure: Measure | None) -> Verdict:
    if measure is None:
        return no(_("The plan no longer names this measure."))
    if own_units(actor, measure) or has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only officers of the measure's units and the secretariat keep its milestones."))


def can_override(actor: Any) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat overrides a light."))


def can_remind(actor: Any) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat reminds units of their reports."))


def can_set_up_units(actor: Any) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat brings units onto the platform."))


def can_see_desk(actor: Any) -> Verdict:
    if has_role(actor, *CENTRAL, Role.UNIT_OFFICER):
        return YES
    return no(_("The work on measures is for responsible units, the secretariat and auditors."))
