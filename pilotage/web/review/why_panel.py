"""Why one project is in or out: what its bar is made of, what blocks an exchange, which rule decided a tie."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.calls.models import Application
from pilotage.review.enums import Outcome
from pilotage.review.models import Selection, SelectionRow
from pilotage.review.wording import TIES, bar_sentence, points, reason_sentence, shown_parts
from pilotage.web.review.panels import Standing, chance_of, rows_of
from pilotage.web.review.quota_panel import Names
from pilotage.web.review.score_plot import Scale, scale_of, shift_text, signed


def why_panel(request: HttpRequest, current: Selection, standing: Standing, names: Names) -> dict[str, Any] | None:
    """The chosen row; by default the first one left out by a quota, else the first left out at all."""
    row = _chosen(request.GET.get("row", ""), current, standing)
    if row is None:
        return None
    bars, scale = bars_of(row.figures, standing.line, names)
    return {
        "row": row,
        "sentence": sentence_of(row, names),
        "bars": bars,
        "scale": scale,
        "gap": gap_text(row.figures),
        "bar_sentence": bar_sentence(row.figures, names),
        "blockers": _blockers(row.figures, names),
        "swaps": swap_sentence(row.figures),
        "tie": TIES.get(row.figures.get("rule") or row.figures.get("tie", ""), ""),
        "shift": shift_text(row.figures),
        "chance": chance_of(row.figures),
        "substitute": _substitute(row, current),
    }


def _chosen(number: str, current: Selection, standing: Standing) -> SelectionRow | None:
    rows = rows_of(current).order_by("position")
    found = rows.filter(application__number=number[:40]).first() if number else None
    return found or rows.filter(position=_worth_a_look(standing)).first()


def _worth_a_look(standing: Standing) -> int:
    """The place of the first one kept out by a quota, else of the first not selected, else of the last."""
    if standing.by_quota:
        return standing.by_quota[0]
    places = (position for position, outcome in standing.outcomes if outcome != Outcome.SELECTED)
    return next(places, standing.outcomes[-1][0] if standing.outcomes else 0)


def sentence_of(row: SelectionRow, names: Names) -> str:
    return reason_sentence(row.reason, row.figures, names)


def part_name(part: Mapping[str, Any], names: Names) -> str:
    if part["code"] == "line":
        return _("National line")
    if part["code"] == "indivisible":
        return _("Places cannot be divided")
    values = {"name": names(part["attribute"], part["value"])}
    return (_("%(name)s is full") if part["code"] == "maximum" else _("Minimum for %(name)s")) % values


def bars_of(figures: Mapping[str, Any], line: Decimal | None, names: Names) -> tuple[list[dict[str, Any]], Scale | None]:
    """National line, what each full quota adds, the project's own bar, its score: on one printed scale."""
    own = figures.get("score", figures.get("mean"))
    if own is None or (figures.get("bar") is None and line is None):
        return [], None
    parts = (
        shown_parts(figures)
        if figures.get("parts")
        else [{"code": "line", "attribute": None, "value": None, "amount": str(line), "limit": 0, "used": 0}]
    )
    bar = figures.get("bar") or points(line)
    sums = _sums(parts)
    scale = scale_of({"raw": value} for value in (own, bar, *(end for _start, end in sums)))
    lines = [_line(part, ends, scale, names) for part, ends in zip(parts, sums, strict=True)]
    lines.append(_solid(_("Bar of this project"), bar, "bound", scale))
    lines.append(_solid(_kind(figures, own), own, "own", scale))
    return lines, scale


def _kind(figures: Mapping[str, Any], own: Any) -> str:
    if figures.get("sittings") is not None:
        return _("Final score, sittings included")
    is_calibrated = figures.get("calibrated") is not None and own == figures["calibrated"] != figures.get("raw")
    return _("Calibrated score") if is_calibrated else _("Mean score")


def _sums(parts: list[Mapping[str, Any]]) -> list[tuple[Decimal, Decimal]]:
    """Where each part begins and ends."""
    ends, total = [], Decimal(0)
    for part in parts:
        ends.append((total, total + Decimal(part["amount"])))
        total = ends[-1][1]
    return ends


def _line(part: Mapping[str, Any], ends: tuple[Decimal, Decimal], scale: Scale, names: Names) -> dict[str, Any]:
    if part["code"] == "line":
        return _solid(part_name(part, names), part["amount"], "line", scale)
    left, right = sorted((scale.place(ends[0]) or 0.0, scale.place(ends[1]) or 0.0))
    limit = f"{part['used']}/{part['limit']}" if part["code"] in {"maximum", "minimum"} else ""
    return {
        "label": part_name(part, names), "text": signed(part["amount"]), "kind": "fill", "left": left, "width": max(0.8, right - left), "limit": limit,
    }  # fmt: skip


def _solid(label: str, value: Any, kind: str, scale: Scale) -> dict[str, Any]:
    return {"label": label, "text": points(value), "kind": kind, "left": 0, "width": max(0.8, scale.place(value) or 0.0), "limit": ""}


def gap_text(figures: Mapping[str, Any]) -> str:
    own, bar = figures.get("score"), figures.get("bar")
    if own is None or bar is None:
        return ""
    gap = Decimal(own) - Decimal(bar)
    if not gap:
        return _("exactly at its bar")
    return (_("%(gap)s above its bar") if gap > 0 else _("%(gap)s short of its bar")) % {"gap": points(abs(gap))}


def _blockers(figures: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    found = figures.get("blockers") or []
    return [{"name": part_name(each | {"used": 0}, names), "limit": each["limit"], "blocked": each["blocked"]} for each in found]


def swap_sentence(figures: Mapping[str, Any]) -> str:
    """How many with no higher score were selected, and that no exchange is possible."""
    count = figures.get("contenders")
    if not count:
        return ""
    return ngettext(
        "%(count)s project with no higher score is selected; to exchange it would break a limit.",
        "%(count)s projects with no higher score are selected; each exchange would break a limit.",
        count,
    ) % {"count": count}


def _substitute(row: SelectionRow, current: Selection) -> Application | None:
    """Who would take exactly this place. One query."""
    number = ((current.results or {}).get("substitutes") or {}).get(row.application.number) if row.outcome == Outcome.SELECTED else None
    found = Application.objects.filter(call=current.call_id, number=number).only("number", "project_title", "call").order_by("pk")
    return found.first() if number else None
