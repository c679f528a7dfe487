"""Guidelines: written chapter by chapter, laid open, commented on, answered, issued by two people, revised."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from pilotage.accounts.enums import Role
from pilotage.audit.models import AuditEvent
from pilotage.core.transitions import may, table_for
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.plan.refs.live_blocks import KINDS
from pilotage.publications.guidelines import issuing, live, rounds, rules, services
from pilotage.publications.guidelines.content import shown
from pilotage.publications.guidelines.enums import CommentState as C
from pilotage.publications.guidelines.enums import GuidelineState as G
from pilotage.publications.guidelines.models import Guideline, GuidelineComment
from pilotage.publications.guidelines.services import TextClash
from tests.factories import guidelines as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(at: Any) -> None:
    at(make.TODAY)


def test_every_block_a_folder_may_name_can_be_filled() -> None:
    assert [kind.name for kind in live.every()] == list(KINDS)


# --- writing --------------------------------------------------------------------------------
def test_of_two_editors_the_second_sees_the_text_of_the_first(cast: Any) -> None:
    guideline = make.guideline(cast)
    base = services.base_of("先易后难。")
    services.edit_text(actor=cast.secretariat, guideline=guideline, key="path", language="zh-hans", text="甲的文字", base=base)
    clash = services.edit_text(actor=cast.second_secretariat, guideline=guideline, key="path", language="zh-hans", text="乙", base=base)
    assert isinstance(clash, TextClash)
    assert (clash.yours, clash.theirs.text_zh) == ("乙", "甲的文字")
    other = services.edit_text(
        actor=cast.second_secretariat, guideline=guideline, key="path", language="en", text="B", base=services.base_of("Easy things first.")
    )
    assert (other.text_zh, other.text_en) == ("甲的文字", "B")  # type: ignore[union-attr]


def test_chapters_are_added_moved_renamed_removed(cast: Any) -> None:
    guideline = make.guideline(cast)
    writer = cast.secretariat
    services.add_chapter(actor=writer, guideline=guideline, values={"key": "annex", "title_zh": "附录"})
    services.move_chapter(actor=writer, guideline=guideline, key="annex", by=-1)
    services.move_chapter(actor=writer, guideline=guideline, key="scope", by=-1)
    services.rename_chapter(actor=writer, guideline=guideline, key="annex", values={"title_zh": "附件", "title_en": "Annex"})
    services.remove_chapter(actor=writer, guideline=guideline, key="path")
    assert list(guideline.chapters.values_list("key", "title_zh")) == [("scope", "章scope"), ("annex", "附件")]
    for values in ({"key": "scope", "title_zh": "x"}, {"key": "Scope!", "title_zh": "x"}, {"key": "b", "title_zh": ""}):
        with pytest.raises(Invalid):
            services.add_chapter(actor=writer, guideline=guideline, values=values)


def test_a_text_that_cannot_be_set_is_kept_but_not_laid_open(cast: Any) -> None:
    guideline = make.guideline(cast)
    make.write(cast, guideline, "path", "zh-hans", "一\n\n```pilotage nonsense\n```\n")
    with translation.override("en"), pytest.raises(Invalid) as refused:
        make.opened(cast, guideline)
    assert list(refused.value.errors) == ["path-zh-hans"]
    assert "There is no live block “nonsense”" in refused.value.errors["path-zh-hans"]
    guideline.refresh_from_db()
    assert (guideline.state, guideline.rounds.count()) == (G.DRAFT, 0)


# --- the comment round ----------------------------------------------------------------------
def test_a_comment_speaks_of_the_frozen_paragraph(cast: Any) -> None:
    opened = make.opened(cast)
    make.write(cast, opened.guideline, "scope", "zh-hans", "完全不同。")
    found = make.comment(opened)
    assert (found.chapter, found.paragraph, found.quote) == ("scope", 2, "第二段：网络应覆盖每个工位。")
    assert found.number == f"GC2023-{found.pk:05d}"
    assert found.author == ""
    assert make.comment(opened, is_named=True, organisation="某厂").author == "某厂 · 读者甲"
    assert [make.comment(opened, chapter="nowhere").chapter, make.comment(opened, paragraph="99").paragraph] == ["", None]


def test_a_comment_needs_words_a_name_and_an_open_round(cast: Any, at: Any) -> None:
    opened = make.opened(cast)
    for values in ({"text": " "}, {"text": "字" * 5001}, {"name": ""}):
        with pytest.raises(Invalid):
            make.comment(opened, **values)
    at(make.AFTER)
    with pytest.raises(Refused):
        make.comment(opened)
    assert opened.comments.count() == 0


def test_one_address_does_not_flood_a_round(cast: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(rounds, "PER_EMAIL", 2)
    opened = make.opened(cast)
    make.comment(opened)
    make.comment(opened)
    with pytest.raises(Invalid):
        make.comment(opened)
    assert (make.comment(opened, email="other@example.org").state, opened.comments.count()) == (C.OPEN, 3)


def test_neither_name_nor_address_is_written_to_the_chain(cast: Any) -> None:
    found = make.comment(make.opened(cast))
    assert {"name", "email", "organisation"} & found.audit_snapshot().keys() == set()


def test_the_round_lasts_as_long_as_it_was_promised(cast: Any, at: Any) -> None:
    opened = make.opened(cast)
    with pytest.raises(Invalid):
        rounds.close_round(actor=cast.secretariat, guideline=opened.guideline)
    for days in (2, 400):
        with pytest.raises(Invalid):
            make.opened(cast, make.guideline(cast, slug=f"other-{days}"), days)


def test_every_comment_is_answered_before_the_answers_are_published(cast: Any, at: Any) -> None:
    opened = make.opened(cast)
    first, second = make.comment(opened), make.comment(opened)
    at(make.AFTER)
    guideline = opened.guideline
    rounds.close_round(actor=cast.secretariat, guideline=guideline)
    with pytest.raises(Invalid):
        rounds.answer(actor=cast.secretariat, comment=first, verb="adopt", reason=" ")
    rounds.answer(actor=cast.secretariat, comment=first, verb="adopt", reason="已采纳。")
    rounds.reconsider(actor=cast.secretariat, comment=first, reason="再议。")
    assert (first.state, first.answer) == (C.OPEN, "")
    rounds.answer(actor=cast.secretariat, comment=first, verb="decline", reason="超出范围。")
    with pytest.raises(Invalid):
        rounds.publish_answers(actor=cast.secretariat, guideline=guideline, summary_zh="总结", summary_en="")
    rounds.answer(actor=cast.secretariat, comment=second, verb="adopt", reason="好。")
    published = rounds.publish_answers(actor=cast.secretariat, guideline=guideline, summary_zh="总结", summary_en="")
    assert (guideline.state, published.published_at is not None) == (G.DRAFT, True)
    with pytest.raises(Refused):
        rounds.reconsider(actor=cast.secretariat, comment=GuidelineComment.objects.get(pk=first.pk), reason="x")


# --- issue ----------------------------------------------------------------------------------
def test_a_first_issue_needs_a_round_and_a_number(cast: Any, at: Any) -> None:
    guideline = make.guideline(cast)
    with pytest.raises(Invalid) as refused:
        issuing.propose_issue(actor=cast.secretariat, guideline=guideline)
    assert sorted(refused.value.errors) == ["number", "round"]


def test_while_issuing_is_proposed_the_text_stays(cast: Any, at: Any) -> None:
    guideline = make.proposed(cast, at)
    with pytest.raises(Refused):
        make.write(cast, guideline, "path", "zh-hans", "改")
    with pytest.raises(Refused):
        services.set_issue(actor=cast.secretariat, guideline=guideline, number="x", issued_on="2023-12-05", as_of="2023-12-01")
    issuing.take_back(actor=cast.secretariat, guideline=guideline)
    assert make.write(cast, guideline, "path", "zh-hans", "改").text_zh == "改"


def test_who_may_do_what_in_which_state(cast: Any, at: Any) -> None:
    guideline = make.guideline(cast)
    table = table_for(guideline)
    writers = {name for name, person in cast.people().items() if person is not None and Role.SECRETARIAT in person.roles()}
    assert writers == {"secretariat", "second_secretariat"}
    for state in table.states:
        copy = Guideline(pk=guideline.pk, state=state)
        for row in table.rows:
            allowed = {name for name, person in cast.people().items() if may(person, copy, row.verb)}
            assert allowed == (writers if state in row.sources else set()), (state, row.verb)


def test_who_may_answer_in_which_state(cast: Any) -> None:
    comment = make.comment(make.opened(cast))
    table = table_for(comment)
    for state in table.states:
        copy = GuidelineComment(pk=comment.pk, round=comment.round, state=state)
        for row in table.rows:
            allowed = {name for name, person in cast.people().items() if may(person, copy, row.verb)}
            assert allowed == ({"secretariat", "second_secretariat"} if state in row.sources else set()), (state, row.verb)


def test_two_people_issue_and_what_is_issued_is_frozen(cast: Any, at: Any) -> None:
    revision = make.issued(cast, at)
    guideline = Guideline.objects.get(pk=revision.guideline_id)
    assert (guideline.state, guideline.next_number, revision.revision, revision.number) == (G.ISSUED, "", 1, "测试〔2023〕1号")
    content = revision.read()
    assert [chapter["text"]["zh"] for chapter in content["chapters"]] == [make.SCOPE, "先易后难。"]
    assert (content["as_of"], content["chapters"][0]["live"]["zh"][0]["as_of"]) == ("2023-11-30", "2023-11-30")
    assert sorted(revision.files.values_list("kind", "language")) == [
        (kind, language) for kind in ("docx", "epub", "pdf") for language in ("en", "zh-hans")
    ]
    with pytest.raises(Refused):
        make.write(cast, guideline, "path", "zh-hans", "改")


def test_the_proposer_cannot_confirm(cast: Any, at: Any) -> None:
    guideline = make.proposed(cast, at)
    with pytest.raises(Refused):
        issuing.confirm_issue(actor=cast.secretariat, guideline=guideline)
    guideline.refresh_from_db()
    assert (guideline.state, guideline.revisions.count()) == (G.DRAFT, 0)


def test_a_revision_says_why_and_keeps_the_one_before(cast: Any, at: Any) -> None:
    first = make.issued(cast, at)
    guideline = Guideline.objects.get(pk=first.guideline_id)
    issuing.revise(actor=cast.secretariat, guideline=guideline, reason="补充室外覆盖。")
    make.write(cast, guideline, "path", "zh-hans", "先易后难，逐步推广。")
    with pytest.raises(Invalid):
        make.proposed(cast, at, guideline, number=first.number)
    second = make.issued(cast, at, guideline, number="测试〔2023〕2号")
    assert (second.revision, second.reason) == (2, "补充室外覆盖。")
    assert first.read()["chapters"][1]["text"]["zh"] == "先易后难。"


def test_a_withdrawn_guideline_leaves_nothing_to_read(cast: Any, at: Any) -> None:
    guideline = Guideline.objects.get(pk=make.issued(cast, at).guideline_id)
    issuing.propose_withdrawal(actor=cast.secretariat, guideline=guideline, reason="已被替代。")
    with pytest.raises(Conflict):
        issuing.confirm_issue(actor=cast.second_secretariat, guideline=guideline)
    issuing.confirm_withdrawal(actor=cast.second_secretariat, guideline=guideline)
    assert (guideline.state, rules.public_revisions(guideline).count()) == (G.WITHDRAWN, 0)


def test_the_same_inputs_give_the_same_file(cast: Any, at: Any) -> None:
    from pilotage.publications.guidelines.book import made_file

    revision = make.issued(cast, at)
    kept = revision.files.get(kind="epub", language="en")
    assert made_file(revision, "epub", "en") == bytes(kept.content)


def test_a_case_withdrawn_since_is_left_out(cast: Any) -> None:
    filled = live.Filled("案例", head=("编号", "案例"), rows=(("C1", "甲"), ("C2", "乙")), keys=("C1", "C2"))
    text = {"zh": "前\n\n```pilotage cases\n```\n\n后"}
    content = {"chapters": [{"key": "a", "title": {"zh": "章"}, "text": text, "live": {"zh": [filled.data()]}}]}
    pieces = shown(content, "zh-hans", {"C2"})[0].pieces
    assert pieces[1].rows == (("C2", "乙"),)  # type: ignore[union-attr]
    gone = shown(content, "zh-hans", set())[0].pieces[1]
    assert (gone.rows, gone.sentence) == ((), "此处引用的案例已撤回。")  # type: ignore[union-attr]


def test_every_act_is_in_the_chain(cast: Any, at: Any) -> None:
    make.issued(cast, at, make.answered(cast, at, make.comment(make.opened(cast)).round).guideline)
    verbs = [
        verb for verb in AuditEvent.objects.order_by("number").values_list("verb", flat=True) if verb.startswith(("guideline", "comment_"))
    ]
    assert list(dict.fromkeys(verbs)) == [
        "guideline.create", "guideline.chapter_add", "guideline.chapter", "guideline.open_round", "comment_round.open",
        "guideline_comment.submit", "guideline.close_round", "comment_round.close", "guideline_comment.adopt_partly",
        "guideline.publish_answers", "comment_round.publish", "guideline.number", "guideline.issue.propose", "guideline.issue",
        "guideline.revision", "guideline.file",
    ]  # fmt: skip
