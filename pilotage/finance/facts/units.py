"""What does ``营业收入（万元）`` or ``revenue_yuan`` at the head of a column mean: which metric, in which unit?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import cache

from pilotage.finance.facts.metrics import STATED
from pilotage.finance.rules import Metric

# a unit as it is written -> (unit of metrics, how many of them one is)
MONEY = {
    "元": 1, "yuan": 1, "cny": 1, "rmb": 1, "人民币元": 1, "千元": 1000, "thousandyuan": 1000, "cnythousand": 1000, "万元": 10**4, "wanyuan": 10**4,
    "百万元": 10**6, "millionyuan": 10**6, "cnymillion": 10**6, "亿元": 10**8, "hundredmillionyuan": 10**8,
}  # fmt: skip
COUNTS = {
    "persons": {"人", "名", "persons", "people"},
    "count": {"件", "项", "家", "人", "个", "count"},
    "shares": {"股", "shares"},
    "basis_points": {"%", "percent", "百分比"},
    "months": {"月", "个月", "months"},
}  # fmt: skip
TYPED = {"yuan": 10**4, "wan_yuan": 10**4, "million_yuan": 10**4, "hundred_million_yuan": 10**4, "basis_points": 100}
OTHER_SHARES = {"万股": 10**4, "亿股": 10**8}
FOREIGN = re.compile(r"美元|港元|港币|欧元|日元|英镑|usd|hkd|eur|jpy|gbp|us\$|hk\$|\$|€|£", re.IGNORECASE)
_HEAD = re.compile(r"^(?P<name>.+?)\s*[（(\[](?P<unit>[^（()）\]]+)[)）\]]\s*$")


@dataclass(frozen=True, slots=True)
class Head:
    """``factor``: how many units of the metric one of the column is; None where the unit is missing or not known."""

    metric: Metric
    unit: str
    factor: int | None
    is_foreign: bool = False


def plain(text: str) -> str:
    return re.sub(r"[\s_·]", "", text).lower()


@cache
def _names() -> dict[str, str]:
    return {plain(name): key for key, metric in STATED.items() for name in (key, metric.zh, metric.en)}


def read_head(text: str) -> Head | None:
    """None where no metric is meant."""
    found = _HEAD.match(text.strip())
    name, unit = (found["name"], found["unit"]) if found else (text, "")
    key = _names().get(plain(name))
    if key is None and not found:  # revenue_yuan
        name, _line, unit = text.rpartition("_")
        key = _names().get(plain(name)) if name else None
    return None if key is None else Head(STATED[key], unit, factor_of(STATED[key].unit, unit), bool(FOREIGN.search(unit)))


def factor_of(wanted: str, unit: str) -> int | None:
    """How many ``wanted`` one ``unit`` is; what is counted may do without a unit, money and rates may not."""
    told = plain(unit)
    if wanted == "yuan":
        return MONEY.get(told)
    if wanted in {"day", "code"}:
        return 1
    if wanted == "basis_points":
        return 100 if told in COUNTS["basis_points"] else None
    if wanted == "shares" and told in OTHER_SHARES:
        return OTHER_SHARES[told]
    return 1 if not told or told in COUNTS[wanted] else None


def typed_factor(unit: str) -> Fraction:
    """How many of the unit's own one of what a person types is: money is typed in 万元, a rate in per cent."""
    return Fraction(1, 100) if unit == "percent" else Fraction(TYPED.get(unit, 1))


def whole(text: str, factor: int) -> int | None:
    """``1,234.5`` times ``factor``, to the nearest whole; None where it is no number."""
    try:
        number = Decimal(text.replace(",", "").replace("，", "").replace("\u2212", "-").strip())
    except InvalidOperation:
        return None
    return int((number * factor).quantize(Decimal(1), ROUND_HALF_UP)) if number.is_finite() and abs(number) < 10**16 else None
