"""A panel discussion as its members read it: each other's scores, comments, remarks and changes under pseudonyms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.forms.fields import in_language
from pilotage.calls.models import Call
from pilotage.review import scoring
from pilotage.review.enums import AssignmentState, DiscussionState
from pilotage.review.models import Assignment, Discussion, ExpertProfile, Score, ScoreChange
from pilotage.review.options import review_options, rubric_of


@dataclass(frozen=True, slots=True)
class Member:
    """A seat as a column. ``original`` is the total before its first change in the discussion, None where nothing changed."""

    seat: Assignment
    name: str
    is_mine: bool
    total: Decimal | None
    original: Decimal | None


@dataclass(frozen=True, slots=True)
class Cell:
    value: Decimal | None
    was: Decimal | None  # before the discussion, where it was changed


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion: a cell per member, and what each wrote about it."""

    key: str
    title: str
    weight: Decimal
    cells: list[Cell]
    comments: list[tuple[str, str]]
    mine: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """A remark (``changes`` empty), or scores changed at once with their reason."""

    name: str
    is_mine: bool
    at: datetime
    text: str
    changes: tuple[tuple[str, Decimal, Decimal], ...] = ()
    totals: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    members: list[Member]
    lines: list[Line]
    said: list[Said]
    scale: int
    mean: Decimal | None
    spread: Decimal | None
    chair: str

    @property
    def own(self) -> Member | None:
        return next((member for member in self.members if member.is_mine), None)


def pseudonyms(discussion: Discussion, seats: list[Assignment]) -> dict[int, str]:
    """Expert -> name in this discussion: by the order drawn at its opening; who finished later comes after."""
    drawn = {pk: place for place, pk in enumerate(discussion.panel)}
    order = sorted(seats, key=lambda seat: (drawn.get(seat.pk, len(drawn)), seat.pk))
    return {seat.expert_id: _("Expert %(number)s") % {"number": number} for number, seat in enumerate(order, start=1)}


def sheet_of(discussion: Discussion, reader: Any, *, is_named: bool) -> Sheet:
    """``is_named``: real names for the secretariat and the auditors. Five queries."""
    rows = Assignment.objects.filter(application=discussion.application_id).select_related("expert__user").order_by("id")
    seats = [seat for seat in rows if seat.pk in set(discussion.panel) or (seat.state == AssignmentState.FINISHED and not seat.conflict)]
    names = pseudonyms(discussion, seats)
    shown = sorted(
        (seat for seat in seats if seat.state == AssignmentState.FINISHED and not seat.conflict), key=lambda seat: _place(names, seat)
    )
    changes = list(ScoreChange.objects.filter(discussion=discussion).select_related("assignment").order_by("id"))
    rubric = rubric_of(discussion.application, review_options(discussion.call))
    titles = {criterion.key: in_language(criterion.title_zh, criterion.title_en) or criterion.key for criterion in rubric.criteria}
    label = _Label(discussion, names, reader, is_named)
    totals = [seat.total for seat in shown if seat.total is not None]
    return Sheet(
        [_member(seat, label, changes) for seat in shown],
        _lines(rubric, titles, shown, changes, label),
        sorted([*_remarks(discussion, label), *_changed(changes, titles, label)], key=lambda each: each.at),
        rubric.scale,
        scoring.mean(totals),
        scoring.spread(totals),
        label.of(discussion.chair) if discussion.chair else "",
    )


def _place(names: Mapping[int, str], seat: Assignment) -> int:
    return list(names).index(seat.expert_id)


class _Label:
    """What an expert is called by this reader."""

    def __init__(self, discussion: Discussion, names: Mapping[int, str], reader: Any, is_named: bool) -> None:
        self.chair, self.names, self.reader, self.is_named = discussion.chair_id, names, reader, is_named

    def of(self, expert: ExpertProfile) -> str:
        if expert.pk not in self.names:
            return expert.user.name if self.is_named else pgettext("discussion", "Chair")
        name = f"{self.names[expert.pk]} {expert.user.name}" if self.is_named else self.names[expert.pk]
        return _("%(name)s (chair)") % {"name": name} if expert.pk == self.chair else name

    def is_mine(self, expert: ExpertProfile) -> bool:
        return self.reader is not None and expert.user_id == self.reader.pk


def _member(seat: Assignment, label: _Label, changes: list[ScoreChange]) -> Member:
    original = next((change.total_before for change in changes if change.assignment_id == seat.pk), None)
    return Member(seat, label.of(seat.expert), label.is_mine(seat.expert), seat.total, original)


def _lines(
    rubric: scoring.Rubric, titles: Mapping[str, str], seats: list[Assignment], changes: list[ScoreChange], label: _Label
) -> list[Line]:
    scores = {(row.assignment_id, row.criterion): row for row in Score.objects.filter(assignment__in=seats).order_by("id")}
    first: dict[tuple[int, str], Decimal] = {}
    for change in changes:
        first.setdefault((change.assignment_id, change.criterion), change.before)
    mine = next((seat.pk for seat in seats if label.is_mine(seat.expert)), None)
    found = []
    for criterion in rubric.criteria:
        kept = [(seat, scores.get((seat.pk, criterion.key))) for seat in seats]
        cells = [Cell(row.value if row else None, first.get((seat.pk, criterion.key))) for seat, row in kept]
        comments = [(label.of(seat.expert), row.comment) for seat, row in kept if row and row.comment]
        own = scores.get((mine, criterion.key)) if mine is not None else None
        value = int(own.value) if own and own.value is not None else None
        found.append(Line(criterion.key, titles[criterion.key], criterion.weight, cells, comments, value))
    return found


def _remarks(discussion: Discussion, label: _Label) -> list[Said]:
    rows = discussion.remarks.select_related("expert__user").order_by("id")
    return [Said(label.of(row.expert), label.is_mine(row.expert), row.made_at, row.text) for row in rows]


def _changed(changes: list[ScoreChange], titles: Mapping[str, str], label: _Label) -> list[Said]:
    """Changes made at once by one expert are told as one."""
    together: dict[tuple[int, datetime], list[ScoreChange]] = {}
    for change in changes:
        together.setdefault((change.assignment_id, change.made_at), []).append(change)
    experts = {row.pk: row for row in ExpertProfile.objects.filter(pk__in={c.assignment.expert_id for c in changes}).select_related("user")}
    return [
        Said(
            label.of(experts[rows[0].assignment.expert_id]),
            label.is_mine(experts[rows[0].assignment.expert_id]),
            at,
            rows[0].reason,
            tuple((titles.get(row.criterion, row.criterion), row.before, row.after) for row in rows),
            (rows[0].total_before, rows[0].total_after),
        )
        for (_seat, at), rows in together.items()
    ]


# --- the secretariat's list -----------------------------------------------------------------
def discussion_counts(call: Call) -> dict[str, int]:
    """How many are in each state, and all. One query."""
    found = dict(Discussion.objects.filter(call=call).order_by().values_list("state").annotate(n=Count("id")))
    return {**{str(state): found.get(state, 0) for state in DiscussionState.values}, "all": sum(found.values())}


def panels_of(applications: Collection[int]) -> dict[int, list[Assignment]]:
    """The finished seats of each application. One query."""
    found: dict[int, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(application__in=applications, state=AssignmentState.FINISHED, conflict="")
    for seat in rows.select_related("expert__user").order_by("id"):
        found[seat.application_id].append(seat)
    return found
