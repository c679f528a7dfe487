"""Fields on the page: any form can be shown and posted back; rules, computed values, units and totals are live."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import HealthCheck, Phase, given, settings

from pilotage.calls.forms.definition import FormDef
from pilotage.calls.models import Application, Call
from pilotage.web.calls import posted
from pilotage.web.calls.fields import BoundField, Places, blocks
from tests.calls.test_form_any import cleaned
from tests.factories import calls as make
from tests.factories.accounts import division
from tests.factories.forms import answered_forms

# a failure is printed as found: making it smaller would render thousands of pages
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)


class Inputs(HTMLParser):
    """What a browser would send for a piece of page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: list[tuple[str, str]] = []
        self.select = self.area = ""
        self.text: list[str] = []
        self.first = self.chosen = ""
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given_attrs = dict(attrs)
        name, value = given_attrs.get("name", ""), given_attrs.get("value") or ""
        if "id" in given_attrs:
            self.ids.append(given_attrs["id"])
        if tag == "input" and name:
            if given_attrs.get("type") not in {"checkbox", "radio"} or "checked" in given_attrs:
                self.sent.append((name, value))
        elif tag == "select":
            self.select, self.first, self.chosen = name, "\0", ""
        elif tag == "option":
            self.first = value if self.first == "\0" else self.first
            self.chosen = value if "selected" in given_attrs else self.chosen
        elif tag == "textarea":
            self.area, self.text = name, []

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.sent.append((self.select, self.chosen or self.first.replace("\0", "")))
        elif tag == "textarea":
            self.sent.append((self.area, "".join(self.text)))
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text.append(data)


def shown(form: FormDef, data: dict[str, Any]) -> Inputs:
    page = Inputs()
    bound = [
        BoundField(field, data.get(key), version=1, places=Places("320000"), note="规则", is_ruled=True)
        for key, field in form.by_key.items()
    ]
    for block in blocks(bound):
        name = "field_effects" if block.is_effects else "field"
        page.feed(
            render_to_string(
                f"calls/components/{name}.html",
                {
                    "block": block,
                    "field": block.fields[0],
                    "application": SimpleNamespace(number="5GF-2023-苏-0001"),
                    "sheet": SimpleNamespace(uploads_url="/my/5GF-2023-苏-0001/uploads/"),
                },
            )
        )
    page.close()
    return page


@pytest.fixture
def codes(db: None) -> None:
    division("320505")
    for code in ("01", "34", "65"):
        make.industry(code)


@pytest.mark.usefixtures("codes")
@settings(max_examples=10, phases=QUICK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answered_forms())
def test_any_form_is_shown_and_posts_back_what_it_showed(given_form: Any) -> None:
    _raw, form, answers = given_form
    data = cleaned(form, answers)
    data = {key: value for key, value in data.items() if form.by_key[key].type != "division" or value == "320505"}
    for kept in ({}, data):
        page = shown(form, kept)
        assert len(page.ids) == len(set(page.ids))
        post = QueryDict(mutable=True)
        for name, value in page.sent:
            post.appendlist(name, value)
        typed = [field for field in form.by_key.values() if field.is_typed]
        assert [marker.key for marker in posted.markers(post)] == [field.key for field in typed]
        back = {field.key: form.clean(field.key, posted.raw(field, post)) for field in typed}
        assert {key: value for key, value in back.items() if value not in (None, False)} == {
            key: v for key, v in kept.items() if v is not False
        }


