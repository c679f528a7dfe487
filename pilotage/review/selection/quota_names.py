"""Names of what the quotas of a selection count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from pilotage.calls.forms.words import in_language
from pilotage.calls.models import Call
from pilotage.registry.enums import Ownership, Size
from pilotage.registry.models import Division, Enterprise, Industry


class QuotaNames:
    """Names of what quotas count, in the active language; one query per attribute that is asked for, one per group."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._groups: dict[str, str] = {}

    def __call__(self, attribute: str, value: str) -> str:
        if attribute == "group":
            return self._group(value)
        return self._known.get(attribute, dict)().get(value, value)

    @cached_property
    def _known(self) -> dict[str, Callable[[], Mapping[str, str]]]:
        return {
            "province": lambda: self._provinces,
            "industry": lambda: self._industries,
            "size": lambda: {str(value): str(label) for value, label in Size.choices},
            "ownership": lambda: {str(value): str(label) for value, label in Ownership.choices},
            "level": lambda: self._levels,
        }

    @cached_property
    def _provinces(self) -> dict[str, str]:
        return {row.code: row.name for row in Division.objects.filter(level="province").order_by("code")}

    @cached_property
    def _industries(self) -> dict[str, str]:
        return {row.code: row.name for row in Industry.objects.order_by("code")}

    @cached_property
    def _levels(self) -> dict[str, str]:
        content = self._call.current.content if self._call.current else {}
        rows = (content.get("codes") or {}).get("levels") or []
        return {row["code"]: in_language(row.get("zh", ""), row.get("en", "")) for row in rows}

    def _group(self, value: str) -> str:
        if value not in self._groups:
            key = {"pk": int(value.removeprefix("enterprise-"))} if value.startswith("enterprise-") else {"uscc": value}
            found = Enterprise.objects.filter(**key).only("name_zh", "name_en").order_by("pk").first()
            self._groups[value] = found.name if found else value
        return self._groups[value]
