"""The pages of dashboards: making, looking, editing, sharing, exporting, on a wall; and what outsiders do not see."""

from __future__ import annotations

import html
import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from pilotage.reports.dashboards.models import Dashboard
from tests.factories.dashboards import dashboard, shared, small_plan

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(autouse=True)
def _december(at: Any) -> None:
    at("2023-12-01 10:00")


def page(client: Any, address: str, status: int = 200, **headers: str) -> str:
    response = client.get(address, **headers)
    assert response.status_code == status
    return response.content.decode()


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(BytesIO(content))
    return {sheet.title: [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)] for sheet in book}


def test_an_outsider_sees_neither_list_nor_dashboard(cast: Any, client_for: Any) -> None:
    made = shared(dashboard(cast.secretariat, title="内部总览", cards=1))
    client = client_for(cast.outsider)

    assert "内部总览" not in page(client, "/dashboards/")
    for address in ("", "edit/", "workbook.xlsx", "cards/1.xlsx", "?wall=1"):
        assert "内部" not in page(client, f"/dashboards/{made.key}/{address}", 404)
    for address in ("copy/", "edit/title/", "edit/sharing/", "edit/delete/", "edit/cards/1/act/"):
        assert client.post(f"/dashboards/{made.key}/{address}", {"version": made.version}).status_code == 404
    assert client_for(None).get(f"/dashboards/{made.key}/").status_code == 302
    assert Dashboard.objects.count() == 1


def test_what_is_not_shared_opens_for_nobody_else(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat, title="只给自己", cards=1)

    for name, person in cast.people().items():
        status = 200 if name == "secretariat" else 404
        assert client_for(person).get(f"/dashboards/{made.key}/").status_code == status, name


def test_an_empty_list_says_how_to_begin(cast: Any, client_for: Any) -> None:
    assert "您还没有看板" in page(client_for(cast.secretariat), "/dashboards/")
    assert "You have no dashboard yet" in page(client_for(cast.secretariat), "/dashboards/", **ENGLISH)
    for person in (cast.filer, cast.expert):
        text = page(client_for(person), "/dashboards/")
        assert "看板由秘书处、审计人员" in text
        assert "建立看板" not in text


def test_a_dashboard_is_made_from_a_template(cast: Any, client_for: Any) -> None:
    plan = small_plan()
    client = client_for(cast.secretariat)
    response = client.post("/dashboards/", {"title": "总览", "plan": plan.pk, "start_from": "ministry"})

    made = Dashboard.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/dashboards/{made.key}/")
    assert made.cards[0]["kind"] == "targets"
    text = page(client, f"/dashboards/{made.key}/")
    assert "M03-1 建成5G工厂" in text
    assert "规划目标" in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"title": " "}, "请填写看板标题。"), ({"plan": "999"}, "请选择规划。"), ({"start_from": "x"}, "没有这种看板模板。")],
)
def test_what_cannot_be_made_is_said_beside_the_form(cast: Any, client_for: Any, wrong: dict[str, str], said: str) -> None:
    given = {"title": "总览", "plan": str(small_plan().pk), "start_from": "", **wrong}
    response = client_for(cast.secretariat).post("/dashboards/", given)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert Dashboard.objects.count() == 0


def test_who_may_not_make_one_is_refused_with_the_sentence(cast: Any, client_for: Any) -> None:
    response = client_for(cast.filer).post("/dashboards/", {"title": "总览", "plan": small_plan().pk})

    assert response.status_code == 403
    assert "看板由秘书处" in response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_its_rows(cast: Any, client_for: Any, django_assert_num_queries: Any, rows: int) -> None:
    plan = small_plan()
    for number in range(rows):
        dashboard(cast.secretariat, plan, title=f"看板{number}")
        shared(dashboard(cast.second_secretariat, plan, title=f"共享{number}"), "organisation")
    client = client_for(cast.secretariat)
    page(client, "/dashboards/")
    with django_assert_num_queries(5):
        text = page(client, "/dashboards/")
    assert text.count("共享0") == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_a_dashboard_costs_the_same_whatever_its_cards_of_one_kind(
    cast: Any, client_for: Any, django_assert_num_queries: Any, rows: int
) -> None:
    made = dashboard(cast.secretariat, cards=rows)
    client = client_for(cast.secretariat)
    page(client, f"/dashboards/{made.key}/")
    with django_assert_num_queries(5):
        assert page(client, f"/dashboards/{made.key}/").count("内部意见") == rows