# --- a page with all of it ------------------------------------------------------------------
FIELDS = [
    {"key": "project_title", "type": "text", "max_length": 100, "required": True, "maps_to": "project_title",
     "label": {"zh": "项目名称", "en": "Title"}, "example": {"zh": "精密减速机5G工厂", "en": "Precision reducer 5G factory"}},
    {"key": "cost", "type": "money", "places": 4, "required": True, "label": {"zh": "总投资", "en": "Cost"}, "units": [
        {"code": "wan", "label": {"zh": "万元", "en": "CNY 10,000"}},
        {"code": "yi", "label": {"zh": "亿元", "en": "CNY 100 million"}, "factor": 10000}]},
    {"key": "devices", "type": "integer", "required": True, "label": {"zh": "设备", "en": "Devices"}, "unit": {"zh": "台", "en": "devices"}},
    {"key": "connected", "type": "integer", "required": True, "label": {"zh": "接入", "en": "Connected"}},
    {"key": "share", "type": "computed", "formula": "connected / devices * 100", "places": 1, "required": False, "unit": {"zh": "%", "en": "%"},
     "label": {"zh": "接入率", "en": "Share"}},
    {"key": "why", "type": "text", "max_length": 100, "required": True, "show_if": {"share": {"max": 50}}, "label": {"zh": "原因", "en": "Why"}},
    {"key": "items", "type": "table", "required": False, "max_rows": 5, "label": {"zh": "分项", "en": "Items"}, "columns": [
        {"key": "item", "type": "text", "max_length": 50, "required": True, "label": {"zh": "类别", "en": "Kind"}},
        {"key": "amount", "type": "money", "required": True, "total": True, "label": {"zh": "金额", "en": "Amount"}}]},
    {"key": "note", "type": "textarea", "min_chars": 10, "max_chars": 100, "required": False, "label": {"zh": "说明", "en": "Note"}},
]  # fmt: skip
RULES = [
    {"key": "all", "check": "connected <= devices", "fields": ["connected"], "message": {"zh": "接入多于总数。", "en": "More connected than there are."}},
    {"key": "sum", "check": "sum(items.amount) <= cost", "fields": ["items"], "severity": "warning",
     "message": {"zh": "分项合计高于总投资。", "en": "The items exceed the total."}},
]  # fmt: skip
FORM = {"version": 2, "sections": [{"key": "main", "title": {"zh": "全部", "en": "All"}, "fields": FIELDS}], "rules": RULES}


@pytest.fixture
def draft(db: None, cast: Any, at: Any) -> Application:
    at(make.FILING)
    call: Call = make.call(form=FORM, applicants={"kinds": ["enterprise"]})
    data = {"project_title": "减速机", "cost": {"typed": "3.2", "unit": "yi", "value": "32000"}, "devices": 10, "connected": 8}
    return make.application(call, cast.filer, cast.enterprise, data=data)


def english(client_for: Any, user: Any) -> Any:
    client = client_for(user)
    client.cookies["django_language"] = "en"
    return client


def address(draft: Application) -> str:
    return f"/my/{draft.number}/?section=main"


def test_the_page_shows_examples_units_totals_and_computed_values(draft: Application, client_for: Any, cast: Any) -> None:
    page = english(client_for, cast.filer).get(address(draft)).content.decode()
    assert "Precision reducer 5G factory" in page
    assert '<option value="yi" selected>CNY 100 million</option>' in page
    assert 'name="f.cost" type="text" value="3.2"' in page
    assert 'id="v-share">80.0%</output>' in page
    assert 'name="f.share"' not in page
    assert 'id="t-items-amount">0</output>' in page
    assert "10–100 characters; without Chinese, 5–50 words" in page


def test_a_save_in_passing_answers_with_what_follows_from_it(draft: Application, client_for: Any, cast: Any) -> None:
    client = english(client_for, cast.filer)
    post = {
        "do": "autosave",
        "has": ["connected:1:", "cost:1:", "items:1:"],
        "f.connected": "4",
        "f.cost": "5",
        "f.cost.unit": "wan",
        "rows.items": "1",
        "f.items.0.item": "设备",
        "f.items.0.amount": "12.50",
    }
    answer = client.post(address(draft), post, headers={"hx-request": "true"})
    text = answer.content.decode()
    draft.refresh_from_db()
    assert (draft.data["cost"], draft.data["connected"]) == ("5", 4)
    assert 'id="v-share" hx-swap-oob="true">40.0%</output>' in text
    assert 'id="t-items-amount" hx-swap-oob="true">12.50</output>' in text
    assert "<span>The items exceed the total.</span>" in text
    assert json.loads(answer["HX-Trigger"])["pilotage:saved"]["hidden"] == {"why": False}
    answer = client.post(address(draft), {"do": "autosave", "has": ["connected:9:"], "f.connected": "40"}, headers={"hx-request": "true"})
    assert "<span>More connected than there are.</span>" in answer.content.decode()
    assert json.loads(answer["HX-Trigger"])["pilotage:saved"]["hidden"] == {"why": True}


def test_a_warning_is_shown_before_submission_and_to_the_checker(draft: Application, client_for: Any, cast: Any) -> None:
    draft.data = draft.data | {"items": [{"item": "设备", "amount": "99999"}]}
    draft.save()
    check = english(client_for, cast.filer).get(f"/my/{draft.number}/check/").content.decode()
    assert "The items exceed the total." in check
    draft.state, draft.submitted_at = "submitted", make.moment(make.FILING)
    draft.save()
    dossier = english(client_for, cast.city_officer).get(f"/applications/{draft.number}/").content.decode()
    assert "The items exceed the total." in dossier
    assert english(client_for, cast.outsider).get(f"/applications/{draft.number}/").status_code == 404
