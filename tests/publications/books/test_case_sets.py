"""A set of cases from choosing to issue: two people, compiled files, a consent withdrawn."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from pypdf import PdfReader

from pilotage.audit.models import AuditEvent
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.publications.books import services
from pilotage.publications.books.models import CaseSet
from pilotage.publications.books.selectors import public_files
from pilotage.publications.cases import publishing
from tests.factories.case_studies import WORDS, published
from tests.factories.plan import PlanFactory

pytestmark = pytest.mark.django_db
VALUES = {"slug": "cases-2023", "title_zh": "案例集", "title_en": "Case set", "foreword_zh": "前言。", "language": "bilingual"}
NUMBER = {"number": "案例〔2023〕1号", "issued_on": "2023-10-31"}


@pytest.fixture
def case_set(cast) -> CaseSet:
    case = published(cast)
    made = services.begin(actor=cast.secretariat, plan=PlanFactory(), values=VALUES | NUMBER)
    return services.choose(actor=cast.secretariat, case_set=made, cases=[case.pk])


def issued(cast, case_set: CaseSet) -> CaseSet:
    services.propose_issue(actor=cast.secretariat, case_set=case_set)
    services.confirm_issue(actor=cast.second_secretariat, case_set=case_set)
    case_set.refresh_from_db()
    return case_set


def words(kept) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(kept.file.read())).pages)


def test_issue_compiles_four_files_under_the_number(cast, case_set):
    issued(cast, case_set)
    assert (case_set.state, case_set.is_compiling, public_files(case_set)) == ("issued", True, [])

    services.make_files(case_set=case_set)

    files = {kept.kind: kept for kept in public_files(case_set)}
    assert sorted(files) == ["docx", "epub", "pdf", "web"]
    assert "案例〔2023〕1号" in words(files["pdf"]).replace(" ", "")
    with zipfile.ZipFile(files["web"].file) as opened:
        assert WORDS["problem_zh"] in "".join(opened.read(name).decode() for name in opened.namelist() if name.endswith(".html"))
    case_set.refresh_from_db()
    assert (case_set.is_compiling, case_set.compile_done, case_set.compile_fault) == (False, 4, "")


def test_the_same_set_is_not_compiled_again(cast, case_set):
    assert len(services.make_files(case_set=case_set)) == 4
    assert services.make_files(case_set=case_set) == []


def test_a_withdrawn_consent_takes_the_files_away_at_once_and_out_of_the_next(cast, case_set):
    issued(cast, case_set)
    services.make_files(case_set=case_set)
    case = case_set.items.get().case
    publishing.withdraw_consents(actor=cast.filer, case=case, items=["effect:cost"])
    assert public_files(case_set) == []
    case_set.refresh_from_db()
    assert case_set.is_compiling
    services.make_files(case_set=case_set)
    assert [kept.used[str(case.pk)].count("effect:cost") for kept in public_files(case_set)] == [0, 0, 0, 0]


def test_a_case_taken_down_leaves_the_set(cast, case_set):
    issued(cast, case_set)
    services.make_files(case_set=case_set)
    publishing.withdraw_consents(actor=cast.filer, case=case_set.items.get().case, items=["text"])
    assert public_files(case_set) == []
    services.make_files(case_set=case_set)
    kept = {kept.kind: kept for kept in public_files(case_set)}["pdf"]
    assert (kept.cases, WORDS["title_zh"] in words(kept)) == (0, False)


def test_only_public_cases_can_be_chosen(cast, case_set):
    case = case_set.items.get().case
    publishing.take_down(actor=cast.secretariat, case=case, reason="x")
    with pytest.raises(Invalid):
        services.choose(actor=cast.secretariat, case_set=case_set, cases=[case.pk])


def test_one_person_does_not_issue_alone(cast, case_set):
    services.propose_issue(actor=cast.secretariat, case_set=case_set)
    with pytest.raises(Refused):
        services.confirm_issue(actor=cast.secretariat, case_set=case_set)
    with pytest.raises(Refused):
        services.change(actor=cast.secretariat, case_set=case_set, values=VALUES)
    services.take_back(actor=cast.secretariat, case_set=case_set)
    with pytest.raises(Conflict):
        services.confirm_issue(actor=cast.second_secretariat, case_set=case_set)


def test_without_a_number_or_cases_nothing_is_issued(cast, case_set):
    services.change(actor=cast.secretariat, case_set=case_set, values=VALUES)
    case_set.refresh_from_db()
    with pytest.raises(Invalid):
        services.propose_issue(actor=cast.secretariat, case_set=case_set)
    services.change(actor=cast.secretariat, case_set=case_set, values=VALUES | NUMBER)
    services.choose(actor=cast.secretariat, case_set=case_set, cases=[])
    case_set.refresh_from_db()
    with pytest.raises(Invalid):
        services.propose_issue(actor=cast.secretariat, case_set=case_set)


def test_a_withdrawn_set_has_no_files(cast, case_set):
    issued(cast, case_set)
    services.make_files(case_set=case_set)
    services.propose_withdrawal(actor=cast.secretariat, case_set=case_set, reason="错误")
    services.confirm_withdrawal(actor=cast.second_secretariat, case_set=case_set)
    case_set.refresh_from_db()
    assert (case_set.state, public_files(case_set)) == ("withdrawn", [])


@pytest.mark.parametrize("who", ["filer", "auditor", "expert", "outsider", "province_officer"])
@pytest.mark.parametrize("state", ["draft", "issued", "withdrawn"])
@pytest.mark.parametrize("verb", ["issue", "withdraw"])
def test_nobody_else_moves_a_set(cast, who, state, verb):
    made = services.begin(actor=cast.secretariat, plan=PlanFactory(), values=VALUES | NUMBER)
    CaseSet.objects.filter(pk=made.pk).update(state=state)
    made.refresh_from_db()
    assert not may(getattr(cast, who), made, verb)


@pytest.mark.parametrize(("state", "verb"), [("draft", "issue"), ("issued", "withdraw")])
def test_the_secretariat_moves_it_along_its_table_only(cast, state, verb):
    made = services.begin(actor=cast.secretariat, plan=PlanFactory(), values=VALUES | NUMBER)
    for other in ("draft", "issued", "withdrawn"):
        CaseSet.objects.filter(pk=made.pk).update(state=other)
        made.refresh_from_db()
        assert bool(may(cast.secretariat, made, verb)) == (other == state)


@pytest.mark.parametrize(
    "wrong",
    [{"slug": "Not So"}, {"title_zh": ""}, {"foreword_zh": "![x](https://a.example/x.png)"}, {"issued_on": "soon"}, {"number": "x" * 61}],
)
def test_what_cannot_be_taken_is_said_under_its_name(cast, wrong):
    with pytest.raises(Invalid) as refused:
        services.begin(actor=cast.secretariat, plan=PlanFactory(), values=VALUES | wrong)
    assert set(refused.value.errors) == set(wrong)


def test_every_act_is_on_record(cast, case_set):
    assert case_set.issued_on == date(2023, 10, 31)
    issued(cast, case_set)
    verbs = list(AuditEvent.objects.filter(object_type="publications.caseset").order_by("number").values_list("verb", flat=True))
    assert verbs[:2] == ["case_set.begin", "case_set.choose"]
    assert any(verb.endswith("issue") for verb in verbs)
