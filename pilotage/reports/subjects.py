"""What of a plan is laid out over places and industries: one directory, with the calls that fill it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call
from pilotage.directory.enums import CountDimension
from pilotage.directory.indicators import editions_counted
from pilotage.directory.models import Directory, Edition, EntryCount
from pilotage.plan.models import Plan, PlanVersion, Target


@dataclass(frozen=True, slots=True)
class Subject:
    """``editions`` are the published ones made from the plan's calls; ``entries`` how many of theirs are in force now."""

    directory: str
    title: str
    calls: tuple[Call, ...]
    editions: tuple[Edition, ...]
    entries: int

    @property
    def edition_keys(self) -> str:
        """As the directory's address names them."""
        return ",".join(edition.key for edition in self.editions)


NOTHING = Subject("", "", (), (), 0)


def subjects(plan: Plan) -> list[Subject]:
    """The one with the most entries first; of those without any, what the plan's targets count. Six queries."""
    calls = _calls_by_directory(plan)
    editions: dict[str, list[Edition]] = defaultdict(list)
    for edition in editions_counted(plan, {}).select_related("directory").order_by("year", "id"):
        editions[edition.directory.slug].append(edition)
    titles = {directory.slug: directory.title for directory in Directory.objects.order_by("slug")}
    sizes = _sizes([edition for found in editions.values() for edition in found])
    wanted = _named_by_targets(plan)
    found = [
        Subject(
            slug,
            titles.get(slug) or (calls[slug][0].title if calls.get(slug) else slug),
            tuple(calls.get(slug, ())),
            tuple(editions.get(slug, ())),
            sum(sizes.get(edition.pk, 0) for edition in editions.get(slug, ())),
        )
        for slug in sorted({*calls, *editions})
    ]
    return sorted(found, key=lambda subject: (-subject.entries, wanted.get(subject.directory, len(wanted)), subject.directory))


def subject_of(plan: Plan, directory: str = "") -> Subject:
    """The one asked for, else the first; an empty one where the plan fills no directory."""
    return chosen(subjects(plan), directory)


def chosen(found: Sequence[Subject], directory: str) -> Subject:
    return next((subject for subject in found if subject.directory == directory), found[0] if found else NOTHING)


def _calls_by_directory(plan: Plan) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = defaultdict(list)
    for call in Call.objects.filter(plan=plan, current__isnull=False).prefetch_related("stages").order_by("year", "slug"):
        stage = call.stage(StageKind.PUBLISH)
        if stage is not None and stage.options.get("directory"):
            found[stage.options["directory"]].append(call)
    return found


def _sizes(editions: Sequence[Edition]) -> dict[int, int]:
    rows = EntryCount.objects.filter(edition__in=editions, dimension=CountDimension.TOTAL).order_by("edition")
    return dict(rows.values_list("edition", "count"))


def _named_by_targets(plan: Plan) -> dict[str, int]:
    """Directory -> place among those the targets count, in the plan's order."""
    rows = Target.objects.filter(measure__area__plan=plan, indicator__startswith="directory.").order_by(
        "measure__position", "position", "id"
    )
    options = rows.values_list("indicator_options", flat=True)
    return {slug: place for place, slug in reversed(list(enumerate(each.get("directory", "") for each in options)))}


def code_list(plan: Plan, name: str) -> list[dict[str, Any]]:
    """A code list of the plan folder as it was last loaded, [] where it has none. One query that reads no more of the folder."""
    versions = PlanVersion.objects.filter(plan=plan).order_by("-number")
    return versions.values_list(f"content__codes__{name}", flat=True).first() or []
