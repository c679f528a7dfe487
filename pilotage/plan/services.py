"""Loading a plan folder: check, compare, write in one transaction, keep the version."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.plan import indicators, loading
from pilotage.plan.diff import Change, diff
from pilotage.plan.folder import PlanFolder, check
from pilotage.plan.models import Plan, PlanVersion
from pilotage.plan.positions import Problem
from pilotage.plan.rules import can_load
from pilotage.plan.writing import write_plan


class BrokenFolder(Invalid):
    """The folder has problems; nothing was changed. ``problems`` names each with file, line and column."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__({f"{p.file}:{p.line}:{p.column}": p.message for p in problems})


@dataclass(frozen=True, slots=True)
class LoadReport:
    """``is_new_version`` is False when the folder equals what is loaded. ``notes`` are sentences of the sections' loaders."""

    plan: Plan
    version: int
    is_new_version: bool
    changes: list[Change]
    notes: list[str] = field(default_factory=list)


def read_folder(path: Path) -> PlanFolder:
    """The checked folder at ``path``; raises :class:`BrokenFolder`."""
    checked = check(path, indicators=indicators.keys())
    if checked.folder is None:
        raise BrokenFolder(checked.problems)
    return checked.folder


def compare(folder: PlanFolder) -> tuple[PlanVersion | None, list[Change]]:
    """The version loaded now, and what the folder changes against it. Two queries."""
    latest = PlanVersion.objects.filter(plan__slug=folder.slug).order_by("-number").first()
    return latest, diff(latest.content if latest else {}, folder.content)


def load_folder(path: Path, *, actor: Any) -> LoadReport:
    """Load the folder at ``path``: idempotent, versioned, all or nothing, with an audit event.

    Raises ``Refused``, or :class:`BrokenFolder` (an ``Invalid``) before anything is written,
    or ``Conflict``.
    """
    can_load(actor).require()
    folder = read_folder(path)
    for name in (*(["calls"] if folder.calls else []), *folder.further):
        if loading.section(name) is None:
            raise Invalid(_("No room reads the section “%(name)s”.") % {"name": name})
    try:
        return _load(folder, actor)
    except IntegrityError as error:
        raise Conflict(_("Somebody else loaded this plan at the same moment. Load it again.")) from error


def _load(folder: PlanFolder, actor: Any) -> LoadReport:
    with transaction.atomic():
        plan = Plan.objects.select_for_update().filter(slug=folder.slug).first()
        latest, changes = compare(folder)
        if plan is not None and latest is not None and latest.digest == folder.digest:
            return LoadReport(plan, plan.version, False, [])
        plan = write_plan(folder.plan, number=latest.number + 1 if latest else 1)
        version = PlanVersion.objects.create(
            plan=plan, number=plan.version, digest=folder.digest, content=folder.content, loaded_at=clock.now(), loaded_by=actor
        )
        notes = [note for name in loading.sections() for note in _load_section(name, folder, plan, actor)]
        record(version, "plan.load", actor=actor, extra={"changes": dict(Counter(c.kind for c in changes)), "notes": notes})
    return LoadReport(plan, plan.version, True, changes, notes)


def _load_section(name: str, folder: PlanFolder, plan: Plan, actor: Any) -> list[str]:
    loader = loading.section(name)
    return loader(plan, folder.section_docs(name), actor) if loader is not None else []
