"""The life of an application as one table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilotage.calls import rules
from pilotage.calls.enums import HANDED_IN, WITH_CITY, ApplicationState, CosignDecision
from pilotage.calls.flow.steps import STEP_OF, place_of
from pilotage.calls.models import Application
from pilotage.core import clock
from pilotage.core.transitions import StateTable, register, row
from pilotage.core.verdict import Invalid

S = ApplicationState


def is_cosigned(application: Application) -> None:
    if rules.needs_cosign(application.call, application.recommender) and application.cosign != CosignDecision.SIGNED:
        raise Invalid(_("%(application)s has not been co-signed.") % {"application": application})


def entered(application: Application, target: str) -> dict[str, Any]:
    """Another step, and the day on which it is entered."""
    if STEP_OF[application.state] == STEP_OF[target]:
        return {}
    return {"step": place_of(target, application.state, application.step), "step_since": clock.today()}


APPLICATION = register(
    "calls.application",
    StateTable(
        "application",
        tuple(S.values),
        S.DRAFT,
        (
            row("submit", S.DRAFT, S.SUBMITTED, rules.may_submit, label=gettext_lazy("Submit")),
            row("resubmit", S.RETURNED, S.RESUBMITTED, rules.may_resubmit, label=gettext_lazy("Resubmit")),
            row(
                "return",
                (S.SUBMITTED, S.RESUBMITTED, S.DISTRICT_CHECKED, S.CHECKED, S.SHORTLISTED, S.RECOMMENDED),
                S.RETURNED,
                rules.may_return,
                needs_reason=True,
                label=gettext_lazy("Return for correction"),
            ),
            row("pass_up", HANDED_IN, S.DISTRICT_CHECKED, rules.may_pass_up, label=gettext_lazy("Pass up to the city")),
            row(
                "unpass",
                S.DISTRICT_CHECKED,
                S.SUBMITTED,
                rules.may_unpass,
                needs_reason=True,
                back=("decided_from", HANDED_IN),
                label=gettext_lazy("Take it back from the city"),
            ),
            row("check", WITH_CITY, S.CHECKED, rules.may_check, label=gettext_lazy("Pass the check")),
            row(
                "uncheck",
                S.CHECKED,
                S.SUBMITTED,
                rules.may_uncheck,
                needs_reason=True,
                back=("decided_from", WITH_CITY),
                label=gettext_lazy("Take the check back"),
            ),
            row(
                "decline",
                WITH_CITY | {S.CHECKED},
                S.NOT_RECOMMENDED,
                rules.may_decline,
                needs_reason=True,
                label=gettext_lazy("Do not recommend"),
            ),
            row(
                "undecline",
                S.NOT_RECOMMENDED,
                S.SUBMITTED,
                rules.may_undecline,
                needs_reason=True,
                back=("decided_from", WITH_CITY | {S.CHECKED}),
                label=gettext_lazy("Take the decision back"),
            ),
            row(
                "reconsider",
                S.NOT_RECOMMENDED,
                S.CHECKED,
                rules.may_reconsider,
                needs_reason=True,
                label=gettext_lazy("Reconsider"),
            ),
            row("shortlist", S.CHECKED, S.SHORTLISTED, rules.may_put_forward, label=gettext_lazy("Shortlist")),
            row("unshortlist", S.SHORTLISTED, S.CHECKED, rules.may_recommend, needs_reason=True, label=gettext_lazy("Take off the list")),
            row("recommend", S.SHORTLISTED, S.RECOMMENDED, rules.may_put_forward, is_cosigned, label=gettext_lazy("Recommend")),
            row("accept", S.RECOMMENDED, S.ACCEPTED, rules.may_accept, label=gettext_lazy("Accept for review")),
            row(
                "reject",
                S.RECOMMENDED,
                S.NOT_ACCEPTED,
                rules.may_act_for_ministry,
                needs_reason=True,
                label=gettext_lazy("Do not accept"),
            ),
            row("start_review", S.ACCEPTED, S.UNDER_REVIEW, rules.may_act_for_ministry, label=gettext_lazy("Start the review")),
            row("select", S.UNDER_REVIEW, S.SELECTED, rules.may_act_for_ministry, label=gettext_lazy("Select the project")),
            row("reserve", S.UNDER_REVIEW, S.RESERVE, rules.may_act_for_ministry, label=gettext_lazy("Put on the reserve list")),
            row("not_select", S.UNDER_REVIEW, S.NOT_SELECTED, rules.may_act_for_ministry, label=gettext_lazy("Do not select")),
            row(
                "promote", S.RESERVE, S.SELECTED, rules.may_act_for_ministry, needs_reason=True, label=gettext_lazy("Move up from reserve")
            ),
            row("announce", S.SELECTED, S.IN_NOTICE, rules.may_act_for_ministry, label=gettext_lazy("Put into public notice")),
            row("exclude", S.IN_NOTICE, S.EXCLUDED, rules.may_act_for_ministry, needs_reason=True, label=gettext_lazy("Exclude")),
            row("list", S.IN_NOTICE, S.LISTED, rules.may_act_for_ministry, label=gettext_lazy("List in the directory")),
            row("confirm_update", S.CHECKED, S.UPDATE_CONFIRMED, rules.may_confirm_update, label=gettext_lazy("Confirm the update")),
            row(
                "withdraw",
                (
                    S.DRAFT,
                    S.SUBMITTED,
                    S.RETURNED,
                    S.RESUBMITTED,
                    S.DISTRICT_CHECKED,
                    S.CHECKED,
                    S.SHORTLISTED,
                    S.RECOMMENDED,
                    S.ACCEPTED,
                    S.UNDER_REVIEW,
                ),
                S.WITHDRAWN,
                rules.may_withdraw,
                needs_reason=True,
                label=gettext_lazy("Withdraw"),
            ),
        ),
        stamp=entered,
    ),
)
