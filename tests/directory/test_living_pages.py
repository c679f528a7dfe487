"""Changes, totals and re-evaluations as pages and files; one source for every published total."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from pilotage.core import clock
from pilotage.directory import services
from pilotage.directory.models import Campaign, ClassificationVersion, EntryCount
from pilotage.directory.selectors.classification import counts_of
from pilotage.registry.models import Industry
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
BASE = "/directory/5g-factory/"
QUERIES_OF_CHANGES = 4


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def body_of(response: Any) -> str:
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


@pytest.fixture
def stage(cast: Any) -> Any:
    found = make.published(cast, count=3)
    with clock.at(make.moment("2024-06-18 10:00")):
        services.set_label(actor=cast.secretariat, entry=found.entries[0], label="benchmark", reason="第二批标杆")
    with clock.at(make.moment("2024-09-02 10:00")):
        services.propose_remove(actor=cast.secretariat, entry=found.entries[1], reason="项目已停用")
        services.confirm_remove(actor=cast.second_secretariat, entry=found.entries[1])
    return found


@pytest.fixture
def campaign(cast: Any, stage: Any) -> Campaign:
    with clock.at(make.moment("2024-10-08 10:00")):
        made = services.plan_campaign(
            actor=cast.secretariat, directory=stage.edition.directory, year=2024, listed_before=date(2024, 1, 1), percent=100
        )
        return services.draw_campaign(actor=cast.secretariat, campaign=made, seed="08 17 21")


# --- what changed since ---------------------------------------------------------------------
def test_changes_have_day_and_reason_and_begin_where_asked(stage: Any, client: Client) -> None:
    page = text_of(client.get(BASE + "changes/?since=2024-06-18"))
    assert "2024年6月18日" in page
    assert "第二批标杆" in page
    assert "项目已停用" in page
    assert "列入名录" not in re.sub(r"<form.*?</form>", "", page, flags=re.DOTALL)
    later = text_of(client.get(BASE + "changes/?since=2024-06-19"))
    assert "第二批标杆" not in later
    assert "项目已停用" in later
    assert "第二批标杆" not in text_of(client.get(BASE + "changes/?kind=remove"))


def test_the_files_hold_what_the_page_shows(stage: Any, client: Client) -> None:
    response = client.get(BASE + "changes/json/?since=2024-01-01")
    rows = json.loads(body_of(response))
    assert [(row["change"], row["number"], row["reason"], row["date"]) for row in rows] == [
        ("remove", stage.entries[1].number, "项目已停用", "2024-09-02"),
        ("label", stage.entries[0].number, "第二批标杆", "2024-06-18"),
    ]
    lines = list(csv.reader(io.StringIO(body_of(client.get(BASE + "changes/csv/")).lstrip("\ufeff"))))
    assert len(lines) == 1 + 5
    assert client.get(BASE + "changes/exe/").status_code == 404


def test_a_prepared_entry_is_no_change(cast: Any, client: Client) -> None:
    stage = make.edition_prepared(cast)
    for path in ("changes/", "changes/json/", "totals/", "totals/json/"):
        response = client.get(BASE + path, follow=True)
        if response.status_code == 200:
            assert stage.edition.entries.first().number not in body_of(response)


@pytest.mark.parametrize(
    "query", ["?since=yesterday", "?since=2024-13-01", "?kind=nothing", "?after=rubbish", "?edition=9999", "?since=9999-01-01"]
)
def test_odd_addresses_of_changes_are_answered(stage: Any, client: Client, query: str) -> None:
    assert "5G工厂名录" in text_of(client.get(BASE + "changes/" + query))


def test_changes_cost_the_same_for_few_and_many(stage: Any, cast: Any, client: Client, django_assert_num_queries: Any) -> None:
    client.get(BASE + "changes/?since=2000-01-01")  # what is learnt once; another address, so that no kept answer is counted
    with django_assert_num_queries(QUERIES_OF_CHANGES):
        client.get(BASE + "changes/?kind=remove")
    with django_assert_num_queries(QUERIES_OF_CHANGES):
        client.get(BASE + "changes/?since=2001-01-01")


# --- one source for every published total ---------------------------------------------------
def test_page_file_chart_map_list_and_interface_agree(stage: Any, client: Client) -> None:
    kept = {(c.dimension, c.code): c.count for c in EntryCount.objects.filter(edition=stage.edition, count__gt=0)}
    counts = counts_of([stage.edition])
    assert counts.total == kept["total", ""] == 2
    interface = client.get("/api/v1/directories/5g-factory/counts?edition=2023").json()
    files = json.loads(body_of(client.get(BASE + "totals/json/")))
    assert interface["total"] == files["total"] == 2
    for dimension in counts.dimensions:
        totals = counts.totals(dimension)
        lines = {line.code: line.count for line in totals.lines}
        if dimension != "section":
            assert lines == {code: n for (name, code), n in kept.items() if name == dimension}
        page = text_of(client.get(BASE + f"totals/?by={dimension}"))
        cells = dict(re.findall(r'<tr><td class="secondary">([^<]*)</td>.*?<td class="num">([\d,]+)</td>', page))
        assert cells == {code: str(n) for code, n in lines.items()}
        drawn = page.partition("count-chart")[2].partition("</svg>")[0]
        assert all(f">{number}</text>" in drawn for number in lines.values())
        rows = list(csv.reader(io.StringIO(body_of(client.get(BASE + f"totals/csv/?by={dimension}")).lstrip("\ufeff"))))
        assert {row[0]: int(row[2]) for row in rows[1:] if row[0]} == lines
        assert int(rows[-1][2]) == 2
        for answer in (interface, files):
            found = next(each for each in answer["by"] if each["classification"] == dimension)
            assert {code["code"]: code["count"] for code in found["codes"]} == lines
    listing = text_of(client.get(BASE + "?province=320000"))
    assert ">2家</h2>" in listing
    entries = client.get("/api/v1/directories/5g-factory/entries?edition=2023").json()["entries"]
    assert len([entry for entry in entries if entry["state"] == "listed"]) == 2
    assert client.get("/api/v1/directories/5g-factory/editions").json()[0]["entries"] == 2


def test_a_classification_keeps_its_words_when_the_list_changes(stage: Any) -> None:
    before = counts_of([stage.edition]).totals("industry")
    Industry.objects.filter(code="34").update(name_zh="改了名的行业")
    services.recount(stage.edition)
    after = counts_of([stage.edition]).totals("industry")
    assert [(line.code, line.zh) for line in after.lines] == [(line.code, line.zh) for line in before.lines]
    assert after.versions == before.versions
    assert ClassificationVersion.objects.filter(key="industries").count() == 1
    newer = make.edition(2024)
    make.entry(newer)
    services.recount(newer)
    assert counts_of([newer]).totals("industry").lines[0].zh == "改了名的行业"
    assert len(counts_of([stage.edition, newer]).totals("industry").versions) == 2


def test_a_total_says_how_many_state_nothing(client: Client) -> None:
    edition = make.edition()
    make.entry(edition)
    make.entry(edition, industry_id=None)
    services.recount(edition)
    assert counts_of([edition]).totals("industry").not_stated == 1
    assert counts_of([edition]).totals("scenario").not_stated is None
    assert "未填" in text_of(client.get(BASE + "totals/?by=industry"))


# --- re-evaluations -------------------------------------------------------------------------
def test_everybody_reads_the_drawing_and_its_results(campaign: Campaign, client: Client) -> None:
    page = text_of(client.get(BASE + "re-evaluation/2024/"))
    assert "08 17 21" in page
    assert campaign.population_digest in page
    drawn = client.get(BASE + "re-evaluation/2024/drawing.json").json()
    assert sorted(drawn["drawn"]) == sorted(campaign.evaluations.values_list("entry__number", flat=True))
    assert drawn["population"] == campaign.population


def test_a_plan_is_nobodys_page_before_it_is_drawn(cast: Any, stage: Any, client_for: Any) -> None:
    services.plan_campaign(actor=cast.secretariat, directory=stage.edition.directory, year=2025, listed_before=date(2024, 1, 1), percent=5)
    for role in (None, "outsider", "secretariat"):
        assert client_for(getattr(cast, role) if role else None).get(BASE + "re-evaluation/2025/").status_code == 404


def test_the_desk_is_for_the_secretariat_and_auditors(campaign: Campaign, cast: Any, client_for: Any) -> None:
    for role in ("outsider", "filer", "province_officer", "expert"):
        client = client_for(getattr(cast, role))
        assert client.get("/work/re-evaluations/").status_code == 403
        assert client.get(f"/work/re-evaluations/{campaign.pk}/").status_code == 403
        assert client.post(f"/work/re-evaluations/{campaign.pk}/act/", {"do": "propose_close"}).status_code == 403
    number = campaign.evaluations.first().entry.number
    for role in ("auditor", "secretariat"):
        client = client_for(getattr(cast, role))
        assert campaign.title_zh in text_of(client.get("/work/re-evaluations/"))
        assert number in text_of(client.get(f"/work/re-evaluations/{campaign.pk}/?entry={number}"))
    assert client_for(cast.auditor).post(f"/work/re-evaluations/{campaign.pk}/act/", {"do": "propose_close"}).status_code in {403, 422}


def test_the_secretariat_runs_it_through_its_pages(stage: Any, cast: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    values = {
        "directory": stage.edition.directory_id, "year": 2024, "listed_before": "2024-01-01", "percent": 100, "least": 1, "term_days": 30, "next_years": 1
    }  # fmt: skip
    assert client.post("/work/re-evaluations/", {**values, "percent": 0}).status_code == 422
    assert client.post("/work/re-evaluations/", values).status_code == 302
    campaign = Campaign.objects.get()
    act = f"/work/re-evaluations/{campaign.pk}/act/"
    assert "将从2个条目中抽取2个" in text_of(client.get(f"/work/re-evaluations/{campaign.pk}/"))
    assert client.post(act, {"do": "draw", "seed": "08"}).status_code == 302
    first, second = campaign.evaluations.order_by("pk").values_list("entry__number", flat=True)
    assert client.post(act, {"do": "require", "entry": first}).status_code == 422
    assert client.post(act, {"do": "require", "entry": first, "reason": "边缘节点停用"}).status_code == 302
    assert client.post(act, {"do": "pass_many", "reason": "一致"}).status_code == 422
    assert client.post(act, {"do": "pass_many", "chosen": [second], "reason": "一致"}).status_code == 302
    assert client.post(act, {"do": "remove", "entry": first, "reason": "逾期未整改"}).status_code == 302
    assert client.post(act + "?do=confirm_remove&entry=" + first).status_code == 403
    other = client_for(cast.second_secretariat)
    assert other.post(act + "?do=confirm_remove&entry=" + first).status_code == 302
    assert sorted(campaign.evaluations.values_list("state", flat=True)) == ["failed", "passed"]
    assert client.post(act, {"do": "propose_close"}).status_code == 302
    assert other.post(act, {"do": "confirm_close"}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.state == "closed"
    assert client.post(act, {"do": "unknown"}).status_code == 404


def test_the_enterprise_reports_and_nobody_else_reads_it(campaign: Campaign, cast: Any, client_for: Any) -> None:
    row = campaign.evaluations.select_related("entry__edition__call", "campaign").first()
    row.entry.enterprise = cast.filer.active_memberships[0].organisation.enterprise
    row.entry.save()
    services.require(actor=cast.secretariat, evaluation=row, reason="边缘节点停用")
    address = f"/my/re-evaluation/{row.pk}/"
    for role in ("outsider", "expert", "province_officer", "secretariat"):
        assert client_for(getattr(cast, role)).get(address).status_code == 404
    client = client_for(cast.filer)
    assert "边缘节点停用" in text_of(client.get(address))
    assert client.post(address, {"text": " "}).status_code == 422
    assert client.post(address, {"text": "已恢复运行，附运行记录编号。"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.report) == ("reported", "已恢复运行，附运行记录编号。")
    assert "附运行记录编号" not in text_of(client_for(None).get(BASE + "re-evaluation/2024/"))
