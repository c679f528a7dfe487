"""A case from one click to agreement: prefilled, written by two sides, kept, approved."""

from __future__ import annotations

import pytest

from pilotage.calls.enums import ApplicationState
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.publications.cases import services, versions
from pilotage.publications.cases.models import CaseStudy
from pilotage.publications.cases.rules import side_of, visible_cases
from tests.factories import calls
from tests.factories.case_studies import WORDS, agreed, begun, listed, written

pytestmark = pytest.mark.django_db


def test_one_click_writes_what_was_filed(cast):
    application = listed(cast, project_title="精密减速机5G工厂", key_industry="equipment")

    case = services.start_case(actor=cast.filer, application=application)

    filed = application.data
    assert case.number.startswith("CASE-")
    assert (case.state, case.title_zh, case.enterprise) == ("draft", "精密减速机5G工厂", cast.enterprise)
    assert case.data["background_zh"] == filed["overview"]
    assert case.data["effects_zh"] == filed["effects_description"]
    assert case.data["solution_zh"].startswith(filed["network_description"])
    assert case.data["scenarios"] == sorted(filed["scenarios"])
    assert case.data["key_industry"] == "equipment"
    assert {key for key in case.data if key.startswith("effect:")} == {
        f"effect:{name}" for name in ("efficiency", "cost", "capacity", "carbon", "energy")
    }
    assert case.data["effect:efficiency"]["before"] == filed["effect_efficiency"]["before"]
    assert case.data["effect:efficiency"]["evidence"] == "declared"
    assert "problem_zh" not in case.data  # nobody filed it, so nothing is there


def test_the_second_click_finds_the_first_case(cast):
    case = begun(cast)
    assert services.start_case(actor=cast.filer, application=case.application) == case
    assert CaseStudy.objects.count() == 1


def test_no_case_of_what_is_not_public_yet(cast):
    application = calls.application(calls.call(), cast.filer, cast.enterprise, ApplicationState.SELECTED)
    with pytest.raises(Refused):
        services.start_case(actor=cast.secretariat, application=application)


def test_each_side_and_nobody_else(cast):
    case = begun(cast)
    assert (side_of(cast.filer, case), side_of(cast.secretariat, case)) == ("enterprise", "editor")
    for outsider in (cast.outsider, cast.expert, cast.auditor, cast.province_officer, None):
        assert side_of(outsider, case) is None
        with pytest.raises(Refused):
            services.save_draft(actor=outsider, case=case, values={"title_zh": "别人的标题"}, base_version=0)
    assert [list(visible_cases(person)) for person in (cast.filer, cast.auditor, cast.outsider, cast.expert)] == [[case], [case], [], []]


def test_two_tabs_lose_nothing(cast):
    case = begun(cast)
    base = case.draft_version
    services.save_draft(actor=cast.filer, case=case, values={"problem_zh": "漏检率高"}, base_version=base)

    result = services.save_draft(
        actor=cast.secretariat, case=case, values={"problem_zh": "返工多", "summary_zh": "摘要"}, base_version=base
    )

    assert result.saved == ["summary_zh"]
    assert (result.conflicts["problem_zh"].yours, result.conflicts["problem_zh"].theirs) == ("返工多", "漏检率高")
    case.refresh_from_db()
    assert (case.data["problem_zh"], case.data["summary_zh"]) == ("漏检率高", "摘要")


def test_what_is_not_understood_is_refused_under_its_own_key(cast):
    case = begun(cast)
    values = {
        "summary_zh": "长" * 401,
        "nothing_zh": "x",
        "scenarios": ["99"],
        "effect:own": {"label_zh": "能耗", "before": "1e99", "after": "2"},
        "solution_zh": "```pilotage targets\nplan: x\n```",
        "title_zh": "好标题",
    }
    result = services.save_draft(actor=cast.filer, case=case, values=values, base_version=case.draft_version)
    assert set(result.errors) == {"summary_zh", "nothing_zh", "scenarios", "effect:own", "solution_zh"}
    assert result.saved == ["title_zh"]


