"""One channel as the page lays it out: conditions with bars, the nearest way in, how its numbers changed."""

from __future__ import annotations

from typing import Any

from pilotage.finance.rules import AtLeast, Compare
from pilotage.finance.rules.walker import leaves
from pilotage.finance.screening import single
from pilotage.finance.screening.enums import Answer
from pilotage.finance.screening.single import Screened, Standing
from pilotage.registry.models import localized
from pilotage.web.financing import behind, words


def listed(each: Screened, facts: single.Facts, chosen: str, query: str) -> dict[str, Any]:
    """A line of the list of channels."""
    return {
        "held": each.channel.held(facts),
        "channel": each.channel,
        "answer": each.answer,
        "reason": words.reason(each),
        "steps": words.steps(each)[:1] if each.answer != Answer.MEETS else [],
        "is_unverified": each.is_unverified,
        "is_current": each.channel.key == chosen,
        "url": f"?channel={each.channel.key}{query}",
    }


def detail(each: Screened, standing: Standing, *, may_state: bool = False) -> dict[str, Any]:
    """``may_state``: the reader can state what is missing, so a step leads to where that is done."""
    return {
        "channel": each.channel,
        "answer": each.answer,
        "rows": [_row(row, each) for row in each.rows() if row.depth or words.group(row.node)],
        "sources": behind.sources(each, standing),
        "steps": [
            {"text": text, "url": behind.where(told, each, standing) if may_state else ""}
            for told, text in zip(each.nearest, words.steps(each), strict=True)
        ],
        "has_way": each.explanation is not None and each.explanation.nearest is not None,
        "changes": [found for told in each.told if (found := _changes(each, told, standing.facts))],
        "terms": [localized(term["text"]["zh"], term["text"].get("en", "")) for term in each.channel.terms_on(standing.on)],
        "is_unverified": each.is_unverified,
    }


def _row(row: single.Row, each: Screened) -> dict[str, Any]:
    shared = {"answer": row.answer, "depth": row.depth, "is_spare": row.is_spare}
    if row.told is None or each.resolved is None:
        return {
            **shared,
            "is_group": True,
            "name": words.group(row.node),
            "count": row.node.count if isinstance(row.node, AtLeast) else None,
            "is_scored": isinstance(row.node, AtLeast) and bool(row.node.points),
        }
    source = row.told.source
    return {
        **shared,
        "is_group": False,
        "name": words.name(row.told.condition),
        "amounts": words.amounts(row.told, each.resolved),
        "is_unverified": source is not None and not source.verified,
        "citation": source.citation if source else row.told.condition.citation,
    }


def _changes(each: Screened, told: Any, facts: single.Facts) -> dict[str, Any] | None:
    """Only of conditions whose number was ever another."""
    if each.resolved is None or not isinstance(told.condition, Compare) or not single.has_changed(each, told.condition):
        return None
    history = single.threshold_history(each, told, facts)
    unit = each.resolved.rule.parameters[told.condition.parameter].unit
    rows = [
        {
            "since": earlier.since,
            "limit": words.limit(told.condition, earlier.value, unit),
            "truth": earlier.truth,
            "answer": earlier.answer,
            "is_current": earlier.value == told.source,
            "is_unverified": not earlier.value.verified,
            "citation": earlier.value.citation,
        }
        for earlier in history
    ]
    return {"name": words.name(told.condition), "rows": rows}


def parameters(channel: Any) -> list[dict[str, Any]]:
    """Every number the rule ever had, by condition."""
    found = []
    for leaf in leaves(channel.rule.tree):
        rows: list[dict[str, Any]] = []
        if isinstance(leaf, Compare):
            parameter = channel.rule.parameters[leaf.parameter]
            rows = [{"value": value, "limit": words.limit(leaf, value, parameter.unit)} for value in parameter.values]
        found.append({"leaf": leaf, "name": words.name(leaf), "rows": rows, "is_word": type(leaf).__name__ == "Attested"})
    return found
