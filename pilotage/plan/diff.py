"""What changed between two contents of a plan folder?

Data: two trees of dicts, lists and scalars. Lists whose items are mappings with one of the identity
keys are compared item by item under that key, so a moved measure is no change of twenty measures.
Algorithm: one walk over both trees; a part that exists on one side only is one change, not one per leaf.
Invariants: ``diff(a, a)`` is empty; every change names a path that is unique in the answer; the changes
of ``diff(a, b)`` and ``diff(b, a)`` have the same paths, with added and removed exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

IDENTITY = ("code", "key", "call", "value", "url")


class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """``path`` is dotted: ``plan.areas[policy].measures[M01].title.zh``; an order of items has the path ``…[]``."""

    path: str
    kind: ChangeKind
    before: Any = None
    after: Any = None


def diff(before: Any, after: Any) -> list[Change]:
    return list(_walk("", before, after))


def _walk(path: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _mapping(path, before, after, lambda key: f"{path}.{key}" if path else str(key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _sequence(path, before, after)
    elif _differs(before, after):
        yield Change(path, ChangeKind.CHANGED, before, after)


def _differs(before: Any, after: Any) -> bool:
    """1 and 1.0 are one value in a plan file; 1 and true are not."""
    return before != after or isinstance(before, bool) != isinstance(after, bool)


def _mapping(path: str, before: dict[Any, Any], after: dict[Any, Any], name: Any) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        if key not in after:
            yield Change(name(key), ChangeKind.REMOVED, before=before[key])
        elif key not in before:
            yield Change(name(key), ChangeKind.ADDED, after=after[key])
        else:
            yield from _walk(name(key), before[key], after[key])


def _sequence(path: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    identity = _identity(before, after)
    if identity is None:
        if len(before) != len(after) or any(_differs(x, y) for x, y in zip(before, after, strict=False)):
            if any(isinstance(item, dict | list) for item in [*before, *after]) and len(before) == len(after):
                for index, (old, new) in enumerate(zip(before, after, strict=True)):
                    yield from _walk(f"{path}[{index}]", old, new)
            else:
                yield Change(path, ChangeKind.CHANGED, before, after)
        return
    old = {item[identity]: item for item in before}
    new = {item[identity]: item for item in after}
    yield from _mapping(path, old, new, lambda key: f"{path}[{key}]")
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change(f"{path}[]", ChangeKind.CHANGED, list(old), list(new))


def _identity(before: list[Any], after: list[Any]) -> str | None:
    """The key that names the items of both lists, each once; None when there is none."""
    items = [*before, *after]
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    for key in IDENTITY:
        if all(isinstance(item.get(key), str) for item in items) and _once(before, key) and _once(after, key):
            return key
    return None


def _once(items: list[Any], key: str) -> bool:
    return len({item[key] for item in items}) == len(items)
