"""The public pages and the secretariat's page; the outsider everywhere."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from pilotage.core.tables import read_rows
from pilotage.directory import services
from pilotage.directory.models import Edition
from pilotage.directory.services import recount
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
LIST = "/directory/5g-factory/"
QUERIES_OF_LIST = 5


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


@pytest.fixture
def edition(db: None) -> Edition:
    made = make.edition()
    for code in ("210200", "370700"):
        make.division(code)
    make.entry(made)
    make.entry(made, "海工装备总装5G工厂", "南通澜汀海洋装备有限公司", label="benchmark")
    make.entry(made, "港口5G工厂", "大连渤海港务有限公司", province_id="210000", prefecture_id="210200")
    recount(made)
    return made


# --- the list -------------------------------------------------------------------------------
def test_list_shows_facets_map_chips_and_the_filtered_rows(edition: Edition, client: Client) -> None:
    page = text_of(client.get(LIST + "?province=320000"))
    assert "精密减速机5G工厂" in page
    assert "港口5G工厂" not in page
    assert ">2家</h2>" in page
    assert 'aria-current="true"><span aria-hidden="true">苏</span>' in page
    assert "导出2家" in page
    assert f'href="?edition={edition.key}"' in page  # the chip removes the province


def test_a_city_stands_beside_its_province(edition: Edition, client: Client) -> None:
    page = text_of(client.get(LIST + "?city=210200"))
    assert ">1家</h2>" in page
    assert "港口5G工厂" in page
    assert "精密减速机5G工厂" not in page
    assert '<input type="checkbox" name="city" value="210200" checked> 大连市' in page
    assert '<input type="checkbox" name="province" value="210000" checked>' in page
    assert f'href="?edition={edition.key}&amp;province=210000"' in page  # the chip removes the city alone
    assert f'href="?edition={edition.key}"' in page  # and that of the province both


def test_the_list_costs_the_same_for_one_and_three_rows(client: Client, django_assert_num_queries: Any) -> None:
    made = make.edition()
    make.entry(made)
    recount(made)
    client.get(LIST)
    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(LIST)
    make.entry(made)
    make.entry(made)
    recount(made)
    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(LIST)


def test_what_a_name_holds_is_shown_and_never_obeyed(client: Client) -> None:
    made = make.edition()
    make.entry(made, "<b>5G</b>工厂&", "“甲”<script>厂")
    recount(made)
    page = text_of(client.get(LIST))
    assert "&lt;b&gt;5G&lt;/b&gt;工厂&amp;" in page
    assert "“甲”&lt;script&gt;厂" in page
    assert "<script>厂" not in page


def test_pages_follow_each_other_by_cursor(edition: Edition, client: Client) -> None:
    for _ in range(20):
        make.entry(edition)
    recount(edition)
    first = client.get(LIST + "?size=20")
    assert len(first.context["page"]) == 20
    second = client.get(LIST, {"size": 20, "after": first.context["page"].next})
    assert [row.number for row in second.context["page"]] == ["5GF-2023-0021", "5GF-2023-0022", "5GF-2023-0023"]


def test_without_an_edition_the_page_says_so(client: Client) -> None:
    assert "名录尚未发布" in text_of(client.get("/directory/"))
    assert client.get("/directory/no-such/").status_code == 404


@pytest.mark.parametrize(
    "query", ["?edition=9999", "?after=%00", "?after=rubbish", "?province=xx'--", "?state=prepared", "?as_of=yesterday", "?q=" + "a" * 300]
)
def test_odd_addresses_are_answered(edition: Edition, client: Client, query: str) -> None:
    assert "5G工厂名录" in text_of(client.get(LIST + query))


def test_a_prepared_edition_is_seen_by_nobody_in_the_list(cast: Any, client_for: Any) -> None:
    stage = make.edition_prepared(cast)
    number = stage.edition.entries.first().number
    for role in (None, "outsider", "filer", "province_officer", "secretariat"):
        client = client_for(getattr(cast, role) if role else None)
        assert number not in text_of(client.get("/directory/", follow=True))
        expected = 200 if role == "secretariat" else 404
        assert client.get(f"/directory/entries/{number}/").status_code == expected


# --- export ---------------------------------------------------------------------------------
def exported(client: Client, kind: str, query: str, tmp_path: Any) -> list[str]:
    response = client.get(f"{LIST}export/{kind}/{query}")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if kind == "json":
        return [row["number"] for row in json.loads(body)]
    if kind == "csv":
        return [row[0] for row in csv.reader(io.StringIO(body.decode("utf-8-sig")))][1:]
    path = tmp_path / "e.xlsx"
    path.write_bytes(body)
    return [str(row.values[0]) for row in read_rows(path) if str(row.values[0]).startswith("5GF")]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
@pytest.mark.parametrize(
    "query", ["?edition=2023-demo", "?province=320000", "?q=港口", "?label=benchmark", "?scenario=04&province=210000", "?industry=65"]
)
def test_export_is_exactly_the_list(edition: Edition, client: Client, kind: str, query: str, tmp_path: Any) -> None:
    shown = [row.number for row in client.get(LIST + query + "&size=50").context["page"]]
    assert exported(client, kind, query, tmp_path) == shown


# --- one entry ------------------------------------------------------------------------------
def test_an_entry_shows_what_is_public_and_nothing_else(cast: Any, client_for: Any) -> None:
    entry = make.published(cast, count=1).entries[0]
    for role in (None, "outsider", "filer", "other_filer", "secretariat", "auditor"):
        page = text_of(client_for(getattr(cast, role) if role else None).get(f"/directory/entries/{entry.number}/"))
        assert "+22.1%" in page
        assert "柔性生产制造" in page
        assert "3,240万元" in page
        for secret in (*make.SECRETS, "演示通信公司"):
            assert secret not in page, (role, secret)
    assert "办理" not in text_of(client_for(cast.outsider).get(f"/directory/entries/{entry.number}/"))


def test_a_recorded_entry_shows_its_source_and_blanks(client: Client) -> None:
    for code in ("370700", "210200"):
        make.division(code)
    services.record_history()
    page = text_of(client.get("/directory/entries/REC-2024-001/"))
    assert "昌邑华晨纺织集团有限公司" in page
    assert "http://weifang.subaoxw.com/zj/2024/1115/187178.html" in page
    assert page.count("<dd>–</dd>") >= 4
    listing = text_of(client.get(LIST + "?edition=2024-known"))
    assert "公布400家" in listing
    assert "12家</h2>" in listing


def test_english_pages_hold_no_chinese_interface_words(edition: Edition, client: Client) -> None:
    with translation.override("en"):
        client.cookies["django_language"] = "en"
        page = text_of(client.get(LIST))
    assert "Entries by province" in page
    assert "各省条目数" not in page


# --- notices --------------------------------------------------------------------------------
def test_a_draft_notice_is_not_there_for_the_public(cast: Any, client_for: Any, at: Any) -> None:
    notice = make.prepared(cast).notice
    at(make.BEFORE)
    for role, status in ((None, 404), ("outsider", 404), ("filer", 404), ("province_officer", 404), ("secretariat", 200), ("auditor", 200)):
        client = client_for(getattr(cast, role) if role else None)
        assert client.get(f"/notices/{notice.number}/").status_code == status, role
        assert (notice.number in text_of(client.get("/notices/"))) is (status == 200), role


def test_an_open_notice_shows_rows_and_the_end_of_the_chain(cast: Any, client: Client, at: Any) -> None:
    stage = make.opened(cast)
    at(make.DURING)
    page = text_of(client.get(f"/notices/{stage.notice.number}/"))
    assert stage.notice.chain_head.split()[1] in page
    assert page.count("苏州演示") >= 2
    assert "苏州备选" not in page
    for secret in make.SECRETS:
        assert secret not in page
    assert "苏州演示2号" not in text_of(client.get(f"/notices/{stage.notice.number}/?q=演示1号"))


# --- the secretariat's page -----------------------------------------------------------------
def test_only_secretariat_and_auditor_reach_the_management_page(cast: Any, client_for: Any) -> None:
    stage = make.opened(cast)
    objection = make.objection(stage)
    address = f"/work/directory/{stage.call.slug}/?tab=objections"
    for role, person in cast.people().items():
        response = client_for(person).get(address)
        allowed = role in {"secretariat", "second_secretariat", "auditor"}
        assert response.status_code == (200 if allowed else 403), role
        assert (objection.number in response.content.decode()) is allowed, role
    assert client_for(None).get(address).status_code == 302


def test_the_auditor_reads_and_decides_nothing(cast: Any, client_for: Any, at: Any) -> None:
    stage = make.prepared(cast)
    at(make.BEFORE)
    response = client_for(cast.auditor).post(
        f"/work/directory/{stage.call.slug}/act/", {"do": "open_notice", "notice": stage.notice.number}
    )
    assert response.status_code == 403
    stage.notice.refresh_from_db()
    assert stage.notice.state == "draft"


def test_from_selection_to_publication_by_two_people(cast: Any, client_for: Any, at: Any) -> None:
    stage = make.selected(cast)
    first, second = client_for(cast.secretariat), client_for(cast.second_secretariat)
    address = f"/work/directory/{stage.call.slug}/act/"

    def act(client: Client, do: str, **fields: str) -> str:
        response = client.post(address, {"do": do, **fields}, follow=True)
        return text_of(response)

    at(make.BEFORE)
    act(first, "prepare_notice", opens_at="2023-11-12T00:00", closes_at="2023-11-17T23:59")
    at("2023-11-12 00:00")
    assert "5GF-N2023-01已开始" in act(first, "open_notice", notice="5GF-N2023-01")
    at(make.AFTER)
    act(first, "propose_close", notice="5GF-N2023-01")
    assert first.post(address, {"do": "confirm_close", "notice": "5GF-N2023-01"}).status_code == 403
    act(second, "confirm_close", notice="5GF-N2023-01")
    assert "共2条" in act(first, "prepare_edition")
    act(first, "propose_publish")
    assert first.post(address, {"do": "confirm_publish"}).status_code == 403
    assert "名录已发布" in act(second, "confirm_publish")
    assert ">2家</h2>" in text_of(client_for(None).get("/directory/"))
    act(first, "rectify", entry="5GF-2023-0001", reason="网络停用")
    refused = first.post(address, {"do": "remove", "entry": "5GF-2023-0001", "reason": ""})
    assert refused.status_code == 422
    act(first, "remove", entry="5GF-2023-0001", reason="停产")
    act(second, "confirm_remove", entry="5GF-2023-0001")
    assert ">1家</h2>" in text_of(client_for(None).get("/directory/"))
    assert "已移出" in text_of(client_for(None).get("/directory/entries/5GF-2023-0001/"))