def test_versions_are_kept_once_and_show_their_difference(cast):
    case = written(cast)
    first = services.keep_version(actor=cast.filer, case=case, note="初稿")
    assert services.keep_version(actor=cast.secretariat, case=case) == first
    services.save_draft(
        actor=cast.filer, case=case, values={"problem_zh": "人工目检漏检率很高。新增一句。"}, base_version=case.draft_version
    )
    second = services.keep_version(actor=cast.filer, case=case)
    (change,) = versions.changes(first, second, case.codes)
    assert change.key == "problem_zh"
    assert "".join(piece.text for piece in change.pieces if piece.kind != "new") == WORDS["problem_zh"]
    assert "".join(piece.text for piece in change.pieces if piece.kind != "old") == "人工目检漏检率很高。新增一句。"


def test_an_earlier_version_comes_back_and_nothing_is_lost(cast):
    case = written(cast)
    first = services.keep_version(actor=cast.filer, case=case)
    services.save_draft(
        actor=cast.filer, case=case, values={"lessons_zh": "可以推广。", "problem_zh": "改了"}, base_version=case.draft_version
    )
    services.restore_version(actor=cast.secretariat, case=case, version=first)
    case.refresh_from_db()
    assert case.data == first.data
    assert case.versions.get(number=2).data["lessons_zh"] == "可以推广。"


def test_both_sides_approve_the_same_words(cast):
    case = written(cast)
    services.approve(actor=cast.filer, case=case, base_version=case.draft_version)
    assert case.state == "draft"
    services.save_draft(actor=cast.secretariat, case=case, values={"title_zh": "改了标题"}, base_version=case.draft_version)
    services.approve(actor=cast.secretariat, case=case, base_version=case.draft_version)
    assert case.state == "draft"  # the enterprise approved other words
    services.approve(actor=cast.filer, case=case, base_version=case.draft_version)
    assert case.state == "agreed"
    with pytest.raises(Refused):
        services.save_draft(actor=cast.filer, case=case, values={"title_zh": "再改"}, base_version=case.draft_version)


def test_approval_is_of_what_was_read(cast):
    case = written(cast)
    seen = case.draft_version
    services.save_draft(actor=cast.secretariat, case=case, values={"title_zh": "改了标题"}, base_version=seen)
    with pytest.raises(Conflict):
        services.approve(actor=cast.filer, case=case, base_version=seen)


def test_nothing_unwritten_is_approved(cast):
    case = begun(cast)
    with pytest.raises(Invalid, match="要解决的问题"):
        services.approve(actor=cast.filer, case=case, base_version=case.draft_version)


def test_an_agreed_case_opens_again(cast):
    case = agreed(cast)
    services.reopen(actor=cast.filer, case=case)
    services.save_draft(actor=cast.filer, case=case, values={"title_zh": "再改"}, base_version=case.draft_version)
    assert (case.state, case.title_zh) == ("draft", "再改")


def test_comments_go_to_a_section_and_are_settled(cast):
    case = begun(cast)
    note = services.comment(actor=cast.secretariat, case=case, section="problem", text="写清夜班的数据")
    assert (note.side, note.state) == ("editor", "open")
    services.settle(actor=cast.filer, comment=note)
    assert (note.state, note.settled_by) == ("settled", cast.filer)
    services.unsettle(actor=cast.secretariat, comment=note)
    assert (note.state, note.settled_by) == ("open", None)
    for person, section, text in ((cast.filer, "nothing", "x"), (cast.filer, "problem", " ")):
        with pytest.raises(Invalid):
            services.comment(actor=person, case=case, section=section, text=text)
    with pytest.raises(Refused):
        services.comment(actor=cast.outsider, case=case, section="problem", text="x")
