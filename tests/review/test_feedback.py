"""The applicant's page: own figures after the public notice opened, never who scored, nothing for anybody else."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from pilotage.accounts.enums import Role
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.directory.enums import NoticeState
from pilotage.directory.models import PublicNotice
from pilotage.review.models import SelectionRow
from pilotage.review.selection import reckoning, selections
from pilotage.review.selection.feedback import feedback_of
from tests.factories import review as make
from tests.factories.accounts import LONG_AGO, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(call: Any, cast: Any, me: Any, at: Any) -> dict[str, Application]:
    """Three of Jiangsu and two of Shandong, three experts each, to be selected with one place for Jiangsu."""
    experts = [me, make.expert("E-7001"), make.expert("E-7002")]
    given = {"A-0": [9, 9, 8], "A-1": [8, 9, 7], "A-2": [7, 6, 7], "B-0": [6, 6, 5], "B-1": [5, 5, 4]}
    apps = {
        number: make.reviewed(
            call,
            cast.secretariat,
            scores,
            experts,
            number=number,
            province="320000" if number[0] == "A" else "370000",
            name=f"甲乙{number}公司",
        )
        for number, scores in given.items()
    }
    at(make.AFTER_REVIEW)
    return apps


def confirm(call: Any, cast: Any, **changes: Any) -> None:
    terms = {"total": 2, "reserve": 1, "required_reviews": 1, "quotas": [{"attribute": "province", "value": "320000", "maximum": "1"}]}
    draft = selections.build_selection(actor=cast.secretariat, call=call, parameters=terms | changes)
    selections.propose_selection(actor=cast.secretariat, selection=draft)
    selections.confirm_selection(actor=cast.second_secretariat, selection=draft)


def announce(call: Any, cast: Any) -> PublicNotice:
    Application.objects.filter(call=call, state=ApplicationState.SELECTED).update(state=ApplicationState.IN_NOTICE)
    days = {"opens_at": "2023-11-05T00:00+08:00", "closes_at": "2023-11-10T00:00+08:00"}
    return PublicNotice.objects.create(
        call=call, number="N-1", title_zh="公示", state=NoticeState.OPEN, created_by=cast.secretariat, created_at=LONG_AGO, **days
    )


def owner_of(application: Application, role: Role = Role.FILER) -> Any:
    user = UserFactory()
    MembershipFactory(user=user, organisation=OrganisationFactory(enterprise=application.enterprise), role=role)
    return user


def address(application: Application) -> str:
    return f"/review/results/{application.number}/"


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def main(response: Any) -> str:
    html = response.content.decode()
    return html[html.index("<main") :]


def test_nothing_is_said_before_the_public_notice(call: Any, cast: Any, decided: Any, client_for: Any) -> None:
    confirm(call, cast)
    app = decided["A-1"]
    assert feedback_of(app) is None
    client = client_for(owner_of(app))
    response = client.get(address(app))
    assert "结果尚未公布" in text(response)
    assert "80.00" not in text(response)
    assert address(app) not in client.get(f"/applications/{app.number}/").content.decode()


def test_the_applicant_reads_own_figures_bar_and_reason(call: Any, cast: Any, decided: Any, client_for: Any) -> None:
    confirm(call, cast)
    announce(call, cast)
    app = decided["A-1"]
    figures = SelectionRow.objects.get(application=app).figures
    client = client_for(owner_of(app))
    said = text(client.get(address(app)))
    assert "本项目80.00；入选线86.67＝全国线56.67＋江苏省名额已满30.00" in said.replace(" ", "")
    assert "70.00–90.00" in said
    assert "相差20.00" in said.replace(" ", "")
    assert figures["calibrated"][:5] in said
    assert "8.00" in said  # mean by criterion
    assert "高于86.67分即可入选" in said.replace(" ", "")
    assert '/notices/N-1/object/"' in client.get(address(app)).content.decode()
    assert address(app) in client.get(f"/applications/{app.number}/").content.decode()


def test_each_outcome_has_its_page(call: Any, cast: Any, decided: Any, client_for: Any) -> None:
    confirm(call, cast)
    announce(call, cast)
    titles = {
        number: re.search(r'id="bar-title">([^<]+)', client_for(owner_of(app)).get(address(app)).content.decode())
        for number, app in decided.items()
    }
    assert {number: found and found[1] for number, found in titles.items()} == {
        "A-0": "为什么入选",
        "A-1": "为什么没有入选",
        "A-2": "为什么没有入选",
        "B-0": "为什么入选",
        "B-1": "为什么没有入选",
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_expert_no_pseudonym_and_no_other_project_is_named(
    call: Any, cast: Any, me: Any, decided: Any, client_for: Any, language: str
) -> None:
    confirm(call, cast)
    announce(call, cast)
    app = decided["A-1"]
    row = SelectionRow.objects.select_related("selection").get(application=app)
    pseudonyms = {expert for _number, expert, _total in row.selection.inputs.read()["scores"]}
    assert len(pseudonyms) == 3
    client = client_for(owner_of(app))
    client.cookies["django_language"] = language
    html = main(client.get(address(app)))
    for secret in [
        *pseudonyms,
        cast.expert.name,
        cast.expert.email,
        me.number,
        "E-7001",
        "专家E-7002",
        "A-0",
        "B-0",
        "甲乙A-0公司",
        "甲乙B-0公司",
    ]:
        assert secret not in html
    places = [float(each) for each in re.findall(r'class="plot-expert" cx="([\d.]+)%"', html)]
    assert places == sorted(places)  # in the order of the scores, not of the experts
    assert len(places) == 3
    assert ("Who judged is not disclosed" in html) is (language == "en")
    assert ("评审专家身份不公开" in html) is (language == "zh-hans")


@pytest.mark.parametrize("experts", [1, 2])
def test_with_few_experts_no_single_score_can_be_told(call: Any, cast: Any, me: Any, at: Any, client_for: Any, experts: int) -> None:
    panel = [me, make.expert("E2")][:experts]
    app = make.reviewed(call, cast.secretariat, [9, 6][:experts], panel, number="C-0")
    make.reviewed(call, cast.secretariat, [8, 8][:experts], panel, number="C-1")
    at(make.AFTER_REVIEW)
    confirm(call, cast, total=1, quotas=[])
    announce(call, cast)
    html = main(client_for(owner_of(app)).get(address(app)))
    assert "专家满3人才显示" in html
    assert 'class="plot-expert" cx=' not in html
    assert 'id="criteria-title"' not in html
    found = feedback_of(app)
    assert found is not None
    assert (found.totals, found.criteria, found.spread) == ((), (), None)


@pytest.mark.parametrize(
    "who", ["outsider", "expert", "secretariat", "auditor", "province_officer", "city_officer", "communications_officer", "finance_liaison"]
)
def test_anybody_else_finds_no_such_page(call: Any, cast: Any, decided: Any, client_for: Any, who: str) -> None:
    confirm(call, cast)
    announce(call, cast)
    response = client_for(getattr(cast, who)).get(address(decided["A-1"]))
    assert response.status_code == 404
    assert "甲乙A-1公司" not in response.content.decode()


def test_another_applicant_finds_no_such_page(call: Any, cast: Any, decided: Any, client_for: Any) -> None:
    confirm(call, cast)
    announce(call, cast)
    assert client_for(owner_of(decided["A-0"])).get(address(decided["A-1"])).status_code == 404
    assert client_for(owner_of(decided["A-1"], Role.LEGAL_REPRESENTATIVE)).get(address(decided["A-1"])).status_code == 200


def test_after_the_notice_objecting_is_refused_in_words(call: Any, cast: Any, decided: Any, client_for: Any, at: Any) -> None:
    confirm(call, cast)
    announce(call, cast)
    at("2023-11-12 10:00")
    html = main(client_for(owner_of(decided["A-1"])).get(address(decided["A-1"])))
    assert "公示期已满" in html or "已结束" in html
    assert "/object/" not in html
    assert "/notices/N-1/" in html


def test_what_would_have_been_enough_selects(call: Any, cast: Any, decided: Any) -> None:
    confirm(call, cast)
    row = SelectionRow.objects.select_related("selection").get(application=decided["A-1"])
    inputs = row.selection.inputs.read()
    assert reckoning.enough(inputs, "A-1") == "86.667"
    lifted = {**inputs, "scores": [[n, e, "86.668" if n == "A-1" else t] for n, e, t in inputs["scores"]]}
    outcomes = {each["number"]: each["outcome"] for each in reckoning.reckon(lifted)["rows"]}
    assert outcomes["A-1"] == "selected"


@pytest.mark.parametrize("rows", [1, 3])
def test_cost_is_the_same_however_many_were_judged(
    call: Any, cast: Any, me: Any, at: Any, client_for: Any, django_assert_num_queries: Any, rows: int
) -> None:
    experts = [me, make.expert("E2"), make.expert("E3")]
    for i in range(rows):
        make.reviewed(call, cast.secretariat, [8, 7, 7], experts, number=f"D-{i}")
    at(make.AFTER_REVIEW)
    confirm(call, cast, total=1, quotas=[{"attribute": "province", "value": "320000", "minimum": "1", "maximum": "5"}])
    announce(call, cast)
    client = client_for(owner_of(Application.objects.get(number="D-0")))
    with django_assert_num_queries(11):
        assert client.get("/review/results/D-0/").status_code == 200
