"""The officers' desks and the list: who sees which rows, bulk acts with their effect, ranking, export."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest

from pilotage.calls import services
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application, Quota, RecommendationList
from tests.factories import calls as factory
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(at: Any) -> Any:
    at("2023-08-28 10:00")
    return factory.call()


@pytest.fixture
def make(call: Any, cast: Any) -> Any:
    """``make(3, S.SUBMITTED)``: applications of Suzhou with titles of their own, and one of Shandong beside them."""

    def build(count: int, state: str, **fields: Any) -> list[Application]:
        first = Application.objects.count()
        return [
            factory.application(
                call, cast.filer, enterprise(f"苏州样本{first + i}有限公司"), state, project_title=f"样本{first + i}号工厂", **fields
            )
            for i in range(count)
        ]

    return build


@pytest.fixture
def foreign(call: Any, cast: Any) -> Application:
    return factory.application(call, cast.other_filer, cast.other_enterprise, S.SUBMITTED, project_title="潍坊机密工厂")


def text(response: Any) -> str:
    return str(response.content.decode())


def ids(applications: list[Application]) -> list[int]:
    return [application.pk for application in applications]


def states(applications: list[Application]) -> list[str]:
    return [Application.objects.get(pk=application.pk).state for application in applications]


DESKS = {
    "/work/check/": {"city_officer", "other_city_officer", "district_officer", "province_officer", "other_province_officer", "communications_officer"},
    "/work/cosign/": {"communications_officer"},
    "/work/accept/": {"secretariat", "second_secretariat"},
    "/applications/": {
        "secretariat", "second_secretariat", "auditor", "province_officer", "other_province_officer", "city_officer", "other_city_officer",
        "district_officer", "communications_officer",
    },
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(DESKS))
def test_a_desk_is_for_its_role_and_shows_only_its_territory(
    path: str, make: Any, foreign: Application, client_for: Any, cast: Any
) -> None:
    make(1, S.RECOMMENDED, rank=1)
    for name, user in cast.people().items():
        response = client_for(user).get(f"{path}?tab=all")
        assert response.status_code == (200 if name in DESKS[path] else 403), name
        if not name.startswith("other_") and name not in {"secretariat", "second_secretariat", "auditor"}:
            assert "潍坊机密工厂" not in text(response), name
    assert client_for(None).get(path).status_code == 302


def test_the_recommend_desk_is_for_the_recommending_departments(make: Any, foreign: Application, client_for: Any, cast: Any) -> None:
    make(1, S.CHECKED)
    for name, user in cast.people().items():
        response = client_for(user).get("/work/recommend/?tab=all")
        assert response.status_code == (200 if name in {"province_officer", "other_province_officer", "communications_officer"} else 403), (
            name
        )
    own = text(client_for(cast.province_officer).get("/work/recommend/?tab=all"))
    assert "样本" in own
    assert "潍坊机密工厂" not in own


# --- checking -------------------------------------------------------------------------------
@pytest.mark.parametrize(("path", "state", "who", "cost"), [
    ("/work/check/", S.SUBMITTED, "city_officer", 11),
    ("/work/cosign/", S.SHORTLISTED, "communications_officer", 10),
    ("/work/accept/", S.RECOMMENDED, "secretariat", 10),
    ("/applications/", S.SUBMITTED, "secretariat", 10),
    ("/work/recommend/", S.CHECKED, "province_officer", 19),
])  # fmt: skip
def test_lists_cost_the_same_for_one_and_three(
    path: str, state: str, who: str, cost: int, make: Any, client_for: Any, cast: Any, django_assert_num_queries: Any
) -> None:
    client = client_for(getattr(cast, who))
    ranked = state in {S.SHORTLISTED, S.RECOMMENDED}
    make(1, state, **({"rank": 1} if ranked else {}))
    client.get(path)
    with django_assert_num_queries(cost):
        client.get(path)
    for rank in (2, 3):
        make(1, state, **({"rank": rank} if ranked else {}))
    with django_assert_num_queries(cost):
        page = text(client.get(path))
    assert page.count("号工厂</") + page.count("号工厂<span") >= 3


def test_the_effect_is_said_before_the_act(make: Any, client_for: Any, cast: Any) -> None:
    made = make(3, S.SUBMITTED)
    page = text(client_for(cast.city_officer).get("/work/check/", {"preview": 1, "ids": ids(made[:2])}, headers={"HX-Request": "true"}))
    assert "本页余1家待核查" in page
    assert "<html" not in page


def test_checking_in_bulk(make: Any, client_for: Any, cast: Any) -> None:
    made = make(3, S.SUBMITTED)
    response = client_for(cast.city_officer).post("/work/check/", {"ids": ids(made), "do": "check"}, follow=True)
    assert states(made) == [S.CHECKED] * 3
    assert "已通过核查3家。" in text(response)


def test_a_return_without_a_reason_changes_nothing_and_keeps_the_selection(make: Any, client_for: Any, cast: Any) -> None:
    made = make(2, S.SUBMITTED)
    response = client_for(cast.city_officer).post("/work/check/", {"ids": ids(made[:1]), "do": "return", "opinion": " "})
    page = text(response)
    assert response.status_code == 422
    assert "未作改动" in page
    assert states(made) == [S.SUBMITTED] * 2
    assert f'value="{made[0].pk}:submitted" aria-label' in page
    assert page.count(" checked>") == 1


def test_a_foreign_row_in_the_selection_is_a_404(make: Any, foreign: Application, client_for: Any, cast: Any) -> None:
    made = make(1, S.SUBMITTED)
    response = client_for(cast.city_officer).post("/work/check/", {"ids": [*ids(made), foreign.pk], "do": "check"})
    assert response.status_code == 404
    assert states([*made, foreign]) == [S.SUBMITTED, S.SUBMITTED]


def test_two_officers_deciding_one_application(make: Any, client_for: Any, cast: Any) -> None:
    made = make(1, S.SUBMITTED)
    client = client_for(cast.city_officer)
    as_seen = [f"{made[0].pk}:submitted"]
    assert client.post("/work/check/", {"ids": as_seen, "do": "check"}).status_code == 302
    response = client.post("/work/check/", {"ids": as_seen, "do": "decline", "opinion": "不符合条件"})
    assert response.status_code == 409
    assert states(made) == [S.CHECKED]


def test_after_the_deadline_the_refusal_names_it(make: Any, client_for: Any, cast: Any, at: Any) -> None:
    made = make(1, S.SUBMITTED)
    at("2023-09-08 17:00")
    response = client_for(cast.city_officer).post("/work/check/", {"ids": ids(made), "do": "check"})
    assert response.status_code == 403
    assert "2023年9月8日" in text(response)
    assert states(made) == [S.SUBMITTED]


# --- recommending ---------------------------------------------------------------------------
def test_the_preview_fills_the_quota_bar_and_offers_the_acts_that_fit(make: Any, call: Any, client_for: Any, cast: Any) -> None:
    candidates, listed = make(2, S.CHECKED), make(1, S.SHORTLISTED, rank=1)
    Quota.objects.update_or_create(call=call, recommender=listed[0].recommender, defaults={"limit": 10})
    client = client_for(cast.province_officer)
    before = text(client.get("/work/recommend/"))
    assert "bar-preview" not in before
    page = text(client.get("/work/recommend/", {"preview": 1, "ids": ids(candidates)}))
    assert "选中2家后<b>3</b>家" in page
    assert 'class="bar-preview" width="30%"' in page
    assert ('value="shortlist"' in page, 'value="decline"' in page, 'value="unshortlist"' in page) == (True, True, False)
    page = text(client.get("/work/recommend/", {"preview": 1, "ids": ids(listed)}))
    assert ('value="shortlist"' in page, 'value="decline"' in page, 'value="unshortlist"' in page) == (False, False, True)
    assert "bar-preview" not in page
    page = text(client.get("/work/recommend/", {"preview": 1, "ids": ids([*candidates, *listed])}))
    assert "候选与已排入推荐的申报须分别处理。" in page
    page = text(client.get("/work/recommend/", {"preview": 1}))
    assert ('value="shortlist"' in page, 'value="unshortlist"' in page, "bar-preview" in page) == (True, True, False)


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "2023年9月20日17:00截止"), ("en", "closed 20 September 2023, 17:00")])
def test_a_desk_whose_time_is_over_says_so_once(language: str, words: str, call: Any, client_for: Any, cast: Any, at: Any) -> None:
    at("2023-09-21 10:00")
    client = client_for(cast.communications_officer)
    client.cookies["django_language"] = language
    head = text(client.get("/work/cosign/")).split('class="head-side"')[1].split("</div>")[0]
    assert re.sub(r"<[^>]+>", "", head).strip("> \n") == words


def test_without_script_the_effect_stands_on_the_page(make: Any, client_for: Any, cast: Any) -> None:
    made = make(3, S.SUBMITTED)
    page = text(client_for(cast.city_officer).get("/work/check/", {"show": "effect", "ids": ids(made[:2])}))
    assert "本页余1家待核查" in page
    assert page.count(" checked>") == 2


def test_what_was_not_corrected_in_time_is_one_line(make: Any, client_for: Any, cast: Any, at: Any) -> None:
    make(3, S.RETURNED, returned_reason="补正")
    make(1, S.RESUBMITTED)
    client = client_for(cast.province_officer)
    card = text(client.get("/work/recommend/")).split('id="returned-title"')[1].split("</section>")[0]
    assert (card.count("“补正”"), "逾期未补正" in card, "1家已重报" in card) == (3, False, True)
    at("2023-09-10 10:00")
    card = text(client.get("/work/recommend/")).split('id="returned-title"')[1].split("</section>")[0]
    assert (card.count("“补正”"), card.count("已截止")) == (0, 0)
    assert ">3家逾期未补正</a>" in card
    assert "tab=returned" in card


def test_shortlist_cosign_send_and_accept_through_the_pages(make: Any, client_for: Any, cast: Any, at: Any) -> None:
    made = make(3, S.CHECKED)
    province, communications, secretariat = (client_for(u) for u in (cast.province_officer, cast.communications_officer, cast.secretariat))
    page = text(province.get("/work/recommend/", {"preview": 1, "ids": ids(made[:2])}))
    assert "排入后为第1—2位" in page
    assert "0→2" in page
    assert "2家尚未会签" in page
    province.post("/work/recommend/", {"ids": ids(made[:2]), "do": "shortlist", "tab": "rank"})
    assert states(made) == [S.SHORTLISTED, S.SHORTLISTED, S.CHECKED]
    page = text(province.get("/work/recommend/"))
    assert "2家尚未会签" in page
    assert "已排入推荐2家" in page
    assert 'id="send"' not in page
    assert province.post("/work/recommend/send/").status_code == 403
    assert communications.post("/work/cosign/", {"ids": ids(made[:2]), "do": "sign"}).status_code == 302
    assert 'id="send"' in text(province.get("/work/recommend/"))
    assert province.post("/work/recommend/send/", {"opinion": "同意推荐"}).status_code == 302
    sent = RecommendationList.objects.get()
    assert [line["number"] for line in sent.ranking] == [made[0].number, made[1].number]
    assert sent.opinion == "同意推荐"
    assert secretariat.post("/work/accept/", {"ids": ids(made[:1]), "do": "accept"}).status_code == 302
    assert secretariat.post("/work/accept/", {"ids": ids(made[1:2]), "do": "reject", "opinion": ""}).status_code == 422
    assert secretariat.post("/work/accept/", {"ids": ids(made[1:2]), "do": "reject", "opinion": "材料不全"}).status_code == 302
    assert states(made) == [S.ACCEPTED, S.NOT_ACCEPTED, S.CHECKED]


def test_a_refused_cosignature_needs_words(make: Any, client_for: Any, cast: Any) -> None:
    made = make(1, S.CHECKED)
    services.shortlist_many(actor=cast.province_officer, applications=made)
    client = client_for(cast.communications_officer)
    assert client.post("/work/cosign/", {"ids": ids(made), "do": "refuse"}).status_code == 422
    assert client.post("/work/cosign/", {"ids": ids(made), "do": "refuse", "opinion": "网络合同未备案"}).status_code == 302
    assert Application.objects.get(pk=made[0].pk).cosign == "refused"


def test_beyond_the_quota_nothing_is_put_on_the_list(make: Any, client_for: Any, cast: Any, call: Any) -> None:
    made = make(2, S.CHECKED)
    Quota.objects.update_or_create(call=call, recommender=made[0].recommender, defaults={"limit": 1})
    client = client_for(cast.province_officer)
    page = text(client.get("/work/recommend/", {"preview": 1, "ids": ids(made)}))
    assert "1" in page
    assert "st-warn" in page
    assert client.post("/work/recommend/", {"ids": ids(made), "do": "shortlist"}).status_code == 403
    assert states(made) == [S.CHECKED, S.CHECKED]


def test_ranks_move_with_a_reason_and_the_move_can_be_undone(make: Any, client_for: Any, cast: Any) -> None:
    made = make(3, S.CHECKED)
    services.shortlist_many(actor=cast.province_officer, applications=made)
    client = client_for(cast.province_officer)
    assert client.post("/work/recommend/move/", {"number": made[2].number, "to": "eins"}).status_code == 422
    client.post("/work/recommend/move/", {"number": made[2].number, "to": "1", "reason": "处务会意见"})
    assert ranks() == [made[2].pk, made[0].pk, made[1].pk]
    page = text(client.get("/work/recommend/"))
    assert "由第3位移至第1位" in page
    assert "处务会意见" in page
    act = next(act for act in client.get("/work/recommend/").context["acts"] if act.verb == "application.move_rank")
    assert client.post("/work/recommend/undo/", {"event": act.event}).status_code == 302
    assert ranks() == ids(made)


def ranks() -> list[int]:
    return list(Application.objects.filter(rank__isnull=False).order_by("rank").values_list("pk", flat=True))


def test_a_shortlisting_in_bulk_is_undone_in_bulk_once(make: Any, client_for: Any, cast: Any) -> None:
    made = make(2, S.CHECKED)
    client = client_for(cast.province_officer)
    client.post("/work/recommend/", {"ids": ids(made), "do": "shortlist"})
    act = client.get("/work/recommend/").context["acts"][0]
    assert "2家" in act.sentence
    assert act.can_undo
    client.post("/work/recommend/undo/", {"event": act.event})
    assert states(made) == [S.CHECKED, S.CHECKED]
    assert client.post("/work/recommend/undo/", {"event": act.event}).status_code == 409


def test_nobody_moves_or_undoes_in_another_province(make: Any, client_for: Any, cast: Any) -> None:
    made = make(2, S.CHECKED)
    services.shortlist_many(actor=cast.province_officer, applications=made)
    act = client_for(cast.province_officer).get("/work/recommend/").context["acts"][0]
    other = client_for(cast.other_province_officer)
    assert other.post("/work/recommend/move/", {"number": made[0].number, "to": "2"}).status_code == 404
    assert other.post("/work/recommend/undo/", {"event": act.event}).status_code == 409
    assert other.get("/work/recommend/?recommender=320000").status_code == 404
    assert ranks() == ids(made)


def test_a_long_list_folds_its_middle(make: Any, client_for: Any, cast: Any) -> None:
    made = make(14, S.CHECKED)
    services.shortlist_many(actor=cast.province_officer, applications=made)
    client = client_for(cast.province_officer)
    page = text(client.get("/work/recommend/"))
    assert "展开第3—12位" in page
    assert page.count('class="rank-handle"') == 4
    assert text(client.get("/work/recommend/?unfold=1")).count('class="rank-handle"') == 14


def test_the_summary_table_goes_out_with_its_exact_columns(make: Any, client_for: Any, cast: Any) -> None:
    made = make(2, S.CHECKED)
    services.shortlist_many(actor=cast.province_officer, applications=made)
    client = client_for(cast.province_officer)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/work/recommend/summary.xlsx").content))
    rows = [list(row) for row in book.active.iter_rows(values_only=True)]
    head = next(row for row in rows if row[0] == "序号")
    assert head == ["序号", "推荐单位", "申报主体", "项目名称", "城市", "行业大类", "层级", "联系人", "联系电话", "推荐位次", "备注"]
    body = rows[rows.index(head) + 1 :]
    assert [(row[3], row[8], row[9]) for row in body] == [(a.project_title, "0512-00000000", n) for n, a in enumerate(made, 1)]
    page = text(client.get("/work/recommend/"))
    assert "051****0000" in page
    assert "0512-00000000" not in page
    assert "0512-00000000" in text(client.get("/work/recommend/summary/"))


# --- the list -------------------------------------------------------------------------------
def test_the_export_holds_exactly_the_filtered_list(make: Any, foreign: Application, client_for: Any, cast: Any) -> None:
    make(2, S.SUBMITTED)
    make(1, S.CHECKED)
    client = client_for(cast.secretariat)
    query = {"state": "submitted", "province": "320000"}
    shown = [row.number for row in client.get("/applications/", query).context["rows"]]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/applications/export/xlsx/", query).content))
    exported = [row[0] for row in book.active.iter_rows(values_only=True) if str(row[0]).startswith("5GF")]
    assert len(shown) == 2
    assert exported == shown
    lines = client.get("/applications/export/csv/", query).content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == shown
    assert client.get("/applications/export/pdf/").status_code == 404
    assert client_for(cast.outsider).get("/applications/export/csv/").status_code == 403


def test_an_export_never_leaves_the_territory(make: Any, foreign: Application, client_for: Any, cast: Any) -> None:
    make(1, S.SUBMITTED)
    content = client_for(cast.city_officer).get("/applications/export/csv/").content.decode("utf-8-sig")
    assert "样本" in content
    assert "潍坊机密工厂" not in content


def test_drafts_are_on_no_desk(make: Any, client_for: Any, cast: Any) -> None:
    make(1, S.DRAFT)
    for user in (cast.secretariat, cast.city_officer, cast.province_officer, cast.auditor):
        assert "样本" not in text(client_for(user).get("/applications/"))


def test_the_list_is_searched_sorted_and_turned(call: Any, client_for: Any, cast: Any) -> None:
    for index in range(60):
        application = factory.application(
            call, cast.filer, enterprise(f"苏州样本{index}有限公司"), S.SUBMITTED, project_title=f"工厂{index:02d}"
        )
        Application.objects.filter(pk=application.pk).update(bigrams=f"工厂{index:02d} 样本")
    client = client_for(cast.secretariat)
    first = client.get("/applications/", {"sort": "project"})
    assert [row.project for row in first.context["rows"]][:2] == ["工厂00", "工厂01"]
    assert len(first.context["rows"]) == 50
    second = client.get("/applications/", {"sort": "project", "after": first.context["page"].next})
    assert [row.project for row in second.context["rows"]] == [f"工厂{i}" for i in range(50, 60)]
    assert len(text(first)) < 120_000
    assert client.get("/applications/", {"q": "样本"}).context["total"] == 60
    assert client.get("/applications/", {"q": "没有这个"}).context["total"] == 0


def test_an_applicant_is_told_the_desk_is_not_theirs(call: Any, client_for: Any, cast: Any) -> None:
    response = client_for(cast.filer).get("/applications/")
    assert response.status_code == 403
    assert "此工作台属于其他岗位" in text(response)
