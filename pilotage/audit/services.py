"""The one place through which every state changes, and the chain every decision is written to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from pilotage.audit import chain
from pilotage.audit.models import AuditEvent, AuditHead, AuditSnapshot, Proposal, ProposalState
from pilotage.audit.signals import Moved, moved, recorded, transitioned
from pilotage.core import bulk, clock
from pilotage.core.transitions import StateTable, Transition, table_for
from pilotage.core.verdict import Conflict, Refused


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written: one event before it has its number."""

    obj: models.Model
    verb: str
    reason: str = ""
    extra: Mapping[str, Any] | None = None


def record(obj: models.Model, verb: str, *, actor: Any, reason: str = "", extra: Mapping[str, Any] | None = None) -> AuditEvent:
    """Write one event about ``obj`` with a snapshot of it as it is now.

    Must run inside the transaction that changes ``obj``. ``actor`` is a user, or None for the
    system itself. ``extra`` is kept in the snapshot beside the object's fields.
    """
    return record_many([Entry(obj, verb, reason, extra)], actor=actor)[0]


def record_many(entries: Sequence[Entry], *, actor: Any) -> list[AuditEvent]:
    """Write many events in one go: four queries whatever their number."""
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of the change it records")
    if not entries:
        return []
    bodies = [chain.canonical(snapshot_of(entry)).decode() for entry in entries]
    digests = [chain.digest(body.encode(), settings.AUDIT_HASH) for body in bodies]
    bulk.insert_rows(AuditSnapshot, ("digest", "body"), dict(zip(digests, bodies, strict=True)).items(), skip_known=True)
    events = _linked(entries, digests, actor, _locked_head())
    at = bulk.moment(events[0].at)
    names = [field.attname for field in AuditEvent._meta.concrete_fields]
    bulk.insert_rows(AuditEvent, names, [[at if name == "at" else getattr(event, name) for name in names] for event in events])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_audithead SET number = %s, digest = %s WHERE id = 1", [events[-1].number, events[-1].digest])
    recorded.send(sender=AuditEvent, types={event.object_type for event in events})
    return events


def _linked(entries: Sequence[Entry], digests: Sequence[str], actor: Any, head: tuple[int, str]) -> list[AuditEvent]:
    """The events, each continuing the one before it."""
    number, previous = head
    at, label = clock.now(), actor_label(actor)
    events = []
    for entry, snapshot_digest in zip(entries, digests, strict=True):
        number += 1
        event = AuditEvent(
            number=number,
            at=at,
            actor_id=getattr(actor, "pk", None),
            actor_label=label,
            verb=entry.verb,
            object_type=entry.obj._meta.label_lower,
            object_id=str(entry.obj.pk),
            object_label=_in_source_language(entry.obj)[:300],
            reason=entry.reason,
            snapshot_digest=snapshot_digest,
            previous=previous,
        )
        previous = event.digest = event.link.digest(settings.AUDIT_HASH)
        event._state.adding, event._state.db = False, connection.alias
        events.append(event)
    return events


