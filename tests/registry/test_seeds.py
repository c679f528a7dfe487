from __future__ import annotations

from collections import Counter

import pytest

from pilotage.audit import services as audit
from pilotage.registry import selectors
from pilotage.registry.addresses import DivisionRow, Gazetteer, Place
from pilotage.registry.enums import DivisionLevel, IndustryLevel
from pilotage.registry.models import Division, Industry
from pilotage.registry.services import load_reference_data
from pilotage.registry.services.enterprises import place_fields
from pilotage.registry.services.reference import _rows


@pytest.fixture(scope="module")
def gazetteer():
    rows = _rows("divisions.csv")
    return Gazetteer(DivisionRow(r["code"], r["name_zh"], r["short_zh"], r["level"], r["is_pseudo"] == "1") for r in rows)


def test_every_division_and_industry_is_there(seeded):
    assert Counter(Division.objects.order_by().values_list("level", "is_pseudo")) == {
        (DivisionLevel.PROVINCE, False): 34,
        (DivisionLevel.PREFECTURE, False): 333,
        (DivisionLevel.PREFECTURE, True): 9,
        (DivisionLevel.COUNTY, False): 2974,
        (DivisionLevel.COUNTY, True): 1,
    }
    assert Counter(Industry.objects.order_by().values_list("level", flat=True)) == {IndustryLevel.SECTION: 20, IndustryLevel.DIVISION: 97}
    assert (seeded.divisions, seeded.industries, seeded.changed) == (3351, 117, 3468)


def test_loading_again_changes_nothing_and_corrects_what_differs(seeded):
    number, _digest = audit.head()
    assert load_reference_data().changed == 0
    Division.objects.filter(pk="320500").update(name_zh="苏洲市")
    Industry.objects.filter(pk="34").delete()
    assert audit.head()[0] == number
    assert load_reference_data().changed == 2
    assert Division.objects.get(pk="320500").name_zh == "苏州市"
    assert audit.head()[0] == number + 1
    assert audit.verify() == []


def test_loading_costs_a_bounded_number_of_queries(seeded, django_assert_num_queries):
    with django_assert_num_queries(4):  # savepoint, two reads, release
        load_reference_data()


def test_names_in_both_languages(seeded):
    rows = {row.pk: row for row in Division.objects.filter(pk__in=["320000", "150100", "650100", "610100", "710000", "320500"])}
    assert {code: (row.short_zh, row.name_en) for code, row in rows.items()} == {
        "320000": ("苏", "Jiangsu"),
        "150100": ("呼和浩特", "Hohhot"),
        "650100": ("乌鲁木齐", "Ürümqi"),
        "610100": ("西安", "Xi'an"),
        "710000": ("台", "Taiwan"),
        "320500": ("苏州", "Suzhou"),
    }
    provinces = Division.objects.filter(level=DivisionLevel.PROVINCE)
    assert {len(short) for short in provinces.values_list("short_zh", flat=True)} == {1}
    assert provinces.order_by().values("short_zh").distinct().count() == 34
    assert not provinces.filter(name_en="").exists()
    assert not Division.objects.filter(level=DivisionLevel.PREFECTURE, is_pseudo=False, name_en="").exists()
    assert not Industry.objects.filter(short_en="").exists()


def test_every_row_hangs_on_its_parent(seeded):
    for code, parent, level in Division.objects.order_by().values_list("code", "parent", "level"):
        expected = {DivisionLevel.PROVINCE: None, DivisionLevel.PREFECTURE: f"{code[:2]}0000", DivisionLevel.COUNTY: f"{code[:4]}00"}
        assert parent == expected[level], code


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("320505", ("320000", "320500", "320505")),
        ("320500", ("320000", "320500", None)),
        ("320000", ("320000", None, None)),
        ("110108", ("110000", None, "110108")),
        ("110100", ("110000", None, None)),
        ("429004", ("420000", None, "429004")),
        ("620201", ("620000", "620200", None)),
    ],
)
def test_pseudo_rows_are_left_out_of_a_place(seeded, gazetteer, code, place):
    assert tuple(place_fields(code).values()) == place
    assert gazetteer.place(code) == Place(*place)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("江苏省苏州市虎丘区科技城", "320505"),
        ("江苏昆山市玉山镇", "320583"),
        ("深圳市福田区梅林街道梅康路8号", "440304"),
        ("北京市海淀区苏州街3号", "110108"),
        ("吉林市船营区", "220204"),
        ("吉林省长春市朝阳区", "220104"),
        ("内蒙古包头市", "150200"),
        ("湖北省仙桃市干河街道", "429004"),
        ("苏州工业园区星湖街", "320576"),
        ("合肥高新区长江西路", "340100"),
        ("中国（上海）自由贸易试验区张江路", "310000"),
        ("中华人民共和国 山东省，青岛市，黄岛区", "370211"),
        ("广东省东莞市长安镇", "441900"),
    ],
)
def test_addresses_are_read_by_longest_prefix(gazetteer, address, code):
    assert gazetteer.find(address) == gazetteer.place(code)


@pytest.mark.parametrize("address", ["朝阳区建国路", "海口路12号", "十一层至三十二层", "261100", "开曼群岛", ""])
def test_what_is_ambiguous_or_no_place_is_not_guessed(gazetteer, address):
    assert gazetteer.find(address) is None


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        (("江苏", "苏州", "虎丘区"), Place("320000", "320500", "320505")),
        (("北京市", "北京市", "海淀区"), Place("110000", None, "110108")),
        (("湖北省", "仙桃市", ""), Place("420000", None, "429004")),
        (("", "苏州市", ""), Place("320000", "320500")),
        (("320000", "", ""), Place("320000")),
        (("浙江省", "苏州市", ""), None),
        (("", "", "朝阳区"), None),
        (("火星省", "", ""), None),
    ],
)
def test_places_given_in_columns(gazetteer, cells, place):
    assert gazetteer.named(*cells) == place


def test_industries_are_found_by_code_and_name(seeded):
    known = selectors.reference().industries
    assert [known[word] for word in ("34", "C", "通用设备制造业", "通用设备")] == ["34", "C", "34", "34"]
    # a section and its only division share a name: the division is meant
    assert (known["房地产业"], known["教育"]) == ("70", "83")
