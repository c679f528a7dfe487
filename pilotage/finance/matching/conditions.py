"""What an offer asks of the enterprise's figures and titles, as a rule of ``finance.rules``.

Data: ``{"need": "all" | "any", "rows": [{"metric", "op", "value"}]}``. ``metric`` is a text of the rules, as ``revenue`` or
``total(rd_expense, 3) / total(revenue, 3)``; ``value`` a whole number in its unit (yuan, basis points, a count), for a quotient of one unit
basis points of it. A metric of unit truth stands alone; one of unit code has ``codes`` instead of op and value.
Refuses: what the rules refuse, and conditions that somebody would have to attest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.verdict import Invalid
from pilotage.finance.facts.metrics import METRICS
from pilotage.finance.rules import Explanation, Metric, Resolved, Rule, RuleError, Told, Verdict, explain, in_force, read_rule
from pilotage.finance.rules.metrics_text import read_metric, unit_of
from pilotage.finance.rules.model import COMPARISONS

Conditions = Mapping[str, Any]
# quotients that institutions usually ask for: text of the metric, names
QUOTIENTS: tuple[tuple[str, str, str], ...] = (
    ("total(rd_expense, 3) / total(revenue, 3)", "三年研发投入占营业收入", "R&D in revenue, three years"),
    ("rd_expense / revenue", "研发投入占营业收入", "R&D in revenue"),
    ("total_liabilities / total_assets", "资产负债率", "Liabilities in assets"),
    ("rd_staff / staff", "研发人员占比", "R&D staff in all staff"),
)
NAMES = {text: (zh, en) for text, zh, en in QUOTIENTS}
MOST = 8
_FIRST = date(2000, 1, 1)  # an offer's conditions hold as long as the offer; the offer has the dates


def checked(conditions: Conditions | None) -> dict[str, Any]:
    """As it is kept; {} where nothing is asked. Raises ``Invalid`` with the sentence of the rules under ``conditions``."""
    rows = list((conditions or {}).get("rows") or [])
    if not rows:
        return {}
    if len(rows) > MOST:
        raise Invalid({"conditions": _("At most %(count)d conditions.") % {"count": MOST}})
    kept = {"need": "any" if (conditions or {}).get("need") == "any" else "all", "rows": [_row(row) for row in rows]}
    try:
        rule_of(kept)
    except RuleError as problem:
        raise Invalid({"conditions": _("The conditions cannot be read. %(problem)s") % {"problem": problem}}) from None
    return kept


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    metric = str(row.get("metric") or "").strip()
    unit = METRICS[metric].unit if metric in METRICS else ""
    if unit == "truth":
        return {"metric": metric}
    if unit == "code":
        codes = [str(code) for code in row.get("codes") or []]
        if not codes:
            raise Invalid({"conditions": _("Say which values are accepted.")})
        return {"metric": metric, "codes": codes}
    if row.get("op") not in COMPARISONS or isinstance(row.get("value"), bool) or not isinstance(row.get("value"), int):
        raise Invalid({"conditions": _("A condition compares a metric with a whole number.")})
    return {"metric": metric, "op": row["op"], "value": row["value"]}


def rule_of(conditions: Conditions) -> Rule:
    """Raises :class:`RuleError`. Kept, for a list compares many needs with one offer."""
    return _rule(json.dumps(conditions, sort_keys=True, ensure_ascii=False))


@lru_cache(maxsize=512)
def _rule(text: str) -> Rule:
    conditions = json.loads(text)
    parameters: dict[str, Any] = {}
    parts = [_part(number, row, parameters) for number, row in enumerate(conditions["rows"], 1)]
    content = {"key": "offer", "parameters": parameters, "rule": {conditions["need"]: parts}}
    return read_rule(content, METRICS)


def _part(number: int, row: Mapping[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    metric, key, limit = row["metric"], f"condition_{number}", f"limit_{number}"
    zh, en = names(metric)
    told: dict[str, Any] = {"key": key, "text": {"zh": zh, "en": en}}
    if "codes" in row:
        parameters[limit] = {"unit": "codes", "values": [_value(row["codes"])]}
        return {**told, "metric": metric, "in": limit}
    if "op" not in row:
        return {**told, "is": metric}
    unit = unit_text(metric)
    amount = f"{row['value']}/100" if unit == "percent" else row["value"]
    parameters[limit] = {"unit": unit, "values": [_value(amount)]}
    return {**told, "metric": metric, row["op"]: limit}


def _value(value: Any) -> dict[str, Any]:
    return {"value": value, "in_force": _FIRST, "citation": "offer"}


def unit_text(metric: str) -> str:
    """yuan, persons, count, … or ``percent`` for a quotient of one unit. Raises :class:`RuleError`."""
    top, bottom = read_metric(metric, METRICS, "conditions")
    upper, lower = unit_of(top, METRICS, "conditions"), unit_of(bottom, METRICS, "conditions")
    return upper if not lower else "percent" if upper == lower else "number"


def names(metric: str) -> tuple[str, str]:
    found: Metric | None = METRICS.get(metric)
    return (found.zh, found.en) if found else NAMES.get(metric, (metric, metric))


@lru_cache(maxsize=512)
def _resolved(text: str) -> Resolved:
    return in_force(_rule(text), date.today())  # noqa: DTZ011  every value holds on every day


def resolved(conditions: Conditions) -> Resolved:
    return _resolved(json.dumps(conditions, sort_keys=True, ensure_ascii=False))


def explained(conditions: Conditions, facts: Mapping[str, Any]) -> Explanation:
    return explain(resolved(conditions), facts)


def truth(explanation: Explanation) -> bool | None:
    return {Verdict.MEETS: True, Verdict.DOES_NOT_MEET: False}.get(explanation.verdict)


def limit_of(told: Told) -> int | None:
    """The threshold in the unit in which it is kept; None for titles and codes."""
    if told.source is None or not hasattr(told.source.value, "numerator"):
        return None
    number = told.source.number
    return int(number) if number.denominator == 1 else int(number * 10_000)
