"""The terms of a selection as a form: what is in it, what was typed, and which quotas can be added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.review.selection.terms import ATTRIBUTES, QuotaLine, SelectionParameters
from pilotage.review.wording import TIES
from pilotage.web.review.quota_panel import Names

FIELDS = ("total", "reserve", "required_reviews", "least_mean")
NEW_LINES = 2
MOST_LINES = 200


def raw_terms(posted: QueryDict) -> dict[str, Any]:
    """What was typed, as ``clean_parameters`` reads it: quotas in the order of the page, so that errors find their line."""
    raw: dict[str, Any] = {name: posted[name] for name in FIELDS if name in posted}
    raw |= {name: posted.get(name, "") for name in ("calibrate", "lottery")}
    return raw | {"quotas": _posted_lines(posted)}


def _posted_lines(posted: QueryDict) -> list[dict[str, Any]]:
    lines = []
    for place in range(MOST_LINES):
        if f"quota-{place}-attribute" not in posted:
            break
        attribute, _colon, value = posted[f"quota-{place}-attribute"].partition(":")
        limits = {name: posted.get(f"quota-{place}-{name}", "") for name in ("minimum", "maximum")}
        lines.append({"attribute": attribute, "value": value, **limits})
    return lines


def form_of(terms: SelectionParameters, names: Names, results: Mapping[str, Any], posted: QueryDict | None = None) -> dict[str, Any]:
    """Values typed win over values in force; ``was`` keeps the latter beside what is typed."""
    lines = _typed(posted, names) if posted else [_line(each, names) for each in terms.quotas]
    for place, line in enumerate(lines):
        line["at"] = str(place)
    known, new = [line for line in lines if line["attribute"]], [line for line in lines if not line["attribute"]]
    new += [{"at": str(len(lines) + each), "minimum": "", "maximum": ""} for each in range(NEW_LINES - len(new))]
    urgent = _urgent(results)
    return {
        "values": {name: posted.get(name, "") if posted else _text(getattr(terms, name)) for name in FIELDS},
        "calibrate": bool(posted.get("calibrate")) if posted else terms.calibrate,
        "lottery": bool(posted.get("lottery")) if posted else terms.lottery,
        "first": [line for line in known if line["key"] in urgent][:6],
        "rest": [line for line in known if line["key"] not in urgent] + [line for line in known if line["key"] in urgent][6:],
        "new": new,
        "choices": _choices(names),
        "ties": [str(TIES[name]) for name in terms.tie_break],
    }


def _typed(posted: QueryDict, names: Names) -> list[dict[str, Any]]:
    """Each line at its place, so that the sentence of its error stands there; an attribute that is none is not chosen yet."""
    lines = [line if line["attribute"] in ATTRIBUTES else line | {"attribute": ""} for line in _posted_lines(posted)]
    for line in lines:
        line |= {
            "key": f"{line['attribute']}:{line['value']}",
            "name": line["attribute"] and quota_name(line["attribute"], line["value"] or None, names),
        }
    return lines


def _line(line: QuotaLine, names: Names) -> dict[str, Any]:
    return {
        "attribute": line.attribute,
        "value": line.value or "",
        "key": f"{line.attribute}:{line.value or ''}",
        "name": quota_name(line.attribute, line.value, names),
        "minimum": str(line.minimum or ""),
        "maximum": _text(line.maximum),
    }


def quota_name(attribute: str, value: str | None, names: Names) -> str:
    if value is not None:
        return names(attribute, value)
    return _("each other %(attribute)s") % {"attribute": names.attribute(attribute)}


def _urgent(results: Mapping[str, Any]) -> set[str]:
    """Quotas that are full, or could not be met: these are what somebody asks about."""
    lines = [line for line in results.get("quotas", ()) if line["value"] is not None]
    full = [
        line for line in lines if line["maximum"] is not None and line["used"] >= line["maximum"] and line["eligible"] > line["maximum"]
    ]
    short = [line for line in lines if line["minimum"] and line["used"] <= line["minimum"]]
    return {f"{line['attribute']}:{line['value']}" for line in [*full, *short]}


def _choices(names: Names) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of a select: every value that a new line can name."""
    found = []
    for attribute in ATTRIBUTES:
        values = names.values(attribute)
        every = (f"{attribute}:", quota_name(attribute, None, names))
        found.append((names.attribute(attribute), [every, *((f"{attribute}:{value}", name) for value, name in values.items())]))
    return found


def _text(value: Any) -> str:
    return "" if value is None else f"{value:f}" if hasattr(value, "as_tuple") else str(value)


def quota_words(terms: SelectionParameters, names: Names) -> list[tuple[str, str]]:
    """The lines for those who only read: (whose, how many)."""
    return [(quota_name(line.attribute, line.value, names), limits_text(line.minimum, line.maximum)) for line in terms.quotas]


def departures(published: SelectionParameters, used: SelectionParameters, names: Names) -> str:
    """Where the terms of a selection are not those the call published, as a sentence; empty where they are."""
    found = _differing(published, used, names)
    if not found:
        return ""
    each = [_("%(what)s: published %(was)s, here %(now)s") % {"what": what, "was": was, "now": now} for what, was, now in found]
    return _("The terms differ from those the call published. %(list)s.") % {"list": _("; ").join(each)}


def _differing(published: SelectionParameters, used: SelectionParameters, names: Names) -> list[tuple[str, str, str]]:
    """(what, as published, here)."""
    labels = _field_names()
    found = [(labels[name], _text(getattr(published, name)) or "–", _text(getattr(used, name)) or "–") for name in FIELDS]
    switches = {"calibrate": _("Select by calibrated scores"), "lottery": _("Draw by lot inside the grey zone")}
    found += [(label, _yes_or_no(getattr(published, name)), _yes_or_no(getattr(used, name))) for name, label in switches.items()]
    was, now = (" → ".join(str(TIES[name]) for name in terms.tie_break) for terms in (published, used))
    found.append((_("Tie rule"), was, now))
    lines = [{(line.attribute, line.value): line for line in terms.quotas} for terms in (published, used)]
    for key in sorted(lines[0].keys() | lines[1].keys(), key=lambda pair: (ATTRIBUTES.index(pair[0]), pair[1] or "")):
        found.append((quota_name(*key, names), _limits(lines[0].get(key)), _limits(lines[1].get(key))))
    return [each for each in found if each[1] != each[2]]


def _yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _limits(line: QuotaLine | None) -> str:
    return limits_text(line.minimum, line.maximum) if line else "–"


def limits_text(minimum: int, maximum: int | None) -> str:
    if minimum and maximum is not None:
        return f"{minimum}–{maximum}"
    if maximum is not None:
        return f"≤ {maximum}"
    return f"≥ {minimum}" if minimum else pgettext("quota", "no limit")


def field_name(field: str, posted: QueryDict, names: Names) -> str:
    """What the page calls a field, for a sentence that stands away from it; empty where the sentence says it."""
    if not field.startswith("quota-"):
        return _field_names().get(field, "")
    attribute, _colon, value = posted.get(f"quota-{field.split('-')[1]}-attribute", "").partition(":")
    return quota_name(attribute, value or None, names) if attribute in ATTRIBUTES else _("Another quota")


def _field_names() -> dict[str, str]:
    return {"total": _("Places"), "reserve": _("Reserve"), "required_reviews": _("Reviews required"), "least_mean": _("Least score")}
