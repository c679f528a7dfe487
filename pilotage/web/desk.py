"""Where a person begins: the desk of the first role that has one; the secretariat gets its overview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pilotage.accounts.enums import Role
from pilotage.audit.models import Proposal, ProposalState
from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Call
from pilotage.calls.selectors import desk_counts, open_stages
from pilotage.core import clock
from pilotage.directory.enums import UNDECIDED
from pilotage.directory.rules import visible_objections
from pilotage.plan.models import Plan
from pilotage.plan.progress import TargetLine, target_lines
from pilotage.plan.rules import visible_plans
from pilotage.plan.selectors import newest_plan
from pilotage.plan.work.enums import REPORT_TO_REVIEW, DeliverableState
from pilotage.plan.work.rules import visible_deliverables, visible_reports
from pilotage.review.panel.options import discussion_options
from pilotage.web.nav import resolved
from pilotage.web.plan.lines import goal

DESKS = (
    (Role.AUDITOR, "audit:event-list"),
    (Role.PROVINCE_OFFICER, "calls:recommend-desk"),
    (Role.COMMUNICATIONS_OFFICER, "calls:cosign-desk"),
    (Role.RECOMMENDING_OFFICER, "calls:recommend-desk"),
    (Role.CITY_OFFICER, "calls:check-desk"),
    (Role.DISTRICT_OFFICER, "calls:check-desk"),
    (Role.EXPERT, "review:queue"),
    (Role.FILER, "calls:my-list"),
    (Role.LEGAL_REPRESENTATIVE, "calls:my-list"),
    (Role.FINANCE_LIAISON, "registry:enterprise-list"),
    (Role.UNIT_OFFICER, "measures:desk"),
)
# the stations an application passes, in order, as the overview counts them
STATIONS = (
    ApplicationState.SUBMITTED,
    ApplicationState.RETURNED,
    ApplicationState.CHECKED,
    ApplicationState.RECOMMENDED,
    ApplicationState.ACCEPTED,
    ApplicationState.UNDER_REVIEW,
    ApplicationState.SELECTED,
    ApplicationState.IN_NOTICE,
    ApplicationState.LISTED,
)
PROPOSAL_PAGES = {
    "review.selection": "review:selection",
    "directory.publicnotice": "directory:manage",
    "directory.edition": "directory:manage",
}
# what belongs to no call: the list of its kind
PROPOSAL_LISTS = {
    "finance.recommendationbatch": "pipeline:batches",
    "finance.tierround": "pipeline:rounds",
    "finance.relendingbatch": "matching:batches",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a decision, with the page where it is taken."""

    text: str
    count: int
    url: str


def desk(request: HttpRequest) -> HttpResponse:
    """GET only reads. Somebody without a role is told what to do."""
    roles = request.user.roles()
    if Role.SECRETARIAT in roles:
        return render(request, "desk.html", overview(request.user))
    for role, url_name in DESKS:
        if role in roles and (url := resolved(url_name)):
            return redirect(url)
    return render(request, "desk.html", {"calls": [], "no_role": not roles})


def overview(actor: Any) -> dict[str, Any]:
    calls = list(Call.objects.prefetch_related("stages").order_by("-year", "slug")[:20])
    counted = [(call, desk_counts(actor, call)) for call in calls]
    plan = newest_plan(visible_plans(actor))
    return {
        "calls": [_call_row(call, counts) for call, counts in counted],
        "waiting": [row for row in _waiting(actor, counted) if row.count],
        "proposals": _proposals(actor, calls),
        "plan": plan,
        "targets": _targets(plan, actor) if plan else [],
        "today": clock.today(),
    }


def _targets(plan: Plan, actor: Any) -> list[tuple[TargetLine, str]]:
    """Each target that is counted, with what it aims at in words."""
    return [(line, goal(line.target)) for line in target_lines(plan, clock.today(), actor) if line.indicator]


def _call_row(call: Call, counts: dict[str, int]) -> dict[str, Any]:
    base = resolved("calls:application-list")
    stations = [(state.label, counts[state], f"{base}?call={call.slug}&state={state.value}") for state in STATIONS]
    pages = (
        (_("Completeness check"), resolved("calls:accept-desk")),
        (_("Dates and quotas"), resolved("calls:configure", call.slug)),
        (_("Expert review"), resolved("review:board", call.slug)),
        *([(_("Panel discussions"), resolved("review:call-discussions", call.slug))] if discussion_options(call).offered else []),
        (_("Selection"), resolved("review:selection", call.slug)),
        (_("Notice and directory"), resolved("directory:manage", call.slug)),
    )
    return {"call": call, "open": open_stages(call), "stations": stations, "pages": pages, "total": counts["total"]}


def _waiting(actor: Any, counted: list[tuple[Call, dict[str, int]]]) -> list[Waiting]:
    rows = []
    for call, counts in counted:
        if call.stage(StageKind.ACCEPT):
            rows.append(Waiting(_("%(call)s: to accept") % {"call": call.title}, counts["recommended"], resolved("calls:accept-desk")))
            board = resolved("review:board", call.slug)
            rows.append(Waiting(_("%(call)s: accepted, without experts") % {"call": call.title}, counts["accepted"], board))
    objections = visible_objections(actor).filter(state__in=UNDECIDED).count()
    rows.append(Waiting(_("Objections to decide"), objections, resolved("directory:objection-desk")))
    reports = visible_reports(actor).filter(state__in=REPORT_TO_REVIEW).count()
    rows.append(Waiting(_("Progress reports of measures to review"), reports, resolved("measures:desk")))
    papers = visible_deliverables(actor).filter(state=DeliverableState.PROPOSED).count()
    rows.append(Waiting(_("Deliverables of measures to accept"), papers, resolved("measures:desk")))
    return rows


def _proposals(actor: Any, calls: list[Call]) -> list[dict[str, Any]]:
    """Acts that wait for a second person; ``mine`` are those the reader proposed and cannot confirm."""
    found = Proposal.objects.filter(state=ProposalState.OPEN).select_related("proposed_by").order_by("-id")[:20]
    slug = calls[0].slug if calls else ""
    return [
        {
            "proposal": proposal,
            "mine": proposal.proposed_by_id == actor.pk,
            "url": _proposal_page(proposal.object_type, slug),
        }
        for proposal in found
    ]


def _proposal_page(kind: str, slug: str) -> str:
    if kind in PROPOSAL_LISTS:
        return resolved(PROPOSAL_LISTS[kind])
    return resolved(PROPOSAL_PAGES[kind], slug) if kind in PROPOSAL_PAGES and slug else ""
