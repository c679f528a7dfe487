"""What several cards read: the plan's lines, read once for all cards of a page; choices; addresses; months."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.plan import indicators
from pilotage.plan.enums import TargetKind
from pilotage.plan.models import Plan, Target
from pilotage.plan.progress import TargetLine, target_lines
from pilotage.reports.cards.kinds import Nothing
from pilotage.reports.papers.words import MINUS, in_english, number, span

T = TypeVar("T")
IN_PERCENT = frozenset({TargetKind.GROWTH, TargetKind.RATE})
SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_page: ContextVar[dict[Any, Any] | None] = ContextVar("cards_page", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """Inside, :func:`once` reads each thing once."""
    token = _page.set({})
    try:
        yield
    finally:
        _page.reset(token)


def once(key: tuple[Any, ...], read: Callable[[], T]) -> T:
    page = _page.get()
    if page is None:
        return read()
    if key not in page:
        page[key] = read()
    found: T = page[key]
    return found


def lines_of(plan: Plan, as_of: date, actor: Any) -> list[TargetLine]:
    return once(("lines", plan.pk, as_of, getattr(actor, "pk", None)), lambda: target_lines(plan, as_of, actor))


def line_of(plan: Plan, as_of: date, actor: Any, code: str) -> TargetLine:
    found = next((line for line in lines_of(plan, as_of, actor) if line.target.code == code), None)
    if found is None:
        raise Nothing(_("The plan has no target %(code)s any more. Choose another one in the card's settings.") % {"code": code})
    return found


def address(view: str, **kwargs: Any) -> str:
    try:
        return reverse(view, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def target_choices(plan: Plan, _actor: Any) -> list[tuple[str, str]]:
    """Targets that promise a number."""
    targets = Target.objects.filter(measure__area__plan=plan).exclude(kind=TargetKind.QUALITATIVE)
    targets = targets.order_by("measure__area__position", "measure__position", "position", "id")
    return once(("targets", plan.pk), lambda: [(target.code, f"{target.code} {target.title}") for target in targets])


def counted_choices(plan: Plan, actor: Any) -> list[tuple[str, str]]:
    """Targets whose number is counted on the platform."""
    counted = once(
        ("counted", plan.pk),
        lambda: set(Target.objects.filter(measure__area__plan=plan).exclude(indicator="").values_list("code", flat=True)),
    )
    return [choice for choice in target_choices(plan, actor) if choice[0] in counted]


def indicator_choices(_plan: Plan, _actor: Any) -> list[tuple[str, str]]:
    return [(key, indicator.name) for key in sorted(indicators.keys()) if (indicator := indicators.get(key))]


def options_in(text: str) -> dict[str, str]:
    """``call=a; edition=2023`` as a mapping."""
    pairs = [part.split("=", 1) for part in text.replace("；", ";").split(";") if "=" in part]
    return {key.strip(): value.strip() for key, value in pairs}


def month_ends(first: date, as_of: date) -> list[date]:
    """The ends of months after ``first`` up to ``as_of``, and that day itself."""
    found = []
    day = first.replace(day=1)
    while True:
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        if day - timedelta(days=1) >= as_of:
            break
        found.append(day - timedelta(days=1))
    return [*found, as_of]


def day_label(first: date, last: date) -> Callable[[date], str]:
    """How a day is written under a chart: the shorter the time, the finer."""
    if (last - first).days <= 45:
        return lambda day: f"{day.day} {SHORT_MONTHS[day.month - 1]}" if in_english() else f"{day.month}月{day.day}日"
    if first.year == last.year:
        return lambda day: SHORT_MONTHS[day.month - 1] if in_english() else f"{day.month}月"
    return lambda day: f"{SHORT_MONTHS[day.month - 1]} {day.year}" if in_english() else f"{day.year}年{day.month}月"


def plain(value: Decimal | float | None) -> float | None:
    return None if value is None else float(value)


def axis(value: float) -> str:
    """A number on an axis: short for large ones, 万 and 亿 or k and m."""
    steps = ((1e9, "bn"), (1e6, "m"), (1e4, "k")) if in_english() else ((1e8, "亿"), (1e4, "万"))
    for least, words in steps:
        divisor = 1e3 if words == "k" else least
        if abs(value) >= least and (divisor < 1e4 or in_english() or value % (divisor / 100) == 0):
            return f"{number(value / divisor)}{words}"
    return number(value)


def amount(target: Target, value: Any) -> str:
    """3,000家 · 3,000 · 12%"""
    if value is None:
        return number(None)
    written = number(value)
    if target.kind in IN_PERCENT:
        return f"{written}%"
    return written if in_english() else f"{written}{target.unit_zh}"


def goal_words(target: Target) -> str:
    """≥3,000 · 约2 · 300—335: for tables, where a sentence would be long."""
    if target.kind == TargetKind.DELIVERABLE:
        return amount(target, target.value or 1)
    if target.kind == TargetKind.QUALITATIVE or target.value is None:
        return pgettext("target", "–")
    if target.kind == TargetKind.RANGE:
        return span(target.value, target.value_max)
    written = amount(target, target.value)
    if target.kind == TargetKind.ABOUT:
        return _("about %(value)s") % {"value": written}
    if target.kind == TargetKind.EXACT:
        return written
    return f"≥{written}"


def unit_of(target: Target) -> str:
    return "%" if target.kind in IN_PERCENT else target.unit


def history_of(line: TargetLine, plan: Plan, days: list[date]) -> list[Decimal | int | None]:
    """Values of the target's indicator on these days; an indicator without a history gives none."""
    return indicator_history(line.indicator, plan, line.target.indicator_options, days)


def indicator_history(
    indicator: indicators.Indicator | None, plan: Plan, options: Mapping[str, Any], days: list[date]
) -> list[Decimal | int | None]:
    if indicator is None or indicator.history is None:
        return []
    return indicator.history(plan, options, days)


__all__ = ["MINUS", "address", "amount", "axis", "line_of", "lines_of", "once", "one_page"]
