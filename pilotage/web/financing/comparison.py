"""“Who drops out under the rules of 2024?” One channel on two days, or with other thresholds, over all enterprises one may see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.channels.models import Channel
from pilotage.finance.channels.selectors import channels
from pilotage.finance.facts.rules import reads_all, visible_enterprises
from pilotage.finance.rules import Compare, NotInForce
from pilotage.finance.rules.walker import leaves
from pilotage.finance.screening import rules
from pilotage.finance.screening.comparing import GROUPS, Comparison, Question, compare, moved, threshold_in
from pilotage.finance.screening.enums import Answer
from pilotage.registry.models import Enterprise
from pilotage.web import units
from pilotage.web.financing import words

SIZE = 25
PREFIX = "p."


@require_safe
def comparison(request: HttpRequest) -> HttpResponse:
    rules.can_compare(request.user).require()
    found = channels(with_rule=True)
    channel = next((each for each in found if each.key == request.GET.get("channel")), found[0] if found else None)
    context: dict[str, Any] = {"channels": found, "channel": channel, "errors": {}, "days": (clock.today(), clock.today()), "told": None}
    if channel is not None:
        try:
            context |= _answered(request, channel)
        except Invalid as invalid:
            context["errors"] = invalid.errors
    return render(request, "financing/comparison.html", context, status=400 if context["errors"] else 200)


def _answered(request: HttpRequest, channel: Channel) -> dict[str, Any]:
    days = _days(request, channel)
    thresholds = {
        name: threshold_in(channel, name, text)
        for name in channel.rule.parameters
        if (text := request.GET.get(f"{PREFIX}{name}", "").strip()[:30])
    }
    seen = None if reads_all(request.user) else visible_enterprises(request.user)
    question = Question(channel, days, seen, thresholds)
    try:
        told = compare(question)
    except NotInForce:
        raise Invalid({"before": _("No rule was in force on that day.")}) from None
    group = request.GET.get("group") if request.GET.get("group") in GROUPS else "out"
    kept = {"channel": channel.key, "before": days[0].isoformat(), "after": days[1].isoformat(),
            **{key: text for key, text in request.GET.items() if key.startswith(PREFIX) and text}}  # fmt: skip
    return {
        "told": told,
        "days": days,
        "sides": [{"day": days[side], "counts": [(each, told.counts(side)[each]) for each in Answer]} for side in (0, 1)],
        "flips": [_flip(flip) for flip in told.flips],
        "fields": _fields(request, channel, days[1]),
        "changes": [{"day": day, "before": day - timedelta(days=1)} for day in channel.changed_on()[1:]],
        "tabs": _tabs(told, group, kept),
        **_moved(request, question, group, kept),
    }


def _days(request: HttpRequest, channel: Channel) -> tuple[date, date]:
    """As asked; else the day before and the day of the rule's last change."""
    changes = channel.changed_on()
    last = changes[-1] if len(changes) > 1 else clock.today()
    standard = {"before": last - timedelta(days=1) if len(changes) > 1 else last, "after": last}
    found = []
    for name, day in standard.items():
        text = request.GET.get(name, "")
        try:
            found.append(date.fromisoformat(text) if text else day)
        except ValueError:
            raise Invalid({name: _("A day such as 2024-04-30 is expected.")}) from None
    return found[0], found[1]


def _flip(flip: Any) -> dict[str, Any]:
    is_number = isinstance(flip.condition, Compare)
    return {
        "name": words.name(flip.condition),
        "before": words.limit(flip.condition, flip.before, flip.unit) if is_number and flip.before else "",
        "after": words.limit(flip.condition, flip.after, flip.unit) if is_number and flip.after else "",
        "is_changed": is_number and flip.before and flip.after and flip.before.value != flip.after.value,
        "is_unverified": is_number
        and any(value is not None and not value.verified and value.citation for value in (flip.before, flip.after)),
        "lost": flip.lost,
        "gained": flip.gained,
    }


def _fields(request: HttpRequest, channel: Channel, day: date) -> list[dict[str, Any]]:
    """A field for each number in force on the second day, money in 万元, rates in per cent."""
    resolved, found = channel.on(day), {}
    for leaf in leaves(resolved.tree):
        if isinstance(leaf, Compare) and leaf.parameter not in found:
            unit = channel.rule.parameters[leaf.parameter].unit
            found[leaf.parameter] = {
                "name": f"{PREFIX}{leaf.parameter}",
                "label": words.name(leaf),
                "unit": units.word(unit),
                "now": units.typed(resolved.values[leaf.parameter].number, unit),
                "value": request.GET.get(f"{PREFIX}{leaf.parameter}", ""),
            }
    return list(found.values())


def _tabs(told: Comparison, group: str, kept: dict[str, str]) -> list[dict[str, Any]]:
    names = {"out": (_("Drop out"), told.out), "in": (_("Come in"), told.come_in), "other": (_("Other changes"), told.other)}
    return [
        {"url": f"?{urlencode({**kept, 'group': key})}#who", "label": label, "count": count, "current": key == group}
        for key, (label, count) in names.items()
    ]


def _moved(request: HttpRequest, question: Question, group: str, kept: dict[str, str]) -> dict[str, Any]:
    start = request.GET.get("from", "")
    ids = moved(question, group, after=int(start) if start.isdecimal() and len(start) < 18 else 0, size=SIZE)
    rows = Enterprise.objects.filter(pk__in=ids[:SIZE]).select_related("province", "prefecture").order_by("pk")
    following = f"?{urlencode({**kept, 'group': group, 'from': ids[SIZE - 1]})}#who" if len(ids) > SIZE else ""
    return {"rows": list(rows), "next_url": following, "after_day": question.days[1].isoformat()}
