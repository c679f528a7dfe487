"""From a channel's file, kept as plain data with days as text, to its rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pilotage.finance.facts.metrics import METRICS
from pilotage.finance.rules import Rule, RuleError, read_rule
from pilotage.finance.rules.walker import leaves

DAYS = frozenset({"published", "in_force", "operated_from", "until", "since"})
_rules: dict[str, Rule] = {}
KEPT = 200


def rule_of(digest: str, content: Mapping[str, Any]) -> Rule:
    """Kept by digest, so equal content is read once in the life of the process."""
    found = _rules.get(digest)
    if found is None:
        if len(_rules) >= KEPT:
            _rules.clear()
        found = _rules[digest] = read(content)
    return found


def read(content: Mapping[str, Any]) -> Rule:
    """Raises :class:`RuleError` with the place in the file."""
    if "rule" not in content:
        raise RuleError(f"{content.get('channel', '')}: the channel has no rule")
    return read_rule({"key": content["channel"], **with_days(content)}, METRICS)


def with_days(told: Any) -> Any:
    """The same with days where text stands for them."""
    if isinstance(told, Mapping):
        return {key: _day(value) if key in DAYS and isinstance(value, str) else with_days(value) for key, value in told.items()}
    if isinstance(told, list):
        return [with_days(each) for each in told]
    return told


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def days_of_change(rule: Rule) -> list[date]:
    """Where a value or a condition begins, or is no more; practice begins with ``operated_from``."""
    found: set[date] = set()
    for parameter in rule.parameters.values():
        for value in parameter.values:
            found.add(value.operated_from or value.in_force)
            found.update([value.until + timedelta(days=1)] if value.until else [])
    for leaf in leaves(rule.tree):
        found.update([leaf.since] if leaf.since else [])
        found.update([leaf.until + timedelta(days=1)] if leaf.until else [])
    return sorted(found)
