"""What must hold before a guideline moves on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.plan.refs.guideline_texts import faults_of
from pilotage.publications.guidelines.enums import CommentState
from pilotage.publications.guidelines.models import CommentRound, Guideline
from pilotage.publications.guidelines.rules import open_proposal


def text_fault(text: str) -> str:
    """A sentence about the first thing in a text that cannot be set, or nothing."""
    first = next(iter(faults_of(text)), None)
    return "" if first is None else _("Line %(line)d: %(sentence)s") % {"line": first[0], "sentence": first[1]}


def texts_fit(guideline: Any) -> None:
    """Every chapter has a text that can be set, in every language of the guideline."""
    faults: dict[str, str] = {}
    chapters = list(guideline.chapters.order_by("position", "id"))
    if not chapters:
        raise Invalid(_("The guideline has no chapter yet."))
    for chapter in chapters:
        for language in guideline.languages:
            text = chapter.text(language)
            fault = text_fault(text) if text.strip() else _("The chapter has no text.")
            if fault:
                faults[f"{chapter.key}-{language}"] = f"{chapter.title}: {fault}"
    if faults:
        raise Invalid(faults)


def nothing_proposed(guideline: Any) -> None:
    if open_proposal(guideline) is not None:
        raise Conflict(_("Issuing has been proposed. Withdraw that first."))


def period_over(guideline: Any) -> None:
    found = current_round(guideline)
    if found is not None and clock.today() <= found.closes_on:
        raise Invalid({"closes_on": _("The time for comments was promised to the public; it ends after its last day.")})


def all_answered(guideline: Any) -> None:
    found = current_round(guideline)
    left = found.comments.filter(state=CommentState.OPEN).count() if found else 0
    if left:
        raise Invalid({"comments": _("%(count)d comments have no answer yet; each needs one.") % {"count": left}})


def can_be_issued(guideline: Any) -> None:
    """Number and days are given, and a first issue was laid open for comments before."""
    errors: dict[str, str] = {}
    if not guideline.next_number or guideline.next_issued_on is None or guideline.next_as_of is None:
        errors["number"] = _("Give the number, the day of issue and the day of the figures first.")
    elif guideline.revisions.model.objects.filter(number=guideline.next_number).exists():
        errors["number"] = _("This number has been given already.")
    if not guideline.rounds.filter(published_at__isnull=False).exists():
        errors["round"] = _("A guideline is laid open for comments, and the answers are published, before it is first issued.")
    if errors:
        raise Invalid(errors)
    texts_fit(guideline)


def current_round(guideline: Guideline) -> CommentRound | None:
    """The newest round whose answers are not published."""
    return guideline.rounds.filter(published_at__isnull=True).order_by("-number").first()
