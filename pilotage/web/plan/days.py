"""The day a page stands for: today, or an earlier one asked for with ``?as_of=2023-06-30``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from pilotage.core import clock


@dataclass(frozen=True, slots=True)
class AsOf:
    """``fault`` says why the day asked for cannot be used; the page then stands for today."""

    day: date
    today: date
    fault: str = ""

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def moment(self) -> datetime:
        """Now, or the last moment of an earlier day."""
        return clock.now() if self.is_today else timezone.make_aware(datetime.combine(self.day, time.max))

    def address(self, path: str, **further: str) -> str:
        """``path`` for the same day, with further parameters."""
        query = urlencode({**({} if self.is_today else {"as_of": self.day.isoformat()}), **further})
        return f"{path}?{query}" if query else path


def asked(request: HttpRequest) -> AsOf:
    """The day asked for, today without one; with a sentence where the day cannot be used."""
    text, today = request.GET.get("as_of", "").strip(), clock.today()
    if not text:
        return AsOf(today, today)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return AsOf(today, today, _("“%(text)s” is no day. Write it as 2023-10-31.") % {"text": text[:20]})
    if day > today:
        return AsOf(today, today, _("Only days up to today can be counted."))
    return AsOf(day, today)
