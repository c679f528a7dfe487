"""Writes of the pool: experts, their profiles, when they are away. Part of the room's services."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Organisation, User
from pilotage.accounts.services import create_user, give_role
from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.registry.models import Division, Enterprise
from pilotage.review import rules
from pilotage.review.experts.relations import recheck_expert
from pilotage.review.models import Absence, ExpertProfile

# what an expert changes alone; the secretariat changes these and the rest
OWN_FIELDS = ("employer", "employer_name", "province", "disciplines", "keywords_zh", "keywords_en", "biography")
OFFICE_FIELDS = (*OWN_FIELDS, "capacity", "is_available")
# what the conflict rules read: seats given are looked at again when it changes
_OF_CONFLICTS = {"employer", "employer_name", "province"}
MOST_WORDS, LONGEST_WORD, LONGEST_BIOGRAPHY, MOST_CAPACITY = 20, 40, 2000, 500


def create_expert(*, actor: Any, user: User, number: str, **facts: Any) -> ExpertProfile:
    """Make a person an expert of the pool; ``facts`` as in OFFICE_FIELDS. The role itself is a membership and is given apart."""
    rules.can_edit_pool(actor).require()
    errors = faults_of(facts)
    if not number.strip():
        errors["number"] = _("Required.")
    elif ExpertProfile.objects.filter(number=number).exists():
        errors["number"] = _("Another expert has the number %(number)s.") % {"number": number}
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        expert = ExpertProfile.objects.create(user=user, number=number, **_clean(facts))
        record(expert, "expert.create", actor=actor)
    return expert


def hire(*, actor: Any, email: str, name: str, number: str, organisation: Organisation | None = None, **facts: Any) -> ExpertProfile:
    """Account, expert role and profile at once; an account that exists already keeps its name and gets the role."""
    rules.can_edit_pool(actor).require()
    home = organisation or committee()
    with transaction.atomic():
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is not None and ExpertProfile.objects.filter(user=user).exists():
            raise Invalid({"email": _("This address belongs to another expert.")})
        if user is None:
            if not name.strip():
                raise Invalid({"name": _("Required.")})
            user = create_user(actor=actor, email=email.strip(), name=name.strip(), is_fictional=home.is_fictional)
        if not user.memberships.filter(role=Role.EXPERT, ended_at__isnull=True).exists():
            give_role(actor=actor, user=user, organisation=home, role=Role.EXPERT)
        return create_expert(actor=actor, user=user, number=number.strip(), **facts)


def committee() -> Organisation:
    """The one expert committee. Raises Invalid where there is none or several."""
    found = list(Organisation.objects.filter(kind=OrganisationKind.EXPERTS).order_by("id")[:2])
    if len(found) != 1:
        raise Invalid(_("Say which organisation the experts belong to: there must be exactly one expert committee, or name one."))
    return found[0]


def update_expert(*, actor: Any, expert: ExpertProfile, **facts: Any) -> list[str]:
    """Change facts of a profile; the names of those that changed. Seats given are checked again for conflicts."""
    rules.can_edit_profile(actor, expert).require()
    allowed = OFFICE_FIELDS if rules.can_edit_pool(actor) else OWN_FIELDS
    if refused := sorted(set(facts) - set(allowed)):
        raise Invalid(dict.fromkeys(refused, _("Only the secretariat changes this.")))
    if errors := faults_of(facts):
        raise Invalid(errors)
    values = _clean(facts)
    changed = [name for name, value in values.items() if getattr(expert, name) != value]
    if not changed:
        return []
    with transaction.atomic():
        for name in changed:
            setattr(expert, name, values[name])
        expert.save(update_fields=changed)
        record(expert, "expert.update", actor=actor, extra={"changed": changed})
        if _OF_CONFLICTS & set(changed):
            recheck_expert(actor=actor, expert=expert)
    return changed


def faults_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with facts of a profile, by field."""
    errors = {}
    for name in ("disciplines", "keywords_zh", "keywords_en"):
        words = facts.get(name) or ()
        if len(words) > MOST_WORDS:
            errors[name] = _("At most %(limit)s words; these are %(count)s.") % {"limit": MOST_WORDS, "count": len(words)}
        elif long := next((word for word in words if len(word) > LONGEST_WORD), None):
            errors[name] = _("“%(word)s” is longer than %(limit)s characters.") % {"word": long, "limit": LONGEST_WORD}
        elif any("|" in word for word in words):
            errors[name] = _("The sign “|” cannot stand in a word.")
    if len(facts.get("biography") or "") > LONGEST_BIOGRAPHY:
        errors["biography"] = _("At most %(limit)s characters.") % {"limit": LONGEST_BIOGRAPHY}
    if len(facts.get("employer_name") or "") > 200:
        errors["employer_name"] = _("At most %(limit)s characters.") % {"limit": 200}
    capacity = facts.get("capacity")
    if capacity is not None and not 0 <= capacity <= MOST_CAPACITY:
        errors["capacity"] = _("Between 0 and %(limit)s applications.") % {"limit": MOST_CAPACITY}
    return errors


