"""Is this row of a file an enterprise, and what exactly is wrong if not?

Data: a row, the column of each fact, and the reference rows (divisions, industries) in memory.
Algorithm: each mapped cell is read on its own; every fault is kept, so that one look names all that is wrong with a row.
Invariants: a draft holds only facts the row states, so a blank cell never erases what is known; a row with one fault that
is no warning gives no draft.
Refuses: to guess. No database: what other enterprises say is checked where the rows are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pilotage.core.codes import check_identifier, compact_uscc, uscc_mistake
from pilotage.core.tables import FaultKind, Row, column_letter, text
from pilotage.core.verdict import Invalid
from pilotage.registry.addresses import Gazetteer, Place
from pilotage.registry.enums import IdentifierScheme, Ownership, Size
from pilotage.registry.faults import Fault
from pilotage.registry.mapping import SCHEME_OF_KEY

_LIMITS = {"name_zh": 200, "name_en": 200, "short_zh": 60, "address": 300}
_TRUE, _FALSE = {"1", "是", "true", "yes", "y"}, {"0", "否", "false", "no", "n"}
OWNERSHIP_WORDS: dict[str, str] = {
    **{value: value for value in Ownership.values},
    "民营": Ownership.PRIVATE,
    "民营企业": Ownership.PRIVATE,
    "私营": Ownership.PRIVATE,
    "私营企业": Ownership.PRIVATE,
    "央企": Ownership.CENTRAL_SOE,
    "中央企业": Ownership.CENTRAL_SOE,
    "中央国企": Ownership.CENTRAL_SOE,
    "国企": Ownership.OTHER_SOE,
    "国有": Ownership.OTHER_SOE,
    "国有企业": Ownership.OTHER_SOE,
    "地方国企": Ownership.OTHER_SOE,
    "地方国有企业": Ownership.OTHER_SOE,
    "其他国企": Ownership.OTHER_SOE,
    "其他国有企业": Ownership.OTHER_SOE,
    "国有控股": Ownership.STATE_CONTROLLED,
    "国有控股企业": Ownership.STATE_CONTROLLED,
    "外资": Ownership.FOREIGN,
    "外资企业": Ownership.FOREIGN,
    "外商投资企业": Ownership.FOREIGN,
    "合资": Ownership.JOINT_VENTURE,
    "合资企业": Ownership.JOINT_VENTURE,
    "中外合资": Ownership.JOINT_VENTURE,
    "中外合资企业": Ownership.JOINT_VENTURE,
    "central state-owned": Ownership.CENTRAL_SOE,
    "other state-owned": Ownership.OTHER_SOE,
    "state-controlled": Ownership.STATE_CONTROLLED,
    "joint venture": Ownership.JOINT_VENTURE,
}
SIZE_WORDS: dict[str, str] = {
    **{value: value for value in Size.values},
    "大型": Size.LARGE,
    "大型企业": Size.LARGE,
    "中型": Size.MEDIUM,
    "中型企业": Size.MEDIUM,
    "小型": Size.SMALL,
    "小型企业": Size.SMALL,
    "微型": Size.MICRO,
    "微型企业": Size.MICRO,
}


@dataclass(slots=True)
class Draft:
    """``facts`` are attribute names and values of an Enterprise, ``identifiers`` scheme and value."""

    row: int
    facts: dict[str, Any] = field(default_factory=dict)
    identifiers: dict[str, str] = field(default_factory=dict)

    def canonical(self) -> list[Any]:
        return [self.row, sorted(self.facts.items()), sorted(self.identifiers.items())]


@dataclass(frozen=True, slots=True)
class Reference:
    gazetteer: Gazetteer
    industries: Mapping[str, str]  # code, name or short name -> code
    division_names: Mapping[str, str]


class RowReader:
    """``territory`` is the set of province codes that may be written, None for all."""

    def __init__(self, mapping: Mapping[str, int], heads: list[str], reference: Reference, territory: frozenset[str] | None = None) -> None:
        self.mapping, self.reference, self.territory = mapping, reference, territory
        self.labels = [f"{column_letter(index)} {head}".strip() for index, head in enumerate(heads)]
        self.used = {index: key for key, index in mapping.items()}
        self.columns = tuple(mapping.items())
        self._last_good: tuple[Any, ...] = ()

    def read(self, row: Row) -> tuple[Draft | None, list[Fault]]:
        draft, faults = _Reading(self, row).result()
        self._last_good = self._cells(row) if draft is not None else ()
        return draft, faults

    def is_repeat(self, row: Row) -> bool:
        """Whether the mapped cells equal those of the row before, which was good (a company listed once a year)."""
        return self._cells(row) == self._last_good and not row.faults

    def _cells(self, row: Row) -> tuple[Any, ...]:
        values, width = row.values, len(row.values)
        return tuple([values[index] if index < width else None for index in self.used])


class _Reading:
    def __init__(self, reader: RowReader, row: Row) -> None:
        self.reader, self.row = reader, row
        self.draft = Draft(row.number)
        self.faults: list[Fault] = []
        self.place: Place | None = None
        values, width = row.values, len(row.values)
        self.texts = {key: " ".join(text(values[index]).split()) for key, index in reader.columns if index < width}

    def result(self) -> tuple[Draft | None, list[Fault]]:
        self._cells()
        self._names()
        self._identifiers()
        self._codes()
        self._place()
        self._territory()
        refused = any(not fault.is_warning for fault in self.faults)
        return (None if refused else self.draft), self.faults

    def _text(self, key: str) -> str:
        return self.texts.get(key, "")

    def _fault(self, code: str, key: str = "", value: str = "", **params: Any) -> None:
        index = self.reader.mapping.get(key)
        label = self.reader.labels[index] if index is not None else ""
        self.faults.append(Fault(self.row.number, code, label, (value or (self._text(key) if key else ""))[:300], params))

    def _cells(self) -> None:
        for fault in self.row.faults:
            key = self.reader.used.get(fault.column)
            if key is None:
                continue
            params = {"error": fault.value} if fault.kind == FaultKind.ERROR_VALUE else {}
            self._fault(fault.kind.value, key, fault.value, **params)

    def _names(self) -> None:
        for key, limit in _LIMITS.items():
            text = self._text(key)
            if len(text) > limit:
                self._fault("too_long", key, count=len(text), limit=limit)
            elif text:
                self.draft.facts[key] = text
        if not self._text("name_zh") and not self._has_cell_fault("name_zh"):
            self._fault("name_missing", "name_zh")

    def _has_cell_fault(self, key: str) -> bool:
        return any(fault.column == self.reader.mapping.get(key) for fault in self.row.faults)

    def _identifiers(self) -> None:
        for key, scheme in SCHEME_OF_KEY.items():
            text = self._text(key)
            if text:
                self._identifier(key, scheme, text)
        if self.draft.identifiers:
            if IdentifierScheme.USCC not in self.draft.identifiers and not self._text("uscc"):
                self._fault("uscc_missing", "uscc")
        elif not any(self._text(key) or self._has_cell_fault(key) for key in SCHEME_OF_KEY if key in self.reader.mapping):
            self._fault("identifier_missing", "uscc")

    def _identifier(self, key: str, scheme: str, text: str) -> None:
        value = self.row.value(self.reader.mapping[key])
        if isinstance(value, int | float) and abs(value) >= 1e15:
            self._fault("lost_digits", key)
        elif scheme == IdentifierScheme.USCC:
            mistake = uscc_mistake(text)
            if mistake is None:
                self.draft.identifiers[scheme] = self.draft.facts["uscc"] = compact_uscc(text)
            else:
                self._fault(mistake[0], key, **mistake[1])
        else:
            try:
                self.draft.identifiers[scheme] = check_identifier(scheme, text)
            except Invalid as error:
                self._fault("identifier_invalid", key, reason=str(error))

    def _codes(self) -> None:
        words: tuple[tuple[str, str, Mapping[str, str]], ...] = (
            ("industry", "industry_id", self.reader.reference.industries),
            ("ownership", "ownership", OWNERSHIP_WORDS),
            ("size", "size", SIZE_WORDS),
        )
        for key, attribute, known in words:
            text = self._text(key)
            if text and (found := _lookup(known, text, key)):
                self.draft.facts[attribute] = found
            elif text:
                self._fault(f"{key}_unknown", key)
        text = self._text("is_legal_person").lower()
        if text in _TRUE | _FALSE:
            self.draft.facts["is_legal_person"] = text in _TRUE
        elif text:
            self._fault("boolean_unknown", "is_legal_person")

    def _place(self) -> None:
        gazetteer = self.reader.reference.gazetteer
        given, address = self._given_place(), self._text("address")
        if given and self.place is None:
            return
        from_address = gazetteer.find(address) if address else None
        if self.place is None:
            self.place = from_address
            if not address and "address" in self.reader.mapping:
                self._fault("address_missing", "address")
            elif address and from_address is None:
                self._fault("address_unresolved", "address")
        elif from_address is not None and from_address.province != self.place.province:
            names = self.reader.reference.division_names
            self._fault("place_mismatch", "address", found=names[from_address.province], given=names[self.place.province])
        elif from_address is not None and _refines(self.place, from_address):
            self.place = from_address
        if self.place is not None:
            self.draft.facts |= {
                "province_id": self.place.province,
                "prefecture_id": self.place.prefecture,
                "county_id": self.place.county,
            }

    def _given_place(self) -> bool:
        """Read the place columns; True when one is filled."""
        gazetteer = self.reader.reference.gazetteer
        code = self._text("division")
        if code:
            self.place = gazetteer.place(code)
            if self.place is None:
                self._fault("division_unknown", "division", text=code)
            return True
        parts = {key: self._text(key) for key in ("province", "prefecture", "county")}
        given = {key: text for key, text in parts.items() if text}
        if given:
            self.place = gazetteer.named(**parts)
            if self.place is None:
                key = next(iter(given))
                self._fault("division_unknown", key, text=" / ".join(given.values()))
        return bool(given)

    def _territory(self) -> None:
        territory = self.reader.territory
        if territory is None or self.place is None or self.place.province in territory:
            return
        name = self.reader.reference.division_names[self.place.province]
        key = next((key for key in ("division", "province", "address") if self._text(key)), "")
        self._fault("outside_territory", key, place=name)


def _lookup(known: Mapping[str, str], text: str, key: str) -> str | None:
    """By the word as written, in lower case, or, for industries, with the zero a spreadsheet dropped or a code and name together."""
    found = known.get(text) or known.get(text.lower())
    if found is None and key == "industry":
        head = text.split()[0]
        found = known.get(text.upper()) or known.get(text.zfill(2)) or (known.get(head) if head[:1].isascii() else None)
    return found


def _refines(given: Place, found: Place) -> bool:
    """Whether the address adds a level below the given place without contradicting it."""
    if given.county is not None:
        return False
    return given.prefecture in (None, found.prefecture) and (found.prefecture, found.county) != (given.prefecture, None)