def transition(
    obj: models.Model,
    verb: str,
    *,
    actor: Any,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Move ``obj`` along its state table.

    Order: source state, rule, reason, validators; then one compare-and-set UPDATE with
    ``changes``, the audit event, and after commit the ``transitioned`` signal. Raises ``Refused``
    (rule), ``Invalid`` (validator) or ``Conflict`` (somebody was faster; nothing is written).
    Two-person verbs are refused here: use :func:`propose` and :func:`confirm`.
    """
    row = table_for(obj).by_verb[verb]
    if row.two_person:
        raise Refused(_("This act takes two people: propose it, then a second person confirms."))
    return _move([obj], row, actor=actor, reason=reason, changes=lambda _obj: changes or {}, extra=extra)[0]


def transition_many(
    objs: Sequence[models.Model],
    verb: str,
    *,
    actor: Any,
    reason: str = "",
    changes: Callable[[Any], Mapping[str, Any]] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> list[AuditEvent]:
    """The same for many objects of one model, all or none, in a bounded number of queries."""
    if not objs:
        return []
    row = table_for(objs[0]).by_verb[verb]
    if row.two_person:
        raise Refused(_("This act takes two people: propose it, then a second person confirms."))
    return _move(objs, row, actor=actor, reason=reason, changes=changes or (lambda _obj: {}), extra=extra)


def propose(obj: models.Model, verb: str, *, actor: Any, reason: str = "") -> Proposal:
    """First half of a two-person act: checks all that confirming will check, and waits."""
    row = table_for(obj).by_verb[verb]
    _check(obj, row, actor, reason)
    with transaction.atomic():
        if Proposal.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk), verb=verb, state=ProposalState.OPEN).exists():
            raise Conflict(_("This act has been proposed already and waits for a second person."))
        try:
            proposal = Proposal.objects.create(
                object_type=obj._meta.label_lower,
                object_id=str(obj.pk),
                object_label=_in_source_language(obj)[:300],
                verb=verb,
                reason=reason,
                proposed_by=actor,
                proposed_at=clock.now(),
            )
        except IntegrityError:
            raise Conflict(_("This act has been proposed already and waits for a second person.")) from None
        record(obj, f"{table_for(obj).audit_verb(verb)}.propose", actor=actor, reason=reason)
    return proposal


def confirm(proposal: Proposal, obj: models.Model, *, actor: Any, reason: str = "", changes: Mapping[str, Any] | None = None) -> AuditEvent:
    """Second half: another person confirms, and the object moves. ``obj`` is the proposal's object."""
    if (obj._meta.label_lower, str(obj.pk)) != (proposal.object_type, proposal.object_id):
        raise ValueError("the proposal speaks of another object")
    row = table_for(obj).by_verb[proposal.verb]
    with transaction.atomic():
        transition(proposal, "confirm", actor=actor, reason=reason, changes={"decided_by": actor, "decided_at": clock.now()})
        return _move([obj], row, actor=actor, reason=reason or proposal.reason, changes=lambda _obj: changes or {}, extra=None)[0]


def withdraw_proposal(proposal: Proposal, *, actor: Any, reason: str = "") -> AuditEvent:
    return transition(proposal, "withdraw", actor=actor, reason=reason, changes={"decided_by": actor, "decided_at": clock.now()})


def _check(obj: models.Model, row: Transition, actor: Any, reason: str) -> None:
    table = table_for(obj)
    if getattr(obj, table.field) not in row.sources:
        raise Conflict(_("This step is not open in the present state. Reload the page to see what has happened."))
    row.rule(actor, obj).require()
    if row.needs_reason and not reason.strip():
        from pilotage.core.verdict import Invalid

        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    for validator in row.validators:
        validator(obj)


def _move(
    objs: Sequence[models.Model],
    row: Transition,
    *,
    actor: Any,
    reason: str,
    changes: Callable[[Any], Mapping[str, Any]],
    extra: Mapping[str, Any] | None,
) -> list[AuditEvent]:
    table = table_for(objs[0])
    for obj in objs:
        _check(obj, row, actor, reason)
    with transaction.atomic():
        sources = [getattr(obj, table.field) for obj in objs]
        targets = [row.target_of(obj) for obj in objs]
        stamps = [_stamp(table, obj, target) for obj, target in zip(objs, targets, strict=True)]
        before = [{name: getattr(obj, name) for name in stamp} for obj, stamp in zip(objs, stamps, strict=True)]
        updates = [{**changes(obj), **stamp} for obj, stamp in zip(objs, stamps, strict=True)]
        _compare_and_set(objs, sources, targets, table.field, updates)
        for obj, target, values in zip(objs, targets, updates, strict=True):
            setattr(obj, table.field, target)
            for name, value in values.items():
                setattr(obj, name, value)
        audit_verb = table.audit_verb(row.verb)
        events = record_many([Entry(obj, audit_verb, reason, extra) for obj in objs], actor=actor)
        moves = [
            Moved(obj, row.verb, source, target, event, held)
            for obj, source, target, event, held in zip(objs, sources, targets, events, before, strict=True)
        ]
        moved.send(sender=type(objs[0]), moves=moves)
        for move in moves:
            transaction.on_commit(_announcer(move, actor))
    return events


def _stamp(table: StateTable, obj: models.Model, target: str) -> Mapping[str, Any]:
    return table.stamp(obj, target) if table.stamp else {}


def _announcer(move: Moved, actor: Any) -> Callable[[], None]:
    def announce() -> None:
        transitioned.send(
            sender=type(move.obj), obj=move.obj, verb=move.verb, source=move.source, target=move.target, actor=actor, event=move.event
        )

    return announce


def _compare_and_set(
    objs: Sequence[models.Model], sources: list[str], targets: list[str], field: str, updates: list[dict[str, Any]]
) -> None:
    """Move every object still in its source state; raise Conflict unless all were."""
    manager = type(objs[0])._default_manager
    groups: dict[tuple[str, str, str], tuple[dict[str, Any], list[Any]]] = {}
    for obj, source, target, values in zip(objs, sources, targets, updates, strict=True):
        key = (source, target, repr(sorted(values.items(), key=lambda item: item[0])))
        groups.setdefault(key, (values, []))[1].append(obj.pk)
    for (source, target, _key), (values, pks) in groups.items():
        moved = manager.filter(pk__in=pks, **{field: source}).update(**{field: target}, **values)
        if moved != len(pks):
            raise Conflict(_("Somebody else decided this first. Nothing was changed; reload the page to see what has happened."))


def _locked_head() -> tuple[int, str]:
    """The last number and digest, held until the transaction ends."""
    query = "SELECT number, digest FROM audit_audithead WHERE id = 1"
    if connection.features.has_select_for_update:
        query += " FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
        if row is None:
            bulk.insert_rows(AuditHead, ("id", "number", "digest"), [(1, 0, chain.GENESIS)], skip_known=True)
            cursor.execute(query)
            row = cursor.fetchone()
    return row


def snapshot_of(entry: Entry) -> dict[str, Any]:
    """JSON-ready picture of the object: its own ``audit_snapshot()``, else its concrete fields."""
    own = getattr(entry.obj, "audit_snapshot", None)
    fields = own() if own else {f.attname: f.value_from_object(entry.obj) for f in entry.obj._meta.concrete_fields}
    if entry.extra:
        fields = {**fields, "_extra": dict(entry.extra)}
    return json.loads(json.dumps(fields, cls=AuditEncoder))


class AuditEncoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, models.fields.files.FieldFile):
            return o.name
        return super().default(o)


