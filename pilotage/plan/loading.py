"""Sections of a plan folder that higher rooms load: ``calls``, and those of ``sections``.

A room registers its loader at start; ``plan.services.load_folder`` calls it inside the load's
transaction, after the plan itself is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pilotage.plan.models import Plan

# (plan, docs, actor) -> sentences on what changed. Each doc is one file's content as plain data; under
# "codes" it carries every code list of the folder, {name: [{code, zh, en, …further columns}]}.
Loader = Callable[["Plan", list[dict[str, Any]], Any], list[str]]

# content of a file -> (place in it as rule.all[0].metric, sentence) of each fault that only the higher room can see
Reader = Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]]

_sections: dict[str, Loader] = {}
_readers: dict[str, Reader] = {}


def register_section(name: str, loader: Loader) -> None:
    if _sections.get(name, loader) is not loader:
        raise ValueError(f"section {name} has a loader already")
    _sections[name] = loader


def section(name: str) -> Loader | None:
    return _sections.get(name)


def sections() -> list[str]:
    return sorted(_sections)


def register_reader(name: str, reader: Reader) -> None:
    """A section whose files hold what this room cannot read, such as rules over metrics."""
    if _readers.get(name, reader) is not reader:
        raise ValueError(f"section {name} has a reader already")
    _readers[name] = reader


def reader(name: str) -> Reader | None:
    return _readers.get(name)
