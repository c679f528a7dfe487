"""Experts in: one by one or from an XLSX or CSV file. Part of the room's services."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Organisation, User
from pilotage.accounts.services import create_user, give_role
from pilotage.audit.services import record
from pilotage.core.tables import find_header, read_rows
from pilotage.core.verdict import Invalid
from pilotage.registry.models import Division, Enterprise
from pilotage.review import rules
from pilotage.review.models import ExpertProfile

# what a column may be called, first the name we print
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "专家编号", "number"),
    "name": ("姓名", "name"),
    "email": ("电子邮箱", "邮箱", "email", "e-mail"),
    "employer": ("工作单位", "单位", "employer"),
    "employer_uscc": ("单位统一社会信用代码", "统一社会信用代码", "employer_uscc"),
    "province": ("省份", "所在省份", "province"),
    "disciplines": ("专业领域", "专业", "disciplines"),
}
REQUIRED = ("number", "name", "email")


@dataclass(slots=True)
class ExpertImport:
    """``faults`` are (row number, column, sentence); a row with a fault is left out as a whole."""

    created: list[ExpertProfile] = field(default_factory=list)
    updated: list[ExpertProfile] = field(default_factory=list)
    unchanged: int = 0
    faults: list[tuple[int, str, str]] = field(default_factory=list)


def create_expert(
    *,
    actor: Any,
    user: User,
    number: str,
    employer: Enterprise | None = None,
    employer_name: str = "",
    province: Division | None = None,
    disciplines: Sequence[str] = (),
) -> ExpertProfile:
    """Make a person an expert of the pool. The role itself is a membership and is given apart."""
    rules.can_import_experts(actor).require()
    if ExpertProfile.objects.filter(number=number).exists():
        raise Invalid({"number": _("Another expert has the number %(number)s.") % {"number": number}})
    with transaction.atomic():
        expert = ExpertProfile.objects.create(
            user=user, number=number, employer=employer, employer_name=employer_name, province=province, disciplines=list(disciplines)
        )
        record(expert, "expert.create", actor=actor)
    return expert


def set_availability(*, actor: Any, expert: ExpertProfile, is_available: bool) -> ExpertProfile:
    rules.can_import_experts(actor).require()
    if expert.is_available != is_available:
        with transaction.atomic():
            expert.is_available = is_available
            expert.save(update_fields=["is_available"])
            record(expert, "expert.available" if is_available else "expert.unavailable", actor=actor)
    return expert


def import_experts(*, actor: Any, path: Path | str, organisation: Organisation | None = None) -> ExpertImport:
    """Add or update experts by number from a file; accounts and the expert role included.

    New members join ``organisation``, by default the one expert committee there is. Rows that are
    sound are kept even when others are refused; each is one transaction.
    """
    rules.can_import_experts(actor).require()
    committee = organisation or _committee()
    columns, rows = _table(path)
    report = ExpertImport()
    places = {key: d for d in Division.objects.filter(level="province").order_by("code") for key in (d.code, d.name_zh, d.name_en) if key}
    for number, cells in rows:
        values = {name: cells[index] if index < len(cells) else "" for name, index in columns.items()}
        _import_row(actor, committee, number, values, places, report)
    return report


def _committee() -> Organisation:
    found = list(Organisation.objects.filter(kind=OrganisationKind.EXPERTS).order_by("id")[:2])
    if len(found) != 1:
        raise Invalid(_("Say which organisation the experts belong to: there must be exactly one expert committee, or name one."))
    return found[0]


def _table(path: Path | str) -> tuple[dict[str, int], Iterable[tuple[int, list[str]]]]:
    rows = list(read_rows(path))
    names = {alias.casefold(): key for key, aliases in COLUMNS.items() for alias in aliases}
    header = find_header(rows, lambda text: names.get(text.strip().casefold()))
    if header is None:
        raise Invalid(_("No head row found. Expected columns: %(columns)s.") % {"columns": _column_names(COLUMNS)})
    width = len(header.values)
    columns = {key: i for i in range(width) if (key := names.get(header.text(i).strip().casefold()))}
    lacking = [key for key in REQUIRED if key not in columns]
    if lacking:
        raise Invalid(_("These columns are missing: %(columns)s.") % {"columns": _column_names(lacking)})
    body = ((row.number, [row.text(i).strip() for i in range(width)]) for row in rows if row.number > header.number)
    return columns, body


def _column_names(keys: Iterable[str]) -> str:
    return "、".join(COLUMNS[key][0] for key in keys)


def _import_row(
    actor: Any, committee: Organisation, number: int, values: Mapping[str, str], places: Mapping[str, Division], report: ExpertImport
) -> None:
    faults = [(number, COLUMNS[key][0], _("Required.")) for key in REQUIRED if not values[key]]
    province = places.get(values.get("province", ""))
    if values.get("province") and province is None:
        faults.append((number, COLUMNS["province"][0], _("“%(value)s” is no province.") % {"value": values["province"]}))
    employer, fault = _employer(values)
    if fault:
        faults.append((number, COLUMNS["employer_uscc"][0], fault))
    if not faults:
        try:
            _keep(actor, committee, values, employer, province, report)
        except Invalid as error:
            faults = [(number, COLUMNS[key][0] if key in COLUMNS else "", sentence) for key, sentence in error.errors.items()]
    report.faults += faults


def _employer(values: Mapping[str, str]) -> tuple[Enterprise | None, str]:
    """By credit code, else by exact name; an unknown name stays as text, an unknown code is a fault."""
    if code := values.get("employer_uscc", ""):
        found = Enterprise.objects.filter(uscc=code.upper()).first()
        return found, "" if found else _("No enterprise in the register has the credit code %(code)s.") % {"code": code}
    name = values.get("employer", "")
    same = list(Enterprise.objects.filter(name_zh=name).order_by("id")[:2]) if name else []
    return (same[0] if len(same) == 1 else None), ""


def _keep(
    actor: Any,
    committee: Organisation,
    values: Mapping[str, str],
    employer: Enterprise | None,
    province: Division | None,
    report: ExpertImport,
) -> None:
    facts: dict[str, Any] = {
        "employer": employer,
        "employer_name": values.get("employer", ""),
        "province": province,
        "disciplines": [word for word in re.split(r"[;；,，、]\s*", values.get("disciplines", "")) if word],
    }
    with transaction.atomic():
        expert = ExpertProfile.objects.select_related("user").filter(number=values["number"]).first()
        if expert is not None:
            _update(actor, expert, values["email"], facts, report)
            return
        user = User.objects.filter(email=values["email"].lower()).first()
        if user is not None and ExpertProfile.objects.filter(user=user).exists():
            raise Invalid({"email": _("This address belongs to another expert.")})
        if user is None:
            user = create_user(actor=actor, email=values["email"], name=values["name"], is_fictional=committee.is_fictional)
        if not user.memberships.filter(role=Role.EXPERT, ended_at__isnull=True).exists():
            give_role(actor=actor, user=user, organisation=committee, role=Role.EXPERT)
        report.created.append(create_expert(actor=actor, user=user, number=values["number"], **facts))


def _update(actor: Any, expert: ExpertProfile, email: str, facts: Mapping[str, Any], report: ExpertImport) -> None:
    if expert.user.email != email.lower():
        raise Invalid({"email": _("The number belongs to an expert with another address.")})
    changed = [name for name, value in facts.items() if getattr(expert, name) != value]
    if not changed:
        report.unchanged += 1
        return
    for name in changed:
        setattr(expert, name, facts[name])
    expert.save(update_fields=changed)
    record(expert, "expert.update", actor=actor)
    report.updated.append(expert)
