"""What other terms would change: who enters, who leaves, which quotas move. Reads stored inputs and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from pilotage.calls.models import Call
from pilotage.core.verdict import Invalid
from pilotage.review import selectors
from pilotage.review.models import Selection
from pilotage.review.selection.posted_terms import clean_parameters
from pilotage.review.selection.terms import ATTRIBUTES, SelectionParameters
from pilotage.review.wording import points
from pilotage.web.review.quota_panel import Names, bar_of, unmet
from pilotage.web.review.score_plot import signed
from pilotage.web.review.terms_form import field_name, raw_terms

SHOWN = 8  # named among those who enter and among those who leave


def what_if_panel(call: Call, current: Selection, asked: QueryDict, names: Names) -> dict[str, Any]:
    """``errors``: (field, its name, sentence), where the terms cannot be."""
    try:
        found = selectors.what_if(current, _quick(clean_parameters(call, raw_terms(asked))))
    except Invalid as problem:
        return {"errors": [(field, field_name(field, asked, names), sentence) for field, sentence in problem.errors.items()]}
    return {
        "errors": [],
        "entering": [*found.entering[:SHOWN]],
        "leaving": [*found.leaving[:SHOWN]],
        "more_entering": max(0, len(found.entering) - SHOWN),
        "more_leaving": max(0, len(found.leaving) - SHOWN),
        "sentence": _sentence(len(found.entering), len(found.leaving), found.cost),
        "line": _line(current.results or {}, found.results),
        "moved": _moved(current.results or {}, found.results, names),
        "unmet": unmet(found.results, names),
    }


def _quick(terms: SelectionParameters) -> SelectionParameters:
    """Without the samples behind each chance, which the lottery alone needs to decide."""
    return terms if terms.lottery else replace(terms, draws=0)


def _sentence(entering: int, leaving: int, cost: str) -> str:
    if not entering and not leaving:
        return _("The same projects are selected.")
    values = {"entering": entering, "leaving": leaving, "cost": signed(cost)}
    return _("%(entering)s in, %(leaving)s out; the sum of scores changes by %(cost)s.") % values


def _line(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    old, new = before.get("line"), after.get("line")
    if old is None or new is None or Decimal(old) == Decimal(new):
        return ""
    return _("National line %(old)s → %(new)s") % {"old": points(old), "new": points(new)}


def _moved(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """Quotas whose use or limits differ, today's bar beside the other; one that is dropped only where it was full."""
    old = {(line["attribute"], line["value"]): line for line in before.get("quotas", ()) if line["value"] is not None}
    new = {(line["attribute"], line["value"]): line for line in after.get("quotas", ()) if line["value"] is not None}
    dropped = [key for key, line in old.items() if key not in new and line["maximum"] is not None and line["used"] >= line["maximum"]]
    keys = [*dropped, *(key for key, line in new.items() if key not in old or _figures(old[key]) != _figures(line))]
    keys.sort(key=lambda key: (key not in dropped, ATTRIBUTES.index(key[0]), key[1]))
    return [
        {"name": names(*key), "was": old.get(key) and bar_of(old[key], names), "now": new.get(key) and bar_of(new[key], names)}
        for key in keys[: 2 * SHOWN]
    ]


def _figures(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return line["used"], line["minimum"], line["maximum"]
