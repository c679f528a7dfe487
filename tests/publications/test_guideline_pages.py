"""The pages of guidelines: who sees what, the form of a comment, the editor, the desk, what a withdrawn text leaves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import translation

from pilotage.publications.guidelines import issuing, services
from pilotage.publications.guidelines.enums import GuidelineState as G
from pilotage.publications.guidelines.models import Guideline, GuidelineComment
from tests.factories import guidelines as make
from tests.web.pages import offences

pytestmark = pytest.mark.django_db
SEES_ALL = {"secretariat", "second_secretariat", "auditor"}


@pytest.fixture(autouse=True)
def _today(at: Any) -> None:
    at(make.TODAY)


def html(client: Any, name: str, *args: Any, query: str = "", status: int = 200) -> str:
    page = client.get(reverse(name, args=args) + query)
    assert (page.status_code, offences(page)) == (status, [])
    return str(page.content.decode())


def test_the_working_pages_are_for_the_secretariat_and_auditors(cast: Any, client_for: Any) -> None:
    make.guideline(cast)
    for name, person in cast.people().items():
        client = client_for(person)
        answer = client.get(reverse("guidelines:desk"))
        manage = client.get(reverse("guidelines:manage", args=["electronics"]))
        chapter = client.get(reverse("guidelines:chapter", args=["electronics", "scope"]))
        expected = (200, 200, 200) if name in SEES_ALL else (302, 302, 302) if person is None else (403, 404, 404)
        assert (answer.status_code, manage.status_code, chapter.status_code) == expected, name
    assert client_for(cast.auditor).post(reverse("guidelines:act", args=["electronics", "remove"]), {"key": "scope"}).status_code == 403


def test_a_draft_is_not_public(cast: Any, client_for: Any) -> None:
    make.guideline(cast)
    client = client_for(None)
    assert "电子指南" not in html(client, "guidelines:list")
    for name in ("guidelines:detail", "guidelines:draft", "guidelines:comment", "guidelines:difference"):
        assert client.get(reverse(name, args=["electronics"])).status_code == 404


def test_the_lists_cost_the_same_whatever_their_length(cast: Any, client_for: Any, django_assert_num_queries: Any) -> None:
    make.opened(cast, make.guideline(cast))
    auditor = client_for(cast.auditor)  # for whom no page is kept
    for name in ("guidelines:list", "guidelines:desk"):
        auditor.get(reverse(name))
    for slugs in ((), ("second", "third")):
        for slug in slugs:
            make.opened(cast, make.guideline(cast, slug=slug))
        with django_assert_num_queries(6):
            html(auditor, "guidelines:list")
        with django_assert_num_queries(6):
            html(auditor, "guidelines:desk")


def test_a_guideline_is_begun_from_the_desk(cast: Any, client_for: Any) -> None:
    plan = make.guideline(cast).plan
    client = client_for(cast.secretariat)
    given = {"plan": str(plan.pk), "title_zh": "工程机械指南", "slug": "machinery", "language": "zh"}
    assert client.post(reverse("guidelines:desk"), given).headers["Location"] == reverse("guidelines:manage", args=["machinery"])
    again = client.post(reverse("guidelines:desk"), given)
    assert (again.status_code, "已有同名指南。" in again.content.decode()) == (422, True)
    assert client_for(cast.auditor).post(reverse("guidelines:desk"), given).status_code == 403


def test_a_comment_is_kept_once_the_mailbox_is_proven(cast: Any, client_for: Any) -> None:
    make.opened(cast)
    client, url = client_for(None), reverse("guidelines:comment", args=["electronics"])
    page = html(client, "guidelines:comment", "electronics", query="?chapter=scope&paragraph=2")
    assert "第二段：网络应覆盖每个工位。" in page
    given = {"text": "补充室外。", "name": "读者乙", "email": "b@example.org", "chapter": "scope", "paragraph": "2", "language": "zh-hans"}
    early = client.post(url, {**given, "do": "hand-in"})
    assert (early.status_code, GuidelineComment.objects.count()) == (422, 0)
    sent = client.post(url, {**given, "do": "send"})
    assert ("补充室外。" in sent.content.decode(), len(mail.outbox)) == (True, 1)
    wrong = client.post(url, {**given, "do": "hand-in", "code": "000000x"})
    assert (wrong.status_code, "补充室外。" in wrong.content.decode()) == (422, True)
    code = re.findall(r"\d{6}", str(mail.outbox[0].body))[0]
    done = client.post(url, {**given, "do": "hand-in", "code": code})
    found = GuidelineComment.objects.get()
    assert done.headers["Location"] == f"{url}?done={found.number}"
    assert (found.email, found.paragraph, found.is_named) == ("b@example.org", 2, False)
    second = client.post(url, {**given, "text": "再一条。", "is_named": "1", "do": "hand-in"})
    assert (second.status_code, GuidelineComment.objects.count(), len(mail.outbox)) == (302, 2, 1)


def test_comments_are_not_public_before_the_answers_are(cast: Any, client_for: Any, at: Any) -> None:
    opened = make.opened(cast)
    make.comment(opened, text="秘密意见", name="读者甲", organisation="某某厂")
    make.comment(opened, text="实名意见", name="读者丙", organisation="具名厂", is_named=True)
    client = client_for(None)
    for name in ("guidelines:draft", "guidelines:detail"):
        assert "意见" in (page := html(client, name, "electronics"))
        assert "秘密意见" not in page
    assert client.get(reverse("guidelines:answers", args=["electronics", 1])).status_code == 404
    make.answered(cast, at, opened)
    page = html(client, "guidelines:answers", "electronics", 1)
    for words in ("秘密意见", "实名意见", "具名厂 · 读者丙", "已补充，另行细化。", "意见一条，部分采纳。", "部分采纳"):
        assert words in page
    for words in ("读者甲", "某某厂", "reader@example.org"):
        assert words not in page


def test_the_secretariat_answers_beside_the_comment(cast: Any, client_for: Any) -> None:
    comment = make.comment(make.opened(cast))
    client, url = client_for(cast.secretariat), reverse("guidelines:answer", args=["electronics", comment.number])
    page = html(client, "guidelines:comments", "electronics")
    assert ("请补充室外覆盖。" in page, "reader@example.org" in page) == (True, True)
    refused = client.post(url, {"verb": "adopt", "reason": " "})
    assert refused.status_code == 422
    assert client.post(url, {"verb": "adopt", "reason": "采纳。"}).status_code == 302
    comment.refresh_from_db()
    assert (comment.state, comment.answer) == ("adopted", "采纳。")
    assert client_for(cast.auditor).post(url, {"verb": "reconsider", "reason": "x"}).status_code == 403
    assert client_for(cast.filer).post(url, {"verb": "reconsider", "reason": "x"}).status_code == 404


def test_the_editor_keeps_and_previews(cast: Any, client_for: Any) -> None:
    make.guideline(cast)
    client, url = client_for(cast.secretariat), reverse("guidelines:chapter", args=["electronics", "path"])
    given = {"language": "zh-hans", "base": services.base_of("先易后难。"), "text": "## 甲\n\n<script>alert(1)</script>"}
    kept = client.post(url, given, headers={"accept": "application/json"})
    assert (kept.status_code, kept.json()["base"]) == (200, services.base_of(given["text"]))
    clash = client.post(url, {**given, "text": "乙"}, headers={"accept": "application/json"})
    assert clash.status_code == 409
    shown = client.post(url, {**given, "text": "乙"})
    assert (shown.status_code, "此段文字已在别处修改" in shown.content.decode()) == (409, True)
    preview = client.post(reverse("guidelines:preview", args=["electronics", "path"]), given)
    words = preview.content.decode()
    assert ("&lt;script&gt;" in words, "<script" in words, offences(preview)) == (True, False, [])
    broken = client.post(
        reverse("guidelines:preview", args=["electronics", "path"]), {**given, "text": "```pilotage nonsense\n```"}
    ).content.decode()
    assert "没有名为“nonsense”的数据块" in broken


def test_an_issued_guideline_is_read_downloaded_and_compared(cast: Any, client_for: Any, at: Any) -> None:
    first = make.issued(cast, at)
    guideline = Guideline.objects.get(pk=first.guideline_id)
    client = client_for(None)
    page = html(client, "guidelines:detail", "electronics")
    for words in ("测试〔2023〕1号", "第二段：网络应覆盖每个工位。", "目前没有可引用的已发布案例。"):
        assert words in page
    with translation.override("en"):
        assert "Second: the network covers each station." in html(client, "guidelines:detail", "electronics", query="?language=en")
    kept = first.files.get(kind="pdf", language="zh-hans")
    file = client.get(reverse("guidelines:file", args=["electronics", kept.pk]))
    assert (file.content[:5], file.headers["Content-Type"]) == (b"%PDF-", "application/pdf")
    assert client.get(reverse("guidelines:difference", args=["electronics"])).status_code == 404
    issuing.revise(actor=cast.secretariat, guideline=guideline, reason="补充推广步骤。")
    make.write(cast, guideline, "path", "zh-hans", "先易后难，逐步推广。")
    assert "逐步推广" not in html(client, "guidelines:detail", "electronics")
    make.issued(cast, at, guideline, number="测试〔2023〕2号")
    difference = html(client, "guidelines:difference", "electronics")
    for words in ("补充推广步骤。", '<ins class="diff-new">，逐步推广</ins>'):
        assert words in difference
    assert "逐步推广" not in html(client, "guidelines:detail", "electronics", query="?revision=1")
    assert "测试〔2023〕2号" in html(client, "guidelines:list")


def test_a_withdrawn_guideline_says_so_and_no_more(cast: Any, client_for: Any, at: Any) -> None:
    revision = make.issued(cast, at)
    guideline = Guideline.objects.get(pk=revision.guideline_id)
    issuing.propose_withdrawal(actor=cast.secretariat, guideline=guideline, reason="已被替代。")
    issuing.confirm_withdrawal(actor=cast.second_secretariat, guideline=guideline)
    client = client_for(None)
    page = html(client, "guidelines:detail", "electronics")
    assert ("第二段" in page, "撤回" in page) == (False, True)
    assert client.get(reverse("guidelines:file", args=["electronics", revision.files.all()[0].pk])).status_code == 404


def test_the_desk_leads_through_to_the_issue(cast: Any, client_for: Any, at: Any) -> None:
    opened = make.answered(cast, at, make.opened(cast))
    act = lambda client, verb, **given: client.post(reverse("guidelines:act", args=["electronics", verb]), given)  # noqa: E731
    one, two = client_for(cast.secretariat), client_for(cast.second_secretariat)
    early = act(one, "propose")
    assert (early.status_code, "请先填写文号" in early.content.decode()) == (422, True)
    assert act(one, "number", number="测试1号", issued_on="2023-12-06", as_of="2023-11-30").status_code == 302
    assert act(one, "propose").status_code == 302
    assert act(one, "confirm").status_code == 403
    assert act(two, "confirm").status_code == 302
    opened.guideline.refresh_from_db()
    assert opened.guideline.state == G.ISSUED
    html(two, "guidelines:manage", "electronics")
    assert act(one, "revise", reason=" ").status_code == 422
    assert act(one, "revise", reason="修订。").status_code == 302
    assert act(one, "nonsense").status_code == 404
