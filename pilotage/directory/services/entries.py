"""An entry after publication: update, label, rectification, removal, renewal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.audit.models import Proposal
from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.models import Application
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.directory import rules
from pilotage.directory.enums import IN_FORCE, EntryLabel
from pilotage.directory.models import Entry, EntryAbsence, EntryScenario
from pilotage.directory.services.changes import note_label, note_update
from pilotage.directory.services.copying import copy_facts
from pilotage.directory.services.counts import adjust, keys_of, move
from pilotage.directory.services.proposals import waiting
from pilotage.directory.services.settling import refuse_during_evaluation, settle
from pilotage.directory.terms import after_years
from pilotage.registry.models import Title


def rectify(*, actor: Any, entry: Entry, reason: str) -> Entry:
    """The entry stays in force and is marked; restoring or removing follows."""
    refuse_during_evaluation(entry)
    audit.transition(entry, "rectify", actor=actor, reason=reason)
    return entry


def restore(*, actor: Any, entry: Entry, reason: str) -> Entry:
    refuse_during_evaluation(entry)
    audit.transition(entry, "restore", actor=actor, reason=reason)
    return entry


def renew(*, actor: Any, entry: Entry, next_evaluation_on: date, reason: str) -> Entry:
    """A re-evaluation was passed: the entry stays listed until the next one falls due."""
    if next_evaluation_on <= clock.today():
        raise Invalid({"next_evaluation_on": _("The next re-evaluation must lie in the future.")})
    refuse_during_evaluation(entry)
    audit.transition(entry, "renew", actor=actor, reason=reason, changes={"next_evaluation_on": next_evaluation_on})
    return entry


def propose_remove(*, actor: Any, entry: Entry, reason: str) -> Proposal:
    return audit.propose(entry, "remove", actor=actor, reason=reason)


@transaction.atomic
def confirm_remove(*, actor: Any, entry: Entry) -> Entry:
    event = audit.confirm(waiting(entry, "remove"), entry, actor=actor, changes={"removed_on": clock.today()})
    _leave_force(entry)
    settle(entry, "fail", actor=actor, reason=event.reason)
    return entry


def propose_readmit(*, actor: Any, entry: Entry, reason: str) -> Proposal:
    return audit.propose(entry, "readmit", actor=actor, reason=reason)


@transaction.atomic
def confirm_readmit(*, actor: Any, entry: Entry) -> Entry:
    """Second person: the entry is in force again from today, and its title with it. How long it was away stays on record."""
    left_on = entry.removed_on
    terms = {"removed_on": None, "next_evaluation_on": after_years(clock.today(), 1)}
    audit.confirm(waiting(entry, "readmit"), entry, actor=actor, changes=terms)
    if left_on is not None:
        EntryAbsence.objects.create(entry=entry, left_on=left_on, returned_on=clock.today())
        Title.objects.filter(enterprise=entry.enterprise_id, source=entry.number, valid_until=left_on).update(valid_until=None)
    adjust(entry, 1)
    return entry


@transaction.atomic
def expire(*, actor: Any, entry: Entry) -> Entry:
    """The term is over and nobody renewed it."""
    audit.transition(entry, "expire", actor=actor, changes={"removed_on": clock.today()})
    _leave_force(entry)
    settle(entry, "drop", actor=actor, reason=_("The term of the entry was over."))
    return entry


@transaction.atomic
def set_label(*, actor: Any, entry: Entry, label: str, reason: str) -> Entry:
    """Give an honour on top of listing; an empty label takes it away. Not a state: the entry stays listed."""
    rules.can_keep(actor, entry).require()
    if label and label not in EntryLabel.values:
        raise Invalid({"label": _("There is no such label.")})
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    locked = Entry.objects.select_for_update().get(pk=entry.pk)
    if locked.state not in IN_FORCE:
        raise Conflict(_("Only entries in force carry a label."))
    if locked.label != label:
        move({("label", code): step for code, step in ((locked.label, -1), (label, 1)) if code}, locked.edition_id)
    former = locked.label
    entry.label, entry.labelled_on = label, clock.today() if label else None
    entry.save(update_fields=["label", "labelled_on"])
    event = audit.record(entry, "directory.entry.label", actor=actor, reason=reason, extra={"label": label})
    if label != former:
        note_label(entry, event, label, former)
    return entry


@transaction.atomic
def refresh_from_update(*, actor: Any, application: Application) -> Entry | None:
    """Bring the facts of a confirmed yearly update into the entry it renews; running it again changes nothing.

    The facts as they stood before stay readable in the audit snapshots. Returns None where there is no entry to refresh.
    """
    if application.kind != ApplicationKind.UPDATE or application.state != ApplicationState.UPDATE_CONFIRMED:
        return None
    entry = _entry_renewed_by(application)
    if entry is None or entry.state not in IN_FORCE:
        return None
    before, old_keys = entry.facts, _keys(entry)
    copy_facts(entry, application)
    if before == entry.facts and old_keys == keys_of(entry, entry.facts["scenarios"]):
        return entry
    entry.save()
    entry.scenarios.all().delete()
    EntryScenario.objects.bulk_create(
        EntryScenario(entry=entry, edition_id=entry.edition_id, code=code, description=text)
        for code, text in entry.facts["scenarios"].items()
    )
    steps = dict.fromkeys(old_keys, -1)
    for key in keys_of(entry, entry.facts["scenarios"]):
        steps[key] = steps.get(key, 0) + 1
    move(steps, entry.edition_id)
    event = audit.record(entry, "directory.entry.update", actor=actor, extra={"application": application.number, "facts_before": before})
    note_update(entry, event, before)
    return entry


def _keys(entry: Entry) -> list[tuple[str, str]]:
    return keys_of(entry, list(entry.scenarios.values_list("code", flat=True)))


def _entry_renewed_by(application: Application) -> Entry | None:
    """Follow the chain of updates back to the application that was listed."""
    seen: set[int] = set()
    origin: Application | None = application
    while origin is not None and origin.renews_id is not None and origin.pk not in seen:
        seen.add(origin.pk)
        origin = origin.renews
    if origin is None:
        return None
    return Entry.objects.select_for_update().select_related("edition__directory").filter(application=origin).first()


def _leave_force(entry: Entry) -> None:
    adjust(entry, -1)
    Title.objects.filter(enterprise=entry.enterprise_id, source=entry.number, valid_until__isnull=True).update(valid_until=clock.today())
