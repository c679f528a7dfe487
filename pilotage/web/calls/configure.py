"""Dates and quotas of one call: what the secretariat changes while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.calls import rules, services
from pilotage.calls.models import Call, Quota, Stage
from pilotage.core.verdict import Invalid

MOMENT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class StageRow:
    stage: Stage
    opens: str
    closes: str
    opens_error: str
    closes_error: str


@dataclass(frozen=True, slots=True)
class QuotaRow:
    quota: Quota
    limit: str
    sent: int
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
def configure(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(rules.visible_calls(request.user), slug=slug)
    rules.can_configure(request.user, call).require()
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            said = (_move if request.POST.get("do") == "dates" else _limit)(request, call)
        except Invalid as invalid:
            errors = invalid.errors
        else:
            messages.success(request, said)
            return redirect("calls:configure", slug=call.slug)
    context = {
        "call": call,
        "stages": list(_stages(request, call, errors)),
        "quotas": list(_quotas(request, call, errors)),
        "errors": errors,
        "reasons": {
            name: request.POST.get("reason", "") if errors and request.POST.get("do") == name else "" for name in ("dates", "quotas")
        },
    }
    return render(request, "calls/configure.html", context, status=422 if errors else 200)


# --- dates ----------------------------------------------------------------------------------
def _move(request: HttpRequest, call: Call) -> str:
    errors: dict[str, str] = {}
    dates = {
        stage.key: (_moment(request, f"opens_at-{stage.key}", errors), _moment(request, f"closes_at-{stage.key}", errors))
        for stage in call.stages.order_by("position")
    }
    if errors:
        raise Invalid(errors)
    moved = services.set_timetable(actor=request.user, call=call, dates=dates, reason=request.POST.get("reason", "")[:500])
    if not moved:
        return _("Nothing was changed.")
    return _("Changed: %(stages)s.") % {"stages": _(", ").join(str(stage.title) for stage in moved)}


def _moment(request: HttpRequest, name: str, errors: dict[str, str]) -> datetime | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return timezone.make_aware(datetime.strptime(text, MOMENT))  # noqa: DTZ007  local time of the programme
    except ValueError:
        errors[name] = _("“%(text)s” is no date and time; for example 2023-08-31T17:00.") % {"text": text[:40]}
        return None


def _written(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime(MOMENT) if moment else ""


def _stages(request: HttpRequest, call: Call, errors: dict[str, str]) -> Iterator[StageRow]:
    posted = request.POST if errors and request.POST.get("do") == "dates" else {}
    for stage in call.stages.order_by("position"):
        opens, closes = f"opens_at-{stage.key}", f"closes_at-{stage.key}"
        yield StageRow(
            stage, posted.get(opens, _written(stage.opens_at)), posted.get(closes, _written(stage.closes_at)),
            errors.get(opens, ""), errors.get(closes, ""),
        )  # fmt: skip


# --- quotas ---------------------------------------------------------------------------------
def _limit(request: HttpRequest, call: Call) -> str:
    errors: dict[str, str] = {}
    limits: dict[str, int | None] = {}
    for code in call.quotas.values_list("recommender__code", flat=True):
        text = request.POST.get(f"limit-{code}", "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 8):
            errors[f"limit-{code}"] = _("“%(text)s”: a quota is a whole number, or empty for none.") % {"text": text[:40]}
        else:
            limits[code] = int(text) if text else None
    if errors:
        raise Invalid(errors)
    try:
        changed = services.set_quotas(actor=request.user, call=call, limits=limits, reason=request.POST.get("reason", "")[:500])
    except Invalid as invalid:
        raise Invalid({f"limit-{code}": sentence for code, sentence in invalid.errors.items()}) from None
    if not changed:
        return _("Nothing was changed.")
    return ngettext("%(count)d quota was set.", "%(count)d quotas were set.", len(changed)) % {"count": len(changed)}


def _quotas(request: HttpRequest, call: Call, errors: dict[str, str]) -> Iterator[QuotaRow]:
    posted: Any = request.POST if errors and request.POST.get("do") == "quotas" else {}
    sent = services.recommended_counts(call)
    for quota in call.quotas.select_related("recommender__province").order_by("recommender__code"):
        name = f"limit-{quota.recommender.code}"
        limit = "" if quota.limit is None else str(quota.limit)
        yield QuotaRow(quota, posted.get(name, limit), sent.get(quota.recommender_id, 0), errors.get(name, ""))
