"""Experts in and out as a table: first what a file would do, cell by cell, then done. The export is a file the import takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pilotage.accounts.models import Organisation
from pilotage.core.tables import Column, column_letter, find_header, read_rows, write_xlsx
from pilotage.core.verdict import Invalid
from pilotage.registry.models import Division, Enterprise
from pilotage.review import rules
from pilotage.review.experts.pool import industry_codes
from pilotage.review.experts.profiles import committee, faults_of, hire, provinces_by_name, unknown_code, update_expert, words
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
    "keywords_zh": ("关键词", "中文关键词", "keywords_zh"),
    "keywords_en": ("英文关键词", "keywords_en", "keywords"),
    "biography": ("简介", "biography"),
    "capacity": ("每次最多评审项数", "capacity"),
    "is_available": ("可参加评审", "available"),
}
REQUIRED = ("number", "name", "email")
_YES, _NO = {"是", "yes", "true", "1", "y"}, {"否", "no", "false", "0", "n"}
# the column in which a fault of a fact is shown
_COLUMN_OF = {"employer_name": "employer"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad cell: its row in the file, the column's name, its address such as C7 (the row alone where the column is missing)."""

    row: int
    column: str
    cell: str
    sentence: str


@dataclass(slots=True)
class ExpertImport:
    """What a file did, or would do. A row with a fault is left out as a whole."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0

    @property
    def written(self) -> int:
        return len(self.created) + len(self.updated)

    @property
    def bad_rows(self) -> int:
        return len({fault.row for fault in self.faults})


@dataclass(slots=True)
class _Draft:
    row: int
    values: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict)
    expert: ExpertProfile | None = None


class _Table:
    """The sheet with its head row; cells by our names."""

    def __init__(self, path: Path | str) -> None:
        rows = list(read_rows(path))
        names = {alias.casefold(): key for key, aliases in COLUMNS.items() for alias in aliases}
        header = find_header(rows, lambda text: names.get(text.strip().casefold()))
        if header is None:
            raise Invalid(_("No head row found. Expected columns: %(columns)s.") % {"columns": _names(COLUMNS)})
        width = len(header.values)
        self.places = {key: i for i in range(width) if (key := names.get(header.text(i).strip().casefold()))}
        if lacking := [key for key in REQUIRED if key not in self.places]:
            raise Invalid(_("These columns are missing: %(columns)s.") % {"columns": _names(lacking)})
        self.drafts = [
            _Draft(row.number, {key: row.text(i).strip() for key, i in self.places.items()}) for row in rows if row.number > header.number
        ]

    def fault(self, draft: _Draft, key: str, sentence: str) -> Fault:
        place = self.places.get(key)
        return Fault(draft.row, COLUMNS[key][0], str(draft.row) if place is None else f"{column_letter(place)}{draft.row}", sentence)


def _names(keys: Iterable[str]) -> str:
    return "、".join(COLUMNS[key][0] for key in keys)


# --- check ----------------------------------------------------------------------------------
class _Checker:
    """Everything the rows are compared with, read once: the cost in queries does not depend on the rows."""

    def __init__(self, table: _Table) -> None:
        self.table = table
        values = [draft.values for draft in table.drafts]
        self.places: dict[str, Division] = provinces_by_name()
        self.industries = industry_codes()
        self.times = {key: Counter(v.get(key, "").casefold() for v in values) for key in ("number", "email")}
        experts = list(ExpertProfile.objects.select_related("user", "employer", "province"))
        self.by_number = {expert.number: expert for expert in experts}
        self.by_email = {expert.user.email.lower(): expert for expert in experts}
        codes = {v["employer_uscc"].upper() for v in values if v.get("employer_uscc")}
        self.by_code = {house.uscc: house for house in Enterprise.objects.filter(uscc__in=codes)}
        self.by_name = _by_name({v["employer"] for v in values if v.get("employer")})

    def check(self, draft: _Draft) -> list[Fault]:
        """Fill the draft's facts; what is wrong with its cells."""
        found: dict[str, str] = {key: _("Required.") for key in REQUIRED if not draft.values[key]}
        self._identity(draft, found)
        for key, read in self._readers().items():
            if draft.values.get(key):  # a blank cell changes nothing
                try:
                    draft.facts.update(read(draft.values[key], draft.values))
                except Invalid as error:
                    found[key] = str(error)
        for key, sentence in faults_of(draft.facts).items():
            found.setdefault(_COLUMN_OF.get(key, key), sentence)
        return [self.table.fault(draft, key, sentence) for key, sentence in found.items()]

    def _identity(self, draft: _Draft, found: dict[str, str]) -> None:
        number, email = draft.values["number"], draft.values["email"].lower()
        for key in ("number", "email"):
            if draft.values[key] and self.times[key][draft.values[key].casefold()] > 1:
                found[key] = _("This stands in the file more than once.")
        if len(number) > 20:
            found["number"] = _("At most %(limit)s characters.") % {"limit": 20}
        if email and not _is_email(email):
            found["email"] = _("Enter an e-mail address, such as name@example.org.")
        draft.expert = self.by_number.get(number)
        if draft.expert is not None and email and draft.expert.user.email.lower() != email:
            found["email"] = _("The number belongs to an expert with another address.")
        elif draft.expert is None and email in self.by_email:
            found["email"] = _("This address belongs to another expert.")

    def _readers(self) -> dict[str, Callable[[str, Mapping[str, str]], dict[str, Any]]]:
        return {
            "employer": self._employer,
            "employer_uscc": self._employer_by_code,
            "province": self._province,
            "disciplines": lambda text, _v: {"disciplines": [self.industries.get(word.casefold(), word) for word in words(text)]},
            "keywords_zh": lambda text, _v: {"keywords_zh": words(text)},
            "keywords_en": lambda text, _v: {"keywords_en": words(text)},
            "biography": lambda text, _v: {"biography": text},
            "capacity": _capacity,
            "is_available": _availability,
        }

    def _employer(self, text: str, values: Mapping[str, str]) -> dict[str, Any]:
        if len(text) > 200:
            raise Invalid(_("At most %(limit)s characters.") % {"limit": 200})
        known = {} if values.get("employer_uscc") else {"employer": self.by_name.get(text)}
        return {"employer_name": text, **known}

    def _employer_by_code(self, text: str, values: Mapping[str, str]) -> dict[str, Any]:
        found = self.by_code.get(text.upper())
        if found is None:
            raise Invalid(unknown_code(text))
        return {"employer": found, "employer_name": values.get("employer") or found.name_zh}

    def _province(self, text: str, _values: Mapping[str, str]) -> dict[str, Any]:
        if text not in self.places:
            raise Invalid(_("“%(value)s” is no province.") % {"value": text})
        return {"province": self.places[text]}


