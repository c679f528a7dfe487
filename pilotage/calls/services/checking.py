"""Opinions and decisions on applications: check, return, decline, reconsider, accept, reject, confirm an update."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import Role
from pilotage.audit.services import transition_many
from pilotage.calls.enums import WITH_CITY, ApplicationState, CheckResult, StageKind
from pilotage.calls.models import Application, Check
from pilotage.calls.services.common import carry_back, close_gaps, lock_list, locked_many, organisation_of, same_state
from pilotage.core import clock
from pilotage.core.verdict import Invalid

_VERB_OF_RESULT = {
    CheckResult.PASS: "check",
    CheckResult.RESERVATION: "check",
    CheckResult.RETURN: "return",
    CheckResult.DECLINE: "decline",
}
_OFFICERS = (
    Role.DISTRICT_OFFICER,
    Role.CITY_OFFICER,
    Role.PROVINCE_OFFICER,
    Role.COMMUNICATIONS_OFFICER,
    Role.RECOMMENDING_OFFICER,
    Role.SECRETARIAT,
)


def check(*, actor: Any, application: Application, result: str, opinion: str) -> Application:
    """Give the level's opinion; ``result`` return or decline sends it back or ends it, with the opinion as reason."""
    return check_many(actor=actor, applications=[application], result=result, opinion=opinion)[0]


def check_many(*, actor: Any, applications: Sequence[Application], result: str, opinion: str) -> list[Application]:
    """The same opinion on many, all or none, in a bounded number of queries."""
    if result not in CheckResult.values:
        raise Invalid({"result": _("Choose one of the results listed.")})
    if result == CheckResult.RESERVATION and not opinion.strip():
        raise Invalid({"opinion": _("State the reservation: it goes into the remarks of the summary table.")})
    return _decide(actor, applications, _VERB_OF_RESULT[CheckResult(result)], opinion, CheckResult(result))


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


def confirm_updates(*, actor: Any, applications: Sequence[Application]) -> list[Application]:
    """The province confirms what enterprises report about their listed projects."""
    return _decide(actor, applications, "confirm_update", "", CheckResult.PASS)


def _decide(actor: Any, applications: Sequence[Application], verb: str, opinion: str, result: CheckResult) -> list[Application]:
    given = list(applications)
    with transaction.atomic():
        rows = locked_many(given)
        same_state(given, rows)
        checks = [_opinion(row, actor, result, opinion) for row in rows]
        ranked = [row for row in rows if verb == "return" and row.state == ApplicationState.SHORTLISTED]
        lists = {(row.recommender, row.call) for row in ranked if row.recommender}
        for recommender, _call in lists:
            lock_list(recommender)
        transition_many(rows, verb, actor=actor, reason=opinion, changes=_changes(verb, opinion, result))
        Check.objects.bulk_create(checks)
        for recommender, call in lists:
            close_gaps(call, recommender)
    carry_back(given, rows)
    return given


def _changes(verb: str, opinion: str, result: CheckResult) -> Callable[[Application], dict[str, Any]]:
    now = clock.now()

    def changes(row: Application) -> dict[str, Any]:
        if verb == "return":
            back = {"returned_reason": opinion, "returned_from": row.state, "rank": None, "cosign": ""}
            return {"updated_at": now, "check_result": result.value, **back}
        if verb in {"check", "decline", "reconsider"}:
            return {"updated_at": now, "check_result": result.value}
        return {"updated_at": now}

    return changes


def _opinion(row: Application, actor: Any, result: CheckResult, opinion: str) -> Check:
    stage = row.call.stage(_stage_kind(row))
    return Check(
        application=row,
        stage_key=stage.key if stage else _stage_kind(row),
        organisation=organisation_of(actor, *_OFFICERS),
        result=result,
        opinion=opinion,
        made_by=actor,
        made_at=clock.now(),
    )


def _stage_kind(row: Application) -> str:
    if row.state in WITH_CITY:
        return StageKind.CHECK
    return StageKind.ACCEPT if row.state == ApplicationState.RECOMMENDED else StageKind.RECOMMEND
