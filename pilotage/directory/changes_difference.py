"""What a yearly update changed in an entry's public facts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]
Codes = Mapping[str, Mapping[str, str]]
_LONG = "textarea"


def differences(before: Mapping[str, Any], after: Mapping[str, Any], scenarios: Codes) -> list[Json]:
    """``{"label", "before", "after"}`` for each fact that is another now, in the form's order; a long text only says that it is."""
    return [*_effects(before, after), *_fields(before, after), *_scenarios(before, after, scenarios)]


def _effects(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Json]:
    held = {effect["key"]: effect for effect in before.get("effects", [])}
    for effect in after.get("effects", []):
        old = held.get(effect["key"], {})
        if (old.get("before"), old.get("after")) != (effect["before"], effect["after"]):
            yield {"label": effect["label"], "before": old.get("after", ""), "after": effect["after"], "unit": effect.get("unit")}


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Json]:
    old, new = ({fact["key"]: fact for fact in facts.get("fields", [])} for facts in (before, after))
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key), new.get(key)
        if (was or {}).get("value") != (now or {}).get("value"):
            fact = now or was or {}
            words = {} if fact["type"] == _LONG else {"before": _shown(was), "after": _shown(now), "unit": fact.get("unit")}
            yield {"label": fact["label"], **words}


def _shown(fact: Json | None) -> Any:
    return "" if fact is None else fact.get("words") or fact.get("value")


def _scenarios(before: Mapping[str, Any], after: Mapping[str, Any], names: Codes) -> Iterator[Json]:
    old, new = before.get("scenarios", {}), after.get("scenarios", {})
    for code in sorted({*old, *new}):
        if (code in old) != (code in new):
            label = {language: names.get(code, {}).get(language, code) for language in ("zh", "en")}
            yield {"label": label, "scenario": "added" if code in new else "gone"}