def test_cards_are_added_changed_moved_and_removed_without_a_script(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat, cards=1)
    client, base = client_for(cast.secretariat), f"/dashboards/{made.key}/edit/"
    assert "添加卡片" in page(client, base)
    form = page(client, f"{base}cards/new/?kind=target")
    assert "M03-1 建成5G工厂" in form
    added = client.post(f"{base}cards/new/?kind=target", {"version": 2, "width": 1, "title": "", "option-target": "M03-1"}, follow=True)
    assert "已保存" in added.content.decode()
    client.post(f"{base}cards/2/act/", {"version": 3, "act": "up"})
    client.post(f"{base}cards/2/act/", {"version": 4, "act": "width", "width": 3})
    client.post(f"{base}cards/1/", {"version": 5, "width": 2, "title": "改了", "option-text": "新内容"})
    kept = Dashboard.objects.get()
    assert [(card["id"], card["kind"], card["width"], card["title"]) for card in kept.cards] == [
        ("2", "target", 3, ""),
        ("1", "text", 2, "改了"),
    ]

    client.post(f"{base}cards/2/act/", {"version": 6, "act": "remove"})
    assert [card["id"] for card in Dashboard.objects.get().cards] == ["1"]
    assert client.post(f"{base}cards/1/act/", {"version": 7, "act": "explode"}).status_code == 404
    assert client.get(f"{base}cards/99/").status_code == 404
    assert client.get(f"{base}cards/new/?kind=nonsense").status_code == 404


def test_a_wrong_card_comes_back_with_what_was_typed(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat)
    response = client_for(cast.secretariat).post(
        f"/dashboards/{made.key}/edit/cards/new/?kind=target", {"version": 1, "width": 7, "title": "我的标题", "option-target": "M99"}
    )
    text = response.content.decode()

    assert response.status_code == 422
    assert "请从列表中选择。" in text or "一至三栏" in text
    assert 'value="我的标题"' in text
    assert Dashboard.objects.get().cards == []


def test_of_two_tabs_the_later_one_keeps_its_words_and_overwrites_nothing(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat, cards=1)
    client, base = client_for(cast.secretariat), f"/dashboards/{made.key}/edit/"
    assert client.post(f"{base}title/", {"version": 2, "title": "先保存"}).status_code == 302

    late = client.post(f"{base}cards/1/", {"version": 2, "width": 1, "title": "", "option-text": "后写的文字"})
    text = late.content.decode()
    assert late.status_code == 409
    assert "本次修改没有保存" in text
    assert "后写的文字" in text
    assert 'name="version" value="3"' in text
    for address, given in (
        ("title/", {"title": "x"}),
        ("sharing/", {"sharing": "link"}),
        ("cards/1/act/", {"act": "remove"}),
        ("delete/", {}),
    ):
        answer = client.post(f"{base}{address}", {"version": 2, **given})
        assert answer.status_code == 409
        assert "本次修改没有保存" in answer.content.decode()
    kept = Dashboard.objects.get()
    assert (kept.title, kept.cards[0]["options"], kept.sharing) == ("先保存", {"text": "内部意见"}, "off")
    assert client.post(f"{base}title/", {"title": "没有版本"}).status_code == 409


def test_only_the_owner_edits(cast: Any, client_for: Any) -> None:
    made = shared(dashboard(cast.secretariat, cards=1))
    client = client_for(cast.province_officer)
    text = page(client, f"/dashboards/{made.key}/")

    assert "复制为我的看板" in text
    assert f"/dashboards/{made.key}/edit/" not in text
    answer = client.get(f"/dashboards/{made.key}/edit/")
    assert answer.status_code == 403
    assert "只能由建立者修改" in answer.content.decode()
    assert client.post(f"/dashboards/{made.key}/edit/delete/", {"version": made.version}).status_code == 403
    client.post(f"/dashboards/{made.key}/copy/")
    assert Dashboard.objects.filter(owner=cast.province_officer).count() == 1


