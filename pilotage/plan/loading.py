"""Sections of a plan folder that higher rooms load: ``calls``, and those of ``sections``.

A room registers its loader at start; ``plan.services.load_folder`` calls it inside the load's
transaction, after the plan itself is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pilotage.plan.models import Plan

# (plan, docs, actor) -> sentences on what changed. Each doc is one file's content as plain data; under
# "codes" it carries every code list of the folder, {name: [{code, zh, en, …further columns}]}.
Loader = Callable[["Plan", list[dict[str, Any]], Any], list[str]]

_sections: dict[str, Loader] = {}


def register_section(name: str, loader: Loader) -> None:
    if _sections.get(name, loader) is not loader:
        raise ValueError(f"section {name} has a loader already")
    _sections[name] = loader


def section(name: str) -> Loader | None:
    return _sections.get(name)


def sections() -> list[str]:
    return sorted(_sections)
