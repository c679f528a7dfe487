"""Checks a state change must pass beyond its rule."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pilotage.core.verdict import Conflict, Invalid
from pilotage.review import scoring
from pilotage.review.models import Assignment, AssignmentRun, Discussion, Selection
from pilotage.review.options import review_options, rubric_of
from pilotage.review.panel.options import discussion_options
from pilotage.review.runs.facts import digest_of, gather
from pilotage.review.runs.options import AssignmentParameters
from pilotage.review.selection import facts as selection_facts
from pilotage.review.selectors import open_proposal, values_of


def scores_complete(assignment: Assignment) -> None:
    """Raises Invalid with one sentence per criterion without a score, keyed by the criterion."""
    rubric = rubric_of(assignment.application, review_options(assignment.call))
    lacking = scoring.missing(rubric, values_of(assignment))
    if lacking:
        raise Invalid({key: _("Give a score from 0 to %(scale)s.") % {"scale": rubric.scale} for key in lacking})


def inputs_unchanged(selection: Selection) -> None:
    """Raises Conflict when scores, states or seats have changed since the draft was built."""
    if selection_facts.digest_of(selection_facts.gather(selection.call, selection.parameters)) != selection.inputs_digest:
        raise Conflict(_("Scores or applications have changed since this draft was built. Build it again."))


def not_proposed(selection: Selection) -> None:
    if open_proposal(selection):
        raise Conflict(_("This selection has been proposed and waits for a second person. Withdraw the proposal first."))


def run_unchanged(run: AssignmentRun) -> None:
    """Raises Conflict when applications, experts, conflicts, seats or orders have changed since the run was solved."""
    if digest_of(gather(run.call, AssignmentParameters.from_json(run.parameters))) != run.inputs_digest:
        raise Conflict(_("Applications, experts, conflicts or seats have changed since this run. Solve it again."))


def has_chair(discussion: Discussion) -> None:
    if discussion.chair_id is None and discussion_options(discussion.call).chair:
        raise Invalid(_("Appoint a chair first: the chair leads the discussion."))