def test_a_link_is_shown_to_the_owner_and_dies_with_the_sharing(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat, cards=1)
    client = client_for(cast.secretariat)
    client.post(f"/dashboards/{made.key}/edit/sharing/", {"version": 2, "sharing": "link"})
    assert f"http://testserver/dashboards/{made.key}/" in page(client, f"/dashboards/{made.key}/edit/")
    other = client_for(cast.city_officer)
    assert "内部意见" in page(other, f"/dashboards/{made.key}/")

    client.post(f"/dashboards/{made.key}/edit/sharing/", {"version": 3, "sharing": "off"})
    page(other, f"/dashboards/{made.key}/", 404)
    assert Dashboard.objects.get().key != made.key


def test_what_a_reader_may_not_see_a_shared_card_says(cast: Any, client_for: Any) -> None:
    made = shared(dashboard(cast.secretariat, small_plan()))
    Dashboard.objects.filter(pk=made.pk).update(cards=[{"id": "1", "kind": "regions", "width": 3, "title": "", "options": {}}])

    assert "各省均尚无统计值" in page(client_for(cast.city_officer), f"/dashboards/{made.key}/")


def test_words_of_a_person_stay_words(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat, title="<script>alert(1)</script>")
    Dashboard.objects.filter(pk=made.pk).update(
        cards=[{"id": "1", "kind": "text", "width": 1, "title": "<img src=x>", "options": {"text": "<script>alert(2)</script>"}}]
    )
    client = client_for(cast.secretariat)
    for address in ("", "edit/", "edit/cards/1/", "?wall=1"):
        text = page(client, f"/dashboards/{made.key}/{address}")
        assert "<script>alert" not in text
        assert "<img src=x>" not in text


def test_an_earlier_day_is_shown_and_a_wrong_one_named(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat, cards=1)
    client = client_for(cast.secretariat)

    text = page(client, f"/dashboards/{made.key}/?as_of=2023-06-30")
    assert "以下为2023年6月30日的数字。" in text
    assert f"/dashboards/{made.key}/workbook.xlsx?as_of=2023-06-30" in text
    assert "只能统计到今天" in page(client, f"/dashboards/{made.key}/?as_of=2030-01-01")


def test_files_of_a_card_and_of_the_whole(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat, cards=2)
    client, base = client_for(cast.secretariat), f"/dashboards/{made.key}/"
    client.post(f"{base}edit/cards/new/?kind=measures", {"version": 3, "width": 2, "title": ""})

    svg = client.get(f"{base}cards/3.svg")
    assert (svg["Content-Type"], svg["Content-Disposition"]) == ("image/svg+xml", 'attachment; filename="card-3-2023-12-01.svg"')
    words = [text.text for text in ElementTree.fromstring(svg.content.decode()).iter("{http://www.w3.org/2000/svg}text")]
    assert words[0] == "措施状态"
    assert words[-1] == "截至2023年12月1日"
    png = client.get(f"{base}cards/3.png")
    assert png.content.startswith(b"\x89PNG")
    one = sheets(client.get(f"{base}cards/3.xlsx").content)
    assert one["措施状态"][:2] == [["措施状态"], ["截至2023年12月1日"]]
    assert any("M03" in str(row[0]) for row in one["措施状态"] if row)
    whole = sheets(client.get(f"{base}workbook.xlsx").content)
    assert list(whole) == ["说明1", "说明2", "措施状态"]
    assert ["内部意见"] in whole["说明1"]
    for gone in ("cards/1.svg", "cards/3.exe", "cards/9.xlsx"):
        assert client.get(f"{base}{gone}").status_code == 404


def test_an_empty_dashboard_says_what_to_do_and_its_workbook_too(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat)
    client = client_for(cast.secretariat)

    assert "请添加第一张" in page(client, f"/dashboards/{made.key}/")
    assert sheets(client.get(f"/dashboards/{made.key}/workbook.xlsx").content) == {"1": [["该看板还没有卡片。"]]}


