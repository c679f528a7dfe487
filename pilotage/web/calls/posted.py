"""What did a form post say about each field?

Data: the inputs of field ``k`` are named ``f.k`` (one value, with ``f.k.unit`` where there are several), ``f.k.before``/``f.k.after`` (effect figures),
``f.k`` repeated plus ``f.k.<code>`` (scenarios) or ``f.k.<row>.<column>`` with ``rows.k`` (tables). Each field also
posts ``has`` = ``k:version:digest``: a browser leaves out empty boxes, so this says that the field was on
the page, at which draft version it was read, and the digest of the value it was drawn with.
Invariants: a field not named in ``has`` is not in the answer; a field whose value still has its drawn
digest is left out as well, so a post of a whole section carries only what the person changed.
Refuses: nothing; values are judged by the form definition.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

NOT_IN_POST = {"registry", "attachment", "computed"}


@dataclass(frozen=True, slots=True)
class Marker:
    key: str
    version: int
    digest: str


def digest(value: Any) -> str:
    """A short name for a stored value; blank values of all kinds share one."""
    if value in (None, "", [], {}) or (isinstance(value, dict) and not any(value.values())):
        return "-"
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


def markers(post: QueryDict) -> list[Marker]:
    found = []
    for item in post.getlist("has"):
        key, _, rest = item.partition(":")
        version, _, known = rest.partition(":")
        found.append(Marker(key, int(version) if version.isdigit() else 0, known))
    return found


def raw(field: Any, post: QueryDict) -> Any:
    """The posted value in the shape in which the form definition stores it, not yet judged."""
    name = f"f.{field.key}"
    if field.type == "multichoice":
        return post.getlist(name)
    if field.type == "scenarios":
        return {code: post.get(f"{name}.{code}", "").strip() for code in post.getlist(name)}
    if field.type == "before_after":
        return {part: post.get(f"{name}.{part}", "").strip() for part in ("before", "after")}
    if field.type == "table":
        return rows(field, post)
    typed = post.get(name, "").strip()
    return {"typed": typed, "unit": post.get(f"{name}.unit", "")} if field.units and typed else typed


def rows(field: Any, post: QueryDict) -> list[dict[str, str]]:
    """The rows of a table that hold anything."""
    asked = post.get(f"rows.{field.key}", "0")
    count = min(int(asked), 200) if asked.isdigit() else 0
    found = [
        {column.key: post.get(f"f.{field.key}.{index}.{column.key}", "").strip() for column in field.columns} for index in range(count)
    ]
    return [row for row in found if any(row.values())]
