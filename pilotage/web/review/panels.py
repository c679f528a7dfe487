"""The ranked list of a selection: the line, the folds, the critical projects, the zone in which scores cannot decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.models import Application
from pilotage.review.enums import Outcome
from pilotage.review.models import Selection, SelectionRow
from pilotage.review.selectors import outcomes_of
from pilotage.web.review.board import HEAVY
from pilotage.web.review.score_plot import Scale, plot_of, scale_of, shift_text

NEAR = 6  # ranks shown on either side of the line
FIRST = 5  # of those that a quota keeps out, the first of each, at most so many
SHOWN = 6  # projects named among those that came in, and among those that went out
BY_QUOTA = ("quota_maximum", "quota_minimum", "quotas", "province_cap")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the whole list says: one light query over all its rows."""

    outcomes: list[tuple[int, str]]  # (position, outcome) in order
    cut: int | None  # the last place at or above the national line
    line: Decimal | None
    lacking: int  # set aside for want of finished reviews
    by_quota: list[int]  # places of those that a quota keeps out

    def counts(self) -> Counter[str]:
        return Counter(outcome for _position, outcome in self.outcomes)


def standing_of(chosen: Selection) -> Standing:
    rows = list(chosen.rows.order_by("position").values_list("position", "outcome", "reason", "mean", "figures__score"))
    picked = [position for position, outcome, *_rest in rows if outcome == Outcome.SELECTED]
    known = (chosen.results or {}).get("line")
    line = Decimal(known) if known else next((mean for position, _o, _r, mean, _s in rows if picked and position == picked[-1]), None)
    above = [position for position, _o, _r, mean, score in rows if line is not None and _reaches(score, mean, line)]
    return Standing(
        [(row[0], row[1]) for row in rows],
        (above[-1] if known and above else picked[-1]) if picked else None,
        line,
        sum(row[2] == "few_reviews" for row in rows),
        [row[0] for row in rows if row[2] in BY_QUOTA],
    )


def _reaches(score: Any, mean: Decimal | None, line: Decimal) -> bool:
    value = score if score is not None else mean
    return value is not None and Decimal(str(value)) >= line


def rows_of(current: Selection) -> QuerySet[SelectionRow]:
    heavy = [f"application__{name}" for name in HEAVY]
    related = ("application__enterprise", "application__province", "application__prefecture", "application__industry")
    return current.rows.select_related(*related, "application__review_summary").defer(*heavy)


# --- the table ------------------------------------------------------------------------------
def drawn(rows: Iterable[SelectionRow]) -> tuple[list[dict[str, Any]], Scale]:
    """Rows with their plots, and the one scale they share."""
    rows = list(rows)
    scale = scale_of(row.figures for row in rows)
    return [_item(row, scale) for row in rows], scale


def _item(row: SelectionRow, scale: Scale) -> dict[str, Any]:
    return {"row": row, "plot": plot_of(row.figures, scale), "shift": shift_text(row.figures), "chance": chance_of(row.figures)}


def chance_of(figures: Mapping[str, Any]) -> str:
    """Of selection, in per cent; certainty is not claimed of what was sampled."""
    if figures.get("chance") is None:
        return ""
    share = float(figures["chance"]) * 100
    return "<1%" if share < 1 else ">99%" if share > 99 else f"{share:.0f}%"


def critical(current: Selection, standing: Standing) -> tuple[list[dict[str, Any]], Scale]:
    """Rows around the line in order, with folds for what needs no decision and the line itself."""
    at = standing.cut or 0
    kept = {position for position, _outcome in standing.outcomes if abs(position - at - 0.5) <= NEAR} | set(
        _first_by_quota(current, standing)
    )
    shown, scale = drawn(rows_of(current).filter(position__in=kept))
    rows = {item["row"].position: item for item in shown}
    items: list[dict[str, Any]] = []
    hidden: list[tuple[int, str]] = []
    for position, outcome in standing.outcomes:
        if position in rows:
            _fold(items, hidden)
            items.append(rows[position])
        else:
            hidden.append((position, outcome))
        if position == at:
            _fold(items, hidden)
            items.append({"cut": True})
    _fold(items, hidden)
    return items, scale


def _first_by_quota(current: Selection, standing: Standing) -> list[int]:
    """The first that each quota keeps out."""
    places = standing.by_quota[:200]
    found = current.rows.filter(position__in=places).order_by("position").values_list("position", "figures__blockers")
    first: dict[tuple[Any, ...], int] = {}
    for position, blockers in found:
        for each in blockers or [{"code": "maximum", "attribute": "province", "value": None}]:
            first.setdefault((each["code"], each["attribute"], each["value"]), position)
    return sorted(set(first.values()))[:FIRST]


def _fold(items: list[dict[str, Any]], hidden: list[tuple[int, str]]) -> None:
    """Say in one line what lies in a stretch that is not shown."""
    if not hidden:
        return
    counts = Counter(outcome for _position, outcome in hidden)
    first, last = hidden[0][0], hidden[-1][0]
    items.append({"fold": _fold_sentence(first, last, counts)})
    hidden.clear()


def _fold_sentence(first: int, last: int, counts: Counter[str]) -> str:
    if len(counts) == 1 and first != last:
        whole = {
            Outcome.SELECTED: _("Places %(first)s–%(last)s: all selected"),
            Outcome.RESERVE: _("Places %(first)s–%(last)s: all in reserve"),
            Outcome.NOT_SELECTED: _("Places %(first)s–%(last)s: none selected"),
        }
        return whole[Outcome(next(iter(counts)))] % {"first": first, "last": last}
    parts = [f"{Outcome(outcome).label} {counts[outcome]}" for outcome in Outcome.values if counts[outcome]]
    places = _("Place %(first)s: %(parts)s") if first == last else _("Places %(first)s–%(last)s: %(parts)s")
    return places % {"first": first, "last": last, "parts": pgettext("clause separator", ", ").join(parts)}


# --- the grey zone --------------------------------------------------------------------------
def grey_numbers(current: Selection) -> list[str]:
    return list(((current.results or {}).get("grey") or {}).get("numbers", ()))


def grey_rows(current: Selection) -> QuerySet[SelectionRow]:
    return rows_of(current).filter(application__number__in=grey_numbers(current))


# --- what changed ---------------------------------------------------------------------------
def changed_panel(current: Selection) -> dict[str, Any] | None:
    """Who came in and who went out since the draft before. Three queries."""
    before = Selection.objects.filter(call=current.call_id, number__lt=current.number).order_by("-number").defer("results").first()
    if before is None:
        return None
    old, new = outcomes_of(before), outcomes_of(current)
    entered = [pk for pk, outcome in new.items() if outcome == Outcome.SELECTED and old.get(pk) != Outcome.SELECTED]
    left = [pk for pk, outcome in old.items() if outcome == Outcome.SELECTED and new.get(pk) != Outcome.SELECTED]
    titles = {
        a.pk: a
        for a in Application.objects.filter(pk__in=[*entered[:SHOWN], *left[:SHOWN]]).select_related("prefecture", "province").defer(*HEAVY)
    }
    return {
        "before": before,
        "entered": [titles[pk] for pk in entered[:SHOWN]],
        "left": [titles[pk] for pk in left[:SHOWN]],
        "entered_count": len(entered),
        "left_count": len(left),
    }
