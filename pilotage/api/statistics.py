"""Data sets and returns of figures: read by anybody's key, sent with a key that may report. The only endpoint that writes (ADR 14)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Header, Router, Schema
from ninja.errors import HttpError

from pilotage.accounts.services import token_of_key
from pilotage.api.auth import Key
from pilotage.api.schemas import Message, Text
from pilotage.statistics import rules, sendings
from pilotage.statistics.models import DataSet

router = Router(tags=["statistics"])


class ReportingKey(Key):
    """A key made for reporting: 401 without one, 403 with one that only reads."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = token_of_key(token)
        if found is not None and not found.can_report:
            raise HttpError(403, "This key only reads. Make one that may report figures.")
        return found.user if found is not None else None


class ElementOut(Schema):
    code: str
    title: Text
    unit: Text
    kind: str = Field(description="integer, decimal or percent")
    required: bool


class DataSetOut(Schema):
    slug: str
    title: Text
    plan: str
    period: str = Field(description="month, quarter or year")
    level: str = Field(description="province, city or unit")
    deadline_days: int
    elements: list[ElementOut]


class ReturnIn(Schema):
    data_set: str = Field(max_length=80)
    reporter: str = Field(max_length=60, description="code of the division or unit")
    period: str = Field(max_length=7, description="2023-06, 2023Q2 or 2023")
    figures: dict[str, str | int | float | None] = Field(description="by element code; decimals best as text; null takes a figure back")
    answers: dict[str, str] = Field(default_factory=dict, description="by element code: why an unusual figure is right")
    hand_in: bool = Field(False, description="hand the return in once its figures are saved")
    why: str = Field("", max_length=2000, description="needed where figures that were approved change")


class FlagOut(Schema):
    element: str
    screen: str
    answered: bool


class ReturnOut(Schema):
    data_set: str
    reporter: str
    period: str
    state: str
    edition: int
    due_on: date
    figures: dict[str, str | None]
    flags: list[FlagOut]


def data_set_fields(data_set: DataSet) -> DataSetOut:
    definition = data_set.definition
    return DataSetOut(
        slug=data_set.slug,
        title=Text.of(data_set),
        plan=data_set.plan.slug,
        period=definition.period,
        level=definition.level,
        deadline_days=definition.deadline_days,
        elements=[
            ElementOut(code=each.code, title=Text.of(each), unit=Text.of(each, "unit"), kind=each.kind, required=each.is_required)
            for each in definition.elements.values()
        ],
    )


@router.get("/data-sets", response={200: list[DataSetOut], 401: Message}, auth=Key(), summary="The data sets you report or oversee")
def list_data_sets(request: HttpRequest) -> list[DataSetOut]:
    return [data_set_fields(data_set) for data_set in rules.visible_data_sets(request.auth)]


@router.post(
    "/returns",
    response={200: ReturnOut, 401: Message, 403: Message, 404: Message, 409: Message, 422: Any},
    auth=ReportingKey(),
    summary="Send the figures of one reporter and period",
)
def send_return(request: HttpRequest, sent: ReturnIn, idempotency_key: str = Header(..., min_length=8, max_length=100)) -> Any:
    """All or nothing. The same ``Idempotency-Key`` with the same content answers as before and changes nothing; with other content, 409."""
    data_set = get_object_or_404(rules.visible_data_sets(request.auth), slug=sent.data_set)
    return sendings.send(actor=request.auth, data_set=data_set, key=idempotency_key, content=sent.dict())
