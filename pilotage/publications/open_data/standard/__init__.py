"""The tables, feeds and pages of the rooms below."""

from __future__ import annotations

from pilotage.publications.open_data.standard import calls, cases, changes, directory, guidelines, notices, pages, plans


def register_all() -> None:
    for part in (plans, calls, notices, directory, cases, guidelines, changes, pages):
        part.register_all()
