from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from pilotage.accounts.rules import enterprise_ids
from pilotage.api.auth import Key
from pilotage.api.schemas import ApplicationDetail, ApplicationOut, CallOut, Code, Message, PageOut, StageOut, Text
from pilotage.calls.models import Application, Call
from pilotage.calls.rules import visible_applications, visible_calls
from pilotage.calls.selectors import applications_for_list, state_for
from pilotage.core.keyset import page

router = Router(tags=["calls"])
applications = Router(tags=["applications"], auth=Key())


def call_fields(call: Call) -> CallOut:
    return CallOut(
        slug=call.slug,
        year=call.year,
        title=Text.of(call),
        plan=call.plan.slug,
        stages=[StageOut(key=s.key, kind=s.kind, title=Text.of(s), opens_at=s.opens_at, closes_at=s.closes_at) for s in call.stages.all()],
    )


@router.get("", response=list[CallOut], summary="Calls with their stages and dates")
def list_calls(request: HttpRequest) -> list[CallOut]:
    calls = visible_calls(request.auth).select_related("plan").prefetch_related("stages")
    return [call_fields(call) for call in calls.order_by("-year", "slug")[:200]]


@router.get("/{slug}", response={200: CallOut, 404: Message}, summary="One call")
def get_call(request: HttpRequest, slug: str) -> CallOut:
    calls = visible_calls(request.auth).select_related("plan").prefetch_related("stages")
    return call_fields(get_object_or_404(calls, slug=slug))


class ApplicationPage(PageOut):
    applications: list[ApplicationOut]


def application_fields(application: Application, actor: Any) -> dict[str, Any]:
    return {
        "number": application.number,
        "call": application.call.slug,
        "kind": application.kind,
        "state": state_for(actor, application),
        "enterprise": Text.of(application.enterprise, "name"),
        "project": application.project_title,
        "level": application.level,
        "industry": Code.of(application.industry),
        "province": Code.of(application.province),
        "prefecture": Code.of(application.prefecture),
        "submitted_at": application.submitted_at,
        # the applicant does not see where the province placed it
        "rank": None if application.enterprise_id in enterprise_ids(actor) else application.rank,
    }


@applications.get("", response={200: ApplicationPage, 401: Message}, summary="The applications the key's owner may see, newest first")
def list_applications(
    request: HttpRequest,
    call: str = Query("", description="slug of a call"),
    after: str = Query("", description="cursor of the page before"),
    size: int = Query(50, ge=1, le=200),
) -> ApplicationPage:
    actor = request.auth
    rows = applications_for_list(actor)
    if call:
        rows = rows.filter(call__slug=call)
    found = page(rows, order=("-id",), after=after, size=size)
    return ApplicationPage(next=found.next, applications=[ApplicationOut(**application_fields(row, actor)) for row in found])


@applications.get("/{number}", response={200: ApplicationDetail, 401: Message, 404: Message}, summary="One application with its answers")
def get_application(request: HttpRequest, number: str) -> ApplicationDetail:
    actor = request.auth
    found = get_object_or_404(
        visible_applications(actor).select_related("call", "enterprise", "industry", "province", "prefecture", "version"), number=number
    )
    return ApplicationDetail(**application_fields(found, actor), form_version=found.version.number, data=found.data)
