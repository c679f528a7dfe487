"""Which message follows from which decision, and to whom? The audit chain is the only source.

Data: events of the chain in order of number. Each verb has one teller, which gives letters.
Algorithm: the objects and all candidates of a batch are read in a bounded number of queries; each teller then
works from memory. Letters of one act about several objects (same wording, person and instant) become one.
Invariants: a letter's key holds what makes it unique for its reader, so reading a batch twice writes nothing twice;
what an applicant may not know yet (shortlisting, the outcome before the public notice) is not told.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership, User
from pilotage.accounts.rules import enterprise_ids
from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.models import Application, Call, Partner, ReportReminder, Signoff, Stage
from pilotage.calls.reports.periods import period_name, period_of, report_stage
from pilotage.calls.selectors import outcome_is_public, share_relations
from pilotage.directory.models import Hearing, Objection, PublicNotice
from pilotage.messages.people import People, applicants_of, concerned
from pilotage.messages.wording import name_of
from pilotage.plan.reminders import chase_of
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment, Discussion, ExpertInvitation


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to be written. ``fold`` names the page of all, where several of one act are told as one."""

    to: User
    text: str
    params: Mapping[str, Any]
    key: str
    at: datetime
    call: Call | None = None
    link: str = ""
    fold: str = ""
    count: int = field(default=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A batch of events with all that the tellers need."""

    events: Sequence[AuditEvent]
    rows: Mapping[str, Mapping[str, Any]]  # object type -> primary key as text -> row
    people: People


Teller = Callable[[AuditEvent, Any, Reading], Iterator[Letter]]
# the enterprise is told; the wording carries the reason where there is one
_TO_FILERS = {
    "submit": "receipt",
    "resubmit": "receipt",
    "return": "returned",
    "check": "checked",
    "decline": "declined",
    "pass_up": "passed_up",
    "unpass": "taken_back",
    "uncheck": "taken_back",
    "undecline": "taken_back",
    "reconsider": "reconsidered",
    "recommend": "recommended",
    "accept": "accepted",
    "reject": "not_accepted",
    "start_review": "review_started",
    "announce": "announced",
    "exclude": "excluded",
    "list": "listed",
    "confirm_update": "update_confirmed",
}


# rows whose news concern responsible units
_OF_UNITS: set[str] = set()
# rows that belong to an application
_AROUND = ("calls.partner", "calls.signoff", "calls.reportreminder")


def letters(events: Sequence[AuditEvent]) -> list[Letter]:
    """Everything that follows from these events, several of one act folded into one."""
    told = [event for event in events if event.verb in TELLERS]
    if not told:
        return []
    reading = _read(told)
    found = [
        letter
        for event in told
        if (row := reading.rows[event.object_type].get(event.object_id)) is not None
        for letter in TELLERS[event.verb](event, row, reading)
    ]
    return folded(found)


def _read(events: Sequence[AuditEvent]) -> Reading:
    wanted: dict[str, set[str]] = defaultdict(set)
    for event in events:
        wanted[event.object_type].add(event.object_id)
    rows = {kind: {str(row.pk): row for row in SOURCES[kind](keys)} for kind, keys in wanted.items()}
    applications = [*rows.get("calls.application", {}).values()]
    applications += [row.application for kind in _AROUND for row in rows.get(kind, {}).values()]
    applications += [row.application for row in rows.get("directory.objection", {}).values() if row.application]
    applications += [row.objection.application for row in rows.get("directory.hearing", {}).values() if row.objection.application]
    share_relations(applications)
    users = {row.expert.user_id for row in rows.get("review.assignment", {}).values()}
    users |= {row.expert.user_id for row in rows.get("review.expertinvitation", {}).values()}
    users |= {pk for row in rows.get("review.discussion", {}).values() for pk in _panel(row)}
    users |= {row.user_id for row in rows.get("accounts.membership", {}).values()}
    roles = [Role.UNIT_OFFICER] if any(kind in _OF_UNITS for kind in rows) else []
    return Reading(events, rows, People.load(applications, users, roles))


def _applications(keys: Iterable[str]) -> Iterable[Application]:
    return Application.objects.filter(pk__in=keys).select_related("enterprise").defer("data", "field_versions", "bigrams").order_by("pk")


_FINISHED = Assignment.objects.filter(state=AssignmentState.FINISHED, conflict="").select_related("expert").order_by("id")
SOURCES: dict[str, Callable[[Iterable[str]], Iterable[Any]]] = {
    "calls.application": _applications,
    "calls.partner": lambda keys: (
        Partner.objects.filter(pk__in=keys).select_related("enterprise", "application__enterprise", "application__call").order_by("pk")
    ),
    "calls.signoff": lambda keys: (
        Signoff.objects.filter(pk__in=keys).select_related("application__enterprise", "application__call").order_by("pk")
    ),
    "calls.reportreminder": lambda keys: (
        ReportReminder.objects.filter(pk__in=keys)
        .select_related("project__enterprise", "project__call__current")
        .prefetch_related("project__call__stages")
        .order_by("pk")
    ),
    "calls.stage": lambda keys: Stage.objects.filter(pk__in=keys).select_related("call").order_by("pk"),
    "review.assignment": lambda keys: (
        Assignment.objects.filter(pk__in=keys).select_related("call", "expert", "application__enterprise").order_by("pk")
    ),
    "review.expertinvitation": lambda keys: ExpertInvitation.objects.filter(pk__in=keys).select_related("call", "expert").order_by("pk"),
    "review.discussion": lambda keys: (
        Discussion.objects.filter(pk__in=keys)
        .select_related("call", "chair", "application")
        .prefetch_related(Prefetch("application__assignments", _FINISHED, "finished_seats"))
        .order_by("pk")
    ),
    "directory.publicnotice": lambda keys: PublicNotice.objects.filter(pk__in=keys).select_related("call").order_by("pk"),
    "directory.objection": lambda keys: (
        Objection.objects.filter(pk__in=keys).select_related("notice__call", "application__enterprise").order_by("pk")
    ),
    "directory.hearing": lambda keys: (
        Hearing.objects.filter(pk__in=keys).select_related("objection__application__enterprise", "objection__notice__call").order_by("pk")
    ),
    "accounts.membership": lambda keys: Membership.objects.filter(pk__in=keys).select_related("organisation").order_by("pk"),
}


def folded(found: Iterable[Letter]) -> list[Letter]:
    """Letters of one wording to one person from one instant as one, where a page shows them together."""
    groups: dict[tuple[Any, ...], list[Letter]] = defaultdict(list)
    for letter in found:
        groups[
            (letter.to.pk, letter.text, letter.at, letter.call and letter.call.pk) if letter.fold else (letter.to.pk, letter.key)
        ].append(letter)
    return [_folded(group) if len(group) > 1 and group[0].fold else group[0] for group in groups.values()]


def _folded(group: Sequence[Letter]) -> Letter:
    first = group[0]
    return replace(first, text=f"{first.text}.many", params={**first.params, "count": len(group)}, link=first.fold, count=len(group))


# --- applications -------------------------------------------------------------------------------
def about(application: Application, event: AuditEvent) -> dict[str, Any]:
    return {
        "number": application.number,
        "project": application.project_title or application.number,
        "enterprise": {"zh": application.enterprise.name_zh, "en": application.enterprise.name_en},
        "call": name_of(application.call),
        "at": {"at": event.at.isoformat()},
        "reason": event.reason,
    }


def _of_application(application: Application, event: AuditEvent, users: Iterable[User], text: str, fold: str = "") -> Iterator[Letter]:
    params, link = about(application, event), reverse("calls:application-detail", args=[application.number])
    if text == "returned":
        link = reverse("calls:application-edit", args=[application.number])
    for user in users:
        yield Letter(user, text, params, f"event:{event.number}:{text}", event.at, application.call, link, fold)


def _moved(event: AuditEvent, application: Application, reading: Reading) -> Iterator[Letter]:
    """What a move of the state tells the enterprise, and to whom it gives work."""
    verb, people = event.verb.removeprefix("application."), reading.people
    if verb in _TO_FILERS:
        is_report = application.kind == ApplicationKind.UPDATE and verb == "decline"
        yield from _of_application(application, event, people.filers(application), "declined.report" if is_report else _TO_FILERS[verb])
    if verb == "promote" and outcome_is_public(application.call):
        yield from _of_application(application, event, people.filers(application), "promoted")
    desk = f"?call={application.call.slug}"
    if verb in {"submit", "resubmit", "pass_up"}:
        page = reverse("calls:check-desk") + desk
        yield from _of_application(application, event, people.checkers(application), "work.check", page)
    if verb in {"check", "reconsider"}:
        page = reverse("calls:recommend-desk") + desk
        text = "work.confirm" if application.kind == ApplicationKind.UPDATE else "work.recommend"
        yield from _of_application(application, event, people.recommenders(application), text, page)
    if verb == "shortlist":
        page = reverse("calls:cosign-desk") + desk
        yield from _of_application(application, event, people.cosigners(application), "work.cosign", page)
    if verb == "recommend":
        page = reverse("calls:accept-desk") + desk
        yield from _of_application(application, event, people.secretariat(application.call), "work.accept", page)
    if verb == "reject":
        yield from _of_application(application, event, people.recommenders(application), "sent_back")


# --- those who fill in together -----------------------------------------------------------------
def _partner(event: AuditEvent, partner: Partner, reading: Reading) -> Iterator[Letter]:
    application, verb = partner.application, event.verb.removeprefix("partner.")
    if verb == "invite":
        link = reverse("calls:part", args=[application.number])
        for letter in _of_application(application, event, applicants_of(partner.enterprise_id), "partner.invited"):
            yield replace(letter, link=link)
        return
    text = {"consent": "consented", "decline": "declined", "leave": "left", "ask_to_leave": "wants_to_leave"}[verb]
    link = reverse("calls:partners", args=[application.number])
    name = {"zh": partner.enterprise.name_zh, "en": partner.enterprise.name_en}
    for letter in _of_application(application, event, reading.people.filers(application), f"partner.{text}"):
        yield replace(letter, link=link, params={**letter.params, "partner": name})


def _signature(event: AuditEvent, signoff: Signoff, reading: Reading) -> Iterator[Letter]:
    """To the legal representatives when asked, to those who file when answered."""
    application = signoff.application
    text = {"signoff.ask": "signoff.asked", "signoff.sign": "signoff.signed", "signoff.refuse": "signoff.refused"}[event.verb]
    users = reading.people.filers(application)
    if text == "signoff.asked":
        users = [user for user in users if application.enterprise_id in enterprise_ids(user, Role.LEGAL_REPRESENTATIVE)]
    for letter in _of_application(application, event, users, text):
        yield replace(letter, link=reverse("calls:signing", args=[application.number]))


def _notice_opened(event: AuditEvent, notice: PublicNotice, _reading: Reading) -> Iterator[Letter]:
    """The outcome is public now: those who are not on the list are told too, each once whatever further notices follow."""
    rest = Application.objects.filter(call=notice.call, state__in=[ApplicationState.RESERVE, ApplicationState.NOT_SELECTED])
    rows = list(rest.select_related("enterprise").defer("data", "field_versions", "bigrams").order_by("pk"))
    share_relations(rows)
    people = People.load(rows)
    for application in rows:
        text = "reserve" if application.state == ApplicationState.RESERVE else "not_selected"
        for letter in _of_application(application, event, people.filers(application), text):
            yield replace(letter, key=f"outcome:{application.pk}:{text}")


# --- reports of listed projects -----------------------------------------------------------------
def _report_missing(event: AuditEvent, reminder: ReportReminder, reading: Reading) -> Iterator[Letter]:
    """One message a day at most: the key names project, period and day."""
    project, call = reminder.project, reminder.project.call
    period, stage = period_of(call, reminder.period), report_stage(call)
    if period is None or stage is None:
        return
    params = about(project, event) | {"report": period_name(reminder.period), "due": {"at": period.due_at.isoformat()}}
    chase = chase_of(call.current.content.get("reminders"), stage.key) if call.current else None
    if chase and chase.text:
        params["extra"] = dict(chase.text)
    text = "report.overdue" if period.is_overdue(event.at) else "report.due"
    key = f"report:{project.pk}:{reminder.period}:{reminder.day}"
    for user in reading.people.filers(project):
        yield Letter(user, text, params, key, event.at, call, reverse("calls:my-list"))


# --- objections, seats, dates, roles ------------------------------------------------------------
def _objected(event: AuditEvent, objection: Objection, reading: Reading) -> Iterator[Letter]:
    params = {"objection": objection.number, "notice": objection.notice.number}
    verb = event.verb.rpartition(".")[2]
    text = {"receive": "objection.received", "answer": "objection.answered", "withdraw": "objection.withdrawn"}[verb]
    link = reverse("directory:objection-handle", args=[objection.number])
    for user in reading.people.secretariat(objection.notice.call):
        yield Letter(user, text, params, f"event:{event.number}", event.at, objection.notice.call, link)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), timezone.get_current_timezone())


def _heard(event: AuditEvent, hearing: Hearing, reading: Reading) -> Iterator[Letter]:
    """The applicant is asked; the message names neither the objector nor what was said."""
    application = hearing.objection.application
    if application is None:
        return
    link, due = reverse("directory:hearing", args=[hearing.pk]), {"due": {"at": _end_of(hearing.due_on).isoformat()}}
    for letter in _of_application(application, event, reading.people.filers(application), "hearing.asked"):
        yield replace(letter, link=link, params={**letter.params, **due})


def _objection_decided(event: AuditEvent, objection: Objection, reading: Reading) -> Iterator[Letter]:
    """The enterprise learns that and how, not who objected nor what was said."""
    if objection.application is not None:
        text = "objection.upheld" if event.verb.endswith("uphold") else "objection.dismissed"
        users = reading.people.filers(objection.application)
        for letter in _of_application(objection.application, event, users, text):
            yield replace(letter, params={**letter.params, "reason": ""})


def _seat(event: AuditEvent, assignment: Assignment, reading: Reading) -> Iterator[Letter]:
    """To the expert, without a word about the applicant: reviews may be blind."""
    verb = event.verb.removeprefix("assignment.")
    call = assignment.call
    params = {"call": name_of(call), "reason": event.reason}
    expert = reading.people.by_id.get(assignment.expert.user_id)
    text = {"create": "seat.given", "cancel": "seat.cancelled", "reopen": "seat.reopened"}.get(verb)
    if text and expert is not None:
        queue = reverse("review:queue")
        yield Letter(expert, text, params, f"event:{event.number}", event.at, call, queue, "" if verb == "reopen" else queue)
    if verb == "recuse":
        board = reverse("review:board", args=[call.slug])
        told = {**params, "number": assignment.application.number}
        for user in reading.people.secretariat(call):
            yield Letter(user, "seat.recused", told, f"event:{event.number}", event.at, call, board, board)


def _conflict(event: AuditEvent, assignment: Assignment, reading: Reading) -> Iterator[Letter]:
    """To the secretariat: a seat given before is held in spite of a conflict."""
    call = assignment.call
    page = reverse("review:conflicts", args=[call.slug])
    params = {"call": name_of(call), "number": assignment.application.number}
    for user in reading.people.secretariat(call):
        yield Letter(user, "seat.conflict", params, f"event:{event.number}", event.at, call, page, page)


_ANSWERS = {"accept": "accepted", "decline": "declined"}
_ASKED = {"invite": "received", "invite_again": "received", "withdraw": "withdrawn", "replace": "replaced"}


def _invitation(event: AuditEvent, invitation: ExpertInvitation, reading: Reading) -> Iterator[Letter]:
    """What an expert is asked goes to the expert, the answer to the secretariat."""
    verb, call = event.verb.removeprefix("expert_invitation."), invitation.call
    params = {"call": name_of(call), "reason": event.reason, "expert": invitation.expert.number}
    if verb in _ANSWERS:
        page = reverse("review:invitations", args=[call.slug])
        for user in reading.people.secretariat(call):
            yield Letter(user, f"invitation.{_ANSWERS[verb]}", params, f"event:{event.number}", event.at, call, page, page)
        return
    expert = reading.people.by_id.get(invitation.expert.user_id)
    if expert is not None:
        link = reverse("review:queue") if verb == "withdraw" else reverse("review:invitation", args=[invitation.pk])
        yield Letter(expert, f"invitation.{_ASKED[verb]}", params, f"event:{event.number}", event.at, call, link)


def _panel(discussion: Discussion) -> list[int]:
    """The users who have reviewed the application, and the chair."""
    users = [seat.expert.user_id for seat in discussion.application.finished_seats]  # type: ignore[attr-defined]
    return users + ([discussion.chair.user_id] if discussion.chair and discussion.chair.user_id not in users else [])


def _discussion(event: AuditEvent, discussion: Discussion, reading: Reading) -> Iterator[Letter]:
    """To the chair when appointed, to the whole panel when it opens; nothing about the applicant: reviews may be blind."""
    call, chair = discussion.call, discussion.chair
    is_opening = event.verb == "discussion.open"
    keys = _panel(discussion) if is_opening else [chair.user_id] if chair else []
    page = reverse("review:discussions")
    for user in (reading.people.by_id[key] for key in keys if key in reading.people.by_id and key != event.actor_id):
        text = "discussion.opened" if is_opening else "discussion.chair"
        yield Letter(user, text, {"call": name_of(call)}, f"event:{event.number}", event.at, call, page, page)


def _dates(event: AuditEvent, stage: Stage, _reading: Reading) -> Iterator[Letter]:
    before = snapshot(event).get("_extra", {}).get("closes_at")
    closes = snapshot(event).get("closes_at")
    if before == closes:
        return
    call = stage.call
    params = {"call": name_of(call), "stage": name_of(stage), "closes": {"at": closes}, "before": {"at": before}, "reason": event.reason}
    for user in concerned(call, stage):
        yield Letter(user, "dates", params, f"event:{event.number}", event.at, call, reverse("calls:detail", args=[call.slug]))


def snapshot(event: AuditEvent) -> dict[str, Any]:
    """The object as it was then, with ``_extra``. One query."""
    found = AuditSnapshot.objects.filter(pk=event.snapshot_digest).first()
    return json.loads(found.body) if found else {}


def _role(event: AuditEvent, membership: Membership, reading: Reading) -> Iterator[Letter]:
    user = reading.people.by_id.get(membership.user_id)
    if user is None or event.actor_id is None:
        return
    organisation = membership.organisation
    params = {"organisation": {"zh": organisation.name_zh, "en": organisation.name_en}, "role": role_name(membership.role)}
    yield Letter(user, "role.given", params, f"event:{event.number}", event.at, None, reverse("desk"))


def role_name(role: str) -> dict[str, str]:
    """The role's word in both languages."""
    names = {}
    for short, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            names[short] = str(Role(role).label)
    return names


TELLERS: dict[str, Teller] = {
    **{f"application.{verb}": _moved for verb in (*_TO_FILERS, "promote", "shortlist")},
    **{f"partner.{verb}": _partner for verb in ("invite", "consent", "decline", "leave", "ask_to_leave")},
    **{f"signoff.{verb}": _signature for verb in ("ask", "sign", "refuse")},
    "report.remind": _report_missing,
    "directory.notice.open": _notice_opened,
    **{f"directory.objection.{verb}": _objected for verb in ("receive", "answer", "withdraw")},
    "directory.hearing.ask": _heard,
    "directory.objection.uphold": _objection_decided,
    "directory.objection.dismiss": _objection_decided,
    **{f"expert_invitation.{verb}": _invitation for verb in (*_ASKED, *_ANSWERS)},
    "assignment.conflict_found": _conflict,
    **{f"assignment.{verb}": _seat for verb in ("create", "cancel", "reopen", "recuse")},
    **{f"discussion.{verb}": _discussion for verb in ("open", "appoint")},
    "stage.set_dates": _dates,
    "membership.begin": _role,
}


def register(*, sources: Mapping[str, Callable[[Iterable[str]], Iterable[Any]]], tellers: Mapping[str, Teller]) -> None:
    """Further news, of rows that concern responsible units: how they are read, and who tells them."""
    SOURCES.update(sources)
    TELLERS.update(tellers)
    _OF_UNITS.update(sources)
