"""Every state, verb and role of cases, consents and comments: who may say what when."""

from __future__ import annotations

import pytest

from pilotage.core.transitions import may
from pilotage.publications.cases.enums import CaseCommentState, CaseState, ConsentState
from pilotage.publications.cases.models import CaseComment, CaseConsent
from pilotage.publications.cases.transitions import CASE, COMMENT, CONSENT
from tests.factories.case_studies import begun

pytestmark = pytest.mark.django_db

BOTH = {"filer", "legal_representative", "secretariat", "second_secretariat"}
OWN = {"filer", "legal_representative"}
EDITORS = {"secretariat", "second_secretariat"}
S = CaseState
ALLOWED = {
    "agree": ({S.DRAFT}, BOTH),
    "reopen": ({S.AGREED}, BOTH),
    "publish": ({S.AGREED}, EDITORS),
    "revise": ({S.PUBLISHED}, BOTH),
    "republish": ({S.REVISING}, EDITORS),
    "take_down": ({S.PUBLISHED, S.REVISING}, EDITORS),
    "withdraw": ({S.PUBLISHED, S.REVISING}, OWN),
    "resume": ({S.UNPUBLISHED}, BOTH),
    "discard": ({S.DRAFT, S.AGREED}, EDITORS),
}


def said(obj, table, people, states):
    """``(state, verb) -> names`` of everybody who may."""
    found = {}
    for state in states:
        obj.state = state
        for row in table.rows:
            found[state, row.verb] = {name for name, person in people.items() if may(person, obj, row.verb)}
    return found


def test_cases(cast):
    case = begun(cast)
    people = {**cast.people(), "nobody": None}
    expected = {
        (state, verb): names if state in sources else set() for verb, (sources, names) in ALLOWED.items() for state in CaseState.values
    }
    assert said(case, CASE, people, CaseState.values) == expected


def test_consents_and_comments(cast):
    case = begun(cast)
    people = {**cast.people(), "nobody": None}
    given, withdrawn = ConsentState.GIVEN, ConsentState.WITHDRAWN
    consent = CaseConsent(case=case, item="text")
    assert said(consent, CONSENT, people, ConsentState.values) == {(given, "withdraw"): OWN, (withdrawn, "withdraw"): set()}
    opened, settled = CaseCommentState.OPEN, CaseCommentState.SETTLED
    comment = CaseComment(case=case, section="problem")
    assert said(comment, COMMENT, people, CaseCommentState.values) == {
        (opened, "settle"): BOTH,
        (opened, "reopen"): set(),
        (settled, "settle"): set(),
        (settled, "reopen"): BOTH,
    }