def _clean(facts: Mapping[str, Any]) -> dict[str, Any]:
    listed = {"disciplines", "keywords_zh", "keywords_en"}
    return {name: list(dict.fromkeys(value or ())) if name in listed else value for name, value in facts.items()}


def words(text: str) -> list[str]:
    """A line of words as people type it, apart at commas, semicolons and line breaks, Chinese or not."""
    return [word for part in re.split(r"[;；,，、\n]", text) if (word := part.strip())]


def employer_of(name: str, code: str) -> Enterprise | None:
    """The enterprise of the register by credit code, else by exact name where only one has it; None: kept as a name.

    Raises Invalid for a code that no enterprise has.
    """
    if code.strip():
        found = Enterprise.objects.filter(uscc=code.strip().upper()).first()
        if found is None:
            raise Invalid({"employer_uscc": unknown_code(code)})
        return found
    same = list(Enterprise.objects.filter(name_zh=name.strip()).order_by("id")[:2]) if name.strip() else []
    return same[0] if len(same) == 1 else None


def unknown_code(code: str) -> str:
    return _("No enterprise in the register has the credit code %(code)s.") % {"code": code.strip()}


def provinces_by_name() -> dict[str, Division]:
    """Every province under its code, its full and short name and its English one. One query."""
    rows = Division.objects.filter(level="province").order_by("code")
    return {key: row for row in rows for key in (row.code, row.name_zh, row.name_en, row.name) if key}


# --- away -----------------------------------------------------------------------------------
def add_absence(*, actor: Any, expert: ExpertProfile, starts_on: date | None, ends_on: date | None, note: str = "") -> Absence:
    rules.can_edit_profile(actor, expert).require()
    if (errors := _absence_faults(expert, starts_on, ends_on)) or starts_on is None or ends_on is None:
        raise Invalid(errors)
    with transaction.atomic():
        absence = Absence.objects.create(expert=expert, starts_on=starts_on, ends_on=ends_on, note=note.strip()[:200])
        record(absence, "expert.absence", actor=actor)
    return absence


def _absence_faults(expert: ExpertProfile, starts_on: date | None, ends_on: date | None) -> dict[str, str]:
    if starts_on is None or ends_on is None:
        return {name: _("Required.") for name, value in (("starts_on", starts_on), ("ends_on", ends_on)) if value is None}
    if ends_on < starts_on:
        return {"ends_on": _("The last day lies before the first.")}
    if ends_on < clock.today():
        return {"ends_on": _("This period is over already.")}
    if expert.absences.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        return {"starts_on": _("This overlaps with a period entered before.")}
    return {}


def remove_absence(*, actor: Any, absence: Absence) -> None:
    rules.can_edit_profile(actor, absence.expert).require()
    with transaction.atomic():
        record(absence, "expert.back", actor=actor)
        absence.delete()
