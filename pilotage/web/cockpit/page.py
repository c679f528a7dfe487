"""What the cockpit shows of one plan on one day. Parts that a view may not need are read when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role, memberships_as
from pilotage.calls.models import Call
from pilotage.calls.rules import visible_calls
from pilotage.core import clock
from pilotage.plan import indicators
from pilotage.plan.enums import Outlook
from pilotage.plan.models import Measure, Plan
from pilotage.plan.outlook import OutlookLine, outlooks
from pilotage.plan.work.enums import Light
from pilotage.registry.models import Division
from pilotage.web import formats
from pilotage.web.cockpit.funnel import FunnelCard, call_of, funnel_card
from pilotage.web.cockpit.maps import cockpit_views, usual
from pilotage.web.cockpit.measures import MeasureRow, measure_rows
from pilotage.web.cockpit.rows import Row, row
from pilotage.web.cockpit.selected import SelectedLine, selected_line
from pilotage.web.plan import forecasts
from pilotage.web.plan.days import AsOf
from pilotage.web.plan.lines import publishing_calls
from pilotage.web.plan.outlooks import total_words
from pilotage.web.plan.places import COUNTS_BUILDING, PlaceMap, building_calls, place_map

TARGETS, MEASURES = "targets", "measures"
LOCAL = (Role.PROVINCE_OFFICER, Role.COMMUNICATIONS_OFFICER)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything unknown falls back to what is usual."""

    view: str = TARGETS
    target: str = ""
    map: str = ""


