"""Rows of the lists and desks, worded once in Python so that a template line is only text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.registry.models import localized
from pilotage.web.templatetags import pilotage

DASH = "–"


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

    @cached_property
    def industry(self) -> str:
        return self.application.industry.short if self.application.industry else DASH

    @cached_property
    def url(self) -> str:
        return reverse("calls:application-detail", args=[self.number])

    @property
    def sign(self) -> SafeString:
        return pilotage.state("application", self.state)

    @property
    def check_sign(self) -> SafeString:
        return pilotage.state("check", self.check_result) if self.check_result else DASH

    @property
    def cosign_sign(self) -> SafeString:
        return pilotage.state("cosign", self.cosign) if self.cosign else pilotage.state("sign", "waiting", _("to be co-signed"))

    @property
    def submitted_day(self) -> SafeString | str:
        return pilotage.shortday(self.submitted_at)

    @property
    def state_label(self) -> str:
        return str(ApplicationState(self.state).label)


def rows(applications: Iterable[Application], levels: dict[str, str]) -> list[Row]:
    return [Row(application, levels) for application in applications]


def levels_of(codes: dict[str, Any]) -> dict[str, str]:
    """Code list ``levels`` of a call version in the active language."""
    return {entry["code"]: localized(entry.get("zh", ""), entry.get("en", "")) for entry in codes.get("levels", [])}
