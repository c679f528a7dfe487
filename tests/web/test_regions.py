"""The regional layout, the industry view and the operator's map: pages, files, links, the outsider."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.test import Client

from pilotage.core.tables import read_rows
from pilotage.web.regions import geometry
from pilotage.web.regions.asked import month_ends
from pilotage.web.regions.checks import map_is_whole
from tests.factories import regions as make
from tests.web.pages import offences

pytestmark = pytest.mark.django_db
PLAN = "/plans/industrial-internet-2023/"
REGIONS, INDUSTRIES = f"{PLAN}regions/", f"{PLAN}industries/"
SQUARE = [[[110.0, 30.0], [112.0, 30.0], [112.0, 32.0], [110.0, 32.0], [110.0, 30.0]]]
FAR = [[[[118.0, 36.0], [119.0, 36.0], [119.0, 37.0], [118.0, 36.0]]]]


@pytest.fixture
def layout(cast: Any, at: Any) -> make.Layout:
    at("2023-12-31 10:00")
    return make.layout(cast)


def text(client: Client, address: str, status: int = 200, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == status, address
    assert offences(response) == []
    return str(response.content.decode())


def line(page: str, name: str) -> str:
    """The row of the table that begins with this place, without markup between cells."""
    found = re.search(rf"<tr[^>]*><th scope=\"row\">(?:(?!</th>).)*{name}.*?</tr>", page, re.DOTALL)
    assert found, name
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split())


def test_everybody_reads_map_table_and_places_and_nothing_on_its_way(layout: Any, cast: Any, client_for: Any) -> None:
    for actor in (None, cast.outsider, cast.filer, cast.expert, cast.finance_liaison):
        page = text(client_for(actor), f"{REGIONS}?province=320000")
        assert line(page, "江苏省") == "江苏省 2 3 1 75.0% – 94"
        assert line(page, "苏州市") == "苏州市 – 2 1 50.0% – –"
        assert "已申报、已推荐、名额余量" not in page.split("<tfoot")[0].split("</thead>")[0]
        assert "在办数据只对本地区经办人员和秘书处展示。" in page
        assert f'href="/directory/5g-factory/?edition={layout.edition.key}&amp;province=320000"' in page
        assert f'href="/directory/5g-factory/?edition={layout.edition.key}&amp;province=320000&amp;city=320500"' in page
        assert "passed=" not in page
        assert "内地31个省份" not in page
        assert "赫芬达尔指数" in page


def test_officers_read_their_own_territory_which_is_open_at_once(layout: Any, cast: Any, client_for: Any) -> None:
    page = text(client_for(cast.province_officer), REGIONS)
    assert line(page, "江苏省") == "江苏省 2 2 1 3 1 75.0% – 94"
    assert line(page, "山东省") == "山东省 1 – – 1 0 25.0% – 39"
    assert line(page, "苏州市") == "苏州市 2 2 1 2 1 50.0% – –"
    assert "?call=5g-factory-directory-2023&amp;passed=file&amp;province=320000" in page
    assert "passed=file&amp;province=370000" not in page
    closed = text(client_for(cast.province_officer), f"{REGIONS}?province=-")
    assert "苏州市" not in closed.split('id="places"')[0].split("<tbody>")[1]
    other = text(client_for(cast.other_province_officer), f"{REGIONS}?province=320000")
    assert line(other, "江苏省") == "江苏省 2 – – 3 1 75.0% – 94"


def test_the_secretariat_reads_everything_and_each_number_leads_on(layout: Any, cast: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    page = text(client, f"{REGIONS}?province=320000&industry=34")
    assert line(page, "合计") == "合计 4 4 2 4 1 100.0% – – –"
    assert line(page, "江苏省") == "江苏省 2 2 1 3 1 75.0% 0.89 (2) – 94"
    for address in sorted(set(re.findall(r'href="(/(?:directory|applications)/[^"]*)"', page))):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_an_earlier_day_by_date_and_by_slider(layout: Any, client: Client) -> None:
    page = text(client, f"{REGIONS}?as_of=2023-11-28")
    assert "以下为截至2023年11月28日的情况。" in page
    assert "名单尚未公布。" not in page  # it has been by now; the day had no entry
    assert line(page, "江苏省").startswith("江苏省 2 0 0")
    assert "as_of=2023-11-28" in page
    by_step = text(client, f"{REGIONS}?step=9&measure=building")
    assert '截至<time datetime="2023-10-31"' in by_step
    assert 'name="step" min="0" max="11" step="1" value="9"' in by_step
    assert "as_of=2023-10-31" in by_step
    assert "step=9" not in by_step.split("<main")[1]  # the links name the day
    assert 'value="11" aria-valuetext="2023年12月31日"' in text(client, f"{REGIONS}?step=999")
    assert "不是日期" in text(client, f"{REGIONS}?as_of=gestern", 400)
    assert "只能统计到今天为止的日期。" in text(client, f"{INDUSTRIES}?as_of=2024-01-01", 400)


def test_the_table_sorts_by_its_heads_and_goes_out_as_seen(layout: Any, client: Client, tmp_path: Path) -> None:
    page = text(client, f"{REGIONS}?sort=building")
    assert page.index("山东省</a>") < page.index("江苏省</a>")
    assert 'aria-sort="ascending"' in page
    answer = client.get(f"{PLAN}regions.csv?sort=-listed&province=320000")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["代码", "所在地", "建设企业", "在册", "获标签", "占比", "优势行业", "遴选余量"]
    assert rows[1:4] == [
        ["320000", "江苏省", "2", "3", "1", "0.75", "", "94"],
        ["320500", "苏州市", "", "2", "1", "0.5", "", ""],
        ["320100", "南京市", "", "1", "0", "0.25", "", ""],
    ]
    assert rows[-1][1:4] == ["合计", "4", "4"]
    book = tmp_path / "regions.xlsx"
    book.write_bytes(client.get(f"{PLAN}regions.xlsx").content)
    cells = [row.values for row in read_rows(book)]
    assert cells[0][0] == "工业互联网专项工作组2023年工作计划"
    groups = client.get(f"{PLAN}regions.csv?level=group").content.decode("utf-8-sig").splitlines()
    assert groups == ["代码,所在地,建设企业,在册,获标签,占比", "delta,演示城市群,,3,1,0.75"]
    assert client.get(f"{PLAN}regions.pdf").status_code == 404


def test_city_groups_name_their_source(layout: Any, cast: Any, client_for: Any) -> None:
    page = text(client_for(cast.secretariat), f"{REGIONS}?level=group")
    assert "演示城市群" in page
    assert 'href="https://example.org/group"' in page
    assert "待核实" in page
    assert "province=320000&amp;province=370000&amp;city=320500&amp;city=370700" in page
    assert "演示城市群 待核实" in " ".join(re.sub(r"<[^>]+>", " ", text(client_for(None), f"{REGIONS}?level=group")).split())


def test_measures_of_the_map(layout: Any, client: Client) -> None:
    quotient = text(client, f"{REGIONS}?measure=quotient&industry=34")
    assert re.search(r'href="\?[^"]*province=370000[^"]*"><span aria-hidden="true">鲁</span>.*?<b>1.33</b>', quotient)
    assert "≥1.5" in quotient
    unknown = text(client, f"{REGIONS}?measure=nonsense&industry=ZZ&sort=nothing&level=x&map=area")
    assert '<h2 class="card-title" id="map-title">在册</h2>' in unknown


def test_the_industry_view_and_its_links(layout: Any, cast: Any, client_for: Any) -> None:
    for _each in range(5):
        make.entry(layout, effects=[make.effect("a", "40", "50")], scenarios=("04", "06"))
    make.entry(layout, effects=[make.effect("a", "0", "50")])
    make.refresh(layout)
    for actor in (None, cast.outsider, cast.secretariat):
        client = client_for(actor)
        page = text(client, INDUSTRIES)
        assert "在册10项，涉及2个行业大类；20个场景中已应用2个。" in page
        assert "25.0%" in page
        assert "1项改造前为0" in page
        assert "对应关系自拟" in page
        assert "没有单独对应的行业大类，未计入：家电。" in page
        assert "<svg" in page
        for address in sorted(set(re.findall(r'href="(/directory/[^"]*)"', page))):
            assert client.get(address.replace("&amp;", "&")).status_code == 200, address
    few = text(client_for(None), f"{INDUSTRIES}?industry=39")
    assert "这些项目没有公布成效数据。" in few
    rows = list(csv.reader(io.StringIO(client_for(None).get(f"{PLAN}industries.csv").content.decode("utf-8-sig"))))
    assert rows[1][:4] == ["34", "大类34" if rows[1][1].startswith("大类") else rows[1][1], "9", "0.9"]


def test_fewer_than_five_projects_are_not_summarised(layout: Any, client: Client) -> None:
    for _each in range(4):
        make.entry(layout, effects=[make.effect("a", "40", "53")])
    page = text(client, INDUSTRIES)
    assert "不足5个项目" in page
    assert "32.5" not in page


def test_pages_cost_the_same_for_one_and_for_more_entries(layout: Any, cast: Any, client_for: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_for(cast.secretariat)

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        return len(found)

    before = [queries(f"{REGIONS}?province=320000&industry=34"), queries(INDUSTRIES)]
    for place in ("320100", "370700", "210200"):
        make.entry(layout, place, "39", ("01", "02"))
    make.refresh(layout)
    assert [queries(f"{REGIONS}?province=320000&industry=34"), queries(INDUSTRIES)] == before


def test_both_languages_and_a_plan_that_is_not_there(layout: Any, client: Client) -> None:
    english = text(client, REGIONS, **{"accept-language": "en"})
    assert "Regional layout" in english
    assert "1 of 31 mainland provinces" not in english
    assert "mainland provinces have entries" in english
    industries = text(client, INDUSTRIES, **{"accept-language": "en"})
    assert "Adoption of the scenarios" in industries
    assert "White spots" in industries
    assert client.get("/plans/nothing/regions/").status_code == 404
    assert client.get("/plans/nothing/industries/").status_code == 404


def test_a_plan_without_a_list_says_what_comes_next(cast: Any, client: Client) -> None:
    from tests.factories import calls

    calls.plan()
    assert "请先载入含有公布环节的征集文件。" in text(client, REGIONS)
    assert "首批名录公布后，本页即有数据。" in text(client, INDUSTRIES)


# --- the operator's map ---------------------------------------------------------------------
def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


MAP = collection(
    feature("Polygon", SQUARE, adcode=320000),
    feature("MultiPolygon", FAR, code="370000"),
    feature("LineString", [[110.0, 20.0], [112.0, 18.0]], adcode="100000_JD"),
)


@pytest.fixture
def map_file(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "provinces.geojson"
    path.write_text(json.dumps(MAP), encoding="utf-8")
    settings.MAP_FILE, settings.MAP_SOURCE, settings.MAP_APPROVAL = path, "演示图社", "演示审字第1号"
    return path


def test_the_map_is_shown_with_its_number_and_the_tiles_stay_the_default(layout: Any, map_file: Path, client: Client) -> None:
    tiles = text(client, REGIONS)
    assert '<ul class="tile-map"' in tiles
    assert "area-map" not in tiles
    area = text(client, f"{REGIONS}?map=area")
    assert "地图来源：演示图社。审图号：演示审字第1号。" in area
    assert '<ul class="tile-map"' not in area
    assert len(re.findall(r'<path class="area tone-', area)) == 2
    assert 'class="area-line"' in area
    assert 'aria-label="江苏省 3"' in area
    assert map_is_whole(None) == []


@pytest.mark.parametrize("missing", ["MAP_SOURCE", "MAP_APPROVAL", "MAP_FILE"])
def test_a_map_without_number_or_source_is_not_shown(layout: Any, map_file: Path, client: Client, settings: Any, missing: str) -> None:
    setattr(settings, missing, None if missing == "MAP_FILE" else "")
    page = text(client, f"{REGIONS}?map=area")
    assert "area-map" not in page
    assert '<ul class="tile-map"' in page
    [message] = map_is_whole(None)
    assert (message.id, f"PILOTAGE_{missing}" in message.msg) == ("pilotage.E020", True)


@pytest.mark.parametrize("content", ["{", '{"type": "Feature"}', json.dumps(collection(feature("Point", [1, 2])))])
def test_a_file_that_is_no_map_is_refused_at_the_start(layout: Any, map_file: Path, client: Client, content: str) -> None:
    map_file.write_text(content, encoding="utf-8")
    assert '<ul class="tile-map"' in text(client, f"{REGIONS}?map=area")
    assert [message.id for message in map_is_whole(None)] == ["pilotage.E021"]


def test_without_a_map_nothing_is_said(settings: Any) -> None:
    assert (live.MAP_FILE, live.MAP_SOURCE, live.MAP_APPROVAL) == (None, "", "")
    assert map_is_whole(None) == []


def test_a_drawing_keeps_every_feature_inside_its_picture() -> None:
    found = geometry.drawing(MAP, width=400)
    assert [(shape.code, shape.is_area) for shape in found.shapes] == [("320000", True), ("370000", True), ("", False)]
    numbers = [(float(x), float(y)) for shape in found.shapes for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", shape.path)]
    assert all(0 <= x <= found.width and 0 <= y <= found.height for x, y in numbers)
    north, south = found.shapes[1].path, found.shapes[2].path
    assert float(re.findall(r" ([\d.]+)", north)[0]) < float(re.findall(r" ([\d.]+)", south)[0])


@pytest.mark.parametrize("coordinates", [[[[200.0, 10.0]]], [[["x", 1.0]]], [[[1.0]]], None])
def test_coordinates_that_are_no_degrees_are_refused(coordinates: Any) -> None:
    with pytest.raises(geometry.NotAMap):
        geometry.drawing(collection(feature("Polygon", coordinates)))


def test_the_slider_stops_at_the_ends_of_months_and_today() -> None:
    assert month_ends(date(2023, 1, 1), date(2023, 3, 15)) == [date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 15)]
    assert month_ends(date(2023, 12, 1), date(2024, 2, 29)) == [date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29)]
    assert month_ends(date(2025, 1, 1), date(2024, 6, 1)) == [date(2024, 6, 1)]
    assert len(month_ends(date(2000, 1, 1), date(2023, 3, 15))) == 120