def actor_label(actor: Any) -> str:
    """Who acted, as it stays readable after the account is gone: name and organisation."""
    if actor is None:
        return "system"
    label = getattr(actor, "audit_label", None)
    return str(label() if callable(label) else actor)[:300]


def _in_source_language(obj: models.Model) -> str:
    with override("zh-hans"):
        return str(obj)


def head() -> tuple[int, str]:
    row = AuditHead.objects.filter(pk=1).first()
    return (row.number, row.digest) if row else (0, chain.GENESIS)


def hold() -> None:
    """Nobody records an act until this transaction ends, and who has recorded one has ended. For what is counted anew, at its beginning."""
    _locked_head()


def check() -> tuple[tuple[int, str], list[chain.Break]]:
    """The head as it stood when the check began, and what does not fit up to it; others may append meanwhile.

    The last event is asked for before the head: who appends moves both in one transaction, so an
    event beyond the head read after it is one that nobody recorded.
    """
    last = AuditEvent.objects.aggregate(last=models.Max("number"))["last"] or 0
    until = head()
    return until, list(chain.verify(_events(max(last, until[0])), until))


def verify() -> list[chain.Break]:
    return check()[1]


def _events(until: int) -> Iterator[tuple[chain.Link, str, bytes | None]]:
    """Every event up to a number in order with its snapshot, in constant memory."""
    last = 0
    while batch := list(AuditEvent.objects.filter(number__gt=last, number__lte=until).order_by("number")[:2000]):
        bodies = AuditSnapshot.objects.in_bulk({event.snapshot_digest for event in batch})
        for event in batch:
            snapshot = bodies.get(event.snapshot_digest)
            yield event.link, event.digest, snapshot.body.encode() if snapshot else None
        last = batch[-1].number
