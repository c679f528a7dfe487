"""Experts from a file: checked first, every bad cell named, then written; the export comes back in unchanged."""

import io
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from pilotage.accounts.models import User
from pilotage.audit.models import AuditEvent
from pilotage.core.verdict import Invalid, Refused
from pilotage.registry.models import Industry
from pilotage.review.experts.importing import COLUMNS, check_experts, export_experts, import_experts
from pilotage.review.models import ExpertProfile
from tests.factories import review as make
from tests.factories.accounts import division, enterprise

pytestmark = pytest.mark.django_db
HEAD = "编号,姓名,电子邮箱,工作单位,单位统一社会信用代码,省份,专业领域,关键词,英文关键词,简介,每次最多评审项数,可参加评审"


@pytest.fixture
def file(tmp_path):
    def write(*lines, head=HEAD):
        path = tmp_path / "experts.csv"
        path.write_text("\n".join(["专家名单", head, *lines]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def office(call, cast, me):
    division("210000")
    Industry.objects.get_or_create(code="34", defaults={"name_zh": "通用设备制造业", "level": "division"})
    return cast.secretariat


def cells(report):
    return [(fault.cell, fault.column) for fault in report.faults]


def test_a_check_writes_nothing_and_names_every_bad_cell(office, file):
    path = file(
        "Z1,甲,z1@example.org,某大学,,辽宁省,通用设备制造业；网络,TSN,,,20,是",
        "Z2,,nobody,,91000000000000000X,火星,,,,,many,maybe",
        "Z1,丙,z3@example.org,,,,,,,,,",
    )
    report = check_experts(actor=office, path=path)
    assert cells(report) == [
        ("A3", "编号"),
        ("B4", "姓名"),
        ("C4", "电子邮箱"),
        ("E4", "单位统一社会信用代码"),
        ("F4", "省份"),
        ("K4", "每次最多评审项数"),
        ("L4", "可参加评审"),
        ("A5", "编号"),
    ]
    assert all(fault.sentence for fault in report.faults)
    assert (report.rows, report.bad_rows, report.created) == (3, 3, [])
    assert list(ExpertProfile.objects.values_list("number", flat=True)) == ["0417"]


def test_sound_rows_come_in_beside_bad_ones(office, file):
    house = enterprise("唯一名称有限公司", uscc="91320505MA1X0A0A07")
    path = file(
        "Z1,甲,Z1@example.org,某大学,,辽宁省,通用设备制造业；网络,时间敏感网络,TSN;deterministic networking,二十年,20,否",
        "Z2,乙,z2@example.org,,91320505ma1x0a0a07,,,,,,,",
        "Z3,,z3@example.org,,,,,,,,,",
    )
    assert check_experts(actor=office, path=path).created == ["Z1", "Z2"]
    report = import_experts(actor=office, path=path)
    assert (report.created, report.bad_rows) == (["Z1", "Z2"], 1)
    one, two = ExpertProfile.objects.filter(number__in=["Z1", "Z2"]).order_by("number")
    assert (one.disciplines, one.keywords_zh, one.keywords_en) == (["34", "网络"], ["时间敏感网络"], ["TSN", "deterministic networking"])
    assert (one.capacity, one.is_available, one.user.email, one.province_id) == (20, False, "z1@example.org", "210000")
    assert (two.employer, two.employer_name) == (house, "唯一名称有限公司")
    again = import_experts(actor=office, path=path)
    assert (again.created, again.updated, again.unchanged) == ([], [], 2)


def test_a_change_is_one_and_a_blank_cell_changes_nothing(office, file):
    import_experts(actor=office, path=file("Z1,甲,z1@example.org,某大学,,辽宁省,网络,,,,20,"))
    report = import_experts(actor=office, path=file("Z1,甲,z1@example.org,,,,安全,,,,,"))
    assert report.updated == ["Z1"]
    found = ExpertProfile.objects.get(number="Z1")
    assert (found.disciplines, found.employer_name, found.capacity) == (["安全"], "某大学", 20)
    assert AuditEvent.objects.filter(verb="expert.update").count() == 1


def test_a_number_and_an_address_belong_together(office, file, me):
    path = file(f"0417,我,someone@example.org{',' * 9}", f"Z9,我,{me.user.email}{',' * 9}")
    assert cells(check_experts(actor=office, path=path)) == [("C3", "电子邮箱"), ("C4", "电子邮箱")]
    assert User.objects.filter(email="someone@example.org").count() == 0


def test_the_cost_of_a_check_does_not_depend_on_the_rows(office, file, django_assert_num_queries):
    assert office.active_memberships  # read once
    for count in (1, 30):
        path = file(*(f"Z{i},甲{i},z{i}@example.org,单位{i},,辽宁省,网络,,,,," for i in range(count)))
        with django_assert_num_queries(4):
            assert len(check_experts(actor=office, path=path).created) == count


@pytest.mark.parametrize(("head", "said"), [("姓名,电话", "编号"), ("a,b,c", "编号、姓名")])
def test_a_file_without_the_columns_is_refused_as_a_whole(office, file, head, said):
    with pytest.raises(Invalid, match=said):
        check_experts(actor=office, path=file("x,y,z", head=head))


def test_only_the_secretariat_imports(office, file, cast):
    for who in (cast.auditor, cast.expert, cast.outsider, cast.filer):
        for act in (check_experts, import_experts):
            with pytest.raises(Refused):
                act(actor=who, path=file(f"Z1,甲,z1@example.org{',' * 9}"))
    assert ExpertProfile.objects.count() == 1


def test_the_export_comes_back_in_unchanged(office, file, tmp_path, me):
    house = enterprise("唯一名称有限公司", uscc="91320505MA1X0A0A07")
    make.expert(
        "E2", employer=house, employer_name=house.name_zh, disciplines=["34"], keywords_zh=["机床", "刀具"], capacity=5, biography="=1+1"
    )
    body = export_experts(ExpertProfile.objects.all())
    path = tmp_path / "out.xlsx"
    Path(path).write_bytes(body)
    rows = list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))
    assert [names[0] for names in COLUMNS.values()] in [list(row) for row in rows]
    report = check_experts(actor=office, path=path)
    assert (report.unchanged, report.updated, report.faults) == (2, [], [])


def test_the_command_checks_without_writing(office, file, capsys):
    path = file("Z1,甲,z1@example.org,,,火星,,,,,,")
    with pytest.raises(CommandError):
        call_command("experts", "import", str(path), "--check")
    assert "F3" in capsys.readouterr().err
    assert ExpertProfile.objects.count() == 1
