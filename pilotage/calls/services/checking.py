"""Opinions and decisions on applications: check, return, decline, reconsider, accept, reject, confirm an update."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import Role
from pilotage.audit.services import transition_many
from pilotage.calls import scope
from pilotage.calls.checklists import NO_MARKS, Marks
from pilotage.calls.enums import HANDED_IN, WITH_CITY, ApplicationState, CheckResult, StageKind
from pilotage.calls.models import Application, Check, Stage
from pilotage.calls.services.commenting import close_comments, send_comments
from pilotage.calls.services.common import carry_back, close_gaps, lock_list, locked_many, organisation_of, same_state
from pilotage.core import clock
from pilotage.core.transitions import table_for
from pilotage.core.verdict import Conflict, Invalid

_VERB_OF_RESULT = {
    CheckResult.PASS: "check",
    CheckResult.RESERVATION: "check",
    CheckResult.RETURN: "return",
    CheckResult.DECLINE: "decline",
}
# verbs that say the application is in order
_PASSING = frozenset({"check", "pass_up"})
_OFFICERS = (
    Role.DISTRICT_OFFICER,
    Role.CITY_OFFICER,
    Role.PROVINCE_OFFICER,
    Role.COMMUNICATIONS_OFFICER,
    Role.RECOMMENDING_OFFICER,
    Role.SECRETARIAT,
)


def check(*, actor: Any, application: Application, result: str, opinion: str, ticks: Iterable[str] = ()) -> Application:
    """Give the level's opinion; ``result`` return or decline sends it back or ends it, with the opinion as reason.

    ``ticks`` are the keys of the points of the stage's check list that were ticked.
    """
    return check_many(actor=actor, applications=[application], result=result, opinion=opinion, ticks=ticks)[0]


def check_many(
    *,
    actor: Any,
    applications: Sequence[Application],
    result: str,
    opinion: str,
    ticks: Iterable[str] = (),
    stated_for: int | None = None,
) -> list[Application]:
    """The same opinion on many, all or none, in a bounded number of queries.

    Where the stage has a check list, ``stated_for`` says for how many applications the officer states that each point was
    checked on each of them; any other number than that of the applications is refused.
    """
    if result not in CheckResult.values:
        raise Invalid({"result": _("Choose one of the results listed.")})
    if result == CheckResult.RESERVATION and not opinion.strip():
        raise Invalid({"opinion": _("State the reservation: it goes into the remarks of the summary table.")})
    marks = Marks(frozenset(ticks), stated_for)
    return _decide(actor, applications, _VERB_OF_RESULT[CheckResult(result)], opinion, CheckResult(result), marks)


def pass_up_many(
    *, actor: Any, applications: Sequence[Application], opinion: str = "", ticks: Iterable[str] = (), stated_for: int | None = None
) -> list[Application]:
    """The district has checked: on to the city. Check list as in ``check_many``."""
    return _decide(actor, applications, "pass_up", opinion, CheckResult.PASS, Marks(frozenset(ticks), stated_for))


def return_for_correction(*, actor: Any, application: Application, reason: str) -> Application:
    """Back to the enterprise, with the reason it reads. A rank it held becomes free."""
    return _decide(actor, [application], "return", reason, CheckResult.RETURN)[0]


def decline(*, actor: Any, application: Application, reason: str) -> Application:
    return _decide(actor, [application], "decline", reason, CheckResult.DECLINE)[0]


def reconsider(*, actor: Any, application: Application, reason: str) -> Application:
    """Undo a decline: the application is checked again and may be shortlisted."""
    return _decide(actor, [application], "reconsider", reason, CheckResult.PASS)[0]


def accept_many(*, actor: Any, applications: Sequence[Application]) -> list[Application]:
    """Complete: on to the review."""
    return _decide(actor, applications, "accept", "", CheckResult.PASS)


def reject(*, actor: Any, application: Application, reason: str) -> Application:
    return _decide(actor, [application], "reject", reason, CheckResult.DECLINE)[0]


def take_back(*, actor: Any, applications: Sequence[Application], reason: str) -> list[Application]:
    """Undo what was decided last, back to the state before: passing up, the check, declining. All or none.

    The opinion stays on record as taken back; points once settled stay settled.
    """
    given = list(applications)
    with transaction.atomic():
        rows = locked_many(given)
        same_state(given, rows)
        verbs = {_UNDO_OF_STATE.get(row.state, "") for row in rows}
        if len(verbs) != 1 or verbs == {""}:
            raise Conflict(
                _("This act can no longer be taken back: the applications have moved on. Reload the page to see what has happened.")
            )
        opinions = _standing_opinions(rows)
        now = clock.now()
        transition_many(
            rows,
            verbs.pop(),
            actor=actor,
            reason=reason,
            changes=lambda row: {"updated_at": now, "decided_from": "", "check_result": _result_before(row, opinions[row.pk])},
        )
        Check.objects.filter(pk__in=[found[0].pk for found in opinions.values() if found]).update(undone_at=now)
    carry_back(given, rows)
    return given


_UNDO_OF_STATE: dict[str, str] = {
    ApplicationState.DISTRICT_CHECKED: "unpass",
    ApplicationState.CHECKED: "uncheck",
    ApplicationState.NOT_RECOMMENDED: "undecline",
}


def _standing_opinions(rows: Sequence[Application]) -> dict[int, list[Check]]:
    """Newest first, those taken back left out."""
    found: dict[int, list[Check]] = {row.pk: [] for row in rows}
    for check in Check.objects.filter(application__in=list(found), undone_at__isnull=True).order_by("-id"):
        found[check.application_id].append(check)
    return found


def _result_before(row: Application, opinions: Sequence[Check]) -> str:
    if row.decided_from in HANDED_IN:
        return ""
    return next((check.result for check in opinions[1:] if check.result in {CheckResult.PASS, CheckResult.RESERVATION}), "")


def confirm_updates(*, actor: Any, applications: Sequence[Application]) -> list[Application]:
    """The province confirms what enterprises report about their listed projects."""
    return _decide(actor, applications, "confirm_update", "", CheckResult.PASS)


def _decide(
    actor: Any, applications: Sequence[Application], verb: str, opinion: str, result: CheckResult, marks: Marks = NO_MARKS
) -> list[Application]:
    given = list(applications)
    with transaction.atomic():
        rows = locked_many(given)
        same_state(given, rows)
        _require(actor, rows, verb)
        points = marks.points(rows, _stage(rows[0], verb) if rows else None, is_pass=verb in _PASSING)
        checks = [_opinion(row, actor, result, opinion, verb, points, marks) for row in rows]
        ranked = [row for row in rows if verb == "return" and row.state == ApplicationState.SHORTLISTED]
        lists = {(row.recommender, row.call) for row in ranked if row.recommender}
        for recommender, _call in lists:
            lock_list(recommender)
        extra = {"checklist": points, "stated_for": marks.stated_for} if points else None
        transition_many(rows, verb, actor=actor, reason=opinion, changes=_changes(verb, opinion, result), extra=extra)
        Check.objects.bulk_create(checks)
        if verb == "return":
            send_comments(rows, actor=actor)
        elif verb in _PASSING:
            close_comments(rows, actor=actor)
        for recommender, call in lists:
            close_gaps(call, recommender)
    carry_back(given, rows)
    return given


def _require(actor: Any, rows: Sequence[Application], verb: str) -> None:
    """Who may not act need not tick anything first; a row that has moved on is told apart later, as a conflict."""
    for row in rows:
        step = table_for(row).by_verb[verb]
        if row.state in step.sources:
            step.rule(actor, row).require()


def _changes(verb: str, opinion: str, result: CheckResult) -> Callable[[Application], dict[str, Any]]:
    now = clock.now()

    def changes(row: Application) -> dict[str, Any]:
        if verb == "return":
            back = {"returned_reason": opinion, "returned_from": row.state, "rank": None, "cosign": "", "decided_from": ""}
            return {"updated_at": now, "check_result": result.value, **back}
        if verb in {"check", "decline", "pass_up"}:
            return {"updated_at": now, "check_result": result.value, "decided_from": row.state}
        if verb == "reconsider":
            return {"updated_at": now, "check_result": result.value, "decided_from": ""}
        return {"updated_at": now, "decided_from": ""}

    return changes


def _opinion(
    row: Application, actor: Any, result: CheckResult, opinion: str, verb: str, points: list[dict[str, Any]], marks: Marks
) -> Check:
    stage = _stage(row, verb)
    return Check(
        application=row,
        stage_key=stage.key if stage else _stage_kind(row),
        organisation=organisation_of(actor, *_OFFICERS),
        result=result,
        opinion=opinion,
        checklist=points,
        stated_for=marks.stated_for if points else None,
        made_by=actor,
        made_at=clock.now(),
    )


def _stage(row: Application, verb: str) -> Stage | None:
    if verb == "pass_up" or scope.is_with_district(row):
        return row.call.district_stage
    return row.call.stage(_stage_kind(row))


def _stage_kind(row: Application) -> str:
    if row.state in WITH_CITY:
        return StageKind.CHECK
    return StageKind.ACCEPT if row.state == ApplicationState.RECOMMENDED else StageKind.RECOMMEND
