"""What stands around the ranked list: the line, the folds, quotas, spread, and why one project is in or out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from pilotage.calls.models import Application
from pilotage.registry.enums import Ownership, Size
from pilotage.registry.models import Division
from pilotage.review.enums import Outcome
from pilotage.review.models import Selection, SelectionRow
from pilotage.review.options import SelectionParameters
from pilotage.review.quota_names import QuotaNames
from pilotage.review.selectors import outcomes_of
from pilotage.review.wording import TIES, Names, points, reason_sentence
from pilotage.web.review.board import HEAVY

NEAR = 8  # ranks shown on either side of the line
SHOWN = 6  # projects named among those that came in, and among those that went out


@dataclass(frozen=True, slots=True)
class Standing:
    """What the whole list says: one light query over all its rows."""

    outcomes: list[tuple[int, str]]  # (position, outcome) in order
    line_position: int | None
    line: Decimal | None
    lacking: int  # set aside for want of finished reviews
    first_left_out: frozenset[
        int
    ]  # of each full province, the place of the first who is not in

    def counts(self) -> Counter[str]:
        return Counter(outcome for _position, outcome in self.outcomes)


def standing_of(chosen: Selection) -> Standing:
    rows = list(
        chosen.rows.order_by("position").values_list(
            "position", "outcome", "mean", "reason", "application__province_id"
        )
    )
    picked = [
        (position, mean)
        for position, outcome, mean, _reason, _province in rows
        if outcome == Outcome.SELECTED
    ]
    first: dict[str, int] = {}
    for position, _outcome, _mean, reason, province in rows:
        if reason in {"quota_maximum", "province_cap"}:
            first.setdefault(province, position)
    return Standing(
        [(row[0], row[1]) for row in rows],
        picked[-1][0] if picked else None,
        picked[-1][1] if picked else None,
        sum(row[3] == "few_reviews" for row in rows),
        frozenset(first.values()),
    )


def rows_of(current: Selection) -> QuerySet[SelectionRow]:
    heavy = [f"application__{name}" for name in HEAVY]
    related = (
        "application__enterprise",
        "application__province",
        "application__prefecture",
        "application__industry",
    )
    return current.rows.select_related(*related, "application__review_summary").defer(
        *heavy
    )


def critical(current: Selection, standing: Standing) -> list[dict[str, Any]]:
    """Rows around the line in order, with folds for what needs no decision and the line itself."""
    at = standing.line_position or 0
    kept = {
        position
        for position, _outcome in standing.outcomes
        if abs(position - at) <= NEAR
    } | standing.first_left_out
    rows = {row.position: row for row in rows_of(current).filter(position__in=kept)}
    items: list[dict[str, Any]] = []
    hidden: list[tuple[int, str]] = []
    for position, outcome in standing.outcomes:
        if position in rows:
            _fold(items, hidden)
            items.append({"row": rows[position]})
        else:
            hidden.append((position, outcome))
        if position == at:
            _fold(items, hidden)
            items.append({"cut": True})
    _fold(items, hidden)
    return items


def _fold(items: list[dict[str, Any]], hidden: list[tuple[int, str]]) -> None:
    """Say in one line what lies in a stretch that is not shown."""
    if not hidden:
        return
    counts = Counter(outcome for _position, outcome in hidden)
    parts = [
        f"{Outcome(outcome).label} {counts[outcome]}"
        for outcome in Outcome.values
        if counts[outcome]
    ]
    first, last = hidden[0][0], hidden[-1][0]
    places = (
        _("Place %(first)s: %(parts)s")
        if first == last
        else _("Places %(first)s–%(last)s: %(parts)s")
    )
    items.append(
        {"fold": places % {"first": first, "last": last, "parts": _(", ").join(parts)}}
    )
    hidden.clear()


def facts_panel(current: Selection) -> dict[str, Any]:
    """How the selected are spread, in the figures that are published: one query."""
    fields = ("province_id", "industry_id", "enterprise__ownership", "enterprise__size")
    rows = list(
        current.rows.filter(outcome=Outcome.SELECTED)
        .order_by()
        .values_list(*(f"application__{name}" for name in fields))
    )
    total = len(rows)
    size = Counter(row[3] for row in rows)
    return {
        "total": total,
        "by_province": Counter(row[0] for row in rows),
        "provinces": len({row[0] for row in rows if row[0]}),
        "industries": len({row[1] for row in rows if row[1]}),
        "ownership": _shares(Counter(row[2] for row in rows), Ownership, total),
        "size": _shares(size, Size, total),
    }


def _shares(
    counts: Counter[str], choices: Any, total: int
) -> list[tuple[str, int, float]]:
    """(label, count, per cent), largest first; unknown last."""
    known = [
        (choices(value).label, count, 100 * count / total)
        for value, count in counts.most_common()
        if value
    ]
    unknown = (
        [(_("not known"), counts[""], 100 * counts[""] / total)] if counts[""] else []
    )
    return known + unknown


def quotas_panel(
    facts: dict[str, Any], terms: SelectionParameters, names: Mapping[str, Division]
) -> dict[str, Any]:
    used_by = facts["by_province"]
    lines = [
        {"province": names[code], "used": used, "cap": cap_of(terms, code)}
        for code, used in used_by.items()
        if code in names
    ]
    lines.sort(key=lambda line: (-line["used"], line["province"].code))
    full = sum(bool(line["cap"]) and line["used"] >= line["cap"] for line in lines)
    return {"lines": lines[:10], "rest": lines[10:], "full": full}


def cap_of(terms: SelectionParameters, province: str) -> int | None:
    line = terms.line("province", province)
    return line.maximum if line else None


def why_panel(
    request: HttpRequest, current: Selection, standing: Standing
) -> dict[str, Any] | None:
    """The chosen row's reason with its bars; by default the first one left out near the line."""
    number = request.GET.get("row", "")
    rows = rows_of(current)
    row = rows.filter(application__number=number).first() if number else None
    if row is None:
        row = (
            rows.exclude(outcome=Outcome.SELECTED)
            .exclude(mean=None)
            .order_by("position")
            .first()
        )
    if row is None:
        return None
    return {
        "row": row,
        "sentence": sentence_of(row),
        "bars": _bars(row, standing),
        "tie": TIES.get(row.figures.get("tie", ""), ""),
    }


