"""In which province, prefecture and county does this Chinese address lie?

Data: the divisions, each with its full name (江苏省, 苏州市) and, for provinces and prefectures, the name people
write without its ending (江苏, 苏州).
Algorithm: an address is read from its start as [province] [prefecture] [county]; each part may be missing, each must lie in
the one before. Of all readings the one that consumes most characters wins (longest prefix match).
Invariants: a result's county lies in its prefecture and province; pseudo-rows are never part of it.
Refuses: to choose between two readings of equal length, and to believe a lone short name of a prefecture
(海口路 is a street in many cities) unless a development zone follows. It then answers None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_NOISE = re.compile(r"[\s,，、.。·]+")
_COUNTRY = re.compile(r"^(?:公司)?(?:注册)?(?:地址)?[:：]?(?:中华人民共和国|中国)?(?:[（(](\w{2,3})[）)]自由贸易试验区)?")
# what follows a prefecture's short name where the name means the place (合肥高新区) and not a street (海口路)
_ZONE = re.compile(r"(?![路街道巷村镇])[^\d路街]{0,8}?(?:开发区|高新区|产业区|产业园|工业园|软件园|化工园|新区|新城)")
_PROVINCE_ENDINGS = re.compile(r"(?:省|市|特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区)$")


@dataclass(frozen=True, slots=True)
class DivisionRow:
    code: str
    name: str
    short: str
    level: str
    is_pseudo: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Codes; prefecture is None under municipalities and for counties led by the province itself."""

    province: str
    prefecture: str | None = None
    county: str | None = None


class _Reading(NamedTuple):
    end: int
    is_sure: bool
    province: str | None
    prefecture: str | None
    county: str | None


_NOTHING = _Reading(0, False, None, None, None)


class Gazetteer:
    def __init__(self, rows: Iterable[DivisionRow]) -> None:
        self.by_code = {row.code: row for row in rows}
        self.names: dict[str, dict[str, list[tuple[str, bool]]]] = {"province": {}, "prefecture": {}, "county": {}}
        for row in self.by_code.values():
            if not row.is_pseudo:
                self._index(row)
        # the names of a level by their first two characters, so that reading an address tries a handful and not all lengths
        self.by_start: dict[str, dict[str, list[str]]] = {level: {} for level in self.names}
        for level, names in self.names.items():
            for name in names:
                self.by_start[level].setdefault(name[:2], []).append(name)
        self.named = lru_cache(maxsize=4096)(self._named)
        self.place = lru_cache(maxsize=4096)(self._place)

    def _index(self, row: DivisionRow) -> None:
        names = self.names[row.level]
        names.setdefault(row.name, []).append((row.code, True))
        short = _PROVINCE_ENDINGS.sub("", row.name) if row.level == "province" else row.short if row.level == "prefecture" else ""
        if short and short != row.name:
            names.setdefault(short, []).append((row.code, False))

    def _place(self, code: str) -> Place | None:
        """The chain of a division code; pseudo-rows are left out of it."""
        row = self.by_code.get(code)
        if row is None:
            return None
        province = f"{code[:2]}0000"
        if row.level == "province" or (row.is_pseudo and row.level == "prefecture"):
            return Place(province)
        prefecture = self.by_code.get(f"{code[:4]}00")
        named = prefecture.code if prefecture is not None and not prefecture.is_pseudo else None
        return Place(province, named, code if row.level == "county" and not row.is_pseudo else None)

    def _named(self, province: str = "", prefecture: str = "", county: str = "") -> Place | None:
        """The place given in three cells, by name or code; None when they do not fit together or one is unknown."""
        places = [Place("")]
        for level, text in (("province", province), ("prefecture", prefecture), ("county", county)):
            if text:
                places = [found for place in places for found in self._narrow(place, level, text)]
        return places[0] if len(places) == 1 and places[0].province else None

    def _narrow(self, place: Place, level: str, text: str) -> Iterator[Place]:
        codes = [text] if text in self.by_code else [code for code, _sure in self.names[level].get(text, [])]
        if not codes and level == "prefecture" and place.province:
            # 北京市 in the column "city" of a Beijing enterprise, and 仙桃市, which has no prefecture
            if text in {self.by_code[place.province].name, _PROVINCE_ENDINGS.sub("", self.by_code[place.province].name), "市辖区"}:
                yield place
            codes = [code for code, _sure in self.names["county"].get(text, [])]
        for code in codes:
            found = self.place(code)
            if found is not None and _fits(place, found):
                yield found

    def find(self, address: str) -> Place | None:
        text = _COUNTRY.sub(lambda found: found[1] or "", _NOISE.sub("", address))
        readings = [reading for reading in self._read(text) if reading.end and reading.is_sure]
        if not readings:
            return None
        longest = max(reading.end for reading in readings)
        places = {self._place_of(reading) for reading in readings if reading.end == longest}
        return places.pop() if len(places) == 1 else None

    def _place_of(self, reading: _Reading) -> Place | None:
        return self.place(reading.county or reading.prefecture or reading.province or "")

    def _read(self, text: str) -> Iterator[_Reading]:
        for province in (_NOTHING, *self._match(text, _NOTHING, "province")):
            for prefecture in (province, *self._match(text, province, "prefecture")):
                yield prefecture
                yield from self._match(text, prefecture, "county")

    def _match(self, text: str, before: _Reading, level: str) -> Sequence[_Reading]:
        start = before.end
        names = self.by_start[level].get(text[start : start + 2])
        if names is None:
            return ()
        return [
            self._continued(text, before, level, code, start + len(name), is_full=is_full)
            for name in names
            if text.startswith(name, start)
            for code, is_full in self.names[level][name]
            if _continues(before, code)
        ]

    def _continued(self, text: str, before: _Reading, level: str, code: str, end: int, *, is_full: bool) -> _Reading:
        if level == "county":
            return _Reading(end, True, before.province, before.prefecture, code)
        if level == "province":
            return _Reading(end, True, code, None, None)
        is_sure = is_full or bool(before.province) or _ZONE.match(text, end) is not None
        return _Reading(end, is_sure, before.province, code, None)


def _continues(before: _Reading, code: str) -> bool:
    if before.prefecture:
        return code[:4] == before.prefecture[:4]
    return not before.province or code[:2] == before.province[:2]


def _fits(outer: Place, inner: Place) -> bool:
    return outer.province in ("", inner.province) and outer.prefecture in (None, inner.prefecture) and outer.county in (None, inner.county)
