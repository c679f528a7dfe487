"""The form: figures of one year, or what is stated for a day; a value that was known and is left blank is taken back."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.facts import rules, selectors, services
from pilotage.finance.facts.lines import Line
from pilotage.finance.facts.metrics import DAYS, RECKONED, STANDING, STATEMENT, TITLES
from pilotage.finance.facts.services import Doubtful
from pilotage.finance.facts.units import typed_factor, whole
from pilotage.finance.rules import Metric
from pilotage.registry.models import Enterprise
from pilotage.web.facts import words
from pilotage.web.facts.detail import visible

# filled in by stays on a tier
LEFT_OUT = frozenset({"neeq_tier"})
KINDS = ("year", "day")


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = visible(request, pk)
    rules.can_state(request.user, enterprise).require()
    kind = "day" if (request.POST or request.GET).get("kind") == "day" else "year"
    year = _year(request)
    errors: dict[str, str] = {}
    doubtful = False
    if request.method == "POST":
        try:
            return _saved(request, enterprise, kind, year)
        except Invalid as error:
            errors, doubtful = error.errors, isinstance(error, Doubtful)
    context = _context(request, enterprise, kind, year, errors)
    return render(request, "facts/enter.html", {**context, "doubtful": doubtful}, status=422 if errors else 200)


def _year(request: HttpRequest) -> int:
    text = (request.POST or request.GET).get("year", "")
    return int(text) if re.fullmatch(r"(19|20)\d\d", text) else clock.today().year - 1


def metrics_of(kind: str, enterprise: Enterprise) -> list[Metric]:
    """Of titles only those of which the register says nothing: it can be said here that none is held."""
    if kind == "year":
        return list(STATEMENT)
    told, facts = selectors.told_of(enterprise), selectors.facts_of(enterprise)
    titles = [metric for metric in RECKONED if metric.key in TITLES and facts.get(metric.key) is not True]
    silent = [metric for metric in titles if metric.key not in facts or (metric.key, None) in told]
    return [*(metric for metric in (*DAYS, *STANDING) if metric.key not in LEFT_OUT), *silent]


# --- saving ---------------------------------------------------------------------------------
def _saved(request: HttpRequest, enterprise: Enterprise, kind: str, year: int) -> HttpResponse:
    lines, errors = _lines(request, enterprise, kind, year)
    if errors:
        raise Invalid(errors)
    try:
        made = services.state(
            actor=request.user,
            enterprise=enterprise,
            lines=lines,
            source=request.POST.get("source", ""),
            known_from=_day(request.POST.get("known_from", "")),
            is_audited="is_audited" in request.POST,
            is_public="is_public" in request.POST,
            sure="sure" in request.POST,
        )
    except Invalid as error:
        told = {lines[int(key)].metric if key.isdigit() else key: sentence for key, sentence in error.errors.items()}
        raise type(error)(told) from error
    if made:
        messages.success(request, ngettext("%(count)d value is kept.", "%(count)d values are kept.", len(made)) % {"count": len(made)})
    else:
        messages.info(request, _("Nothing differs from what is known; nothing was written."))
    return redirect("facts:detail", enterprise.pk)


def _lines(request: HttpRequest, enterprise: Enterprise, kind: str, year: int) -> tuple[list[Line], dict[str, str]]:
    lines, errors = [], {}
    told = selectors.told_of(enterprise)
    for metric in metrics_of(kind, enterprise):
        own = year if kind == "year" else None
        text, was = request.POST.get(metric.key, "").strip(), told.get((metric.key, own))
        if not text:
            if was is not None and was.value is not None:
                lines.append(Line(metric.key, None, own))
            continue
        value = read(metric, text)
        if value is None:
            errors[metric.key] = _("“%(text)s” cannot be read here. Leave it blank where it is not known.") % {"text": text[:40]}
        else:
            lines.append(Line(metric.key, value, own))
    return lines, errors


def read(metric: Metric, text: str) -> int | str | bool | date | None:
    if metric.unit == "truth":
        return False if text == "no" else None
    if metric.unit == "code":
        return text
    if metric.unit == "day":
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    return whole(text, int(typed_factor(metric.unit)))


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid({"known_from": _("A day such as 2024-04-30 is expected.")}) from None


# --- the page -------------------------------------------------------------------------------
def _context(request: HttpRequest, enterprise: Enterprise, kind: str, year: int, errors: dict[str, str]) -> dict[str, Any]:
    told = selectors.told_of(enterprise)
    own = year if kind == "year" else None
    metrics = metrics_of(kind, enterprise)
    known = [told[metric.key, own].fact for metric in metrics if (metric.key, own) in told]
    asked = request.POST if request.method == "POST" else None
    latest = max(known, key=lambda fact: (fact.known_from, fact.pk), default=None)
    return {
        "enterprise": enterprise,
        "kind": kind,
        "year": year,
        "years": [clock.today().year - back for back in range(1, 6)],
        "fields": [_field(metric, told, own, asked, errors) for metric in metrics],
        "wanted": request.GET.get("field", "") if not errors else "",
        "source": asked.get("source", "") if asked else (latest.source if latest else ""),
        "known_from": asked.get("known_from", "") if asked else clock.today().isoformat(),
        "is_audited": "is_audited" in asked if asked else bool(latest and latest.is_audited),
        "is_public": "is_public" in asked if asked else bool(latest and latest.is_public),
        "errors": errors,
        "summary": {key: _named(key, sentence, metrics) for key, sentence in errors.items()},
        "today": clock.today().isoformat(),
    }


def _named(key: str, sentence: str, metrics: list[Metric]) -> str:
    """For the list above the form, where the field is out of sight."""
    name = next((words.name(metric) for metric in metrics if metric.key == key), "")
    return f"{name}{_(': ')}{sentence}" if name else sentence


def _field(metric: Metric, told: Any, year: int | None, asked: Any, errors: dict[str, str]) -> dict[str, Any]:
    was = told.get((metric.key, year))
    known = words.typed(metric, was.value) if was else ""
    before = told.get((metric.key, year - 1)) if year is not None else None
    return {
        "key": metric.key,
        "name": words.name(metric),
        "unit": words.unit(metric),
        "kind": {"code": "code", "truth": "code", "day": "day"}.get(metric.unit, "number"),
        "options": words.options(metric),
        "value": asked.get(metric.key, "") if asked else known,
        "brought_in": bool(known) and asked is None,
        "before": words.plain(metric, before.value) if before else "",
        "error": errors.get(metric.key, ""),
    }
