"""Every write of the work on measures: reports, milestones, deliverables, lights. Files are in ``work_files``, reminders in ``work_reminding``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.audit.services import record, transition
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.plan.enums import TargetKind
from pilotage.plan.models import Deliverable, LightOverride, Measure, Milestone, Plan, ProgressReport, ResponsibleUnit
from pilotage.plan.work import periods as work_periods
from pilotage.plan.work import rules
from pilotage.plan.work.enums import EDITABLE_REPORT, Light, ReportState
from pilotage.plan.work.standing import measure_line

LONGEST = 5000  # characters of a text
TEXTS = ("done", "problems", "next_steps")
OVERRIDES = (Light.GREEN, Light.AMBER, Light.RED)


# --- reports ----------------------------------------------------------------------------------
def save_report(
    *, actor: Any, plan: Plan, measure: Measure, unit_code: str, period: str, values: Mapping[str, Any], base_version: int
) -> ProgressReport:
    """Begin a report or save one further, exactly as typed. Raises ``Invalid`` by field, ``Conflict`` where it was saved elsewhere meanwhile."""
    row = _report(plan, measure, unit_code, period)
    rules.can_write(actor, row).require()
    _check_open(plan, measure, period)
    cleaned = _cleaned(values)
    if row.pk and row.state not in EDITABLE_REPORT:
        raise Conflict(_("The report has been handed in; it can be changed when it is returned."))
    if row.version != base_version:
        raise Conflict(_("Somebody saved this report meanwhile. Compare with what stands there now, then save again."))
    with transaction.atomic():
        row = _written(row, cleaned | {"version": base_version + 1, "written_by": actor, "saved_at": clock.now()})
        record(row, "progress_report.save", actor=actor)
    return row


def _report(plan: Plan, measure: Measure, unit_code: str, period: str) -> ProgressReport:
    found = ProgressReport.objects.filter(plan=plan, measure_code=measure.code, unit_code=unit_code, period=period).first()
    return found or ProgressReport(plan=plan, measure_code=measure.code, unit_code=unit_code, period=period)


def _check_open(plan: Plan, measure: Measure, period: str) -> None:
    if period not in {each.key for each in work_periods.periods(plan, measure, clock.now())}:
        raise Invalid({"period": _("No report of this measure is asked for this period, or not yet.")})


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, str] = {}
    cleaned: dict[str, Any] = {}
    for name in TEXTS:
        cleaned[name] = str(values.get(name, "")).replace("\r\n", "\n").strip()
        if len(cleaned[name]) > LONGEST:
            errors[name] = _("The text has %(count)s characters; at most %(limit)s are kept.") % {
                "count": len(cleaned[name]),
                "limit": LONGEST,
            }
    said = str(values.get("progress") or "").strip().removesuffix("%")
    cleaned["progress"] = int(said) if said.isdecimal() and len(said) <= 3 else None
    if said and (cleaned["progress"] is None or cleaned["progress"] > 100):
        errors["progress"] = _("State the progress in percent, 0 to 100.")
    if errors:
        raise Invalid(errors)
    return cleaned


def _written(row: ProgressReport, values: dict[str, Any]) -> ProgressReport:
    """Compare and set on the version read; a new row where there was none."""
    base = row.version
    for name, value in values.items():
        setattr(row, name, value)
    if row.pk is None:
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict(_("Somebody saved this report meanwhile. Compare with what stands there now, then save again.")) from None
        return row
    if not ProgressReport.objects.filter(pk=row.pk, version=base, state__in=EDITABLE_REPORT).update(**values):
        raise Conflict(_("Somebody saved this report meanwhile. Compare with what stands there now, then save again."))
    return row


def submit_report(*, actor: Any, report: ProgressReport) -> ProgressReport:
    """Hand in or again. A lead unit's report ends the override of the light: it was a judgement on what was known before."""
    verb = "resubmit" if report.state == ReportState.RETURNED else "submit"
    with transaction.atomic():
        transition(report, verb, actor=actor, changes={"submitted_at": report.submitted_at or clock.now()})
        if report.unit_code in rules.leading(report.measure):
            for override in LightOverride.objects.filter(plan=report.plan_id, measure_code=report.measure_code, ended_at__isnull=True):
                _end(override, "light_override.expire", actor, _("The next report has come in."))
    return report


def accept_report(*, actor: Any, report: ProgressReport, note: str = "") -> ProgressReport:
    """The light of that moment is kept with the report."""
    line = measure_line(report.plan, report.measure_code, clock.today(), actor)
    changes = _reviewed(actor, note) | {"light": line.light if line else ""}
    transition(report, "accept", actor=actor, reason=note, changes=changes)
    return report


