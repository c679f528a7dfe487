"""Shapes shared by the endpoints. Texts come in both languages; codes are those of the published standards."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Field, Schema


class Text(Schema):
    zh: str
    en: str

    @classmethod
    def of(cls, obj: Any, stem: str = "title") -> Text:
        return cls(zh=getattr(obj, f"{stem}_zh"), en=getattr(obj, f"{stem}_en"))


class Code(Schema):
    """A division (GB/T 2260) or industry (GB/T 4754-2017)."""

    code: str
    zh: str
    en: str

    @classmethod
    def of(cls, obj: Any) -> Code | None:
        return cls(code=obj.pk, zh=obj.name_zh, en=obj.name_en) if obj is not None else None


class Message(Schema):
    detail: str


class PlanOut(Schema):
    slug: str
    title: Text
    issuer: Text
    document_number: str
    starts_on: date
    ends_on: date
    version: int
    declared_actions: int | None
    declared_measures: int | None


class TargetOut(Schema):
    code: str
    measure: str
    title: Text
    kind: str = Field(description="minimum, exact, range, about, growth, rate, deliverable or qualitative")
    value: Decimal | None = Field(description="what is aimed at; the lower end of a range")
    value_max: Decimal | None
    unit: Text
    due_on: date | None
    verified: bool
    current: Decimal | None = Field(description="what is counted today; null where no indicator counts it")
    status: str


class ForecastOut(Schema):
    """Of the value on the due date, from what was known at the end of ``as_of``."""

    as_of: date
    due_on: date
    median: float
    intervals: dict[int, tuple[float, float]] = Field(description="by certainty in percent: 50, 80, 95")
    chance: float = Field(description="that the target is met on the due date, 0 to 1")
    met_by: dict[int, date | None] = Field(
        description="day by which it is met with a certainty of 50 and 90 percent; null where none is foreseen"
    )
    draws: int


class TargetOutlookOut(TargetOut):
    outlook: str = Field(description="met, on_track, at_risk, unlikely, carries_over, missed, unknown or qualitative")
    forecast: ForecastOut | None
    why_no_forecast: str


class IndicatorOut(Schema):
    key: str
    name: Text
    unit: Text
    formula: Text = Field(description="how it is counted, in words")
    dated: bool = Field(description="whether it can be counted for a past day")
    has_history: bool
    has_pipeline: bool = Field(description="whether forecasts follow the records on their way")
    by_place: bool = Field(description="whether it can be told by province")


class MeasureOut(Schema):
    code: str
    title: Text
    verified: bool
    targets: list[TargetOut]


class AreaOut(Schema):
    code: str
    title: Text
    measures: list[MeasureOut]


class PlanDetail(PlanOut):
    areas: list[AreaOut]


class StageOut(Schema):
    key: str
    kind: str
    title: Text
    opens_at: datetime | None
    closes_at: datetime | None


class CallOut(Schema):
    slug: str
    year: int
    title: Text
    plan: str
    stages: list[StageOut]


class ApplicationOut(Schema):
    number: str
    call: str
    kind: str
    state: str
    enterprise: Text
    project: str
    level: str
    industry: Code | None
    province: Code | None
    prefecture: Code | None
    submitted_at: datetime | None
    rank: int | None


class ApplicationDetail(ApplicationOut):
    form_version: int = Field(description="number of the call version this was filed under")
    data: dict[str, Any] = Field(description="answers by field key; decimals as strings")


class EditionOut(Schema):
    year: int
    title: Text
    published_at: datetime | None
    entries: int
    complete: bool
    fictional: bool


class EntryOut(Schema):
    number: str
    state: str
    edition: int
    enterprise: str
    project: str
    level: str
    province: Code | None
    prefecture: Code | None
    industry: Code | None
    label: str
    scenario_count: int
    listed_on: date | None
    fictional: bool
    source: str


class EntryDetail(EntryOut):
    scenarios: list[str]
    facts: dict[str, Any]


class PageOut(Schema):
    """``next`` goes into ``after`` of the following request; null on the last page."""

    next: str | None
