from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from pilotage.core import clock
from pilotage.directory.enums import EntryState
from pilotage.plan import indicators
from pilotage.plan.indicators import Indicator
from pilotage.publications.models import Case
from pilotage.registry.enums import SubjectKind
from pilotage.reports.regions import base as regions_base
from pilotage.reports.regions import layout as regions
from pilotage.reports.regions.layout import RegionRow, RegionTable
from pilotage.reports.regions.places import places
from tests.factories import calls
from tests.factories import directory as make
from tests.factories import regions as make_regions
from tests.factories.accounts import division

pytestmark = pytest.mark.django_db
TODAY = date(2023, 12, 31)


@pytest.fixture
def layout(cast: Any, at: Any) -> make_regions.Layout:
    at("2023-12-31 10:00")
    return make_regions.layout(cast)


def row(table: RegionTable, code: str) -> RegionRow:
    return next(row for row in table.rows if row.code == code)


def figures(found: RegionRow) -> tuple[int | None, ...]:
    return found.building, found.filed, found.recommended, found.listed, found.labelled


def test_everybody_reads_what_is_published_and_nothing_of_the_pipeline(layout: Any, cast: Any) -> None:
    for actor in (None, cast.outsider, cast.filer, cast.expert, cast.finance_liaison):
        table = regions.table(layout.plan, TODAY, actor, province="320000")
        assert figures(row(table, "320000")) == (2, None, None, 3, 1)
        assert figures(row(table, "370000")) == (1, None, None, 1, 0)
        assert figures(row(table, "210000")) == (1, None, None, 0, 0)
        assert figures(table.total) == (4, None, None, 4, 1)
        assert [(city.code, *figures(city)) for city in table.cities] == [
            ("320500", None, None, None, 2, 1),
            ("320100", None, None, None, 1, 0),
        ]
        assert [column.key for column in table.columns if column.why_blank] == [
            "filed",
            "recommended",
            "density",
            "quotient",
            "quota",
            "gap",
        ]


def test_the_secretariat_and_the_auditor_read_all_of_it(layout: Any, cast: Any) -> None:
    for actor in (cast.secretariat, cast.auditor):
        table = regions.table(layout.plan, TODAY, actor, province="320000")
        assert figures(row(table, "320000")) == (2, 2, 1, 3, 1)
        assert figures(row(table, "210000")) == (1, 1, 0, 0, 0)
        assert figures(table.total) == (4, 4, 2, 4, 1)
        assert [(city.code, *figures(city)) for city in table.cities] == [("320500", 2, 2, 1, 2, 1), ("320100", 0, 0, 0, 1, 0)]


def test_officers_read_the_pipeline_of_their_own_territory(layout: Any, cast: Any) -> None:
    table = regions.table(layout.plan, TODAY, cast.province_officer, province="320000")
    assert figures(row(table, "320000")) == (2, 2, 1, 3, 1)
    assert figures(row(table, "370000")) == (1, None, None, 1, 0)
    assert figures(table.total) == (4, None, None, 4, 1)
    city = regions.table(layout.plan, TODAY, cast.city_officer, province="320000")
    assert figures(row(city, "320000")) == (2, None, None, 3, 1)
    assert [(each.code, each.filed) for each in city.cities] == [("320500", 2), ("320100", None)]
    communications = regions.table(layout.plan, TODAY, cast.communications_officer)
    assert figures(row(communications, "320000")) == (2, None, 1, 3, 1)
    other = regions.table(layout.plan, TODAY, cast.other_province_officer, province="320000")
    assert figures(row(other, "320000")) == (2, None, None, 3, 1)
    assert all(each.filed is None and each.building is None for each in other.cities)


def test_an_earlier_day_is_shown_as_it_stood(layout: Any, cast: Any) -> None:
    first = layout.edition.entries.order_by("number").first()
    first.state, first.removed_on = EntryState.REMOVED, date(2023, 12, 20)
    first.save()
    make_regions.refresh(layout)
    assert figures(row(regions.table(layout.plan, TODAY, cast.secretariat), "320000")) == (2, 2, 1, 2, 0)
    assert figures(row(regions.table(layout.plan, date(2023, 12, 10), cast.secretariat), "320000")) == (2, 2, 1, 3, 1)
    assert figures(row(regions.table(layout.plan, date(2023, 11, 29), cast.secretariat), "320000")) == (2, 2, 1, 3, 0)
    before = regions.table(layout.plan, date(2023, 1, 31), cast.secretariat, province="320000")
    assert figures(row(before, "320000")) == (0, 0, 0, 0, 0)
    assert before.cities == []
    assert before.concentration.gini is None


def test_quotients_shares_and_what_a_selection_leaves(layout: Any, cast: Any) -> None:
    table = regions.table(layout.plan, TODAY, cast.outsider, industry="34")
    jiangsu, shandong = row(table, "320000"), row(table, "370000")
    assert (jiangsu.share, jiangsu.of_industry) == (0.75, 2)
    assert jiangsu.quotient == pytest.approx((2 / 3) / (3 / 4))
    assert jiangsu.quotients == {"34": pytest.approx(8 / 9), "39": pytest.approx(4 / 3)}
    assert shandong.quotient == pytest.approx(4 / 3)
    assert jiangsu.strong is None  # three entries of one industry are needed to say so
    assert (jiangsu.cap, jiangsu.room) == (97, 94)
    assert (shandong.cap, shandong.room) == (40, 39)
    assert table.concentration.total == 4
    make_regions.entry(layout, "320100", "39")
    make_regions.entry(layout, "320100", "39")
    make_regions.refresh(layout)
    assert row(regions.table(layout.plan, TODAY, None), "320000").strong == ("39", pytest.approx(6 / 5), 3)


