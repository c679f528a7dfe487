# ruff: noqa: E501  the table of faults reads best one line each
"""A wrong plan folder: every fault is named with file, line, column and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from pilotage.plan.folder import PlanFolder, check
from tests.factories.plan import INDICATORS, MODEL_FOLDER, edit, folder_copy

PLAN, CALL, CODES = "plan.yaml", "calls/5g-factory-directory.yaml", "codes/recommenders.csv"


@pytest.fixture(autouse=True)
def _in_english() -> object:
    with translation.override("en"):
        yield


def place_of(folder: Path, file: str, piece: str) -> tuple[int, int]:
    """Line and column at which ``piece`` first stands, counted from 1."""
    text = (folder / file).read_text(encoding="utf-8")
    before = text[: text.index(piece)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_the_model_plan_has_no_fault() -> None:
    checked = check(MODEL_FOLDER, indicators=INDICATORS)
    assert checked.problems == []
    assert isinstance(checked.folder, PlanFolder)
    assert [len(area["measures"]) for area in checked.folder.plan["areas"]] == [1, 6, 0, 5, 9]
    assert [len(area["actions"]) for area in checked.folder.plan["areas"]] == [0, 4, 2, 2, 3]
    assert {name: len(rows) for name, rows in checked.folder.codes.items()} == {
        "city_groups": 2,
        "key_industries": 10,
        "levels": 3,
        "pilot_types": 7,
        "platform_models": 6,
        "recommenders": 68,
        "safety_capabilities": 5,
        "scenarios": 20,
    }


# what is changed to what; the piece at which the fault must be pointed to; message; expected
WRONG = {
    "misspelt key": (PLAN, "period: {starts", "perod: {starts", "perod:", "“perod” is not known here; did you mean “period”?", "one of: plan, title"),
    "missing key": (PLAN, "issuer: {zh: 工业互联网专项工作组, en: Industrial Internet Special Working Group}\n", "", "plan: industrial", "“issuer” is missing.", "a text in both languages"),
    "missing language": (PLAN, "title: {zh: 政策体系, en: Policy system}", "title: {zh: 政策体系}", "{zh: 政策体系}", "“en” is missing.", "English text"),
    "text for a number": (PLAN, "value: 3000,", "value: many,", "many,", "This is the text “many”.", "a number, 0 or more"),
    "negative value": (PLAN, "value: 300,", "value: -300,", "-300,", "-300 is less than 0.", "a number, 0 or more"),
    "unknown kind": (PLAN, "kind: minimum, value: 3000", "kind: minimun, value: 3000", "minimun", "did you mean “minimum”?", "how the target is read"),
    "impossible date": (PLAN, "ends: 2023-12-31", "ends: 2023-11-31", "2023-11-31", "“2023-11-31” is no day or time that exists", "a day, YYYY-MM-DD"),
    "date in another form": (PLAN, "on: 2023-06-21", "on: 21/06/2023", "21/06/2023", "“21/06/2023” is not in the right form.", "a day, YYYY-MM-DD"),
    "no web address": (PLAN, "source: https://0477ly.com/newsdetail/news473917.html", "source: a newspaper", "a newspaper", "“a newspaper” does not fit here.", "a web address, {url, note}"),
    "duplicate key": (PLAN, "period: {", "plan: again\nperiod: {", "plan: again", "“plan” is given twice, first in line 6.", "each key once"),
    "duplicate measure": (PLAN, "- code: M03\n", "- code: M02\n", None, "“M02” is used already in line", "a code of its own"),
    "duplicate target": (PLAN, "code: M03-1", "code: M02-1", None, "“M02-1” is used already in line", "a code of its own"),
    "unknown unit": (PLAN, "lead: [miit-ica]", "lead: [miit-icb]", "miit-icb", "did you mean “miit-ica”?", "a unit listed under units"),
    "unknown action": (PLAN, "      - code: M02\n", "      - code: M02\n        action: A09\n", "A09", "“A09” is not known here; did you mean “A04”?", "an action of the same area: A01"),
    "unknown indicator": (PLAN, "indicator: directory.listed", "indicator: directory.lists", "directory.lists", "did you mean “directory.listed”?", "an indicator that a room counts"),
    "count without value": (PLAN, "kind: exact, value: 30, ", "kind: exact, ", "{code: M04-1", "A target of kind “exact” has no value.", "value: a number"),
    "range without end": (PLAN, "kind: about, value: 2", "kind: range, value: 2", "{code: M08-1", "A range has no upper end.", "value_max: a number"),
    "range upside down": (PLAN, "kind: about, value: 2", "kind: range, value: 5, value_max: 3", "3, unit: {zh: 个, en: bases}", "The range ends before it begins.", "more than 5"),
    "qualitative with value": (PLAN, "kind: qualitative, title: {zh: 完善", "kind: qualitative, value: 7, title: {zh: 完善", "7, title", "A qualitative target has a value.", "no value, or another kind"),
    "more than declared": (PLAN, "measures: 54}", "measures: 20}", "20}", "The plan declares 20, but 21 are entered.", "at least 21"),
    "carried nowhere": (PLAN, "carries_over_to: 2024-12-31", "carries_over_to: 2023-12-31", "2023-12-31\n        source:\n", "carried over to a day it would reach anyway", "a day after 2023-12-31"),
    "plan upside down": (PLAN, "starts: 2023-01-01", "starts: 2024-01-01", "2023-12-31}", "The plan ends before it starts.", "a day after 2024-01-01"),
    "tab": (PLAN, "\nareas:\n  - code: policy", "\nareas:\n\t- code: policy", "\t- code", "A tab stands where spaces belong.", "spaces only"),
    "unclosed bracket": (PLAN, "starts: 2023-01-01, ends: 2023-12-31}", "starts: 2023-01-01, ends: 2023-12-31", None, "Not valid YAML", "valid YAML"),
    "two documents": (PLAN, "\nunits:\n", "\n---\nunits:\n", "---\nunits", "Not valid YAML", "one document"),
    "object tag": (PLAN, "plan: industrial", "plan: !!python/name:os.system industrial", "!!python", "is not used in plan files", "plain text"),
    "comma unquoted": (CALL, "en: Enterprise}", "en: Enterprise, and more}", "and more}", "a text with a comma or colon needs quotes", "one of: zh, en"),
    "unknown measure": (CALL, "measure: [M02, M03, M04, M05]", "measure: [M02, M55]", "M55", "“M55” is not known here; did you mean “M15”?", "a measure of plan.yaml"),
    "weights": (CALL, "weight: 25", "weight: 30", "- key: network\n        title", "The weights add up to 105.", "100"),
    "unknown rubric": (CALL, "rubric: main", "rubric: mian", "mian", "did you mean “main”?", "a rubric of this file: main"),
    "anchor above scale": (CALL, '"8": {zh: 全厂', '"18": {zh: 全厂', '"18"', "The anchor 18 is above the scale.", "0 to 10"),
    "unknown code list": (CALL, "codes: levels", "codes: level", "level\n          required", "did you mean “levels”?", "a list in codes/"),
    "missing options": (CALL, "codes: levels\n", "help_text: x\n", "help_text", "“help_text” is not known here", "one of: key, label"),
    "field twice": (CALL, "{key: site_address,", "{key: site_division,", None, "There is a field “site_division” already.", "a key of its own"),
    "field type": (CALL, "type: before_after, better: higher, places: 3, required: true, public: true, label: {zh: 生产", "type: before_aftr, better: higher, places: 3, required: true, public: true, label: {zh: 生产", "before_aftr", "did you mean “before_after”?", "the type of a field"),
    "option of another type": (CALL, "min_chars: 100, max_chars: 1000, required: true, public: true, label: {zh: 项目概述", "min: 100, max_chars: 1000, required: true, public: true, label: {zh: 项目概述", "min: 100, max_chars", "“min” is no option of a field of type “textarea”.", "max_chars"),
    "shown by nobody": (CALL, "show_if: {building_state: built}", "show_if: {bulding_state: built}", "bulding_state", "did you mean “building_state”?", "a field that stands before this one"),
    "shown never": (CALL, "show_if: {building_state: built}", "show_if: {building_state: bilt}", "bilt", "“building_state” never has the value “bilt”.", "building, built"),
    "condition in a circle": (CALL, "maps_to: building_state\n", "maps_to: building_state\n          show_if: {finished_on: {filled: true}}\n", "{finished_on: {filled", "go round in a circle: building_state → finished_on → building_state.", "fields that do not wait for each other"),
    "condition on a file": (CALL, "max_chars: 1000, required: true, public: true, label: {zh: 示范", "max_chars: 1000, required_if: {evidence_photos: {filled: true}}, required: true, public: true, label: {zh: 示范", "evidence_photos: {filled", "“evidence_photos” is not answered in the form, so nothing can hang on it.", "a field that is typed or computed"),
    "limits of a text": (CALL, "show_if: {building_state: built}", "show_if: {building_state: {min: 3}}", "min: 3}}", "“building_state” is neither a number nor a day.", "filled"),
    "limit of another kind": (CALL, "show_if: {building_state: built}", "show_if: {started_on: {min: 3}}", "3}}", "“started_on” never compares with this.", "a month, YYYY-MM"),
    "one of several values": (CALL, "show_if: {building_state: built}", "show_if: [{building_state: [built, bilt]}]", "bilt]", "“building_state” never has the value “bilt”.", "building, built"),
    "formula with a stranger": (CALL, "  rules:\n", "  rules:\n    - {key: few, check: devices_conected <= devices_total, fields: [devices_total], message: {zh: 多, en: Many}}\n", "devices_conected <=", "“devices_conected” is not known here. Did you mean “devices_connected”? (character 1)", "a formula over: "),
    "formula of another kind": (CALL, "  rules:\n", "  rules:\n    - {key: few, check: devices_connected + 1, fields: [devices_total], message: {zh: 多, en: Many}}\n", "devices_connected + 1", "The formula does not say yes or no.", "a formula such as a <= b"),
    "rule shown nowhere": (CALL, "  rules:\n", "  rules:\n    - {key: few, check: devices_connected > 1, fields: [devices], message: {zh: 少, en: Few}}\n", "devices]", "“devices” is not known here", "a field of this form"),
    "rule twice": (CALL, "  rules:\n", "  rules:\n    - {key: few, check: devices_connected > 1, fields: [devices_total], message: {zh: 少, en: Few}}\n    - {key: few, check: devices_connected > 2, fields: [devices_total], message: {zh: 少, en: Few}}\n", None, "“few” is used already in line", "a key of its own"),
    "computed in a circle": (CALL, "{key: latency_ms, type: decimal, min: 0, max: 10000, places: 1,", "{key: latency_ms, type: computed, formula: latency_ms + 1,", "latency_ms + 1", "go round in a circle: latency_ms → latency_ms.", "fields that do not wait for each other"),
    "computed of nothing": (CALL, "{key: latency_ms, type: decimal, min: 0, max: 10000, places: 1,", "{key: latency_ms, type: computed,", "{key: latency_ms", "A field of type “computed” needs “formula”.", "formula: …"),
    "rule over rows": (CALL, "          label: {zh: 分项投资", "          row_rules: [{key: some, check: amout > 0, fields: [amount], message: {zh: 空, en: None}}]\n          label: {zh: 分项投资", "amout > 0", "“amout” is not known here. Did you mean “amount”?", "a formula over: amount, item, remark"),
    "unit and units": (CALL, "label: {zh: 5G基站, en: 5G base stations}", "units: [{code: one, label: {zh: 个, en: one}}, {code: ten, label: {zh: 十个, en: ten}, factor: 10}], label: {zh: 5G基站, en: 5G base stations}", "unit: {zh: 个, en: stations}", "The units are listed already.", "either unit or units"),
    "unit without factor": (CALL, "public: true, label: {zh: 总投资, en: Total investment}, unit: {zh: 万元, en: \"CNY 10,000\"}", "public: true, label: {zh: 总投资, en: Total investment}, units: [{code: wan, label: {zh: 万元, en: W}}, {code: yi, label: {zh: 亿元, en: Y}}]", "{code: yi", "“factor” is missing.", "how many of the first unit"),
    "first unit not stored": (CALL, "public: true, label: {zh: 总投资, en: Total investment}, unit: {zh: 万元, en: \"CNY 10,000\"}", "public: true, label: {zh: 总投资, en: Total investment}, units: [{code: wan, factor: 10, label: {zh: 万元, en: W}}, {code: yi, factor: 10000, label: {zh: 亿元, en: Y}}]", "10, label", "The first unit is the one that is stored.", "1"),
    "renamed from a present key": (CALL, "{key: site_address, type: text,", "{key: site_address, renamed_from: site_division, type: text,", "site_division, type: text", "“site_division” is still a key of this form.", "a key of an earlier version"),
    "length upside down": (CALL, "max_chars: 500", "max_chars: 50", "50, required: true, label: {zh: 成效说明", "“max_chars” is less than “min_chars”.", "at least 100"),
    "stage upside down": (CALL, "closes: 2023-08-31T17:00", "closes: 2023-07-31T17:00", "2023-07-31T17:00", "The stage closes before it opens.", "a time after 2023-08-01T09:00"),
    "stage without time": (CALL, "opens: 2023-08-01T09:00", "opens: 2023-08-01", "2023-08-01\n", "“2023-08-01” is no day or time that exists, or is not written in full.", "a local time, YYYY-MM-DDTHH:MM"),
    "stages out of order": (CALL, "kind: accept\n", "kind: apply\n", "apply\n    title: {zh: 受理", "There is a stage “apply” already.", "one stage of this kind"),
    "stage too early": (CALL, "closes: 2023-09-28T17:00", "closes: 2023-09-01T17:00", "2023-09-01T17:00", "The stage ends before the stage “recommend” does.", "a time after 2023-09-20T17:00"),
    "notice days": (CALL, "days: 6", "days: 7", "7\n    title: {zh: 社会公示", "The notice is said to last 7 days, but its dates make 6.", "6"),
    "quota for nobody": (CALL, "limits: {}", "limits: {320001: 40}", "320001", "“320001” is not known here; did you mean", "the code of a recommender"),
    "cap for no province": (CALL, '"320000": 97', '"329999": 97', '"329999"', "“329999” is not known here", "default or the six digits of a province"),
    "cap above total": (CALL, '"320000": 97', '"320000": 970', "970}", "The cap 970 is above the total of 300.", "at most 300"),
    "quota of nothing": (CALL, "reserve: 30", "reserve: 30\n    quotas: [{by: colour, each: {max: 3}}]", "colour", "“colour” is not known here.", "what is counted: province, industry"),
    "quota upside down": (CALL, "reserve: 30", "reserve: 30\n    quotas: [{by: size, values: {small: {min: 9, max: 4}}}]", "9, max", "The minimum 9 is above the maximum 4.", "at most 4"),
    "minimums above total": (CALL, "reserve: 30", 'reserve: 30\n    quotas: [{by: size, values: {small: {min: 200}, micro: {min: 101}}}]', "{small: {min: 200", "The minimums of “size” add up to 301, but 300 are selected.", "at most 300 in all"),
    "quota for no value": (CALL, "reserve: 30", "reserve: 30\n    quotas: [{by: size, values: {smal: {min: 2}}}]", "smal:", "“smal” is not known here; did you mean “small”?", "a value of “size”"),
    "quota for no industry": (CALL, "reserve: 30", "reserve: 30\n    quotas: [{by: industry, values: {steel: {max: 2}}}]", "steel:", "“steel” is no code.", "2 digits"),
    "quota above total": (CALL, "reserve: 30", "reserve: 30\n    quotas: [{by: group, each: {max: 400}}]", "400", "The cap 400 is above the total of 300.", "at most 300"),
    "quota twice": (CALL, "reserve: 30", "reserve: 30\n    quotas: [{by: group, each: {max: 4}}, {by: group, each: {max: 5}}]", None, "“group” is used already in line", "one entry for each"),
    "expectation upside down": (CALL, "expected: [700, 1500]", "expected: [700, 500]", "500]", "The range ends below where it begins.", "at least 700"),
    "waits upside down": (CALL, "check: {share: 0.65, weight: 20, days: 8, days_90: 15}", "check: {share: 0.65, weight: 20, days: 8, days_90: 5}", "5}", "Nine of ten would wait a shorter time", "at least 8"),
    "expectation of no step": (CALL, "kind: accept\n", "kind: check\n    level: province\n", None, "“accept” is not known here", "building or the kind of a stage"),
    "unknown list of recommenders": (CALL, "recommenders: recommenders", "recommenders: recommender", "recommender\n", "did you mean “recommenders”?", "a list in codes/"),
    "code twice": (CODES, "120000,province,120000", "110000,province,120000", "110000,province,120000", "The code “110000” is given already.", "each code once"),
    "bad code": (CODES, "120000,province", "12 0000,province", "12 0000", "“12 0000” does not fit here.", "letters, digits, hyphens"),
    "cell missing": (CODES, "XPCC,xpcc,650000,,", "XPCC,xpcc,650000,", "XPCC,xpcc", "The row has 8 cells.", "9 cells"),
    "column missing": (CODES, "code,kind", "number,kind", "number,kind", "The column “code” is missing.", "code,zh,en,source"),
    "quote open": (CODES, "120000,province,120000,,天津市", '120000,province,120000,,"天津市', None, "Not readable as CSV", "quotes closed"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_named_where_it_stands(tmp_path: Path, name: str) -> None:
    file, old, new, piece, message, expected = WRONG[name]
    folder = folder_copy(tmp_path)
    edit(folder, file, old, new)
    checked = check(folder, indicators=INDICATORS)
    assert checked.folder is None
    found = [problem for problem in checked.problems if problem.file == file and message in problem.message]
    assert found, [str(problem) for problem in checked.problems]
    assert expected in found[0].expected
    if piece is not None:
        assert (found[0].line, found[0].column) == place_of(folder, file, piece)
    assert str(found[0]).startswith(f"{file}:{found[0].line}:{found[0].column}: ")


def test_more_than_twenty_kinds_are_tried() -> None:
    assert len(WRONG) > 40


@pytest.mark.parametrize(
    ("content", "message", "expected"),
    [
        ("标题".encode("gb18030"), "GB 18030", "UTF-8"),
        ("plan: x".encode("utf-16"), "UTF-16", "UTF-8"),
        (b"a: \xff\xfe\xfd\x80\x81", "not UTF-8", "UTF-8"),
        (b"", "The file is empty.", "a YAML document"),
        (b"a: \x00", "Not readable as YAML", "a YAML document"),
        (b"- a\n- b\n", "This is a list.", "A programme plan"),
        (b"a: &x [*x]", "An anchor refers to itself", "values that end"),
    ],
)
def test_a_file_that_is_no_plan(tmp_path: Path, content: bytes, message: str, expected: str) -> None:
    folder = folder_copy(tmp_path)
    (folder / "plan.yaml").write_bytes(content)
    problem = next(p for p in check(folder).problems if p.file == "plan.yaml")
    assert (message in problem.message, expected in problem.expected) == (True, True), str(problem)


def test_anchors_that_multiply_end_in_a_sentence(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    (folder / "plan.yaml").write_text("\n".join(lines), encoding="utf-8")
    assert "multiply without end" in check(folder).problems[0].message


def test_a_file_of_no_use_is_named(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    (folder / "calls" / "second.yml").write_text("call: x", encoding="utf-8")
    problem = check(folder).problems[0]
    assert (problem.file, "calls/second.yaml" in problem.message) == ("calls/second.yml", True)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    outside = tmp_path / "outside.csv"
    outside.write_text("code,zh\nA,甲\n", encoding="utf-8")
    (folder / "codes" / "outside.csv").symlink_to(outside)
    assert [p.file for p in check(folder).problems] == ["codes/outside.csv"]


def test_a_missing_folder_and_a_missing_plan(tmp_path: Path) -> None:
    assert "There is no such folder." in check(tmp_path / "nothing").problems[0].message
    assert [(p.file, p.message) for p in check(tmp_path).problems] == [("plan.yaml", "The file is missing.")]


def test_every_fault_of_a_folder_is_named_at_once(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    edit(folder, "plan.yaml", "kind: minimum, value: 3000", "kind: minimun, value: 3000")
    edit(folder, "plan.yaml", "on: 2023-06-21", "on: soon")
    edit(folder, CALL, "rubric: main", "rubric: mian")
    assert sorted({p.file for p in check(folder).problems}) == [CALL, "plan.yaml"]
    assert len(check(folder).problems) == 3


def test_faults_are_told_in_chinese_too(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    edit(folder, CALL, "weight: 25", "weight: 30")
    edit(folder, "plan.yaml", "on: 2023-06-21", "on: soon")
    with translation.override("zh-hans"):
        told = [(p.message, p.expected) for p in check(folder).problems]
    assert told == [("权重合计为105。", "100"), ("“soon”格式不对。", "日期，YYYY-MM-DD")]


def test_the_digest_does_not_see_comments_and_order(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    before = check(folder).folder
    edit(
        folder, "plan.yaml", "period: {starts: 2023-01-01, ends: 2023-12-31}", "# the year\nperiod: {ends: 2023-12-31, starts: 2023-01-01}"
    )
    after = check(folder).folder
    assert before is not None
    assert after is not None
    assert before.digest == after.digest
