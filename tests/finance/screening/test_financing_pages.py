"""My financing, the list of a bank, a channel's rule, the page to print: what they say and who may open them."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from django.urls import reverse

from pilotage.accounts.models import EnterpriseConsent
from pilotage.core import clock
from tests.factories import finance as make

pytestmark = pytest.mark.django_db
WAN = 10_000


@pytest.fixture
def scene(cast: Any, at: Any) -> Any:
    at("2024-06-30 10:00")
    make.facts(
        cast.enterprise, revenue=28_600 * WAN, revenue_1=22_466 * WAN, revenue_2=17_648 * WAN, rd_expense=2_240 * WAN,
        rd_expense_1=2_070 * WAN, rd_expense_2=1_930 * WAN, staff=500, rd_staff=71, invention_patents_main=6,
    )  # fmt: skip
    make.model_channels()
    return cast


def consent(cast: Any) -> None:
    bank = cast.finance_liaison.memberships.get().organisation
    EnterpriseConsent.objects.create(
        enterprise=cast.enterprise, organisation=bank, given_by=cast.legal_representative, given_at=clock.now()
    )


def own(cast: Any) -> str:
    return reverse("financing:enterprise", args=[cast.enterprise.pk])


def text(client: Any, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.content.decode()[:300]
    return response.content.decode()


def test_an_applicant_reads_its_own_verdicts(scene: Any, client_for: Any) -> None:
    client = client_for(scene.filer)
    assert client.get(reverse("financing:home")).headers["location"] == own(scene)
    told = text(client, f"{own(scene)}?channel=star-attribute")
    for words in (
        "融资渠道",
        "科创板：科创属性",
        "不符合",
        "6.8%",
        "6,240万元",
        "≥8,000万元",
        "14.2%",
        "27.3%",
        "2.86亿元",
        "≥7",
        "未达到",
        "需人工确认",
    ):
        assert words in told, words
    assert "2024年4月30日" in told
    assert "符合条件不等于获得批准" in told


def test_the_day_of_the_rules_can_be_another(scene: Any, client_for: Any) -> None:
    told = text(client_for(scene.filer), f"{own(scene)}?channel=star-attribute&on=2024-04-29")
    assert ("≥5" in told, "这是当日的规则，按目前掌握的数据比对。" in told) == (True, True)
    assert client_for(scene.filer).get(f"{own(scene)}?on=yesterday").status_code == 404


def test_an_open_channel_says_by_what(scene: Any, client_for: Any) -> None:
    url = f"{own(scene)}?channel=star-attribute&on=2024-04-29"
    assert "三年研发投入占营业收入9.1%；三年研发投入合计6,240万元；研发人员占比14.2%" in text(client_for(scene.filer), url).replace(" ", "")
    assert "4项条件中满足3项。" in text(client_for(scene.filer), own(scene))


def test_ways_of_which_one_suffices_stand_under_a_line_that_says_so(scene: Any, client_for: Any) -> None:
    url = f"{own(scene)}?channel=chinext"
    assert "满足一条即可" in text(client_for(scene.filer), url)
    assert "One of these suffices" in text(client_for(scene.filer), url, **{"accept-language": "en"})


def test_the_page_in_english(scene: Any, client_for: Any) -> None:
    told = text(client_for(scene.filer), f"{own(scene)}?channel=star-attribute", **{"accept-language": "en"})
    for words in ("My financing", "Does not meet", "Needs attestation", "CNY 62.4 million", "percentage points", "The nearest way"):
        assert words in told, words


def test_the_terms_of_a_channel_are_in_the_readers_language(scene: Any, client_for: Any) -> None:
    url = f"{own(scene)}?channel=sci-tech-relending&on=2024-06-30"
    assert "额度5000亿元" in text(client_for(scene.filer), url)
    told = text(client_for(scene.filer), url, **{"accept-language": "en"})
    assert ("CNY 500 billion" in told, "额度5000亿元" in told) == (True, False)


def test_a_bank_needs_consent(scene: Any, client_for: Any) -> None:
    client = client_for(scene.finance_liaison)
    assert client.get(own(scene)).status_code == 404
    assert scene.enterprise.name_zh not in text(client, reverse("financing:home"))
    consent(scene)
    assert scene.enterprise.name_zh in text(client, reverse("financing:home"))
    assert "科创板：科创属性" in text(client, own(scene))


def test_a_bank_reads_down_one_channel_why_each_qualifies(scene: Any, client_for: Any, at: Any) -> None:
    consent(scene)
    client = client_for(scene.finance_liaison)
    url = f"{reverse('financing:home')}?channel=star-attribute"
    told = text(client, url)
    assert f"{own(scene)}?channel=star-attribute#condition-title" in told
    assert ("不符合" in told, "4项条件中满足3项。" in told) == (True, True)
    at("2024-04-29 10:00")
    assert "三年研发投入占营业收入9.1%" in text(client, url).replace(" ", "")
    assert 'data-label="不符合"' in text(client, f"{reverse('financing:home')}?channel=moon")


@pytest.mark.parametrize("name", ["enterprise", "history", "paper"])
def test_nobody_else_is_let_in(scene: Any, client_for: Any, name: str) -> None:
    url = reverse(f"financing:{name}", args=[scene.enterprise.pk])
    for user in (scene.outsider, scene.other_filer, scene.expert, scene.finance_liaison, scene.city_officer):
        assert client_for(user).get(url).status_code == 404
    assert client_for().get(url).status_code == 302
    for user in (scene.filer, scene.legal_representative, scene.secretariat, scene.auditor):
        assert client_for(user).get(url).status_code == 200


def test_the_list_and_the_rules_are_for_those_who_finance(scene: Any, client_for: Any) -> None:
    for url in (reverse("financing:home"), reverse("financing:channel", args=["chinext"])):
        for user in (scene.outsider, scene.expert):
            assert client_for(user).get(url).status_code == 403
        assert client_for().get(url).status_code == 302
        assert client_for(scene.secretariat).get(url).status_code == 200
    assert client_for(scene.secretariat).get(reverse("financing:channel", args=["nothing"])).status_code == 404


def test_a_channel_shows_every_number_with_its_days_and_source(scene: Any, client_for: Any) -> None:
    told = text(client_for(scene.filer), reverse("financing:channel", args=["star-attribute"]))
    for words in ("≥6,000万元", "≥8,000万元", "2024年4月30日", "待核实", "《科创属性评价指引（试行）》"):
        assert words in told, words


def test_the_page_to_print_is_one_page(scene: Any, client_for: Any) -> None:
    for language in ("zh-hans", "en"):
        response = client_for(scene.filer).get(
            reverse("financing:paper", args=[scene.enterprise.pk]), headers={"accept-language": language}
        )
        paper = pypdf.PdfReader(io.BytesIO(response.content))
        assert (response["content-type"], len(paper.pages)) == ("application/pdf", 1)


def test_history_shows_the_days_on_which_figures_came(scene: Any, client_for: Any) -> None:
    assert "2023年5月1日" in text(client_for(scene.filer), reverse("financing:history", args=[scene.enterprise.pk]))


def test_a_list_of_many_costs_no_more_queries(scene: Any, client_for: Any, django_assert_max_num_queries: Any) -> None:
    make.screened(24)
    client = client_for(scene.secretariat)
    with django_assert_max_num_queries(28):
        text(client, reverse("financing:home"))


def test_an_empty_list_says_what_it_waits_for(cast: Any, client_for: Any) -> None:
    make.channel()
    for who, words in ((cast.secretariat, "导入表格"), (cast.auditor, "还没有企业数据"), (cast.finance_liaison, "授权后在此显示")):
        assert words in text(client_for(who), reverse("financing:home"))


def test_figures_words_and_texts_stand_behind_each_condition(scene: Any, client_for: Any) -> None:
    make.attestation(scene.enterprise, "star_attribute_industrialised", channel="star-attribute", by=scene.filer, ground="两条产线已采用")
    client = client_for(scene.filer)
    page = client.get(f"{own(scene)}?channel=star-attribute")
    rows = {row["name"]: row for row in page.context["chosen"]["sources"]}
    assert [(each["name"], each["text"]) for each in rows["研发人员占比"]["figures"]] == [
        ("研发人员（2022年）", "71人"),
        ("职工人数（2022年）", "500人"),
    ]
    assert {each["source"] for each in rows["三年研发投入合计"]["figures"]} == {make.SOURCE}
    assert rows["发明专利能够产业化"]["word"].ground == "两条产线已采用"
    assert "两条产线已采用" in page.content.decode()


def test_what_is_missing_leads_to_where_it_is_stated(scene: Any, client_for: Any) -> None:
    make.facts(scene.enterprise, invention_patents_main=None, known_from=clock.today())
    steps = client_for(scene.filer).get(f"{own(scene)}?channel=star-attribute").context["chosen"]["steps"]
    assert [step["url"].partition(str(scene.enterprise.pk))[2] for step in steps] == [
        "/?attest=star-attribute%3Astar_attribute_industrialised#condition",
        "/enter/?kind=day&field=invention_patents_main",
    ]
    for step in steps:
        assert client_for(scene.filer).get(step["url"].partition("#")[0]).status_code == 200
    consent(scene)
    told = client_for(scene.finance_liaison).get(f"{own(scene)}?channel=star-attribute").context["chosen"]["steps"]
    assert [step["url"] for step in told] == ["", ""]
