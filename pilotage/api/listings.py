"""Enterprises on their way to a market: the projects the key's owner may see, each stage with its day and how long it took."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from pilotage.api.auth import Key
from pilotage.api.schemas import Code, Message, PageOut, Text
from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.finance.pipeline import documents, rules
from pilotage.finance.pipeline.enums import ENDED
from pilotage.finance.pipeline.history import Round, Step, everything, rounds
from pilotage.finance.pipeline.models import ListingDocument, ListingProject

router = Router(tags=["financing"], auth=Key())


class SuspensionOut(Schema):
    cause: str = Field(description="financials_expired, intermediary, issuer, requested or other")
    until: date | None = Field(description="last day of the limit; null where no rule and no paper names one")
    overdue_days: int


class ListingOut(Schema):
    number: str
    enterprise: Text
    code: str = Field(description="unified social credit code")
    province: Code | None
    market: str = Field(description="star, chinext, bse, neeq-base or neeq-innovation")
    stage: str
    since: date = Field(description="first day of the present stage")
    days: int = Field(description="since then, to today")
    inquiry_round: int = Field(description="rounds of questions so far")
    suspension: SuspensionOut | None = Field(description="null while it runs, and to receivers of recommendations")
    sponsor: str


class ListingPage(PageOut):
    listings: list[ListingOut]


class ListingStepOut(Schema):
    stage: str
    kind: str = Field(description="entered, or answered of questions")
    day: date
    days: int | None = Field(
        description="to the next step, or to today; null of the last step of a project that has ended, and of what was taken back"
    )
    taken_back: bool = Field(description="entered by mistake; counts nowhere")
    document: str = Field(description="number of the paper; blank for receivers of recommendations, as the reason")
    reason: str


class InquiryRoundOut(Schema):
    number: int
    asked_on: date
    answered_on: date | None


class ListingDocumentOut(Schema):
    title: str
    kind: str
    stage: str
    dated: date | None
    size: int
    sha256: str


class ListingDetail(ListingOut):
    steps: list[ListingStepOut]
    rounds: list[InquiryRoundOut]
    documents: list[ListingDocumentOut] = Field(description="those the key's owner may read")


@router.get("", response={200: ListingPage, 401: Message}, summary="The listing projects the key's owner may see, newest first")
def list_listings(
    request: HttpRequest,
    market: str = Query("", max_length=40, pattern=r"^[\w-]*$", description="star, chinext, bse, neeq-base or neeq-innovation"),
    stage: str = Query("", max_length=40, pattern=r"^[\w-]*$", description="such as inquiry"),
    after: str = Query("", description="cursor of the page before"),
    size: int = Query(50, ge=1, le=200),
) -> ListingPage:
    asked = {name: value for name, value in (("market", market), ("state", stage)) if value}
    rows = rules.visible_projects(request.auth).filter(**asked).select_related("enterprise__province")
    found = page(rows, order=("-id",), after=after, size=size)
    all_read, own = rules.sees_all(request.auth), rules.enterprise_ids(request.auth)
    return ListingPage(next=found.next, listings=[ListingOut(**_fields(row, all_read or row.enterprise_id in own)) for row in found])


@router.get(
    "/{number}", response={200: ListingDetail, 401: Message, 404: Message}, summary="One listing project with its history and documents"
)
def get_listing(request: HttpRequest, number: str) -> ListingDetail:
    actor = request.auth
    project = get_object_or_404(rules.visible_projects(actor).select_related("enterprise__province"), number=number)
    steps = everything(project.steps.all())
    held = [step for step in steps if step.taken_back is None]
    reads_all = rules.can_read_documents(actor, project)
    return ListingDetail(
        **_fields(project, reads_all),
        steps=_steps(project, steps, held, reads_all),
        rounds=[_round(each) for each in rounds(held)],
        documents=[_document(each) for each in documents.visible_documents(actor, project)],
    )


def _fields(row: ListingProject, reads_all: bool) -> dict[str, Any]:
    return {
        "number": row.number,
        "enterprise": Text.of(row.enterprise, "name"),
        "code": row.enterprise.uscc or "",
        "province": Code.of(row.enterprise.province),
        "market": row.market,
        "stage": row.state,
        "since": row.stage_on,
        "days": (clock.today() - row.stage_on).days,
        "inquiry_round": row.inquiry_round,
        "suspension": _suspension(row) if reads_all else None,
        "sponsor": row.sponsor,
    }


def _suspension(row: ListingProject) -> SuspensionOut | None:
    if not row.suspension_cause:
        return None
    until = row.suspended_until
    return SuspensionOut(cause=row.suspension_cause, until=until, overdue_days=max(0, (clock.today() - until).days) if until else 0)


def _steps(project: ListingProject, steps: list[Step], held: list[Step], reads_all: bool) -> list[ListingStepOut]:
    ends = {step.ids[0]: then.on for step, then in pairwise(held)}
    if project.state not in ENDED:
        ends[held[-1].ids[0]] = clock.today()
    return [
        ListingStepOut(
            stage=step.stage,
            kind="answered" if step.is_answer else "entered",
            day=step.on,
            days=(ends[step.ids[0]] - step.on).days if step.ids[0] in ends else None,
            taken_back=step.taken_back is not None,
            document=step.row.document if reads_all else "",
            reason=step.row.reason if reads_all else "",
        )
        for step in steps
    ]


def _round(found: Round) -> InquiryRoundOut:
    return InquiryRoundOut(number=found.number, asked_on=found.asked_on, answered_on=found.answered_on)


def _document(row: ListingDocument) -> ListingDocumentOut:
    return ListingDocumentOut(title=row.title, kind=row.kind, stage=row.stage, dated=row.dated, size=row.size, sha256=row.sha256)
