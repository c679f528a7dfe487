from __future__ import annotations

from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.core.search import bigrams
from pilotage.core.verdict import Refused
from pilotage.publications.models import Case
from pilotage.publications.rules import visible_cases
from pilotage.publications.selectors import case_list, programmes
from pilotage.publications.services import load_history
from tests.factories.accounts import division

pytestmark = pytest.mark.django_db


def case(number: int, **fields: Any) -> Case:
    name = fields.pop("name", f"第{number}号案例")
    defaults = {"year": 2023, "programme_zh": "示范", "source": "https://example.org/", "bigrams": bigrams(name)}
    return Case.objects.create(name=name, **{**defaults, **fields})


def page(client: Any, query: str = "", **headers: str) -> str:
    response = client.get(f"/cases/published-elsewhere/{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_history_is_recorded_once_with_its_pages() -> None:
    division("320000")
    made = load_history(actor=None)
    assert (len(made), len(load_history(actor=None)), Case.objects.count()) == (22, 0, 22)
    assert AuditEvent.objects.filter(verb="publications.case.record").count() == 22
    assert Case.objects.filter(source="").count() == 0
    assert Case.objects.filter(is_fictional=True).count() == 0
    assert sorted(row.count for row in programmes(visible_cases(None))) == [1, 1, 2, 8, 10]
    assert Case.objects.filter(category_zh="试点城市").count() == 10
    assert Case.objects.filter(year=None).count() == 4
    assert {c.province_id for c in Case.objects.filter(category_zh="“数字领航”企业")} == {"320000"}


def test_history_fills_in_what_is_missing() -> None:
    load_history(actor=None)
    Case.objects.filter(name="上海市").delete()
    assert [each.name for each in load_history(actor=None)] == ["上海市"]


def test_only_the_secretariat_records(cast: Any) -> None:
    for actor in (cast.filer, cast.province_officer, cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            load_history(actor=actor)
    assert Case.objects.count() == 0
    assert len(load_history(actor=cast.secretariat)) == 22


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("苏州", ["苏州市", "工业互联网·苏州工业园区", "工业互联网·苏州相城区"]),
        ("沙钢", ["江苏沙钢集团有限公司"]),
        ("5G", 10),
        ("没有此词", []),
    ],
)
def test_search(text: str, names: list[str] | int) -> None:
    load_history(actor=None)
    found = {each.name for each in case_list(visible_cases(None), text=text)}
    assert (len(found) if isinstance(names, int) else found) == (names if isinstance(names, int) else set(names))


def test_everybody_reads_the_list(client_for: Any, cast: Any) -> None:
    load_history(actor=None)
    for actor in (None, cast.outsider, cast.filer, cast.secretariat):
        told = page(client_for(actor))
        assert "22个案例" in told
        assert told.count('href="https://aipu6.com/news/29674.html"') == 10


def test_the_list_in_english_keeps_the_printed_names(client_for: Any) -> None:
    load_history(actor=None)
    told = page(client_for(), **{"accept-language": "en"})
    assert "22 cases" in told
    assert '<b lang="zh-Hans">上海市</b>' in told
    assert "Digital leader enterprise" in told


def test_filters_show_what_they_do(client_for: Any) -> None:
    load_history(actor=None)
    told = page(client_for(), "?q=苏州&programme=国家新型工业化产业示范基地（第十批，公示）")
    assert "2个案例" in told
    assert "工业互联网·苏州相城区" in told
    assert "上海市" not in told


def test_empty_states(client_for: Any) -> None:
    assert "还没有登记案例。" in page(client_for())
    case(1)
    assert "没有符合条件的案例" in page(client_for(), "?q=不存在")


def test_pages_neither_repeat_nor_lose_a_case(client_for: Any) -> None:
    for number in range(30):
        case(number, year=2020 + number % 3 if number % 4 else None)
    client, seen, query = client_for(), [], ""
    for _turn in range(2):
        response = client.get(f"/cases/published-elsewhere/{query}")
        seen += [each.name for each in response.context["page"].rows]
        query = f"?after={response.context['page'].next}"
    assert (len(seen), len(set(seen))) == (30, 30)
    years = dict(Case.objects.values_list("name", "year"))
    assert [years[name] or 0 for name in seen] == sorted((year or 0 for year in years.values()), reverse=True)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_its_rows(client_for: Any, django_assert_num_queries: Any, rows: int) -> None:
    place = division("320000")
    for number in range(rows):
        case(number, province=place)
    client = client_for()
    with django_assert_num_queries(3):
        page(client)
