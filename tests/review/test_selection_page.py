"""The selection cockpit: line, bars, quotas, what-if, two people, export; who may open it and what it costs."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from pilotage.audit.models import AuditEvent
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.review.enums import SelectionState
from pilotage.review.models import Selection, SelectionInputs, SelectionRow
from pilotage.review.selection import selections
from tests.factories import review as make

pytestmark = pytest.mark.django_db
ADDRESS = "/work/selection/5g-factory-directory-2023/"
JIANGSU = {"quota-0-attribute": "province:320000", "quota-0-minimum": "", "quota-0-maximum": "2"}
TERMS = {"total": "3", "reserve": "1", "required_reviews": "2", "least_mean": "", **JIANGSU}
BUILT = {"total": 3, "reserve": 1, "required_reviews": 2, "quotas": [{"attribute": "province", "value": "320000", "maximum": "2"}]}
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def field(call: Any, cast: Any, me: Any, at: Any) -> list[Application]:
    """Three of Jiangsu with 90, 80, 70 points, two of Shandong with 60 and 50; two experts each."""
    experts = [me, make.expert("E2")]
    apps = [
        make.reviewed(call, cast.secretariat, [9 - i, 9 - i], experts, number=f"A-{i}", province=code, name=f"保密企业{i}有限公司")
        for i, code in enumerate(["320000", "320000", "320000", "370000", "370000"])
    ]
    at(make.AFTER_REVIEW)
    return apps


def build(call: Any, cast: Any, **changes: Any) -> Selection:
    return selections.build_selection(actor=cast.secretariat, call=call, parameters=BUILT | changes)


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def main(response: Any) -> str:
    html = response.content.decode()
    return html[html.index("<main") :]


# --- who -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "who", ["outsider", "filer", "expert", "province_officer", "communications_officer", "city_officer", "finance_liaison"]
)
@pytest.mark.parametrize("query", ["", "?view=all", "?what_if=1&total=2", "export/"])
def test_others_learn_nothing(call: Any, cast: Any, field: Any, client_for: Any, who: str, query: str) -> None:
    build(call, cast)
    response = client_for(getattr(cast, who)).get(ADDRESS + query)
    assert response.status_code == 403
    assert "保密企业" not in response.content.decode()


def test_an_auditor_reads_and_changes_nothing(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    build(call, cast)
    client = client_for(cast.auditor)
    assert [client.get(ADDRESS + query).status_code for query in ("", "?view=all", "export/")] == [200, 200, 200]
    page = main(client.get(ADDRESS))
    assert 'value="build"' not in page
    assert 'value="propose" disabled' in page
    assert client.post(ADDRESS, {"act": "build", **TERMS}).status_code == 403
    assert Selection.objects.count() == 1


# --- the page --------------------------------------------------------------------------------
def test_before_the_first_draft_the_page_asks_for_terms(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    page = client_for(cast.secretariat).get(ADDRESS)
    assert "还没有方案" in text(page)
    assert 'value="build"' in main(page)
    assert 'id="ranking"' not in main(page)


def test_building_shows_line_bars_reasons_and_quotas(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    assert client.post(ADDRESS, {"act": "build", **TERMS}).status_code == 302
    response = client.get(ADDRESS + "?row=A-2")
    html, said = main(response), text(response)
    assert html.count('class="cut"') == 1
    assert "全国线60.00" in said.replace(" ", "")
    row = SelectionRow.objects.get(application__number="A-2")
    assert (row.reason, row.figures["bar"]) == ("quota_maximum", "80.000")
    assert "+20.00" in said  # what Jiangsu adds to the national line
    assert "差10.00" in said.replace(" ", "")
    assert re.search(r"<b>2</b><span class=\"secondary\">/2</span>", html)
    assert {a.state for a in Application.objects.all()} == {ApplicationState.UNDER_REVIEW}


def test_raw_calibrated_and_bar_stand_on_one_printed_scale(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    build(call, cast)
    html = main(client_for(cast.secretariat).get(ADDRESS))
    assert html.count('class="score-plot"') == 5
    labels = re.findall(r'class="score-plot" role="img" aria-label="([^"]+)"', html)
    assert labels[2].startswith("原始70.00")
    assert labels[2].endswith("入选线80.00")
    places = [float(share) for share in re.findall(r'class="plot-raw" cx="([\d.]+)%"', html)]
    assert places == sorted(places, reverse=True)
    assert all(0 <= place <= 100 for place in places)
    assert re.search(r'class="plot-head">\d+—\d+分', html)


def test_terms_that_were_not_published_are_named(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    selections.build_selection(actor=cast.secretariat, call=call)
    assert "与征集公布的条件不同" not in text(client.get(ADDRESS))
    build(call, cast, calibrate=True)
    page = text(client.get(ADDRESS))
    assert "与征集公布的条件不同" in page
    assert "总名额：公布300，本方案3" in page
    assert "按校准分遴选：公布否，本方案是" in page
    assert "江苏省：公布≤ 97，本方案≤ 2" in page


def test_folds_say_what_needs_no_decision(call: Any, cast: Any, me: Any, at: Any, client_for: Any) -> None:
    for i in range(40):
        app = make.application(call, f"B-{i:02}", "370000")
        seat = make.seat(app, me, cast.secretariat, "finished", 9)
        type(seat).objects.filter(pk=seat.pk).update(total=Decimal(99 - i))
    at(make.AFTER_REVIEW)
    selections.build_selection(actor=cast.secretariat, call=call, parameters={"total": 20, "reserve": 0, "required_reviews": 1})
    html = main(client_for(cast.secretariat).get(ADDRESS))
    assert "第1—14名，全部入选" in html
    assert "第27—40名，均未入选" in html
    assert html.count('class="score-plot"') == 12


def test_a_minimum_that_cannot_be_met_is_named(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    build(call, cast, quotas=[{"attribute": "province", "value": "370000", "minimum": "3"}])
    said = text(client_for(cast.secretariat).get(ADDRESS))
    assert re.search(r"山东省.*3.*2", said)
    assert "已证明最优" in said


def test_the_zone_that_scores_cannot_decide_is_named_and_leads_to_more_experts(
    call: Any, cast: Any, me: Any, at: Any, client_for: Any
) -> None:
    experts = [me, make.expert("E2"), make.expert("E3")]
    for i, scores in enumerate([[9, 8, 9], [8, 7, 8], [7, 8, 7], [8, 7, 7], [7, 7, 8], [3, 4, 3]]):
        make.reviewed(call, cast.secretariat, scores, experts, number=f"C-{i}", province="370000")
    at(make.AFTER_REVIEW)
    draft = selections.build_selection(actor=cast.secretariat, call=call, parameters={"total": 3, "required_reviews": 2})
    grey = draft.results["grey"]["numbers"]
    assert grey
    client = client_for(cast.secretariat)
    html = main(client.get(ADDRESS))
    assert f"{reverse('review:assigning', args=[call.slug])}?near={draft.pk}" in html
    rows = re.findall(r'href="\?[^"]*row=(C-\d)', main(client.get(ADDRESS + "?view=grey")).split('id="why"')[0])
    assert sorted(rows) == sorted(grey)


def test_both_languages_read_as_their_own(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    build(call, cast)
    client = client_for(cast.secretariat)
    client.cookies["django_language"] = "en"
    said = text(client.get(ADDRESS + "?row=A-2"))
    assert "National line 60.00" in said
    assert "Yours 70.00; bar 80.00" not in said  # that is said to the applicant; here the table says it
    assert "Why not selected" in said
    client.cookies["django_language"] = "zh-hans"
    chinese = re.sub(r"&\w+;", "", text(client.get(ADDRESS + "?row=A-2")))
    assert not re.search(r"\b(the|of|selected|quota|scores)\b", chinese.split("为什么没有入选")[1])


# --- what if ---------------------------------------------------------------------------------
def test_what_if_names_who_enters_and_leaves_and_writes_nothing(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    build(call, cast)
    before = [model.objects.count() for model in (Selection, SelectionRow, SelectionInputs, AuditEvent)]
    client = client_for(cast.secretariat)
    response = client.get(ADDRESS, {"what_if": "1", **TERMS, "quota-0-maximum": "3"}, **HTMX)
    html, said = response.content.decode(), text(response)
    assert "<main" not in html
    assert re.search(r"\+ 入选： .*A-2.*70\.00 − 落选： .*A-3.*60\.00", said)
    assert "+10.00" in said
    assert re.search(r"江苏省 .*2/2 → 3/3", said)
    assert [model.objects.count() for model in (Selection, SelectionRow, SelectionInputs, AuditEvent)] == before
    whole = client.get(ADDRESS, {"what_if": "1", **TERMS, "quota-0-maximum": "3"})  # without script
    assert 'value="3"' in main(whole)
    assert "+10.00" in text(whole)


def test_what_if_without_a_change_says_so(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    build(call, cast)
    assert "入选项目没有变化" in text(client_for(cast.secretariat).get(ADDRESS, {"what_if": "1", **TERMS}, **HTMX))


def test_what_if_with_calibration_between_strangers_is_refused_in_words(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    make.reviewed(call, cast.secretariat, [7, 6], [make.expert("E8"), make.expert("E9")], number="Z-0", province="370000")
    build(call, cast)
    response = client_for(cast.secretariat).get(ADDRESS, {"what_if": "1", **TERMS, "calibrate": "on"}, **HTMX)
    assert response.status_code == 200
    assert 'href="#calibrate"' in response.content.decode()
    assert "江苏省：须填" in text(client_for(cast.secretariat).get(ADDRESS, {"what_if": "1", **TERMS, "quota-0-maximum": "x"}, **HTMX))
    assert "Z-0" in text(response)


# --- acts ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"total": "many"}, ["total"]),
        ({"least_mean": "120"}, ["least_mean"]),
        ({"quota-0-maximum": "-1"}, ["quota-0-maximum"]),
        ({"quota-0-minimum": "3"}, ["quota-0-minimum"]),
        ({"quota-1-attribute": "", "quota-1-minimum": "", "quota-1-maximum": "4"}, ["quota-1-attribute"]),
        ({"reserve": "x", "quota-0-minimum": "y"}, ["quota-0-minimum", "reserve"]),
    ],
)
def test_faulty_terms_are_told_at_each_field(
    call: Any, cast: Any, field: Any, client_for: Any, changes: dict[str, str], fields: list[str]
) -> None:
    response = client_for(cast.secretariat).post(ADDRESS, {"act": "build", **TERMS, **changes})
    html = main(response)
    assert (response.status_code, Selection.objects.count()) == (422, 0)
    assert sorted(re.findall(r'class="field-error" id="([\w-]+)-error"', html)) == fields
    for name in fields:
        assert re.search(rf'id="{name}"', html)
        assert f'href="#{name}"' in html
    for value in changes.values():
        assert f'value="{value}"' in html


def test_a_quota_of_another_attribute_can_be_added(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    assert 'value="ownership:private"' in main(client.get(ADDRESS))
    extra = {"quota-1-attribute": "ownership:private", "quota-1-minimum": "1", "quota-1-maximum": ""}
    client.post(ADDRESS, {"act": "build", **TERMS, **extra})
    assert Selection.objects.get().parameters["quotas"] == [["province", "320000", 0, 2], ["ownership", "private", 1, None]]
    assert "民营" in text(client.get(ADDRESS))


def test_one_proposes_another_confirms(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    first, second = client_for(cast.secretariat), client_for(cast.second_secretariat)
    first.post(ADDRESS, {"act": "build", **TERMS})
    draft = Selection.objects.get()
    first.post(ADDRESS, {"act": "propose", "selection": draft.pk})
    assert first.post(ADDRESS, {"act": "confirm", "selection": draft.pk}).status_code == 403
    assert re.search(r'value="confirm" disabled', first.get(ADDRESS).content.decode())
    assert second.post(ADDRESS, {"act": "confirm", "selection": draft.pk}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == SelectionState.CONFIRMED
    states = list(Application.objects.order_by("number").values_list("state", flat=True))
    assert states == ["selected", "selected", "not_selected", "selected", "reserve"]
    html = main(second.get(ADDRESS))
    assert 'name="act" value="build"' not in html
    assert reverse("review:decision-file", args=[call.slug]) in html


def test_a_button_of_an_older_draft_decides_nothing(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    client.post(ADDRESS, {"act": "build", **TERMS})
    old = Selection.objects.get()
    client.post(ADDRESS, {"act": "build", **TERMS, "total": "2"})
    assert client.post(ADDRESS, {"act": "propose", "selection": old.pk}).status_code == 404
    assert client.get(ADDRESS).content.decode().count("<b>−</b>") == 1


def test_export_holds_every_row_with_both_scores_bar_and_reason(call: Any, cast: Any, field: Any, client_for: Any) -> None:
    build(call, cast)
    book = openpyxl.load_workbook(io.BytesIO(client_for(cast.secretariat).get(ADDRESS + "export/").content))
    table = [row for row in book.active.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert [(row[0], row[1], row[8], row[13]) for row in table] == [
        (1, "A-0", 90, 80),
        (2, "A-1", 80, 80),
        (3, "A-2", 70, 80),
        (4, "A-3", 60, 60),
        (5, "A-4", 50, 60),
    ]
    assert "80.00" in table[2][14]
    assert [bool(row[18]) for row in table] == [True] * 5
    assert {len(row) for row in table} == {19}


# --- cost ------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3, 40])
@pytest.mark.parametrize(("query", "number"), [("", 20), ("?view=all", 20)])
def test_cost_does_not_grow(
    call: Any, cast: Any, me: Any, at: Any, client_for: Any, django_assert_num_queries: Any, rows: int, query: str, number: int
) -> None:
    second = make.expert("E2")
    for i in range(rows):
        make.reviewed(call, cast.secretariat, [8, 7], [me, second], number=f"A-{i}", province="370000")
    at(make.AFTER_REVIEW)
    limits = [{"attribute": "province", "value": "", "maximum": "20"}, {"attribute": "group", "value": "", "maximum": "2"}]
    build(call, cast, total=max(1, rows // 2), quotas=limits)
    client = client_for(cast.secretariat)
    with django_assert_num_queries(number):
        assert client.get(ADDRESS + query).status_code == 200


def test_five_thousand_rows_cost_no_more_and_stay_light(
    call: Any, cast: Any, me: Any, at: Any, client_for: Any, django_assert_num_queries: Any
) -> None:
    make.reviewed(call, cast.secretariat, [8, 7], [me, make.expert("E2")], number="A-0", province="370000")
    at(make.AFTER_REVIEW)
    draft = build(call, cast, total=1, quotas=[])
    template, first = Application.objects.get(), SelectionRow.objects.get()
    columns = [f.attname for f in Application._meta.concrete_fields if f.attname not in {"id", "number"}]
    shared = {name: getattr(template, name) for name in columns if name != "project_title"}
    apps = Application.objects.bulk_create(Application(**shared, number=f"B-{i:04}", project_title=f"项目{i}") for i in range(4999))
    figures = first.figures | {"chance": "0.500"}
    SelectionRow.objects.bulk_create(
        SelectionRow(
            selection=draft, application=app, position=i + 2, mean=70, reason="below_line", figures=figures | {"score": "70.000"},
            outcome="selected" if i < 299 else "not_selected",
        )
        for i, app in enumerate(apps)
    )  # fmt: skip
    client = client_for(cast.secretariat)
    for query in ("", "?view=all", "?view=all&row=B-4000"):
        with django_assert_num_queries(20):
            response = client.get(ADDRESS + query)
        assert response.content.decode().count('class="score-plot"') <= 50
        assert len(response.content) < 150_000