class CockpitPage:
    def __init__(self, plan: Plan, actor: Any, as_of: AsOf, asked: Asked) -> None:
        self.plan, self.actor, self.as_of, self.asked = plan, actor, as_of, asked

    @cached_property
    def own_provinces(self) -> list[Division] | None:
        """None for those who see the whole country."""
        if has_role(self.actor, Role.SECRETARIAT, Role.AUDITOR):
            return None
        own = [membership.organisation.division for membership in memberships_as(self.actor, *LOCAL)]
        return list({division.pk: division for division in own if division}.values())

    @cached_property
    def own_place(self) -> str:
        """The names of the reader's provinces, '' for the whole country."""
        return pgettext("list separator", ", ").join(each.name for each in self.own_provinces or ())

    @cached_property
    def outlooks(self) -> list[OutlookLine]:
        return outlooks(self.plan, self.as_of.day, self.actor)

    @cached_property
    def lines(self) -> list[OutlookLine]:
        """The quantified targets in the plan's order."""
        return [each for each in self.outlooks if each.line.is_quantified]

    @cached_property
    def calls(self) -> list[Call]:
        return list(visible_calls(self.actor).filter(plan=self.plan).prefetch_related("stages").order_by("-year", "slug"))

    @cached_property
    def totals(self) -> list[tuple[int, str]]:
        counted = Counter(each.outlook for each in self.lines)
        return [(counted[outlook], total_words(outlook)) for outlook in Outlook if counted[outlook]]

    @cached_property
    def measure_count(self) -> int:
        return Measure.objects.filter(area__plan=self.plan).count()

    @cached_property
    def chosen(self) -> OutlookLine | None:
        """The line asked for, else the first with a forecast, else the first with a value, else the first."""
        named = [each for each in self.lines if each.line.target.code == self.asked.target]
        open_ones = [each for each in self.lines if each.forecast and each.outlook not in {Outlook.MET, Outlook.MISSED}]
        counted = [each for each in self.lines if each.line.value is not None]
        return next(iter([*named, *open_ones, *counted, *self.lines]), None)

    @cached_property
    def fault(self) -> str:
        """Says that the line asked for does not exist."""
        if not self.asked.target or self.chosen is None or self.chosen.line.target.code == self.asked.target:
            return ""
        return _("The plan has no quantified target “%(code)s”; another one is shown.") % {"code": self.asked.target[:20]}

    @cached_property
    def rows(self) -> list[Row]:
        published_by, now = publishing_calls(self.calls), self.as_of.moment
        selected = self.chosen.line.target.code if self.chosen else ""
        with clock.at(now):
            return [
                row(
                    self.plan,
                    each,
                    published_by,
                    now,
                    selected=selected,
                    url=self.address(target=each.target.code),
                    own=(self._own(each), self._own_url(each)),
                )
                for each in self.lines
            ]

    def _own(self, found: OutlookLine) -> Decimal | int | None:
        """The part of the reader's own provinces, where the indicator tells places apart."""
        line = found.line
        if not self.own_provinces or line.indicator is None or line.indicator.by_place is None or line.value is None:
            return None
        by_place = self._by_place(line.indicator, line.target.indicator_options)
        return sum((by_place.get(division.pk, 0) for division in self.own_provinces), start=0)

    def _own_url(self, found: OutlookLine) -> str:
        """The records of the reader's own province, where the reader finds them."""
        line, own = found.line, self.own_provinces
        if not own or len(own) != 1 or line.indicator is None or line.indicator.by_place is None:
            return ""
        if line.records_url:
            return f"{line.records_url}&province={own[0].pk}"
        calls = building_calls(self.calls, [line.target])
        if line.indicator.key != COUNTS_BUILDING or len(calls) != 1 or not has_role(self.actor, Role.PROVINCE_OFFICER, call=calls[0]):
            return ""
        address = indicators.records_address(
            "calls:application-list", {"call": calls[0].slug, "counted": "building", "province": own[0].pk}
        )
        return indicators.as_counted(address, self.as_of.day) if address else ""

    def _by_place(self, indicator: indicators.Indicator, options: Mapping[str, Any]) -> Mapping[str, Decimal | int]:
        key = (indicator.key, repr(sorted(options.items())))
        if key not in self._places and indicator.by_place is not None:
            self._places[key] = indicator.by_place(self.plan, options, self.as_of.day)
        return self._places[key]

    @cached_property
    def _places(self) -> dict[tuple[str, str], Mapping[str, Decimal | int]]:
        return {}

    @cached_property
    def selected(self) -> SelectedLine | None:
        return selected_line(self.plan, self.chosen, self.as_of) if self.chosen else None

    @cached_property
    def map(self) -> PlaceMap:
        running = call_of(self.calls, self.chosen, self.as_of)
        with clock.at(self.as_of.moment):
            views = cockpit_views(self.plan, self.calls, self.actor, self.as_of, self.lines, self.chosen, running)
            wanted = self.asked.map if self.asked.map in {view.key for view in views} else usual(views)
            return place_map(views, wanted, lambda key: self.address(map=key))

    def address(self, **changes: str) -> str:
        """This page for the same day with another choice."""
        return self.as_of.address(reverse("cockpit:home"), **{**self.kept, **changes})

    @cached_property
    def funnel(self) -> FunnelCard | None:
        provinces = None if self.own_provinces is None else [each.pk for each in self.own_provinces]
        return funnel_card(self.calls, self.chosen, self.as_of, self.actor, provinces)

    @cached_property
    def measures(self) -> Sequence[MeasureRow]:
        return measure_rows(self.plan, self.as_of.day, self.actor, self.outlooks)

    @cached_property
    def light_totals(self) -> list[tuple[Light, int]]:
        counted = Counter(row.line.light for row in self.measures)
        return [(light, counted[light]) for light in Light if counted[light]]

    @cached_property
    def kept(self) -> dict[str, str]:
        """Of the address what another choice on the page keeps."""
        kept = {"plan": self.plan.slug, "view": self.asked.view, "target": self.asked.target, "map": self.asked.map}
        return {key: value for key, value in kept.items() if value}

    @cached_property
    def views(self) -> list[dict[str, Any]]:
        """The two views of the page."""
        return [
            {"url": self.address(view=view), "label": label, "count": count, "current": self.asked.view == view}
            for view, label, count in (
                (MEASURES, _("All measures"), self.measure_count),
                (TARGETS, _("Quantified targets"), len(self.lines)),
            )
        ]

    @property
    def today_url(self) -> str:
        return f"{reverse('cockpit:home')}?{urlencode(self.kept)}"

    @property
    def own_code(self) -> str:
        """The one province that the map marks."""
        return self.own_provinces[0].pk if self.own_provinces else ""

    @property
    def span(self) -> str:
        """What the sparklines cover."""
        return next((words for each in self.lines if (words := forecasts.span_words(forecasts.within(self.plan, each.trend)))), "")

    @property
    def moment_shown(self) -> str:
        """10月31日24:00 for a day that is over, else the minute."""
        if self.as_of.is_today:
            return formats.moment(self.as_of.moment)
        return _("the end of %(day)s") % {"day": formats.day(self.as_of.day)}
