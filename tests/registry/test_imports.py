"""Lists of enterprises: what is read, refused, written; that a kill loses nothing and a repeat adds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files import File
from django.core.management import CommandError, call_command
from django.utils.translation import override

from pilotage.audit import services as audit
from pilotage.audit.models import AuditEvent
from pilotage.core import tables
from pilotage.core.codes import fictional_uscc
from pilotage.core.tables import Unreadable
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.registry import mapping, selectors, services
from pilotage.registry.enums import ImportState
from pilotage.registry.models import Enterprise, EnterpriseImport, Identifier, ImportFault
from pilotage.registry.services import imports
from tests.factories.registry import HEADS, row, write_csv, write_raw_xlsx, write_xlsx

LISTED = Path(__file__).resolve().parents[3] / "shared" / "data" / "listed_companies_fy2019_2021.csv"


def uploaded(path, actor=None, **options):
    with path.open("rb") as handle:
        return services.upload_import(actor=actor, file=File(handle, name=str(path)), file_name=path.name, **options)


def checked(path, actor=None, **options):
    return services.check_import(actor=actor, batch=uploaded(path, actor, **options))


def ran(path, actor=None, **options):
    return services.run_import(actor=actor, batch=checked(path, actor, **options))


def counts(batch):
    batch.refresh_from_db()
    return {
        "created": batch.created_count,
        "updated": batch.updated_count,
        "unchanged": batch.unchanged_count,
        "refused": batch.refused_count,
        "warnings": batch.warning_count,
        "rows": batch.total_rows,
    }


def faults(batch):
    return [(f.row, f.column, f.value, f.code) for f in batch.faults.order_by("row", "id")]


# --- what is read ---------------------------------------------------------------------------
@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_list_becomes_enterprises(seeded, tmp_path, write):
    path = write(tmp_path / ("a.csv" if write is write_csv else "a.xlsx"), [row(1), row(2, 城市="", 注册地址="江苏省昆山市示范路2号")])
    batch = ran(path, source="演示名单", is_fictional=True)
    assert batch.state == ImportState.DONE
    assert counts(batch) == {"created": 2, "updated": 0, "unchanged": 0, "refused": 0, "warnings": 0, "rows": 2}
    first, second = Enterprise.objects.order_by("id")
    assert (first.name_zh, first.uscc, first.industry_id, first.ownership, first.size) == (
        "演示第1机械有限公司",
        fictional_uscc("320505", 1),
        "34",
        "private",
        "medium",
    )
    assert (first.province_id, first.prefecture_id, first.county_id) == ("320000", "320500", "320505")
    assert (second.prefecture_id, second.county_id) == ("320500", "320583")
    assert (first.is_fictional, first.source) == (True, "演示名单")
    assert list(Identifier.objects.order_by("id").values_list("scheme", "value")) == [
        ("CN-USCC", fictional_uscc("320505", 1)),
        ("CN-USCC", fictional_uscc("320505", 2)),
    ]
    assert list(selectors.enterprise_list(Enterprise.objects.all(), search_text="第2机械")) == [second]


def test_a_dry_run_writes_no_enterprise(seeded, tmp_path):
    batch = checked(write_csv(tmp_path / "a.csv", [row(1), row(2, 企业名称="")]))
    assert (batch.state, Enterprise.objects.count(), counts(batch)["created"], counts(batch)["refused"]) == (ImportState.CHECKED, 0, 1, 1)


def test_every_bad_row_and_cell_is_named(seeded, tmp_path):
    rows = [
        row(1),
        row(2, 企业名称="", 统一社会信用代码="9132050SFAKE000026"),
        row(3, 行业大类="99", 规模="巨型", 所有制="家族"),
        row(4, 省份="火星省"),
        row(5, 统一社会信用代码=""),
        row(6, 统一社会信用代码=fictional_uscc("320505", 6)[:-1]),
        row(7, 企业名称="长" * 201),
        row(8, 注册地址=""),
        row(9, 注册地址="浙江省宁波市"),
    ]
    batch = checked(write_csv(tmp_path / "a.csv", rows))
    assert faults(batch) == [
        (3, "A 企业名称", "", "name_missing"),
        (3, "B 统一社会信用代码", "9132050SFAKE000026", "uscc_letters"),
        (4, "F 行业大类", "99", "industry_unknown"),
        (4, "G 所有制", "家族", "ownership_unknown"),
        (4, "H 规模", "巨型", "size_unknown"),
        (5, "C 省份", "火星省", "division_unknown"),
        (6, "B 统一社会信用代码", "", "identifier_missing"),
        (7, "B 统一社会信用代码", fictional_uscc("320505", 6)[:-1], "uscc_length"),
        (8, "A 企业名称", "长" * 201, "too_long"),
        (10, "E 注册地址", "浙江省宁波市", "place_mismatch"),
    ]
    assert counts(batch) == {"created": 3, "updated": 0, "unchanged": 0, "refused": 6, "warnings": 1, "rows": 9}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_fault_has_a_sentence_and_advice_in_both_languages(language):
    from pilotage.registry.faults import TEXTS, WARNINGS, advice

    with override(language):
        for code, (sentence, _advice) in TEXTS.items():
            assert advice(code), code
            is_chinese = any("\u4e00" <= character <= "\u9fff" for character in str(sentence))
            assert is_chinese == (language == "zh-hans" and code != "identifier_invalid"), code
    assert set(TEXTS) >= WARNINGS


def test_codes_that_a_spreadsheet_took_for_numbers(seeded, tmp_path):
    heads = ["企业名称", "统一社会信用代码", "股票代码"]
    batch = checked(write_xlsx(tmp_path / "a.xlsx", [["甲公司", 913205051234567890, ""], ["乙公司", "", 7]], heads))
    assert [fault[3] for fault in faults(batch)] == ["lost_digits", "uscc_missing"]
    services.run_import(actor=None, batch=batch)
    assert Identifier.objects.get().value == "000007"


def test_formula_cells_without_value_are_faults_of_their_cell(seeded, tmp_path):
    code = fictional_uscc("320505", 1)
    head = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    bad = f'<row r="2"><c r="A2"><f>C2</f></c><c r="B2" t="inlineStr"><is><t>{code}</t></is></c></row>'
    error = '<row r="3"><c r="A3" t="inlineStr"><is><t>甲公司</t></is></c><c r="B3" t="e"><v>#N/A</v></c></row>'
    batch = checked(write_raw_xlsx(tmp_path / "a.xlsx", head + bad + error, strings=["企业名称", "统一社会信用代码"]))
    assert faults(batch) == [
        (2, "A 企业名称", "", "formula_without_value"),
        (3, "B 统一社会信用代码", "#N/A", "error_value"),
    ]
    with override("en"):
        assert batch.faults.last().message == "The cell holds the error #N/A."


def test_merged_cells_and_a_title_above_the_heads(seeded, tmp_path):
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:D1", "2023年企业名单")
        sheet.write_row("A2", ["省份", "城市", "企业名称", "统一社会信用代码"])
        sheet.merge_range("A3:A4", "江苏省")
        sheet.write_row("B3", ["苏州市", "甲公司", fictional_uscc("320505", 1)])
        sheet.write_row("B4", ["南京市", "乙公司", fictional_uscc("320505", 2)])
    batch = ran(path)
    assert batch.header_row == 2
    assert list(Enterprise.objects.order_by("id").values_list("name_zh", "prefecture")) == [("甲公司", "320500"), ("乙公司", "320100")]


def test_a_blank_cell_erases_nothing_and_a_new_name_is_warned_of(seeded, tmp_path):
    ran(write_csv(tmp_path / "a.csv", [row(1)]))
    batch = ran(write_csv(tmp_path / "b.csv", [row(1, 企业名称="新名有限公司", 行业大类="", 规模="大型")]))
    enterprise = Enterprise.objects.get()
    assert (enterprise.name_zh, enterprise.industry_id, enterprise.size) == ("新名有限公司", "34", "large")
    assert faults(batch) == [(2, "", "新名有限公司", "renamed")]
    assert list(selectors.enterprise_list(Enterprise.objects.all(), search_text="新名")) == [enterprise]


def test_identifiers_that_contradict_each_other(seeded, tmp_path):
    heads = ["企业名称", "统一社会信用代码", "股票代码"]
    one, two, three = (fictional_uscc("320505", n) for n in (1, 2, 3))
    ran(write_csv(tmp_path / "a.csv", [["甲公司", one, "000001"], ["乙公司", two, "000002"]], heads=heads))
    batch = checked(write_csv(tmp_path / "b.csv", [["甲公司", one, "000002"], ["甲公司", three, "000001"]], heads=heads))
    assert [fault[3] for fault in faults(batch)] == ["identifier_conflict", "identifier_changed"]
    assert counts(batch)["refused"] == 2


# --- idempotent, resumable ------------------------------------------------------------------
def test_an_import_repeated_changes_nothing(seeded, tmp_path):
    path = write_csv(tmp_path / "a.csv", [row(number) for number in range(1, 31)])
    ran(path)
    before = list(Enterprise.objects.order_by("id").values())
    batch = ran(path)
    assert counts(batch) == {"created": 0, "updated": 0, "unchanged": 30, "refused": 0, "warnings": 0, "rows": 30}
    assert list(Enterprise.objects.order_by("id").values()) == before


def test_rows_that_only_repeat_the_row_before_are_counted_and_not_reported_again(seeded, tmp_path):
    heads = ["企业名称", "股票代码", "年度"]
    batch = ran(
        write_csv(tmp_path / "a.csv", [["甲公司", "1", "2019"], ["甲公司", "1", "2020"], ["", "2", "2019"], ["", "2", "2020"]], heads=heads)
    )
    assert counts(batch) == {"created": 1, "updated": 0, "unchanged": 1, "refused": 2, "warnings": 3, "rows": 4}
    assert [(fault[0], fault[3]) for fault in faults(batch) if fault[3] == "name_missing"] == [(4, "name_missing"), (5, "name_missing")]


class Killed(BaseException):
    """As kill -9: nothing of ours runs any more."""


@pytest.mark.parametrize("when", ["inside a chunk", "between chunks"])
def test_a_killed_run_goes_on_after_its_last_chunk(seeded, tmp_path, monkeypatch, when):
    monkeypatch.setattr(imports, "CHUNK", 10)
    rows = [row(number) if number != 13 else row(13, 企业名称="") for number in range(1, 36)]
    batch = checked(write_csv(tmp_path / "a.csv", rows))
    seen = []

    def stop(*_args, **_options):
        seen.append(1)
        if len(seen) == 2:
            raise Killed

    original = imports.write
    with monkeypatch.context() as patch:
        if when == "inside a chunk":
            patch.setattr(imports, "write", lambda plan: (original(plan), stop()))
        with pytest.raises(Killed):
            services.run_import(actor=None, batch=batch, progress=stop if when == "between chunks" else None)
    batch = EnterpriseImport.objects.get(pk=batch.pk)
    done = 10 if when == "inside a chunk" else 19
    assert (batch.state, batch.position, Enterprise.objects.count()) == (ImportState.RUNNING, 11 if done == 10 else 21, done)
    assert batch.created_count == done
    services.run_import(actor=None, batch=batch)
    assert counts(batch) == {"created": 34, "updated": 0, "unchanged": 0, "refused": 1, "warnings": 0, "rows": 35}
    assert faults(batch) == [(14, "A 企业名称", "", "name_missing")]
    assert (Enterprise.objects.count(), Identifier.objects.count()) == (34, 34)
    assert AuditEvent.objects.filter(verb="enterprise_import.chunk").count() == 4
    assert audit.verify() == []


def test_two_processes_on_one_import_do_not_write_twice(seeded, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 10)
    batch = checked(write_csv(tmp_path / "a.csv", [row(number) for number in range(1, 31)]))
    services.begin_run(actor=None, batch=batch)
    late = EnterpriseImport.objects.get(pk=batch.pk)
    services.run_import(actor=None, batch=batch)
    with pytest.raises(Conflict):
        services.run_import(actor=None, batch=late)
    assert Enterprise.objects.count() == 30
    with pytest.raises(Conflict):
        services.run_import(actor=None, batch=batch)


def test_each_chunk_is_one_event_with_counts_and_digest(seeded, tmp_path):
    batch = ran(write_csv(tmp_path / "a.csv", [row(1), row(2, 规模="巨型")]))
    verbs = list(AuditEvent.objects.filter(object_type="registry.enterpriseimport").order_by("number").values_list("verb", flat=True))
    assert verbs == [
        "enterprise_import.upload",
        "enterprise_import.check",
        "enterprise_import.report",
        "enterprise_import.run",
        "enterprise_import.chunk",
        "enterprise_import.finish",
    ]
    assert batch.file_digest.startswith("sha256:")
    assert not AuditEvent.objects.filter(verb="enterprise.create").exists()


def test_a_chunk_takes_a_bounded_number_of_queries(seeded, tmp_path, django_assert_max_num_queries):
    small = checked(write_csv(tmp_path / "a.csv", [row(number) for number in range(1, 4)]))
    large = checked(write_csv(tmp_path / "b.csv", [row(number) for number in range(101, 401)]))
    with django_assert_max_num_queries(50):
        services.run_import(actor=None, batch=small)
    with django_assert_max_num_queries(70):  # SQLite takes 45 rows to an INSERT
        services.run_import(actor=None, batch=large)


# --- scope ----------------------------------------------------------------------------------
def test_a_province_officer_writes_only_the_own_province(company, tmp_path):
    ran(write_csv(tmp_path / "a.csv", [row(7, 省份="山东省", 城市="潍坊市", 注册地址="")]))
    rows = [row(1), row(2, 省份="山东省", 城市="青岛市"), row(7, 省份="", 城市="", 注册地址=""), row(3, 省份="", 城市="", 注册地址="")]
    batch = checked(write_csv(tmp_path / "b.csv", rows), company.province_officer)
    assert [(fault[0], fault[3]) for fault in faults(batch) if not fault[3].startswith("address")] == [
        (3, "place_mismatch"),
        (3, "outside_territory"),
        (4, "belongs_elsewhere"),
        (5, "outside_territory"),
    ]
    services.run_import(actor=company.province_officer, batch=batch)
    assert counts(batch)["created"] == 1


@pytest.mark.parametrize("person", ["filer", "city_officer", "expert", "auditor", "finance_liaison", "outsider"])
def test_others_cannot_import(company, tmp_path, person):
    path = write_csv(tmp_path / "a.csv", [row(1)])
    batch = uploaded(path, company.secretariat)
    actor = getattr(company, person)
    for act in (lambda: uploaded(path, actor), lambda: services.check_import(actor=actor, batch=batch)):
        with pytest.raises(Refused):
            act()
    with pytest.raises(Refused):
        services.choose_columns(actor=company.other_province_officer, batch=batch, mapping=batch.mapping)
    assert EnterpriseImport.objects.count() == 1


# --- columns and files ----------------------------------------------------------------------
def test_columns_are_found_in_both_languages_and_may_be_overridden(seeded, tmp_path):
    assert mapping.automatic(HEADS) == {
        key: index for index, key in enumerate(["name_zh", "uscc", "province", "prefecture", "address", "industry", "ownership", "size"])
    }
    assert mapping.automatic(["Company name", "Credit Code", "* 企业名称（全称）"]) == {"name_zh": 0, "uscc": 1}
    for language in ("zh-hans", "en"):
        with override(language):
            assert list(mapping.automatic(selectors.export_columns())) == list(selectors.EXPORT_FIELDS)
    assert mapping.from_words(["name_zh=B", "uscc=3", "address=住址"], ["a", "b", "c", "住址"]) == {"name_zh": 1, "uscc": 2, "address": 3}


@pytest.mark.parametrize(
    "chosen",
    [{"uscc": 1}, {"name_zh": 0}, {"name_zh": 0, "uscc": 0}, {"name_zh": 0, "uscc": 9}, {"name_zh": 0, "uscc": 1, "nonsense": 2}],
)
def test_a_mapping_that_cannot_work_is_refused(seeded, tmp_path, chosen):
    batch = uploaded(write_csv(tmp_path / "a.csv", [row(1)]))
    with pytest.raises(Invalid):
        services.choose_columns(actor=None, batch=batch, mapping=chosen)
    batch.refresh_from_db()
    assert batch.mapping["name_zh"] == 0


def test_an_unreadable_file_is_refused_at_upload_and_nothing_is_kept(seeded, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(Unreadable):
        uploaded(path)
    assert EnterpriseImport.objects.count() == 0


def test_a_file_that_breaks_later_fails_with_a_sentence_and_keeps_what_was_written(seeded, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 10)
    path = write_csv(tmp_path / "a.csv", [row(number) for number in range(1, 41)])
    with path.open("a", encoding="utf-8") as file:
        file.write('"' + "x" * 200_000)
    batch = uploaded(path)
    with pytest.raises(Unreadable):
        services.run_import(actor=None, batch=batch)
    batch.refresh_from_db()
    assert (batch.state, batch.position, Enterprise.objects.count()) == (ImportState.FAILED, 41, 40)
    assert "41" in batch.message


def test_another_sheet_is_chosen(seeded, tmp_path):
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write_row(0, 0, ["请看", "第二页"])
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, row(1))
    batch = uploaded(path)
    assert (batch.sheets, batch.columns) == (["说明", "名单"], ["请看", "第二页"])
    services.choose_sheet(actor=None, batch=batch, sheet="名单")
    services.run_import(actor=None, batch=batch)
    assert Enterprise.objects.get().name_zh == "演示第1机械有限公司"


# --- command line ---------------------------------------------------------------------------
def test_the_commands_import_export_and_read_back(seeded, tmp_path, capsys):
    path = write_csv(tmp_path / "a.csv", [row(1), row(2, 规模="巨型"), row(3)])
    report = tmp_path / "faults.csv"
    call_command("import", "enterprises", str(path), "--dry-run", "--report", str(report), "--fictional")
    out = capsys.readouterr().out
    assert "3 rows: 2 enterprises would be entered, 0 would be changed, 0 rows say nothing new, 1 rows would be refused; 0 warnings" in out
    assert "row 3, H 规模: This size class is not known. '巨型'" in out
    assert report.read_text("utf-8-sig").splitlines()[1].startswith("3,H 规模,巨型,row refused,")
    call_command("import", "enterprises", "--resume", str(EnterpriseImport.objects.get().pk))
    assert Enterprise.objects.filter(is_fictional=True).count() == 2
    for name in ("out.xlsx", "out.csv"):
        call_command("export", "enterprises", "--to", str(tmp_path / name))
        call_command("import", "enterprises", str(tmp_path / name))
        assert "0 enterprises were entered, 0 were changed, 2 rows say nothing new, 0 rows were refused" in capsys.readouterr().out
    assert [r.values[0] for r in tables.read_rows(tmp_path / "out.xlsx")] == ["企业名称", "演示第1机械有限公司", "演示第3机械有限公司"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["/nowhere/a.csv"], "/nowhere/a.csv: No such file or directory"),
        ([], "name the file to import, or --resume ID"),
        (["--resume", "77"], "there is no import 77"),
    ],
)
def test_a_command_that_fails_says_one_line(seeded, words, sentence):
    with pytest.raises(CommandError) as failed:
        call_command("import", "enterprises", *words)
    assert str(failed.value) == sentence


def test_without_divisions_the_command_says_what_to_run(db, tmp_path):
    with pytest.raises(CommandError, match="run `pilotage seed` first"):
        call_command("import", "enterprises", str(tmp_path / "a.csv"))


@pytest.mark.skipif(not LISTED.is_file(), reason="the list of listed companies is not on this machine")
def test_the_list_of_listed_companies_imports_cleanly_and_its_faults_are_told(seeded):
    batch = ran(LISTED)
    assert counts(batch) == {"created": 849, "updated": 0, "unchanged": 1426, "refused": 0, "warnings": batch.warning_count, "rows": 2275}
    assert {fault.code for fault in ImportFault.objects.filter(batch=batch)} == {"uscc_missing", "address_missing", "address_unresolved"}
    assert Identifier.objects.filter(scheme="CN-STOCK").count() == 849
    assert Enterprise.objects.filter(province__isnull=False).count() > 800
    again = ran(LISTED)
    assert (again.created_count, again.updated_count) == (0, 0)
