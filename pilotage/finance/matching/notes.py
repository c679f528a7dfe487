"""Interbank notes: planned, checked and tagged as sci-tech, issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.models import Organisation
from pilotage.audit.services import record, transition
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.matching import note_check, paper_rules
from pilotage.finance.matching.numbers import numbered
from pilotage.finance.matching.paper_models import BondNote
from pilotage.finance.matching.typed import MOST_MONTHS, MOST_RATE, MOST_YUAN
from pilotage.registry.models import Enterprise

Values = Mapping[str, Any]


def plan_note(*, actor: Any, issuer: Enterprise, underwriter: Organisation | None, values: Values) -> BondNote:
    """``values``: name_zh, name_en, amount, proceeds_to_tech (whole yuan; None: not said), use_text, months."""
    paper_rules.can_plan_note(actor, issuer).require()
    fields = _fields(values)
    note = BondNote(issuer=issuer, underwriter=underwriter, created_by=actor, created_at=clock.now(), **fields)
    return numbered(note, lambda row: record(row, "finance.note.plan", actor=actor))


def change_note(*, actor: Any, note: BondNote, underwriter: Organisation | None, values: Values) -> BondNote:
    """Correct what was entered, as :func:`plan_note` takes it; only while nothing was decided about it. The issuer stays."""
    paper_rules.can_change_note(actor, note).require()
    fields = {**_fields(values), "underwriter": underwriter}
    with transaction.atomic():
        fresh = BondNote.objects.select_for_update().get(pk=note.pk)
        paper_rules.can_change_note(actor, fresh).require()
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=list(fields))
        record(fresh, "finance.note.change", actor=actor)
    return fresh


def _fields(values: Values) -> dict[str, Any]:
    errors: dict[str, str] = {}
    amount, proceeds, months = (values.get(name) for name in ("amount", "proceeds_to_tech", "months"))
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= MOST_YUAN:
        errors["amount"] = _("Give the amount.")
    elif proceeds is not None and not 0 <= proceeds <= amount:
        errors["proceeds_to_tech"] = _("What goes to sci-tech cannot be more than the whole amount.")
    if months is not None and not 0 < months <= MOST_MONTHS:
        errors["months"] = _("Give the term in months.")
    name = str(values.get("name_zh") or "").strip()[:150]
    if not name:
        errors["name_zh"] = _("Give the note a name in Chinese.")
    if errors:
        raise Invalid(errors)
    return {
        "name_zh": name,
        "name_en": str(values.get("name_en") or "").strip()[:200],
        "amount": amount,
        "proceeds_to_tech": proceeds,
        "use_text": str(values.get("use_text") or "").strip()[:1000],
        "months": months,
    }


def tag(*, actor: Any, note: BondNote, on: date) -> BondNote:
    """Tag it as sci-tech by what held on that day; refused where neither issuer nor use says so. What was found is kept with it."""
    if on > clock.today():
        raise Invalid({"checked_on": _("The day lies ahead: nothing can be checked yet.")})
    checked = note_check.check(note, on)
    if not checked.basis:
        raise Invalid(
            {"checked_on": _("On that day neither the issuer nor the use of the proceeds made it a sci-tech note, as far as is known.")}
        )
    changes = {"basis": checked.basis, "checked_on": on, "reasons": note_check.reasons(checked)}
    transition(note, "tag", actor=actor, changes=changes)
    return note


def untag(*, actor: Any, note: BondNote, reason: str) -> BondNote:
    transition(note, "untag", actor=actor, reason=reason, changes={"basis": "", "checked_on": None, "reasons": {}})
    return note


def issue(*, actor: Any, note: BondNote, amount: Any, on: date | None, rate: int | None = None) -> BondNote:
    """``amount`` in whole yuan as issued, ``rate`` in basis points."""
    errors = {}
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= MOST_YUAN:
        errors["issued_amount"] = _("Give the amount that was issued.")
    if on is None or on > clock.today() or (note.checked_on is not None and on < note.checked_on):
        errors["issued_on"] = _("Give the day of issue, not before the check and not after today.")
    if rate is not None and not 0 <= rate <= MOST_RATE:
        errors["rate"] = _("Give the yearly rate in percent.")
    if errors:
        raise Invalid(errors)
    transition(note, "issue", actor=actor, changes={"issued_amount": amount, "issued_on": on, "rate": rate})
    return note


def drop(*, actor: Any, note: BondNote, reason: str) -> BondNote:
    transition(note, "drop", actor=actor, reason=reason)
    return note
