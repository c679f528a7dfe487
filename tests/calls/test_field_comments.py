"""Comments on single fields: written beside the answers, sent with a return, answered, seen against the difference."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.calls import rules, services
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.enums import CommentState as C
from pilotage.calls.models import Application, FieldComment
from pilotage.core.verdict import Conflict, Invalid, Refused
from tests.factories import calls as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(cast: Any, at: Any) -> Application:
    """Submitted through the service, so that there is a revision to compare with."""
    at(make.FILING)
    cast.enterprise.uscc = "91110000600037341L"
    cast.enterprise.save()
    row = services.start_application(actor=cast.filer, call=make.call(), enterprise=cast.enterprise)
    services.save_draft(actor=cast.filer, application=row, values=make.answers(), base_version=0)
    make.attachment(row, cast.filer)
    services.submit(actor=cast.filer, application=row)
    return row


@pytest.fixture
def returned(filed: Application, cast: Any) -> Application:
    services.comment_on(actor=cast.city_officer, application=filed, field="base_stations", text="与合同不一致")
    services.comment_on(actor=cast.city_officer, application=filed, field="effect_cost", text="请核对单位")
    services.return_for_correction(actor=cast.city_officer, application=fresh(filed), reason="请按意见补正")
    return fresh(filed)


def fresh(row: Application) -> Application:
    return Application.objects.select_related("call", "version", "enterprise").get(pk=row.pk)


def comment(field: str) -> FieldComment:
    return FieldComment.objects.select_related("application__call").get(field=field)


def text(response: Any) -> str:
    return html.unescape(str(response.content.decode()))


def page_of(client: Any, row: Application, query: str = "") -> str:
    return text(client.get(f"/applications/{row.number}/{query}"))


# --- services ---------------------------------------------------------------------------------
def test_comments_go_out_with_the_return_and_not_before(filed: Application, cast: Any) -> None:
    services.comment_on(actor=cast.city_officer, application=filed, field="base_stations", text="与合同不一致")
    services.comment_on(actor=cast.city_officer, application=filed, field="base_stations", text="与合同第3页不一致")
    for reader in (cast.filer, cast.legal_representative):
        assert list(rules.visible_comments(reader, filed)) == []
    assert [c.text for c in rules.visible_comments(cast.province_officer, filed)] == ["与合同第3页不一致"]
    services.return_for_correction(actor=cast.city_officer, application=filed, reason="请补正")
    [seen] = rules.visible_comments(cast.filer, filed)
    assert (seen.state, seen.revision.number, bool(seen.sent_at)) == (C.SENT, 1, True)
    verbs = list(AuditEvent.objects.filter(object_type="calls.fieldcomment").order_by("number").values_list("verb", flat=True))
    assert verbs == ["comment.write", "comment.write", "comment.send"]
    assert verify() == []


@pytest.mark.parametrize(("field", "words", "sentence"), [
    ("base_stations", "  ", "请写明需要补正的内容。"),
    ("base_stations", "字" * 1001, "最多1000字，现有1001字。"),
    ("no_such_field", "补正", "表单中没有该项。"),
])  # fmt: skip
def test_bad_comments_are_refused_in_words(field: str, words: str, sentence: str, filed: Application, cast: Any) -> None:
    with pytest.raises(Invalid) as refused:
        services.comment_on(actor=cast.city_officer, application=filed, field=field, text=words)
    assert refused.value.errors == {field: sentence}
    assert FieldComment.objects.count() == 0


def test_only_who_may_return_comments(filed: Application, cast: Any) -> None:
    for name, person in cast.people().items():
        if name != "city_officer":
            with pytest.raises(Refused):
                services.comment_on(actor=person, application=filed, field="base_stations", text="越权")
    assert FieldComment.objects.count() == 0


def test_nothing_passes_over_a_comment_that_was_not_sent(filed: Application, cast: Any) -> None:
    services.comment_on(actor=cast.city_officer, application=filed, field="base_stations", text="与合同不一致")
    with pytest.raises(Invalid, match="有1条意见尚未发出"):
        services.check(actor=cast.city_officer, application=filed, result="pass", opinion="")
    services.drop_comment(actor=cast.city_officer, comment=comment("base_stations"))
    services.check(actor=cast.city_officer, application=filed, result="pass", opinion="")
    assert (fresh(filed).state, comment("base_stations").state) == (S.CHECKED, C.DROPPED)


def test_the_answer_and_the_pass_settle_what_was_open(returned: Application, cast: Any) -> None:
    services.answer_comment(actor=cast.filer, comment=comment("base_stations"), text="已按合同改为14个")
    with pytest.raises(Refused):
        services.answer_comment(actor=cast.other_filer, comment=comment("base_stations"), text="越权")
    with pytest.raises(Refused):
        services.settle_comment(actor=cast.filer, comment=comment("base_stations"))
    services.save_draft(actor=cast.filer, application=returned, values={"base_stations": "14"}, base_version=returned.draft_version)
    services.submit(actor=cast.filer, application=fresh(returned))
    with pytest.raises(Refused):
        services.answer_comment(actor=cast.filer, comment=comment("base_stations"), text="太晚")
    services.settle_comment(actor=cast.city_officer, comment=comment("base_stations"))
    assert [comment(key).state for key in ("base_stations", "effect_cost")] == [C.SETTLED, C.SENT]
    services.check(actor=cast.city_officer, application=fresh(returned), result="pass", opinion="")
    assert comment("effect_cost").state == C.SETTLED
    Application.objects.update(state=S.RETURNED)
    with pytest.raises(Conflict):
        services.answer_comment(actor=cast.filer, comment=comment("base_stations"), text="已解决的不再说明")


def test_what_is_still_open_stays_open_at_the_next_return(returned: Application, cast: Any) -> None:
    services.submit(actor=cast.filer, application=returned)
    services.comment_on(actor=cast.city_officer, application=fresh(returned), field="base_stations", text="仍不一致")
    services.return_for_correction(actor=cast.city_officer, application=fresh(returned), reason="再补正")
    told = list(FieldComment.objects.order_by("id").values_list("field", "state", "revision__number"))
    assert told == [("base_stations", C.SENT, 1), ("effect_cost", C.SENT, 1), ("base_stations", C.SENT, 2)]


# --- the officer's page -----------------------------------------------------------------------
def test_commenting_on_the_page(filed: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.city_officer)
    shown = page_of(client, filed)
    assert 'href="?comment=base_stations#c-base_stations" data-comment="base_stations"' in shown
    opened = page_of(client, filed, "?comment=base_stations")
    assert 'id="comment-base_stations"' in opened
    path = f"/applications/{filed.number}/comments/"
    refused = client.post(path, {"field": "base_stations", "text": " ", "do": "write"})
    assert (refused.status_code, "请写明需要补正的内容。" in text(refused)) == (422, True)
    long = client.post(path, {"field": "base_stations", "text": "字" * 1001, "do": "write"})
    assert (long.status_code, "字" * 1001 in text(long)) == (422, True)  # what was typed comes back
    client.post(path, {"field": "base_stations", "text": "与合同不一致", "do": "write"})
    after = page_of(client, filed)
    assert ("与合同不一致" in after, "随退回发出1条意见：" in after) == (True, True)
    empty = client.post(f"/applications/{filed.number}/act/", {"verb": "return", "reason": " "})
    assert (empty.status_code, "与合同不一致" in text(empty), fresh(filed).state) == (422, True, S.SUBMITTED)
    client.post(path, {"field": "base_stations", "comment": comment("base_stations").pk, "do": "drop"})
    assert comment("base_stations").state == C.DROPPED
    assert client.post(path, {"field": "x", "comment": "1", "do": "nonsense"}).status_code == 404


def test_who_reads_a_comment(filed: Application, cast: Any, client_for: Any) -> None:
    services.comment_on(actor=cast.city_officer, application=filed, field="base_stations", text="机密意见待发")
    path = f"/applications/{filed.number}/"
    assert {name: "机密意见待发" in text(client_for(user).get(path)) for name, user in cast.people().items()} == {
        name: name in {"city_officer", "district_officer", "province_officer", "secretariat", "second_secretariat", "auditor"}
        for name in cast.people()
    }
    for name in ("outsider", "other_city_officer", "expert", "finance_liaison"):
        assert client_for(getattr(cast, name)).post(f"{path}comments/", {"field": "base_stations", "text": "x"}).status_code == 404, name
    assert client_for(cast.filer).post(f"{path}comments/", {"field": "base_stations", "text": "x"}).status_code == 403
    assert client_for(cast.province_officer).post(f"{path}comments/", {"field": "base_stations", "text": "x"}).status_code == 403


def test_a_stranger_s_comment_is_not_found(returned: Application, cast: Any, client_for: Any) -> None:
    other = make.application(returned.call, cast.other_filer, cast.other_enterprise, S.SUBMITTED, project_title="别处工厂")
    client = client_for(cast.other_city_officer)
    posted = {"do": "settle", "field": "base_stations", "comment": comment("base_stations").pk}
    assert client.post(f"/applications/{other.number}/comments/", posted).status_code == 404


def test_comment_answer_and_difference_stand_side_by_side(returned: Application, cast: Any, client_for: Any) -> None:
    services.answer_comment(actor=cast.filer, comment=comment("base_stations"), text="已按合同修改")
    services.save_draft(actor=cast.filer, application=returned, values={"base_stations": "14"}, base_version=returned.draft_version)
    services.submit(actor=cast.filer, application=fresh(returned))
    table = page_of(client_for(cast.city_officer), returned).split('id="comments-title"')[1].split("</section>")[0]
    lines = [re.sub(r"<[^>]+>", "|", line) for line in table.split("<tr>")[2:]]
    assert all(word in lines[0] for word in ("与合同不一致", "已按合同修改", "12", "14"))
    assert all(word in lines[1] for word in ("请核对单位", "未改动"))
    seen = page_of(client_for(cast.filer), returned)
    assert ("与合同不一致" in seen, 'value="settle"' in seen) == (True, False)
    assert client_for(cast.outsider).get(f"/applications/{returned.number}/").status_code == 404


def test_the_page_costs_the_same_for_one_and_three_comments(
    filed: Application, cast: Any, client_for: Any, django_assert_num_queries: Any
) -> None:
    client = client_for(cast.city_officer)
    services.comment_on(actor=cast.city_officer, application=filed, field="base_stations", text="一")
    path = f"/applications/{filed.number}/"
    client.get(path)
    with django_assert_num_queries(18):
        client.get(path)
    for key in ("edge_nodes", "coverage"):
        services.comment_on(actor=cast.city_officer, application=filed, field=key, text="二")
    with django_assert_num_queries(18):
        assert text(client.get(path)).count("data-draft") == 3


# --- the enterprise's page --------------------------------------------------------------------
def test_the_form_shows_each_comment_at_its_field_and_all_on_top(returned: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    page = text(client.get(f"/my/{returned.number}/?section=network"))
    top = page.split("returned-note")[1].split('class="cols')[0]
    assert "逐项意见2条，2条尚未处理" in top
    assert re.findall(r'href="[^"]+\?section=(\w+)#f-(\w+)"', top) == [("network", "base_stations"), ("effects", "effect_cost")]
    field = page.split('data-field="base_stations"')[1].split('data-field="')[0]
    assert ("与合同不一致" in field, f'name="answer.{comment("base_stations").pk}"' in field) == (True, True)
    assert "请核对单位" in text(client.get(f"/my/{returned.number}/?section=effects")).split('id="n-effect_cost"')[1]


def test_an_answer_is_kept_with_any_save_and_by_itself(returned: Application, cast: Any, client_for: Any) -> None:
    client, said = client_for(cast.filer), comment("base_stations")
    path = f"/my/{returned.number}/?section=network"
    response = client.post(path, {"do": "goto:effects", f"answer.{said.pk}": "已改"})
    assert (response.status_code, comment("base_stations").answer) == (302, "已改")
    assert client.post(path, {"do": "answers", f"answer.{said.pk}": "已按合同改"}).status_code == 204
    assert comment("base_stations").answer == "已按合同改"
    assert AuditEvent.objects.filter(verb="comment.answer").count() == 2
    assert "逐项意见2条，1条尚未处理" in text(client.get(path))
    # a wrong answer elsewhere in the form loses neither
    wrong = client.post(path, {"do": "save", "has": "base_stations:0:", "f.base_stations": "很多", f"answer.{said.pk}": "第三次"})
    assert (wrong.status_code, comment("base_stations").answer) == (422, "第三次")
    too_long = client.post(path, {"do": "save", f"answer.{said.pk}": "字" * 1001})
    assert (too_long.status_code, "字" * 1001 in text(too_long), comment("base_stations").answer) == (422, True, "第三次")
    assert client_for(cast.other_filer).post(path, {"do": "answers", f"answer.{said.pk}": "越权"}).status_code == 404
    assert client_for(cast.outsider).get(path).status_code == 404
