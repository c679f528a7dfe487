"""Rows of the lists and desks, worded once in Python so that a template line is only text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from pilotage.calls.enums import ApplicationKind, ApplicationState, CheckResult, RecommenderKind
from pilotage.calls.models import Application, Recommender
from pilotage.calls.reports.periods import period_title
from pilotage.core.charts.provinces import PROVINCES
from pilotage.registry.models import localized
from pilotage.web.templatetags import pilotage

DASH = "–"
_SHORT_RESULT = {CheckResult.RESERVATION: gettext_lazy("with a reservation")}


_LINE = (
    '<tr><td>{}</td><th scope="row"><a href="{}">{}</a></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>'
    '<td class="num">{}</td><td>{}</td><td>{}</td></tr>'
)


def signs(kind: str, value: str) -> SafeString:
    """A state as icon and word, drawn once per language: a list shows a handful of them a hundred times."""
    return _sign(kind, str(value), get_language() or "")


@lru_cache(maxsize=256)
def _sign(kind: str, value: str, _language: str) -> SafeString:
    if kind == "cosign" and not value:
        return pilotage.state("sign", "waiting", _("to be co-signed"))
    return pilotage.state(kind, value, _SHORT_RESULT.get(value, "") if kind == "check" else "")


class Row:
    """One application in a table."""

    def __init__(self, application: Application, levels: dict[str, str], *, state: str = ""):
        self.application = application
        self.pk = application.pk
        self.number = application.number
        self.rank = application.rank
        self.project = application.project_title or _("(no title yet)")
        self.enterprise = application.enterprise.short
        self.enterprise_full = application.enterprise.name
        self.state = state or application.state
        self.level = levels.get(application.level, application.level) or DASH
        self.check_result = application.check_result
        self.cosign = application.cosign
        self.submitted_at = application.submitted_at
        self.kind = application.kind
        self.repeated = 0

    @cached_property
    def city(self) -> str:
        place = self.application.prefecture
        return place.name if place and not place.is_pseudo else self.province

    @cached_property
    def province(self) -> str:
        place = self.application.province
        return place.name if place else DASH

    @property
    def kind_words(self) -> str:
        """What it is beside a first application: a yearly update, or the report of a quarter; else nothing."""
        if self.kind != ApplicationKind.UPDATE:
            return ""
        period = self.application.period
        return _("report, %(period)s") % {"period": period_title(period)} if "Q" in period else _("yearly update")

    @property
    def recommender(self) -> str:
        return place_of(self.application.recommender)

    @cached_property
    def industry(self) -> str:
        return self.application.industry.short if self.application.industry else DASH

    @cached_property
    def url(self) -> str:
        return reverse("calls:application-detail", args=[self.number])

    @property
    def sign(self) -> SafeString:
        return signs("application", self.state)

    @property
    def check_sign(self) -> SafeString:
        return signs("check", self.check_result) if self.check_result else DASH

    @property
    def cosign_sign(self) -> SafeString:
        return signs("cosign", self.cosign)

    @property
    def line(self) -> SafeString:
        """The row of the long list in one piece: ten template lookups a row would cost more than the query."""
        cells = (self.number, self.url, self.project, self.enterprise, self.province, self.city, self.industry, self.level)
        return format_html(_LINE, *cells, self.rank or DASH, self.sign, self.submitted_day)

    @property
    def submitted_day(self) -> SafeString | str:
        return pilotage.shortday(self.submitted_at)

    @property
    def state_label(self) -> str:
        return str(ApplicationState(self.state).label)


_PROVINCES = {
    code: (re.sub(r"(省|市|(壮族|回族|维吾尔)?自治区)$", "", name_zh), name_en)
    for code, _row, _column, _short, _iso, name_zh, name_en in PROVINCES
}


def place_of(recommender: Recommender | None) -> str:
    """The place a recommender speaks for, short enough for a table: 江苏, 大连; a body without a place by its name."""
    if recommender is None:
        return DASH
    if recommender.kind == RecommenderKind.PLANNED_CITY and recommender.prefecture:
        return localized(recommender.prefecture.name_zh.removesuffix("市"), recommender.prefecture.name_en)
    if recommender.kind == RecommenderKind.PROVINCE and recommender.province_id:
        return localized(*_PROVINCES.get(recommender.province_id, (str(recommender), str(recommender))))
    return str(recommender)


def rows(applications: Iterable[Application], levels: dict[str, str]) -> list[Row]:
    return [Row(application, levels) for application in applications]


def levels_of(codes: dict[str, Any]) -> dict[str, str]:
    """Code list ``levels`` of a call version in the active language."""
    return {entry["code"]: localized(entry.get("zh", ""), entry.get("en", "")) for entry in codes.get("levels", [])}
