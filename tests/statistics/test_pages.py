"""The pages of reported figures, each with the outsider, and with figures present that could leak."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilotage.statistics import services
from pilotage.statistics.models import DataSet, Return, Value
from tests.factories import statistics as make
from tests.factories.accounts import UNIT

pytestmark = pytest.mark.django_db
JIANGSU, SHANDONG, SUZHOU, NANJING = "320000", "370000", "320500", "320100"
FIGURES = {"building": "4321", "built": "4"}


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with make.on("2023-07-05"):
        yield


@pytest.fixture
def provinces(cast: Any) -> DataSet:
    return make.data_set(starts="2023-01-01", rules=[])


@pytest.fixture
def cities(cast: Any) -> DataSet:
    return make.data_set(slug="cities", starts="2023-01-01", rules=[], **make.CITIES)


def url(name: str, *args: str) -> str:
    return reverse(f"statistics:{name}", args=args)


def statuses(client: Any, cast: Any, address: str) -> dict[str, int]:
    found = {"public": client.get(address).status_code}
    for name, person in cast.people().items():
        client.force_login(person)
        found[name] = client.get(address).status_code
        client.logout()
    return found


def opens(found: dict[str, int]) -> set[str]:
    return {name for name, status in found.items() if status == 200}


# --- who may open what ----------------------------------------------------------------------
def test_who_may_open_the_desk(client: Any, cast: Any, provinces: DataSet) -> None:
    found = statuses(client, cast, url("desk"))
    assert opens(found) == {
        "city_officer", "other_city_officer", "province_officer", "other_province_officer", "secretariat", "second_secretariat",
        "auditor", "unit_officer",
    }  # fmt: skip
    assert (found["public"], found["outsider"]) == (302, 403)


def test_who_may_open_the_pages_of_a_data_set(client: Any, cast: Any, provinces: DataSet) -> None:
    concerned = {"province_officer", "other_province_officer", "secretariat", "second_secretariat", "auditor"}
    assert opens(statuses(client, cast, url("data-set", "projects"))) == concerned
    assert opens(statuses(client, cast, url("counted", "projects") + "?element=building")) == concerned
    assert opens(statuses(client, cast, url("export", "projects"))) == concerned
    reporting = {"province_officer", "other_province_officer"}
    for page in ("entry", "upload", "template"):
        assert opens(statuses(client, cast, url(page, "projects"))) == reporting


def test_who_may_open_a_return(client: Any, cast: Any, provinces: DataSet, cities: DataSet) -> None:
    draft = make.entered(cast.city_officer, cities, SUZHOU, "2023-06", FIGURES)
    address = url("return", "cities", SUZHOU, "2023-06")
    assert opens(statuses(client, cast, address)) == {"city_officer"}
    services.hand_in(actor=cast.city_officer, report=draft)
    assert opens(statuses(client, cast, address)) == {"city_officer", "province_officer", "secretariat", "second_secretariat", "auditor"}


def test_the_public_reads_national_figures_of_public_data_sets_alone(client: Any, cast: Any) -> None:
    public = make.data_set(slug="national", **make.NATIONAL, public=True, rules=[])
    make.locked(cast.unit_officer, [cast.secretariat], public, UNIT, "2023-05", {"building": "4321", "built": "9"})
    page = client.get(url("data-set", "national")).content.decode()
    assert ("4,321" in page, url("return", "national", UNIT, "2023-05") in page, "完整性" in page) == (True, False, False)
    page = client.get(url("counted", "national") + "?element=building").content.decode()
    assert ("4,321" in page, url("return", "national", UNIT, "2023-05") in page) == (True, False)
    client.force_login(cast.secretariat)
    page = client.get(url("counted", "national") + "?element=building").content.decode()
    assert url("return", "national", UNIT, "2023-05") in page
    page = client.get(url("counted", "national") + "?element=building&as_of=2023-05-30").content.decode()
    assert "4,321" not in page


# --- entering -------------------------------------------------------------------------------
def field(reporter: str, period: str, code: str) -> str:
    return f"v|{reporter}|{period}|{code}"


def test_a_grid_is_saved_and_leads_to_the_return(client: Any, cast: Any, provinces: DataSet) -> None:
    client.force_login(cast.province_officer)
    page = client.get(url("entry", "projects")).content.decode()
    assert field(JIANGSU, "2023-06", "building") in page
    assert SHANDONG not in page
    answer = client.post(url("entry", "projects"), {field(JIANGSU, "2023-06", "building"): "12", field(JIANGSU, "2023-06", "built"): "3"})
    assert (answer.status_code, answer["Location"]) == (302, url("return", "projects", JIANGSU, "2023-06"))
    assert Value.objects.get(element="building").current == 12


def test_a_wrong_grid_keeps_what_was_typed_and_names_each_cell(client: Any, cast: Any, provinces: DataSet) -> None:
    client.force_login(cast.province_officer)
    answer = client.post(
        url("entry", "projects"),
        {field(JIANGSU, "2023-06", "building"): "viele", field(JIANGSU, "2023-05", "built"): "7", "shown": "2023-06"},
    )
    page = answer.content.decode()
    assert (answer.status_code, 'value="viele"' in page, 'value="7"' in page) == (422, True, True)
    assert '<a href="#f-320000-2023-06-building">' in page
    assert 'id="f-320000-2023-06-building"' in page
    assert Return.objects.count() == 0


def test_two_windows_do_not_overwrite_each_other(client: Any, cast: Any, provinces: DataSet) -> None:
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", FIGURES)
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "5"})
    client.force_login(cast.province_officer)
    answer = client.post(url("entry", "projects"), {field(JIANGSU, "2023-06", "building"): "6", f"e|{JIANGSU}|2023-06": "1"})
    assert answer.status_code == 409
    assert Value.objects.get(element="building").current == 5


def test_a_province_sees_its_cities_in_rows_and_no_draft_of_theirs(client: Any, cast: Any, cities: DataSet) -> None:
    make.entered(cast.city_officer, cities, SUZHOU, "2023-06", FIGURES)
    client.force_login(cast.province_officer)
    page = client.get(url("entry", "cities")).content.decode()
    assert ("苏州市" in page, "潍坊市" in page, "4321" in page, "4,321" in page) == (True, False, False, False)
    assert field(SUZHOU, "2023-06", "building") not in page


def test_a_strangers_reporter_is_refused(client: Any, cast: Any, provinces: DataSet) -> None:
    client.force_login(cast.province_officer)
    assert client.post(url("entry", "projects"), {field(SHANDONG, "2023-06", "building"): "1"}).status_code == 403
    client.force_login(cast.outsider)
    assert client.post(url("entry", "projects"), {field(JIANGSU, "2023-06", "building"): "1"}).status_code == 404
    assert Return.objects.count() == 0


# --- the return -----------------------------------------------------------------------------
def test_a_return_is_explained_handed_in_sent_back_approved_unlocked_and_corrected(client: Any, cast: Any, provinces: DataSet) -> None:
    make.locked(cast.province_officer, [cast.secretariat], provinces, JIANGSU, "2023-05", {"building": "100", "built": "4"})
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "160", "built": "4"})
    address = url("return", "projects", JIANGSU, "2023-06")
    flag = Return.objects.get(period="2023-06").flags.get()

    def do(person: Any, **fields: str) -> tuple[int, str]:
        client.force_login(person)
        return client.post(address, fields).status_code, Return.objects.get(period="2023-06").state

    assert do(cast.province_officer, do="hand_in") == (422, "draft")
    assert do(cast.province_officer, do="hand_in", **{f"a-{flag.element}": "两个园区开工"}) == (302, "submitted")
    assert do(cast.outsider, do="approve") == (404, "submitted")
    assert do(cast.auditor, do="approve") == (403, "submitted")
    assert do(cast.secretariat, do="return") == (422, "submitted")
    assert do(cast.secretariat, do="return", reason="请核对") == (302, "returned")
    assert do(cast.province_officer, do="hand_in") == (302, "resubmitted")
    assert do(cast.secretariat, do="approve") == (302, "locked")
    assert do(cast.secretariat, do="correct", reason="重复统计", **{"c-building": "158"}) == (302, "locked")
    assert do(cast.secretariat, do="unlock", reason="再核") == (302, "unlocked")
    assert do(cast.secretariat, do="shred") == (404, "unlocked")
    page = client.get(address).content.decode()
    for piece in ("两个园区开工", "请核对", "重复统计", "再核", '<span class="replaced">160</span>', "158"):
        assert piece in page


def test_where_everything_is_locked_nothing_can_be_saved(client: Any, cast: Any, provinces: DataSet) -> None:
    client.force_login(cast.province_officer)
    address = f"{url('entry', 'projects')}?period=2023-05&reporter={JIANGSU}"

    def shown() -> tuple[bool, bool]:
        page = client.get(address).content.decode()
        return ">保存</button>" in page, "不能改动" in page

    assert shown() == (True, False)
    for period in ("2023-01", "2023-02", "2023-03", "2023-04", "2023-05", "2023-06"):
        make.locked(cast.province_officer, [cast.secretariat], provinces, JIANGSU, period, {"building": "100", "built": "4"})
    assert shown() == (False, True)


def test_what_is_said_meanwhile_is_not_shown_above(client: Any, cast: Any, provinces: DataSet) -> None:
    with make.on("2023-07-03"):
        report = make.handed_in(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "10", "built": "4"})
    with make.on("2023-07-04"):
        services.send_back(actor=cast.secretariat, report=report, reason="x")
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "7654"})
    address = url("return", "projects", JIANGSU, "2023-06")
    for person, sees in ((cast.secretariat, False), (cast.auditor, False), (cast.province_officer, True)):
        client.force_login(person)
        assert ("7,654" in client.get(address).content.decode()) is sees


# --- the desk -------------------------------------------------------------------------------
def test_the_desk_says_what_is_owed_and_what_waits(client: Any, cast: Any, provinces: DataSet) -> None:
    make.handed_in(cast.province_officer, provinces, JIANGSU, "2023-05", {"building": "1", "built": "1"})
    client.force_login(cast.province_officer)
    page = client.get(url("desk")).content.decode()
    assert (page.count("，已逾期"), "2023年6月" in page) == (4, True)
    client.force_login(cast.secretariat)
    page = client.get(url("desk")).content.decode()
    assert url("return", "projects", JIANGSU, "2023-05") in page
    waiting = Return.objects.get()
    answer = client.post(url("desk"), {"ids": [str(waiting.pk)], "do": "approve"})
    assert (answer.status_code, Return.objects.get().state) == (302, "locked")
    client.force_login(cast.other_province_officer)
    client.post(url("desk"), {"ids": [str(waiting.pk)], "do": "approve"})
    assert Return.objects.get().state == "locked"


@pytest.mark.parametrize("page", ["statistics:desk", "statistics:data-set", "statistics:counted", "statistics:entry", "statistics:return"])
def test_pages_cost_the_same_for_one_and_three(
    client: Any, cast: Any, provinces: DataSet, page: str, django_assert_num_queries: Any
) -> None:
    name = page.partition(":")[2]
    client.force_login(cast.province_officer if name == "entry" else cast.secretariat)
    arguments = {"desk": (), "return": ("projects", JIANGSU, "2023-01")}.get(name, ("projects",))
    address = reverse(page, args=arguments) + {"counted": "?element=building", "entry": "?period=2023-01"}.get(name, "")

    make.locked(cast.province_officer, [cast.secretariat], provinces, JIANGSU, "2023-01", {"building": "1", "built": "1"})
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    for period in ("2023-02", "2023-03"):
        make.locked(cast.province_officer, [cast.secretariat], provinces, JIANGSU, period, {"building": "1", "built": "1"})
        make.handed_in(cast.other_province_officer, provinces, SHANDONG, period, {"building": "1", "built": "1"})
    with django_assert_num_queries(len(queries)):
        assert client.get(address).status_code == 200


# --- workbooks ------------------------------------------------------------------------------
def filled(client: Any, changes: dict[tuple[str, str, str], Any]) -> BytesIO:
    """The template with cells changed: (reporter, period, element) -> value."""
    book = openpyxl.load_workbook(BytesIO(client.get(url("template", "projects")).content))
    sheet = book.active
    codes = [cell.value for cell in sheet[3]]
    for row in sheet.iter_rows(min_row=5):
        for (reporter, period, code), value in changes.items():
            if (row[0].value, row[2].value) == (reporter, period):
                row[codes.index(code)].value = value
    found = BytesIO()
    book.save(found)
    found.seek(0)
    found.name = "figures.xlsx"
    return found


def test_a_workbook_goes_out_and_comes_back(client: Any, cast: Any, provinces: DataSet) -> None:
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-05", {"building": "3", "built": "1"})
    client.force_login(cast.province_officer)
    book = filled(client, {(JIANGSU, "2023-06", "building"): 5, (JIANGSU, "2023-06", "built"): "2"})
    answer = client.post(url("upload", "projects"), {"file": book})
    assert answer.status_code == 302, answer.content.decode()
    found = sorted(Value.objects.values_list("report__period", "element", "current"))
    assert found == [("2023-05", "building", 3), ("2023-05", "built", 1), ("2023-06", "building", 5), ("2023-06", "built", 2)]


def test_a_wrong_workbook_names_every_cell_and_saves_nothing(client: Any, cast: Any, provinces: DataSet) -> None:
    client.force_login(cast.province_officer)
    book = filled(
        client, {(JIANGSU, "2023-05", "building"): "drei", (JIANGSU, "2023-06", "building"): 5.5, (JIANGSU, "2023-06", "built"): 2}
    )
    answer = client.post(url("upload", "projects"), {"file": book})
    page = answer.content.decode()
    assert (answer.status_code, Return.objects.count()) == (422, 0)
    for cell in ("D6", "D7"):
        assert f'class="bad-cell">{cell}<' in page
    assert ("“drei”不符合要求，应为整数，不小于0。" in page, "“5.5”不符合要求" in page) == (True, True)


def test_faults_between_figures_are_named_at_their_cell_too(client: Any, cast: Any, provinces: DataSet) -> None:
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-05", {"building": "3", "built": "10"})
    client.force_login(cast.province_officer)
    book = filled(client, {(JIANGSU, "2023-06", "building"): 5, (JIANGSU, "2023-06", "built"): 2})
    page = client.post(url("upload", "projects"), {"file": book}).content.decode()
    assert ('class="bad-cell">E7<' in page, "上期为10" in page) == (True, True)


@pytest.mark.parametrize("content", [b"", b"no table", b"PK\x03\x04broken"])
def test_a_file_that_is_no_workbook(client: Any, cast: Any, provinces: DataSet, content: bytes) -> None:
    client.force_login(cast.province_officer)
    file = BytesIO(content)
    file.name = "figures.xlsx"
    assert client.post(url("upload", "projects"), {"file": file}).status_code == 422
    assert client.post(url("upload", "projects"), {}).status_code == 422


def test_the_export_holds_what_is_approved_and_seen(client: Any, cast: Any, provinces: DataSet) -> None:
    make.locked(cast.province_officer, [cast.secretariat], provinces, JIANGSU, "2023-05", {"building": "3", "built": "1"})
    make.locked(cast.other_province_officer, [cast.secretariat], provinces, SHANDONG, "2023-05", {"building": "7", "built": "2"})
    make.handed_in(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "4", "built": "1"})

    def rows(person: Any) -> list[tuple[Any, ...]]:
        client.force_login(person)
        sheet = openpyxl.load_workbook(BytesIO(client.get(url("export", "projects")).content)).active
        return [row[:5] for row in sheet.iter_rows(min_row=4, values_only=True)]

    assert rows(cast.secretariat) == [(JIANGSU, "江苏省", "2023年5月", 3, 1), (SHANDONG, "山东省", "2023年5月", 7, 2)]
    assert rows(cast.province_officer) == [(JIANGSU, "江苏省", "2023年5月", 3, 1)]