def return_report(*, actor: Any, report: ProgressReport, reason: str) -> ProgressReport:
    """For correction; an accepted one is opened again, by the secretariat only."""
    verb = "reopen" if report.state == ReportState.ACCEPTED else "return"
    transition(report, verb, actor=actor, reason=reason, changes=_reviewed(actor, reason))
    return report


def _reviewed(actor: Any, note: str) -> dict[str, Any]:
    return {"reviewed_by": actor, "reviewed_at": clock.now(), "review_note": note.strip()}


# --- milestones -------------------------------------------------------------------------------
def add_milestone(*, actor: Any, measure: Measure, values: Mapping[str, Any]) -> Milestone:
    """One of the unit's own, beside those of the plan; its code is the next free one, U1, U2, …"""
    rules.can_keep_milestones(actor, measure).require()
    plan = measure.area.plan
    cleaned = _milestone_values(measure, plan, values)
    with transaction.atomic():
        Plan.objects.select_for_update().get(pk=plan.pk)  # numbers are given one after the other
        own = Milestone.objects.filter(plan=plan, measure_code=measure.code, is_from_plan=False).count()
        row = Milestone.objects.create(
            plan=plan, measure_code=measure.code, code=f"U{own + 1}", added_by=actor, added_at=clock.now(), **cleaned
        )
        record(row, "milestone.add", actor=actor)
    return row


def _milestone_values(measure: Measure, plan: Plan, values: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, str] = {}
    title = str(values.get("title_zh", "")).strip()
    if not title or len(title) > 300:
        errors["title_zh"] = _("Name the milestone in at most 300 characters.")
    due = _day(values.get("due_on"))
    if due is None or not plan.starts_on <= due <= work_periods.ends_on(measure, plan):
        errors["due_on"] = _("Give a day from %(first)s to %(last)s.") % {
            "first": plan.starts_on,
            "last": work_periods.ends_on(measure, plan),
        }
    weight = _weight(values.get("weight") or "1")
    if weight is None:
        errors["weight"] = _("A weight is a number of more than 0, such as 1 or 2.5.")
    if errors:
        raise Invalid(errors)
    return {"title_zh": title, "title_en": str(values.get("title_en", "")).strip()[:300], "due_on": due, "weight": weight}


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value or "").strip())
    except ValueError:
        return None


def _weight(value: Any) -> Decimal | None:
    try:
        weight = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return round(weight, 3) if weight.is_finite() and 0 < round(weight, 3) < 100_000 else None


def complete_milestone(*, actor: Any, milestone: Milestone, done_on: Any) -> Milestone:
    """Reached on that day, today at the latest."""
    rules.can_keep_milestones(actor, milestone.measure).require()
    day = _day(done_on)
    if day is None or not milestone.plan.starts_on <= day <= clock.today():
        raise Invalid({"done_on": _("Give the day on which it was reached, today at the latest.")})
    return _change_milestone(actor, milestone, "milestone.complete", "", {"done_on": None, "removed_at": None}, {"done_on": day})


def reopen_milestone(*, actor: Any, milestone: Milestone, reason: str) -> Milestone:
    rules.can_keep_milestones(actor, milestone.measure).require()
    _need_reason(reason)
    return _change_milestone(actor, milestone, "milestone.reopen", reason, {"done_on": milestone.done_on}, {"done_on": None})


def drop_milestone(*, actor: Any, milestone: Milestone, reason: str) -> Milestone:
    """Only one that a unit added: those of the plan go with its folder."""
    rules.can_keep_milestones(actor, milestone.measure).require()
    if milestone.is_from_plan:
        raise Invalid(_("This milestone stands in the plan; only a new version of the plan takes it away."))
    _need_reason(reason)
    return _change_milestone(actor, milestone, "milestone.drop", reason, {"removed_at": None}, {"removed_at": clock.now()})


def _change_milestone(
    actor: Any, milestone: Milestone, verb: str, reason: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Milestone:
    was = {f"{name}__isnull" if value is None else name: True if value is None else value for name, value in before.items()}
    with transaction.atomic():
        if not Milestone.objects.filter(pk=milestone.pk, **was).update(**after):
            raise Conflict(_("Somebody else changed this milestone first. Nothing was changed; reload the page to see what has happened."))
        for name, value in after.items():
            setattr(milestone, name, value)
        record(milestone, verb, actor=actor, reason=reason)
    return milestone


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})


