"""How dates, numbers and money are written in Chinese and English (screens.md, section 4)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext, pgettext

from pilotage.core import clock
from pilotage.core.amounts import cny
from pilotage.core.wording import day_words
from pilotage.core.wording import in_english as in_english

UNKNOWN = "–"
MINUS = "\u2212"
# Chinese counts each kind of thing with its own word; English has none
CLASSIFIERS = {
    "applications": "项",
    "calls": "项",
    "cases": "个",
    "enterprises": "家",
    "events": "条",
    "keys": "个",
    "lists": "份",
    "notices": "份",
    "people": "人",
    "rows": "行",
}
SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


def classifier(kind: str) -> str:
    """The Chinese word between a number and what it counts, 条 where the kind is not named; nothing in English."""
    return "" if in_english() else CLASSIFIERS.get(kind, "条")


def local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def day(value: date | datetime) -> str:
    """2023年10月31日 · 31 October 2023"""
    return day_words(local(value))


def short_day(value: date | datetime) -> str:
    """10月31日 · 31 Oct; the year is added when it is not the programme's present one."""
    d = local(value)
    other_year = d.year != clock.today().year
    if in_english():
        return f"{d.day} {SHORT_MONTHS[d.month - 1]}" + (f" {d.year}" if other_year else "")
    return (f"{d.year}年" if other_year else "") + f"{d.month}月{d.day}日"


def moment(value: datetime) -> str:
    """2023年10月31日17:00 · 31 October 2023, 17:00"""
    d = local(value)
    return f"{day(d)}, {d:%H:%M}" if in_english() else f"{day(d)}{d:%H:%M}"


def left(value: date | datetime) -> str:
    """还有9天 · 9 days left. A date ends with its day. Under one day hours are counted, then minutes."""
    seconds = (_end(value) - clock.now()).total_seconds()
    if seconds <= 0:
        return pgettext("deadline", "closed")
    if seconds < 3600:
        minutes = max(1, int(seconds // 60))
        return ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}
    if seconds < 86400:
        hours = int(seconds // 3600)
        return ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
    days = int(seconds // 86400)
    return ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}


def _end(value: date | datetime) -> datetime:
    if isinstance(value, datetime):
        return value if timezone.is_aware(value) else timezone.make_aware(value)
    return timezone.make_aware(datetime.combine(value, time.min)) + timedelta(days=1)


def number(value: Any, places: int | None = None) -> str:
    """Thousands comma in both languages, minus as U+2212; None or '' is the dash."""
    if type(value) is int and value >= 0 and not places:
        return f"{value:,}"
    amount = _decimal(value)
    if amount is None:
        return UNKNOWN if value in (None, "") else str(value)
    text = f"{amount:,f}" if places is None else f"{amount:,.{places}f}"
    return MINUS + text[1:] if text.startswith("-") else text


def money(value: Any) -> str:
    """``value`` counts 万元 (10,000 yuan), said without losing a digit: 3,240万元, 2.86亿元 · CNY 32.4 million, CNY 286 million."""
    amount = _decimal(value)
    if amount is None:
        return UNKNOWN
    if in_english():
        return cny(amount * 10000)
    return f"{number(_plain(amount / 10000))}亿元" if abs(amount) >= 10000 else f"{number(_plain(amount))}万元"


def _plain(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
