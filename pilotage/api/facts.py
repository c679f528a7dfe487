"""What is known of enterprises for financing: read within the key's reach, stated with a key that may report."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from pilotage.api.auth import Key
from pilotage.api.schemas import Message
from pilotage.api.statistics import ReportingKey
from pilotage.core import clock
from pilotage.finance.facts import rules, selectors, services
from pilotage.finance.facts.sent import Figure, lines_of
from pilotage.registry.models import Enterprise

router = Router(tags=["financing"])


class LineIn(Schema):
    metric: str = Field(max_length=40, description="such as revenue; see the guide for all of them")
    year: int | None = Field(None, description="of a yearly figure")
    value: str | int | None = Field(description="a number, best as text; a code; a day; null takes it back")
    unit: str = Field("", max_length=20, description="元, 千元, 万元, 百万元, 亿元 of money; % of a rate: never left out there")


class StatementIn(Schema):
    enterprise: str = Field(max_length=18, description="unified social credit code")
    lines: list[LineIn] = Field(max_length=500)
    source: str = Field(max_length=300, description="the report and its date")
    known_from: date | None = Field(None, description="the day of publication; today when absent")
    audited: bool = False
    published: bool = Field(False, description="printed in a published report")
    sure: bool = Field(False, description="figures that look like another unit have been looked at")


class StatementOut(Schema):
    enterprise: str
    written: int = Field(description="values that say something new")


class FactsOut(Schema):
    enterprise: str
    on: date
    base_year: int | None
    facts: dict[str, int | str | bool] = Field(description="by column: whole yuan, basis points, persons; what is not known is absent")


@router.get(
    "/enterprises/{code}", response={200: FactsOut, 401: Message, 404: Message}, auth=Key(), summary="What was known of an enterprise"
)
def read_facts(request: HttpRequest, code: str, on: date | None = None) -> FactsOut:
    enterprise = get_object_or_404(rules.visible_enterprises(request.auth), uscc=code.upper())
    day = on or clock.today()
    found = selectors.known_of_many([enterprise.pk], day)[enterprise.pk]
    return FactsOut(enterprise=enterprise.uscc or "", on=day, base_year=found.base_year, facts=found.facts)


@router.post(
    "/statements",
    response={200: StatementOut, 401: Message, 403: Message, 404: Message, 422: Any},
    auth=ReportingKey(),
    summary="State figures of one enterprise",
)
def state(request: HttpRequest, sent: StatementIn) -> Any:
    """All or nothing. What is known already is not written again, so a statement may be sent twice."""
    enterprise: Enterprise = get_object_or_404(rules.visible_enterprises(request.auth), uscc=sent.enterprise.upper())
    rules.can_state(request.auth, enterprise).require()
    made = services.state(
        actor=request.auth,
        enterprise=enterprise,
        lines=lines_of(Figure(**line.dict()) for line in sent.lines),
        source=sent.source,
        known_from=sent.known_from,
        is_audited=sent.audited,
        is_public=sent.published,
        sure=sent.sure,
    )
    return StatementOut(enterprise=enterprise.uscc or "", written=len(made))
