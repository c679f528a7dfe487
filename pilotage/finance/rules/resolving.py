"""What did the rule say on that day, in that place?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pilotage.finance.rules.model import All, AnyOf, AtLeast, Category, Compare, Node, NoneOf, Parameter, Rule, Value

Group = All | AnyOf | NoneOf | AtLeast


class NotInForce(Exception):
    """On that day the rule had no condition that held."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """``tree`` without conditions that did not hold; ``values``: parameter -> the value of the day."""

    rule: Rule
    as_of: date
    region: str
    tree: Node
    values: dict[str, Value]


def in_force(rule: Rule, as_of: date, *, region: str = "", operated: bool = False) -> Resolved:
    """``operated``: count a value from the day practice began, not from the day it came into force. Raises :class:`NotInForce`."""
    values = {}
    for key, parameter in rule.parameters.items():
        found = value_on(parameter, as_of, region, operated=operated)
        if found is not None:
            values[key] = found
    tree = _pruned(rule.tree, as_of, values)
    if tree is None:
        raise NotInForce(f"{rule.key} had no condition in force on {as_of.isoformat()}")
    return Resolved(rule, as_of, region, tree, values)


def value_on(parameter: Parameter, as_of: date, region: str, *, operated: bool = False) -> Value | None:
    """Of the nearest region: its own, its province's (the first two digits), the country's."""
    for place in dict.fromkeys((region, f"{region[:2]}0000" if region else "", "")):
        for value in parameter.values:
            begins = (value.operated_from or value.in_force) if operated else value.in_force
            if value.region == place and begins <= as_of and (value.until is None or as_of <= value.until):
                return value
    return None


def _pruned(node: Node, as_of: date, values: dict[str, Value]) -> Node | None:
    if isinstance(node, Group):
        pruned = [_pruned(each, as_of, values) for each in node.parts]
        parts = tuple(part for part in pruned if part is not None)
        if not parts:
            return None
        # fewer than k left cannot be reached by dropping: all that is left then
        if isinstance(node, AtLeast):
            left = tuple(worth for part, worth in zip(pruned, node.worth, strict=True) if part is not None)
            return replace(node, count=min(node.count, sum(left)), parts=parts, points=left if node.points else ())
        return replace(node, parts=parts)
    if (node.since and as_of < node.since) or (node.until and as_of > node.until):
        return None
    return None if isinstance(node, Compare | Category) and node.parameter not in values else node