def refresh(text: str) -> tuple[str, str]:
    """After how many seconds the page goes where."""
    found = re.search(r'<meta http-equiv="refresh" content="(\d+); url=([^"]+)">', text)
    assert found is not None
    return found[1], html.unescape(found[2])


def test_a_wall_goes_on_to_the_next_dashboard_and_back(cast: Any, client_for: Any) -> None:
    plan = small_plan()
    first, second, foreign = (dashboard(owner, plan, title=title, cards=1) for owner, title in
                              ((cast.secretariat, "甲"), (cast.secretariat, "乙"), (cast.auditor, "丙")))  # fmt: skip
    client = client_for(cast.secretariat)

    text = page(client, f"/dashboards/{first.key}/?wall=1&with={second.key},{foreign.key}")
    assert refresh(text) == ("60", f"/dashboards/{second.key}/?wall=1&with={first.key}")
    assert "site-header" not in text
    assert "XLSX" not in text
    back = page(client, f"/dashboards/{second.key}/?wall=1&with={first.key}")
    assert refresh(back) == ("60", f"/dashboards/{first.key}/?wall=1&with={second.key}")
    assert refresh(page(client, f"/dashboards/{first.key}/?wall=1")) == ("60", f"/dashboards/{first.key}/?wall=1")


def test_a_wall_shows_one_row_after_the_other(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat, cards=3)
    Dashboard.objects.filter(pk=made.pk).update(cards=[{**card, "width": width} for card, width in zip(made.cards, (2, 1, 2), strict=True)])
    client, base = client_for(cast.secretariat), f"/dashboards/{made.key}/?wall=1"

    first = page(client, f"{base}&as_of=2023-06-30")
    assert [f"说明{number}" in first for number in (1, 2, 3)] == [True, True, False]
    assert refresh(first) == ("30", f"{base}&as_of=2023-06-30&row=2")
    second = page(client, f"{base}&as_of=2023-06-30&row=2")
    assert [f"说明{number}" in second for number in (1, 2, 3)] == [False, False, True]
    assert refresh(second) == ("30", f"{base}&as_of=2023-06-30")
    for wrong in ("9", "0", "x", "-1"):
        assert "1/2" in page(client, f"{base}&row={wrong}")


def test_paper_is_a4_or_a3(cast: Any, client_for: Any) -> None:
    made = dashboard(cast.secretariat, cards=1)
    client = client_for(cast.secretariat)

    assert "a3.css" not in page(client, f"/dashboards/{made.key}/")
    assert "a3.css" in page(client, f"/dashboards/{made.key}/?paper=a3")


def test_the_navigation_leads_there(cast: Any, client_for: Any) -> None:
    for person in (cast.secretariat, cast.province_officer, cast.auditor):
        assert '<a href="/dashboards/" aria-current="page">看板</a>' in page(client_for(person), "/dashboards/")
    assert '<a href="/dashboards/"' not in page(client_for(cast.filer), "/my/")
    assert 'aria-current="page">Dashboards</a>' in page(client_for(cast.secretariat), "/dashboards/", **ENGLISH)


@pytest.mark.parametrize("address", ["", "edit/", "edit/cards/1/", "edit/cards/new/?kind=number", "?wall=1"])
def test_pages_are_english_for_english_readers(cast: Any, client_for: Any, address: str) -> None:
    made = dashboard(cast.secretariat, small_plan(), title="Mine", cards=1)
    Dashboard.objects.filter(pk=made.pk).update(
        cards=[{"id": "1", "kind": "text", "width": 1, "title": "Note", "options": {"text": "Words"}}]
    )
    text = page(client_for(cast.secretariat), f"/dashboards/{made.key}/{address}", **ENGLISH)
    body = text[text.index("<main") : text.index("</main")]

    assert "Mine" in body or address.startswith("edit/cards")
    assert [letter for letter in body if "一" <= letter <= "鿿"] == [
        letter for letter in "工作组秘书处" if letter in body and address == "edit/"
    ]
