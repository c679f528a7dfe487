"""Terms of a selection as somebody typed or gave them, checked field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls.models import Call
from pilotage.core.verdict import Invalid
from pilotage.review.options import review_options, selection_defaults
from pilotage.review.selection.terms import ATTRIBUTES, MOST_DRAWS, TIE_RULES, QuotaLine, SelectionParameters, ordered
from pilotage.review.wording import minimums_sentence

WHOLE = ("total", "reserve", "required_reviews", "draws")
MOST = 1_000_000


def clean_parameters(call: Call, raw: Mapping[str, Any]) -> SelectionParameters:
    """Posted or given terms over the call's own. Raises Invalid with a sentence per field.

    ``quotas`` (each with attribute, value, minimum, maximum) replace the call's lines. ``default_cap`` and ``caps`` change
    the maximums of provinces; a cap left blank is taken away. Fields of the line at place 2 are quota-2-minimum and so on.
    """
    base = selection_defaults(call)
    errors: dict[str, str] = {}
    numbers = {name: _read(raw, name, getattr(base, name), _whole, errors) for name in WHOLE}
    least = _read(raw, "least_mean", base.least_mean, _score, errors)
    lines = _quotas(raw["quotas"], errors) if "quotas" in raw else list(base.quotas)
    lines = _caps(raw, lines, errors)
    ties = tuple(raw.get("tie_break") or base.tie_break)
    errors |= _impossible(call, numbers, errors) | _sums(lines, numbers["total"], errors)
    if unknown := sorted(set(ties) - set(TIE_RULES)):
        errors["tie_break"] = _("There is no tie rule “%(name)s”.") % {"name": unknown[0]}
    if errors:
        raise Invalid(errors)
    return replace(
        base,
        total=numbers["total"] or 0,
        reserve=numbers["reserve"] or 0,
        required_reviews=numbers["required_reviews"] or 1,
        draws=numbers["draws"] or 0,
        least_mean=least,
        quotas=ordered(lines),
        tie_break=ties,
        calibrate=_switch(raw, "calibrate", base.calibrate),
        lottery=_switch(raw, "lottery", base.lottery),
    )


def _read(raw: Mapping[str, Any], name: str, default: Any, read: Callable[[Any], Any], errors: dict[str, str]) -> Any:
    if name not in raw:
        return default
    try:
        return read(raw[name])
    except (InvalidOperation, ValueError):
        errors[name] = _WRONG[read]()
        return default


def _quotas(posted: Sequence[Mapping[str, Any]], errors: dict[str, str]) -> list[QuotaLine]:
    """A line without limits is left out."""
    found = []
    for place, one in enumerate(posted):
        limits = {name: _read({f"quota-{place}-{name}": one.get(name)}, f"quota-{place}-{name}", None, _whole, errors) for name in _LIMITS}
        low, high = limits["minimum"] or 0, limits["maximum"]
        if not low and high is None:
            continue
        if one.get("attribute") not in ATTRIBUTES:
            errors[f"quota-{place}-attribute"] = _("Choose what the quota counts by.")
            continue
        if high is not None and low > high:
            errors[f"quota-{place}-minimum"] = _("At least %(low)s and at most %(high)s cannot both hold.") % {"low": low, "high": high}
        found.append(QuotaLine(str(one["attribute"]), str(one.get("value") or "").strip() or None, low, high))
    counts = Counter((line.attribute, line.value) for line in found)
    if twice := [value or attribute for (attribute, value), count in counts.items() if count > 1]:
        errors["quotas"] = _("There are two lines for %(name)s; keep one.") % {"name": twice[0]}
    return found


_LIMITS = ("minimum", "maximum")


def _caps(raw: Mapping[str, Any], lines: list[QuotaLine], errors: dict[str, str]) -> list[QuotaLine]:
    posted = {f"cap-{code}": (str(code), value) for code, value in (raw.get("caps") or {}).items()}
    if "default_cap" in raw:
        posted["default_cap"] = (None, raw["default_cap"])  # type: ignore[assignment]
    found = {(line.attribute, line.value): line for line in lines}
    for field, (code, value) in posted.items():
        cap = _read({field: value}, field, None, _whole, errors)
        line = found.get(("province", code), QuotaLine("province", code))
        found["province", code] = replace(line, maximum=cap)
        if cap is None and not line.minimum:
            del found["province", code]
        elif cap is not None and line.minimum > cap:
            errors[field] = _("At least %(low)s and at most %(high)s cannot both hold.") % {"low": line.minimum, "high": cap}
    return list(found.values())


def _impossible(call: Call, numbers: Mapping[str, int | None], known: Mapping[str, str]) -> dict[str, str]:
    seats = review_options(call).experts_per_application
    errors = {}
    if "total" not in known and not numbers["total"]:
        errors["total"] = _("Say how many can be selected, at least 1.")
    if (numbers["required_reviews"] or 0) > seats:
        errors["required_reviews"] = _("The call has %(seats)s experts per application.") % {"seats": seats}
    if (numbers["draws"] or 0) > MOST_DRAWS:
        errors["draws"] = _("At most %(count)s samples.") % {"count": MOST_DRAWS}
    return errors


def _sums(lines: Sequence[QuotaLine], total: int | None, known: Mapping[str, str]) -> dict[str, str]:
    """The minimums of the values of one attribute cannot ask for more places than there are."""
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.attribute] += line.minimum if line.value is not None else 0
    if "quotas" in known or not total:
        return {}
    over = [(name, asked) for name, asked in sums.items() if asked > total]
    return {"quotas": minimums_sentence(*over[0], total)} if over else {}


def _switch(raw: Mapping[str, Any], name: str, default: bool) -> bool:
    return str(raw[name]).lower() in {"true", "on", "1"} if name in raw else default


def _whole(value: Any) -> int | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    number = int(text)
    if not 0 <= number <= MOST:
        raise ValueError(text)
    return number


def _score(value: Any) -> Decimal | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    number = Decimal(text)
    if not number.is_finite() or not 0 <= number <= 100:
        raise ValueError(text)
    return number.quantize(Decimal("0.001")) if number.as_tuple().exponent < -3 else number  # type: ignore[operator]


_WRONG: dict[Callable[[Any], Any], Callable[[], str]] = {
    _whole: lambda: _("Give a whole number, 0 or more."),
    _score: lambda: _("Give a score from 0 to 100."),
}
