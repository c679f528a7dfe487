"""“Who drops out under the rules of 2024?” One channel on two days, or with other thresholds, over all enterprises one may see."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
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
from pilotage.finance.screening.comparing import Comparison, Group, Question, compare, threshold_in, walk
from pilotage.finance.screening.enums import Answer
from pilotage.registry.models import Enterprise
from pilotage.web import units
from pilotage.web.financing import words

SIZE = 25
PREFIX = "p."
TABS = (Group.OUT, Group.IN, Group.OTHER, Group.ANY)
OF_CONDITION = (Group.LOST, Group.GAINED)


@require_safe
def comparison(request: HttpRequest) -> HttpResponse:
    rules.can_compare(request.user).require()
    found = channels(with_rule=True)
    channel = chosen(request, found)
    context: dict[str, Any] = {"channels": found, "channel": channel, "errors": {}, "days": (clock.today(), clock.today()), "told": None}
    if channel is not None:
        try:
            context |= _answered(request, channel)
        except Invalid as invalid:
            context["errors"] = invalid.errors
    return render(request, "financing/comparison.html", context, status=400 if context["errors"] else 200)


def chosen(request: HttpRequest, found: list[Channel]) -> Channel | None:
    return next((each for each in found if each.key == request.GET.get("channel")), found[0] if found else None)


def asked(request: HttpRequest, channel: Channel) -> Question:
    """Over the enterprises that the reader may see. Raises ``Invalid``."""
    thresholds = {
        name: threshold_in(channel, name, text)
        for name in channel.rule.parameters
        if (text := request.GET.get(f"{PREFIX}{name}", "").strip()[:30])
    }
    seen = None if reads_all(request.user) else visible_enterprises(request.user)
    question = Question(channel, _days(request, channel), seen, thresholds)
    try:
        question.sides()
    except NotInForce:
        raise Invalid({"before": _("No rule was in force on that day.")}) from None
    return question


def group_asked(request: HttpRequest, question: Question) -> tuple[Group, str] | None:
    """The group, and the condition where it is one of a condition; None where nothing of the sort was asked for."""
    text, condition = request.GET.get("group", ""), request.GET.get("condition", "")
    if text not in set(Group):
        return None
    if text in OF_CONDITION:
        return (Group(text), condition) if condition in {leaf.key for leaf in leaves(question.channel.rule.tree)} else None
    return Group(text), ""


def _answered(request: HttpRequest, channel: Channel) -> dict[str, Any]:
    question = asked(request, channel)
    told = compare(question)
    # where nobody drops out, the first group in which there is somebody
    first = next((group for group in TABS if told.groups.get(group)), Group.OUT)
    group, condition = group_asked(request, question) or (first, "")
    days = question.days
    kept = {"channel": channel.key, "before": days[0].isoformat(), "after": days[1].isoformat(),
            **{key: text for key, text in request.GET.items() if key.startswith(PREFIX) and text}}  # fmt: skip
    listed = {**kept, "group": group.value, **({"condition": condition} if condition else {})}
    return {
        "told": told,
        "days": days,
        "sides": [{"day": days[side], "counts": [(each, told.counts(side)[each]) for each in Answer]} for side in (0, 1)],
        "flips": [_flip(flip, kept) for flip in told.flips],
        "one_sided": [(words.name(leaf), is_new) for found, is_new in ((told.added, True), (told.dropped, False)) for leaf in found],
        "fields": _fields(request, channel, days[1]),
        "changes": [{"day": day, "before": day - timedelta(days=1)} for day in channel.changed_on()[1:]],
        "tabs": _tabs(told, group, kept),
        "who": _who(told, group, condition, kept),
        "exports": [(kind, f"{reverse('financing:comparison-export', args=[kind])}?{urlencode(listed)}") for kind in ("xlsx", "csv")],
        **_listed(request, question, (group, condition), listed),
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


def _flip(flip: Any, kept: dict[str, str]) -> dict[str, Any]:
    is_number = isinstance(flip.condition, Compare)
    return {
        "name": words.name(flip.condition),
        "before": words.limit(flip.condition, flip.before, flip.unit) if is_number and flip.before else "",
        "after": words.limit(flip.condition, flip.after, flip.unit) if is_number and flip.after else "",
        "is_changed": is_number and flip.before and flip.after and flip.before.value != flip.after.value,
        "is_unverified": is_number
        and any(value is not None and not value.verified and value.citation for value in (flip.before, flip.after)),
        "cells": [
            {"count": count, "url": f"?{urlencode({**kept, 'group': group.value, 'condition': flip.condition.key})}#who"}
            for group, count in ((Group.LOST, flip.lost), (Group.GAINED, flip.gained))
        ],
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


def group_name(group: Group) -> str:
    return {
        Group.OUT: _("Drop out"),
        Group.IN: _("Come in"),
        Group.OTHER: _("Other changes"),
        Group.ANY: _("Any condition"),
        Group.LOST: _("No longer holds"),
        Group.GAINED: _("Newly holds"),
    }[group]


def _tabs(told: Comparison, group: Group, kept: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "url": f"?{urlencode({**kept, 'group': each.value})}#who",
            "label": group_name(each),
            "count": told.groups.get(each, 0),
            "current": each == group,
        }
        for each in TABS
    ]


def _who(told: Comparison, group: Group, condition: str, kept: dict[str, str]) -> dict[str, Any]:
    """Of the list: how many stand in it, and the condition by which it is filtered."""
    flip = next((flip for flip in told.flips if flip.condition.key == condition), None)
    if flip is None:
        return {"total": told.groups.get(group, 0) if group in TABS else 0, "filter": "", "clear_url": ""}
    return {
        "total": flip.lost if group is Group.LOST else flip.gained,
        "filter": f"{group_name(group)}{_(': ')}{words.name(flip.condition)}",
        "clear_url": f"?{urlencode(kept)}#who",
    }


def _listed(request: HttpRequest, question: Question, wanted: tuple[Group, str], listed: dict[str, str]) -> dict[str, Any]:
    text = request.GET.get("from", "")
    start = int(text) if text.isdecimal() and len(text) < 18 else 0
    found = list(islice(walk(question, *wanted, after=start), SIZE + 1))
    known = Enterprise.objects.select_related("province", "prefecture").in_bulk([each.enterprise for each in found])
    texts = {leaf.key: words.name(leaf) for leaf in leaves(question.channel.rule.tree)}
    rows = [
        {
            "enterprise": known[each.enterprise],
            "answers": (each.before, each.after),
            "lost": [texts[key] for key in each.lost],
            "gained": [texts[key] for key in each.gained],
            "added": [texts[key] for key in each.added],
        }
        for each in found[:SIZE]
        if each.enterprise in known
    ]
    following = f"?{urlencode({**listed, 'from': found[SIZE - 1].enterprise})}#who" if len(found) > SIZE else ""
    return {"rows": rows, "next_url": following, "after_day": question.days[1].isoformat()}
