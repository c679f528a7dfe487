"""Writes about conflicts: ties of experts to enterprises, conflicts declared on applications, seats given in spite of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record, record_many
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.registry.models import Enterprise
from pilotage.review import rules
from pilotage.review.enums import LIVE, RelationKind, RelationSource
from pilotage.review.experts.screening import Screener
from pilotage.review.models import Assignment, DeclaredConflict, ExpertProfile, Relation


# --- ties to enterprises --------------------------------------------------------------------
def add_relation(
    *,
    actor: Any,
    expert: ExpertProfile,
    kind: str,
    enterprise: Enterprise | None = None,
    enterprise_name: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    note: str = "",
    application: Application | None = None,
) -> Relation:
    """Declared by the expert or recorded by the secretariat. It counts at once: seats given already are checked again."""
    rules.can_edit_profile(actor, expert).require()
    name = "" if enterprise else enterprise_name.strip()
    if errors := _relation_faults(kind, enterprise, name, starts_on, ends_on):
        raise Invalid(errors)
    source = RelationSource.EXPERT if rules.is_self(actor, expert) else RelationSource.SECRETARIAT
    with transaction.atomic():
        relation = Relation.objects.create(
            expert=expert,
            kind=kind,
            enterprise=enterprise,
            enterprise_name=name[:200],
            starts_on=starts_on,
            ends_on=ends_on,
            note=note.strip()[:500],
            source=RelationSource.REVIEW if application else source,
            application=application,
            recorded_by=actor,
            recorded_at=clock.now(),
        )
        record(relation, "relation.add", actor=actor)
        recheck_expert(actor=actor, expert=expert)
    return relation


def _relation_faults(kind: str, enterprise: Enterprise | None, name: str, starts_on: date | None, ends_on: date | None) -> dict[str, str]:
    errors = {}
    if kind not in RelationKind.values:
        errors["kind"] = _("Choose one of the kinds listed.")
    if enterprise is None and not name:
        errors["enterprise_name"] = _("Name the enterprise.")
    if starts_on and ends_on and ends_on < starts_on:
        errors["ends_on"] = _("The last day lies before the first.")
    return errors


def end_relation(*, actor: Any, relation: Relation, ends_on: date | None) -> Relation:
    """Say when a tie ended; it goes on counting for three years."""
    rules.can_edit_profile(actor, relation.expert).require()
    if relation.struck_at or relation.ends_on:
        raise Conflict(_("This relation has ended or was struck already."))
    if ends_on is None or ends_on > clock.today() or (relation.starts_on and ends_on < relation.starts_on):
        raise Invalid({"ends_on": _("Give the day on which it ended, today at the latest and not before it began.")})
    with transaction.atomic():
        relation.ends_on = ends_on
        relation.save(update_fields=["ends_on"])
        record(relation, "relation.end", actor=actor)
        recheck_expert(actor=actor, expert=relation.expert)
    return relation


def strike_relation(*, actor: Any, relation: Relation, reason: str) -> Relation:
    """Take out what was recorded in error; the row stays with the reason. Only the secretariat: an expert could free a seat with it."""
    rules.can_edit_pool(actor).require()
    if not reason.strip():
        raise Invalid({"reason": _("Say why it was recorded in error.")})
    if relation.struck_at:
        raise Conflict(_("This relation has ended or was struck already."))
    with transaction.atomic():
        relation.struck_at, relation.struck_reason = clock.now(), reason.strip()[:500]
        relation.save(update_fields=["struck_at", "struck_reason"])
        record(relation, "relation.strike", actor=actor, reason=reason.strip())
        recheck_expert(actor=actor, expert=relation.expert)
    return relation


# --- one application ------------------------------------------------------------------------
def record_conflict(*, actor: Any, expert: ExpertProfile, application: Application, kind: str, note: str = "") -> DeclaredConflict:
    """What the secretariat learns of one expert and one application. A seat held already is marked, not taken away."""
    rules.can_manage(actor, application.call).require()
    if errors := conflict_faults(kind, note):
        raise Invalid(errors)
    with transaction.atomic():
        declared = keep_conflict(
            actor=actor, expert=expert, application=application, kind=kind, note=note, source=RelationSource.SECRETARIAT
        )
        recheck_expert(actor=actor, expert=expert)
    return declared


def conflict_faults(kind: str, note: str) -> dict[str, str]:
    if kind not in RelationKind.values:
        return {"kind": _("Choose one of the kinds listed.")}
    if kind == RelationKind.OTHER and not note.strip():
        return {"reason": _("Say in a few words what the conflict is.")}
    return {}


def keep_conflict(*, actor: Any, expert: ExpertProfile, application: Application, kind: str, note: str, source: str) -> DeclaredConflict:
    """The row and its event, within the caller's transaction; a conflict declared before stays as it was."""
    declared, is_new = DeclaredConflict.objects.get_or_create(
        expert=expert,
        application=application,
        defaults={"kind": kind, "note": note.strip(), "source": source, "declared_by": actor, "declared_at": clock.now()},
    )
    if is_new:
        record(declared, "conflict.declare", actor=actor, reason=note.strip())
    return declared


# --- seats given in spite of a conflict -----------------------------------------------------
def recheck_expert(*, actor: Any, expert: ExpertProfile) -> list[Assignment]:
    """Look at the expert's seats in calls without a decision again; those that are newly in conflict. A few queries per call."""
    seats = Assignment.objects.filter(expert=expert, state__in=LIVE).select_related("call", "application__enterprise").order_by("id")
    by_call: dict[int, list[Assignment]] = defaultdict(list)
    for seat in seats.defer("application__data", "application__field_versions", "application__bigrams"):
        by_call[seat.call_id].append(seat)
    found = []
    for listed in by_call.values():
        if not rules.is_decided(listed[0].call):
            found += _mark(actor, listed[0].call, listed, [expert])
    return found


def recheck_call(*, actor: Any, call: Call) -> list[Assignment]:
    """All seats of a call again, as after a change in the register; those newly in conflict. A constant number of reads."""
    rules.can_manage(actor, call).require()
    seats = list(
        Assignment.objects.filter(call=call, state__in=LIVE)
        .select_related("application__enterprise")
        .defer("application__data", "application__field_versions", "application__bigrams")
        .order_by("id")
    )
    experts = list(ExpertProfile.objects.filter(pk__in={seat.expert_id for seat in seats}).select_related("user", "employer"))
    return _mark(actor, call, seats, experts)


def _mark(actor: Any, call: Call, seats: Sequence[Assignment], experts: Iterable[ExpertProfile]) -> list[Assignment]:
    with transaction.atomic():
        screener = Screener(call, experts, [seat.application for seat in seats])
        changed = []
        for seat in seats:
            rule = screener.find(seat.expert_id, seat.application_id) or ""
            if rule != seat.conflict:
                seat.conflict, seat.call = rule, call
                changed.append(seat)
        Assignment.objects.bulk_update(changed, ["conflict"], batch_size=400)
        record_many([_entry(seat, screener) for seat in changed], actor=actor)
    return [seat for seat in changed if seat.conflict]


def _entry(seat: Assignment, screener: Screener) -> Entry:
    if not seat.conflict:
        return Entry(seat, "assignment.conflict_gone")
    found = screener.explain(seat.expert_id, seat.application_id)
    return Entry(seat, "assignment.conflict_found", extra={"rules": [each.rule for each in found]})
