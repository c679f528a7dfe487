"""The state tables of cases, consents and comments."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pilotage.core.transitions import StateTable, register, row
from pilotage.core.verdict import Invalid
from pilotage.publications.cases import content, rules, versions
from pilotage.publications.cases.enums import PUBLIC, CaseCommentState, CaseState, ConsentState, Side
from pilotage.publications.cases.models import CaseStudy


def is_complete(case: CaseStudy) -> None:
    missing = content.missing_sections(case.data)
    if missing:
        raise Invalid(_("Still to be written: %(sections)s.") % {"sections": content.joined(missing)})


def both_agree(case: CaseStudy) -> None:
    """Both sides have approved the newest version, and the draft is that version still."""
    version = versions.newest(case)
    if version is None or not versions.is_current(version, case):
        raise Invalid(_("The text has changed since it was last approved; both sides approve it anew."))
    if set(version.approvals.values_list("side", flat=True)) != set(Side.values):
        raise Invalid(_("Both sides have to approve the same version first."))


def text_consent(case: CaseStudy) -> None:
    if not case.consents.filter(item=content.TEXT, state=ConsentState.GIVEN).exists():
        raise Invalid(_("The enterprise has not consented to publishing the text."))


CASE = register(
    "publications.casestudy",
    StateTable(
        "publications.case_study",
        tuple(CaseState.values),
        CaseState.DRAFT,
        (
            row("agree", CaseState.DRAFT, CaseState.AGREED, rules.can_take_part, is_complete, both_agree),
            row("reopen", CaseState.AGREED, CaseState.DRAFT, rules.can_take_part),
            row("publish", CaseState.AGREED, CaseState.PUBLISHED, rules.can_edit_as_editor, both_agree, text_consent),
            row("revise", CaseState.PUBLISHED, CaseState.REVISING, rules.can_take_part),
            row("republish", CaseState.REVISING, CaseState.PUBLISHED, rules.can_edit_as_editor, is_complete, both_agree, text_consent),
            row("take_down", PUBLIC, CaseState.UNPUBLISHED, rules.can_edit_as_editor, needs_reason=True),
            row("withdraw", PUBLIC, CaseState.UNPUBLISHED, rules.can_consent),
            row("resume", CaseState.UNPUBLISHED, CaseState.DRAFT, rules.can_take_part),
            row("discard", (CaseState.DRAFT, CaseState.AGREED), CaseState.DISCARDED, rules.can_edit_as_editor, needs_reason=True),
        ),
    ),
)
CONSENT = register(
    "publications.caseconsent",
    StateTable(
        "publications.case_consent",
        tuple(ConsentState.values),
        ConsentState.GIVEN,
        (row("withdraw", ConsentState.GIVEN, ConsentState.WITHDRAWN, rules.can_withdraw),),
    ),
)
COMMENT = register(
    "publications.casecomment",
    StateTable(
        "publications.case_comment",
        tuple(CaseCommentState.values),
        CaseCommentState.OPEN,
        (
            row("settle", CaseCommentState.OPEN, CaseCommentState.SETTLED, rules.can_settle),
            row("reopen", CaseCommentState.SETTLED, CaseCommentState.OPEN, rules.can_settle),
        ),
    ),
)