def test_quotas_are_those_of_all_recommenders_of_the_province(layout: Any, cast: Any) -> None:
    calls.call(quotas={"default": None, "limits": {"320000": 30}})
    table = regions.table(layout.plan, TODAY, cast.secretariat)
    assert (row(table, "320000").quota, row(table, "320000").used, row(table, "320000").gap) == (30, 1, 29)
    assert row(table, "370000").quota is None
    public = regions.table(layout.plan, TODAY, None)
    assert (row(public, "320000").quota, row(public, "320000").gap) == (30, None)


def test_density_needs_a_reported_number_that_the_reader_may_see(layout: Any, cast: Any, monkeypatch: Any) -> None:
    def url(_plan: Any, options: Any, actor: Any) -> str | None:
        return "/statistics/" if actor == cast.secretariat and options["data_set"] == "industrial-enterprises" else None

    reported = Indicator(
        "test.enterprises", "企业", "Enterprises", "家", "enterprises", "", "", lambda *_: 0, url,
        by_place=lambda *_: {"320000": Decimal(60_000), "370000": Decimal(0)},
    )  # fmt: skip
    monkeypatch.setitem(indicators._indicators, "test.enterprises", reported)
    monkeypatch.setattr(regions_base, "INDICATOR", "test.enterprises")
    table = regions.table(layout.plan, TODAY, cast.secretariat)
    assert (row(table, "320000").density, row(table, "370000").density, table.total.density) == (0.05, None, pytest.approx(4 / 60))
    assert row(regions.table(layout.plan, TODAY, cast.outsider), "320000").density is None


def test_city_groups_are_sums_of_their_cities(layout: Any, cast: Any) -> None:
    [group] = regions.city_groups(layout.plan, TODAY, cast.secretariat)
    assert (group.name, figures(group), group.share, group.is_verified) == ("演示城市群", (3, 3, 2, 3, 1), 0.75, False)
    [public] = regions.city_groups(layout.plan, TODAY, cast.province_officer)
    assert figures(public) == (None, None, None, 3, 1)


def test_a_plan_without_calls_has_nothing_to_lay_out(cast: Any) -> None:
    division("320505")
    table = regions.table(calls.plan(), TODAY, cast.secretariat)
    assert (table.subject.directory, table.total.listed, regions.city_groups(calls.plan(), TODAY, None)) == ("", 0, [])


def test_the_number_of_queries_does_not_grow(layout: Any, cast: Any) -> None:
    from django.db import connection

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            regions.table(layout.plan, TODAY, cast.secretariat, province="320000", industry="34")
        return len(found)

    queries()  # the memberships of the reader are read once
    before = queries()
    for _each in range(3):
        make_regions.entry(layout, "370700", "39")
    make_regions.refresh(layout)
    assert queries() == before <= 22


def test_places_are_listed_parks_and_what_is_on_record(layout: Any, cast: Any) -> None:
    park = calls.call(call="park-2023", applicants={"kinds": [SubjectKind.PARK.value]}, stages=_park_stages())
    edition = make.edition(slug="demonstration-base", call=park)
    boundary = {"key": "boundary", "label": {"zh": "四至范围", "en": "Boundary"}, "value": "东至演示路"}
    area = {"key": "area", "label": {"zh": "规划面积", "en": "Planned area"}, "unit": {"zh": "平方千米", "en": "km²"}, "value": "12.5"}
    make.entry(edition, "演示工业园", number="IIB-1", label="five_star", labelled_on=date(2023, 12, 1), facts={"fields": [boundary, area]})
    record = {"programme_zh": "示范", "source": "https://example.org/", "province_id": "320000"}
    Case.objects.create(name="工业互联网·演示区", year=2022, category_zh="示范基地·工业互联网", city="苏州市", **record)
    Case.objects.create(name="演示市", year=2024, category_zh="试点城市", **record)
    Case.objects.create(name="演示企业", year=2022, category_zh="“数字领航”企业", **record)
    found = places(layout.plan, TODAY, None)
    assert [(each.title, each.number, each.year, each.stars) for each in found] == [
        ("演示工业园", "IIB-1", 2023, "五星"),
        ("工业互联网·演示区", "", 2022, ""),
    ]
    assert [(fact.label, fact.words) for fact in found[0].boundary] == [("四至范围", "东至演示路"), ("规划面积", "12.5 平方千米")]
    early = places(layout.plan, date(2023, 11, 29), None)
    assert early[0].stars == ""
    with clock.at(make.moment("2024-12-31 10:00")):
        assert {each.title for each in places(layout.plan, date(2024, 12, 31), None)[1:]} == {"演示市", "工业互联网·演示区"}


def _park_stages() -> list[dict[str, Any]]:
    stages = calls.call_document()["stages"]
    return [{**stage, "directory": "demonstration-base", "prefix": "IIB"} if stage["kind"] == "publish" else stage for stage in stages]