def _by_name(names: set[str]) -> dict[str, Enterprise]:
    """Enterprises of the register that alone have their name."""
    found: dict[str, list[Enterprise]] = {}
    for house in Enterprise.objects.filter(name_zh__in=names).order_by("id"):
        found.setdefault(house.name_zh, []).append(house)
    return {name: houses[0] for name, houses in found.items() if len(houses) == 1}


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _capacity(text: str, _values: Mapping[str, str]) -> dict[str, Any]:
    if not text.isdecimal():
        raise Invalid(_("“%(value)s” is no whole number.") % {"value": text})
    return {"capacity": int(text)}


def _availability(text: str, _values: Mapping[str, str]) -> dict[str, Any]:
    if text.casefold() not in _YES | _NO:
        raise Invalid(_("“%(value)s” is neither yes nor no.") % {"value": text})
    return {"is_available": text.casefold() in _YES}


# --- run ------------------------------------------------------------------------------------
def check_experts(*, actor: Any, path: Path | str) -> ExpertImport:
    """What the file would do; nothing is written. Raises Invalid or Unreadable for a file that is no table of experts."""
    rules.can_edit_pool(actor).require()
    return _planned(path)[0]


def import_experts(*, actor: Any, path: Path | str, organisation: Organisation | None = None) -> ExpertImport:
    """Add or update experts by number; accounts and the expert role included.

    New members join ``organisation``, by default the one expert committee there is. Sound rows are kept even when others
    are refused; each is one transaction.
    """
    rules.can_edit_pool(actor).require()
    home = organisation or committee()
    report, table, sound = _planned(path)
    done = ExpertImport(unchanged=report.unchanged, faults=list(report.faults), rows=report.rows)
    for draft in sound:
        try:
            _keep(actor, home, draft, done)
        except Invalid as error:
            done.faults += [
                table.fault(draft, _COLUMN_OF.get(key, key) if _COLUMN_OF.get(key, key) in COLUMNS else "number", sentence)
                for key, sentence in error.errors.items()
            ]
    return done


def _planned(path: Path | str) -> tuple[ExpertImport, _Table, list[_Draft]]:
    """What would happen, and the rows that would be written."""
    table = _Table(path)
    checker, report, sound = _Checker(table), ExpertImport(rows=len(table.drafts)), []
    for draft in table.drafts:
        if faults := checker.check(draft):
            report.faults += faults
        elif draft.expert is None:
            report.created.append(draft.values["number"])
            sound.append(draft)
        elif any(getattr(draft.expert, name) != value for name, value in draft.facts.items()):
            report.updated.append(draft.values["number"])
            sound.append(draft)
        else:
            report.unchanged += 1
    return report, table, sound


def _keep(actor: Any, home: Organisation, draft: _Draft, done: ExpertImport) -> None:
    values = draft.values
    with transaction.atomic():
        if draft.expert is None:
            hire(actor=actor, email=values["email"], name=values["name"], number=values["number"], organisation=home, **draft.facts)
            done.created.append(values["number"])
        else:
            update_expert(actor=actor, expert=draft.expert, **draft.facts)
            done.updated.append(values["number"])


# --- out ------------------------------------------------------------------------------------
def export_experts(experts: QuerySet[ExpertProfile]) -> bytes:
    """The experts as XLSX, in the columns the import reads. One query."""
    columns = [Column(names[0]) for names in COLUMNS.values()]
    rows = experts.select_related("user", "employer", "province").order_by("number")
    return write_xlsx(columns, (_cells(expert) for expert in rows), title=_("Expert pool"))


def _cells(expert: ExpertProfile) -> list[Any]:
    house = expert.employer
    return [
        expert.number,
        expert.user.name,
        expert.user.email,
        expert.employer_name or (house.name_zh if house else ""),
        (house.uscc or "") if house else "",
        expert.province.name_zh if expert.province else "",
        *("；".join(str(word) for word in listed) for listed in (expert.disciplines, expert.keywords_zh, expert.keywords_en)),
        expert.biography,
        expert.capacity,
        "是" if expert.is_available else "否",
    ]
