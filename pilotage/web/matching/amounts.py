"""How much money came through which channel, where, to which industry, in which quarter. Each number opens its records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.finance.matching import amounts
from pilotage.finance.matching.amounts import Asked, Figure
from pilotage.registry.models import Division, Industry
from pilotage.web.matching.common import Reader, channels_by_key, reader_of, tabs, yuan
from pilotage.web.nav import resolved

MOST = 200
_HELD = ("kind", "channel", "province", "industry", "quarter")  # kept while the days are narrowed


def _reader(request: HttpRequest) -> Reader:
    """For the secretariat and auditors."""
    reader = reader_of(request)
    if not reader.sees_all:
        raise Http404
    return reader


def asked_of(request: HttpRequest) -> Asked:
    return Asked(
        kind=request.GET.get("kind", "") if request.GET.get("kind", "") in amounts.SOURCES else "",
        channels=tuple(request.GET.getlist("channel")[:20]),
        province=request.GET.get("province", "")[:6],
        industry=request.GET.get("industry", "")[:4],
        quarter=request.GET.get("quarter", "")[:7],
        since=_day(request.GET.get("since", "")),
        until=_day(request.GET.get("until", "") or request.GET.get("as_of", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@require_safe
def amounts_page(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    asked = asked_of(request)
    found = amounts.figures(asked)
    names = _names(found)
    tables = [
        {"title": title, "key": key, "rows": _rows(key, found.get(key, {}), names[key], asked)}
        for key, title in (
            ("channel", _("By channel")),
            ("quarter", _("By quarter")),
            ("province", pgettext("financing", "By province")),
            ("industry", pgettext("financing", "By industry")),
            ("kind", _("By kind of record")),
        )
    ]
    total = found.get("", {}).get("total", Figure())
    context = {
        "tabs": tabs(reader, "amounts"),
        "tables": tables,
        "total": _line("", "", total, asked),
        "since": asked.since,
        "until": asked.until,
        "empty": total.count == 0,
    }
    return render(request, "matching/amounts.html", context)


def kinds() -> dict[str, str]:
    return {
        "introduction": _("Closed introductions"),
        "pledge": _("Pledge loans disbursed"),
        "note": _("Notes issued"),
    }


def _names(found: Mapping[str, Mapping[str, Figure]]) -> dict[str, Mapping[str, str]]:
    """Of the values that occur. Four queries at most."""
    unknown = {"none": pgettext("statistics", "not known")}
    divisions = {row.pk: row.name for row in Division.objects.filter(pk__in=list(found.get("province", {})))}
    trades = {row.pk: row.short for row in Industry.objects.filter(pk__in=list(found.get("industry", {})))}
    return {
        "channel": {key: each.title for key, each in channels_by_key().items()},
        "kind": kinds(),
        "quarter": {},
        "province": divisions | unknown,
        "industry": trades | unknown,
    }


def _rows(key: str, figures: Mapping[str, Figure], names: Mapping[str, str], asked: Asked) -> list[dict[str, Any]]:
    """Largest first; quarters in order."""
    most = max((each.amount for each in figures.values()), default=0)
    ordered = sorted(figures) if key == "quarter" else sorted(figures, key=lambda value: (-figures[value].amount, value))
    return [
        {
            "name": names.get(value, value),
            "share": figures[value].amount * 100 / most if most else 0,
            **_line(key, value, figures[value], asked),
        }
        for value in ordered
    ]


def _line(key: str, value: str, figure: Figure, asked: Asked) -> dict[str, Any]:
    query = {key: value} if key else {}
    for name in ("since", "until"):
        day = getattr(asked, name)
        if day:
            query[name] = day.isoformat()
    return {"count": figure.count, "amount": yuan(figure.amount), "url": f"{reverse('matching:records')}?{urlencode(query)}"}


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """Exactly the records that a number counts."""
    reader = _reader(request)
    asked = asked_of(request)
    channels = channels_by_key()
    found = amounts.figures(asked)
    groups = []
    for kind, title in kinds().items():
        rows = amounts.rows_of(kind, asked)
        shown = [_record(kind, row, channels) for row in rows.select_related(*_RELATED[kind]).order_by("-flow_on", "-pk")[:MOST]]
        if shown:
            total = found["kind"][kind]
            groups.append({"title": title, "rows": shown, "count": total.count, "amount": yuan(total.amount), "is_cut": total.count > MOST})
    total = found.get("", {}).get("total", Figure())
    context = {
        "tabs": tabs(reader, "amounts"),
        "groups": groups,
        "total": {"count": total.count, "amount": yuan(total.amount)},
        "chips": _chips(asked, channels),
        "held": [(name, value) for name, values in request.GET.lists() if name in _HELD for value in values],
        "since": asked.since,
        "until": asked.until,
    }
    return render(request, "matching/records.html", context)


_RELATED = {
    "introduction": ("need__enterprise", "offer__organisation"),
    "pledge": ("enterprise", "organisation"),
    "note": ("issuer", "underwriter"),
}


def _record(kind: str, row: Any, channels: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "introduction":
        page, enterprise, other = resolved("matching:introduction", row.number), row.need.enterprise, row.offer.organisation
    elif kind == "note":
        page, enterprise, other = resolved("matching:note", row.number), row.issuer, row.underwriter
    else:
        page, enterprise, other = resolved("pledges:pledge", row.number), row.enterprise, row.organisation
    return {
        "url": page,
        "label": row.number,
        "enterprise": enterprise.name,
        "other": other.name if other else "",
        "channel": channels[row.flow_channel].title if row.flow_channel in channels else row.flow_channel,
        "on": row.flow_on,
        "amount": yuan(row.flow_amount),
    }


def _chips(asked: Asked, channels: Mapping[str, Any]) -> list[str]:
    found = [channels[key].title if key in channels else key for key in asked.channels]
    if asked.kind:
        found.append(kinds()[asked.kind])
    if asked.province:
        place = Division.objects.filter(pk=asked.province).first()
        found.append(place.name if place else pgettext("statistics", "not known"))
    if asked.industry:
        trade = Industry.objects.filter(pk=asked.industry).first()
        found.append(trade.short if trade else pgettext("statistics", "not known"))
    if asked.quarter:
        found.append(asked.quarter)
    found += [pgettext("financing", "from %(day)s") % {"day": asked.since.isoformat()}] if asked.since else []
    return found + ([pgettext("financing", "until %(day)s") % {"day": asked.until.isoformat()}] if asked.until else [])