# --- deliverables -----------------------------------------------------------------------------
def propose_deliverable(
    *, actor: Any, measure: Measure, target_code: str, values: Mapping[str, Any], is_fictional: bool = False
) -> Deliverable:
    """Hand over a document for a deliverable target of the measure."""
    rules.can_propose(actor, measure).require()
    cleaned = _deliverable_values(measure, target_code, values)
    own = sorted(rules.own_units(actor, measure))
    with transaction.atomic():
        row = Deliverable.objects.create(
            plan=measure.area.plan,
            measure_code=measure.code,
            target_code=target_code,
            unit_code=own[0] if own else "",
            proposed_by=actor,
            proposed_at=clock.now(),
            is_fictional=is_fictional,
            **cleaned,
        )
        record(row, "deliverable.hand_over", actor=actor)
    return row


def _deliverable_values(measure: Measure, target_code: str, values: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, str] = {}
    if not measure.targets.filter(code=target_code, kind=TargetKind.DELIVERABLE).exists():
        errors["target"] = _("Choose the target for which the document is handed over.")
    cleaned: dict[str, Any] = {name: str(values.get(name, "")).strip() for name in ("title_zh", "title_en", "number", "address")}
    if not cleaned["title_zh"] or len(cleaned["title_zh"]) > 300:
        errors["title_zh"] = _("Give the title of the document in at most 300 characters.")
    cleaned["title_en"], cleaned["number"] = cleaned["title_en"][:300], cleaned["number"][:100]
    cleaned["delivered_on"] = _day(values.get("delivered_on"))
    if cleaned["delivered_on"] is None or cleaned["delivered_on"] > clock.today():
        errors["delivered_on"] = _("Give the day on which it was delivered, today at the latest.")
    if cleaned["address"]:
        try:
            URLValidator(schemes=["http", "https"])(cleaned["address"])
        except ValidationError:
            errors["address"] = _("Enter a web address that begins with http:// or https://.")
    if errors:
        raise Invalid(errors)
    return cleaned


def decide_deliverable(*, actor: Any, deliverable: Deliverable, verb: str, reason: str = "") -> Deliverable:
    """``verb``: accept, decline, withdraw or revoke."""
    changes = {"decided_by": actor, "decided_at": clock.now(), "decision_note": reason.strip()}
    transition(deliverable, verb, actor=actor, reason=reason, changes=changes)
    return deliverable


# --- lights, units ----------------------------------------------------------------------------
def override_light(*, actor: Any, measure: Measure, light: str, reason: str) -> LightOverride:
    """In force until the lead's next report, or until taken back; a second one takes the place of the first."""
    rules.can_override(actor).require()
    errors = {}
    if light not in OVERRIDES:
        errors["light"] = _("Choose green, amber or red.")
    if not reason.strip():
        errors["reason"] = _("Give a reason: it is shown to the people concerned and kept in the record.")
    if errors:
        raise Invalid(errors)
    plan = measure.area.plan
    with transaction.atomic():
        for earlier in LightOverride.objects.select_for_update().filter(plan=plan, measure_code=measure.code, ended_at__isnull=True):
            _end(earlier, "light_override.end", actor, reason)
        row = LightOverride.objects.create(
            plan=plan, measure_code=measure.code, light=light, reason=reason.strip(), made_by=actor, made_at=clock.now()
        )
        record(row, "light_override.make", actor=actor, reason=reason)
    return row


def end_override(*, actor: Any, override: LightOverride, reason: str) -> LightOverride:
    """Back to the rule."""
    rules.can_override(actor).require()
    _need_reason(reason)
    with transaction.atomic():
        _end(override, "light_override.end", actor, reason)
    return override


def _end(override: LightOverride, verb: str, actor: Any, reason: str) -> None:
    now = clock.now()
    if not LightOverride.objects.filter(pk=override.pk, ended_at__isnull=True).update(ended_at=now):
        raise Conflict(_("This override has ended already."))
    override.ended_at = now
    record(override, verb, actor=actor, reason=reason)


def set_up_unit(*, actor: Any, unit: ResponsibleUnit) -> Organisation:
    """Make the organisation that stands for a unit of the plan, so that its officers can be invited."""
    rules.can_set_up_units(actor).require()
    if Organisation.objects.filter(unit_code=unit.code).exists():
        raise Conflict(_("There is an organisation for this unit already."))
    return accounts.create_organisation(
        actor=actor, kind=OrganisationKind.UNIT, name_zh=unit.title_zh, name_en=unit.title_en, unit_code=unit.code
    )