def sentence_of(row: SelectionRow, names: Names | None = None) -> str:
    """``names`` is given where many rows are written."""
    return reason_sentence(
        row.reason, row.figures, names or QuotaNames(row.selection.call)
    )


def _bars(row: SelectionRow, standing: Standing) -> list[dict[str, Any]]:
    """National line, what the full province adds, the project's own line, its score: on one printed scale."""
    if row.mean is None or standing.line is None:
        return []
    line, own = standing.line, row.mean
    bound = Decimal(row.figures["bar"]) if row.figures.get("bar") else line
    bound = max(bound, line)
    low = float(int(min(line, own, bound)) - 2)
    high = float(int(max(line, own, bound)) + 2)

    def bar(
        label: str, value: Decimal, kind: str, start: Decimal | None = None
    ) -> dict[str, Any]:
        left = 0.0 if start is None else _place(float(start), low, high)
        width = max(0.5, _place(float(value), low, high) - left)
        text = points(value) if start is None else f"+{points(value - start)}"
        return {
            "label": label,
            "text": text,
            "kind": kind,
            "left": left,
            "width": width,
        }

    bars = [bar(_("National line"), line, "line")]
    if bound > line:
        bars.append(bar(_("Province full"), bound, "fill", line))
    bars.append(bar(_("Line of this project"), bound, "bound"))
    bars.append(bar(_("Mean score"), own, "own"))
    return bars


def _place(value: float, low: float, high: float) -> float:
    return round(100 * (value - low) / ((high - low) or 1), 1)


def changed_panel(current: Selection) -> dict[str, Any] | None:
    """Who came in and who went out since the draft before. Three queries."""
    before = (
        Selection.objects.filter(call=current.call_id, number__lt=current.number)
        .order_by("-number")
        .first()
    )
    if before is None:
        return None
    old, new = outcomes_of(before), outcomes_of(current)
    entered = [
        pk
        for pk, outcome in new.items()
        if outcome == Outcome.SELECTED and old.get(pk) != Outcome.SELECTED
    ]
    left = [
        pk
        for pk, outcome in old.items()
        if outcome == Outcome.SELECTED and new.get(pk) != Outcome.SELECTED
    ]
    titles = {
        a.pk: a
        for a in Application.objects.filter(pk__in=[*entered[:SHOWN], *left[:SHOWN]])
        .select_related("prefecture", "province")
        .defer(*HEAVY)
    }
    return {
        "before": before,
        "entered": [titles[pk] for pk in entered[:SHOWN]],
        "left": [titles[pk] for pk in left[:SHOWN]],
        "entered_count": len(entered),
        "left_count": len(left),
    }
