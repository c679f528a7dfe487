"""The calls of the model plan: each checks, loads, reads in both languages, and marks what no source says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from pilotage.calls.forms.definition import FormDef
from pilotage.calls.models import Call, CallVersion
from pilotage.plan.folder import PlanFolder, check
from pilotage.plan.models import PlanVersion
from pilotage.plan.positions import parse
from pilotage.plan.refs.calls import check_call
from pilotage.plan.refs.forms import check_form
from pilotage.plan.refs.plan import measure_codes
from pilotage.plan.schema import validate
from pilotage.plan.services import load_folder
from tests.factories.plan import MODEL_FOLDER

FILES = sorted(path.name for path in (MODEL_FOLDER / "calls").glob("*.yaml"))
DIRECTORIES = {
    "5g-factory-benchmark.yaml": "5g-factory-benchmark",
    "5g-factory-directory.yaml": "5g-factory",
    "civil-explosives-pilot.yaml": "civil-explosives-pilot",
    "demonstration-base.yaml": "demonstration-base",
    "pilot-area.yaml": "pilot-area",
    "pilot-demonstration.yaml": "pilot-demonstration",
    "platform-cases.yaml": "platform-case",
    "provincial-5g-factory.yaml": "provincial-5g-factory",
    "scenarios.yaml": "transformation-scenario",
}
FIGURES = {"opens", "closes", "total", "reserve", "days", "every_years", "valid_years", "experts_per_application", "per_province"}


@cache
def folder() -> PlanFolder:
    checked = check(MODEL_FOLDER)
    assert checked.folder is not None, [str(problem) for problem in checked.problems]
    return checked.folder


def document(file: str) -> dict[str, Any]:
    return folder().calls[f"{file.removesuffix('.yaml')}-2023"]


def parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from parts(each)


def is_marked(part: dict[str, Any]) -> bool:
    return "source" in part or part.get("verified") is False


def stage(file: str, kind: str) -> dict[str, Any]:
    return next(each for each in document(file)["stages"] if each["kind"] == kind)


def test_the_plan_has_nine_calls() -> None:
    assert sorted(DIRECTORIES) == FILES
    assert sorted(folder().calls) == sorted(f"{name.removesuffix('.yaml')}-2023" for name in FILES)


@pytest.mark.parametrize("file", FILES)
def test_a_call_has_all_its_parts(file: str) -> None:
    call = document(file)
    for part in ("applicants", "eligibility", "recommended_by", "quotas", "rubrics", "form", "summary", "source"):
        assert call.get(part), part
    assert stage(file, "publish")["directory"] == DIRECTORIES[file]
    assert call["stages"][0]["kind"] == "apply"


@pytest.mark.parametrize("file", FILES)
def test_a_form_is_read_and_is_no_token(file: str) -> None:
    call = document(file)
    form = FormDef.parse(call["form"], folder().codes)
    assert 15 <= len(form.by_key) <= 70
    assert form.rules
    assert len(form.summary_fields()) >= 4
    types = {field.type for field in form.by_key.values()}
    assert {"registry", "before_after", "table", "attachment", "statement"} - types <= {"before_after"}
    assert set(form.problems({}, {}, {})) == {key for key, field in form.by_key.items() if field.required and form.is_visible(key, {})}


@pytest.mark.parametrize("file", FILES)
def test_every_text_is_in_both_languages(file: str) -> None:
    call = document(file)
    texts = [part for part in parts(call) if "zh" in part or "en" in part]
    assert [text for text in texts if set(text) != {"zh", "en"}] == []
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff]", text["en"])] == []
    labelled = [part for part in parts(call["form"]) if "type" in part and "key" in part] + [
        p for p in parts(call) if "value" in p and "label" in p
    ]
    assert [part.get("key", part.get("value")) for part in labelled if "label" not in part] == []


@pytest.mark.parametrize("file", FILES)
def test_a_figure_has_a_source_or_is_marked_unverified(file: str) -> None:
    call = document(file)
    assert [each["key"] for each in call["stages"] if FIGURES & set(each) and not is_marked(each)] == []
    assert [each["rule"] for each in call["eligibility"] if not is_marked(each)] == []
    assert [key for key, rubric in call["rubrics"].items() if rubric.get("verified") is not False] == []
    assert is_marked(call["quotas"])
    assert is_marked(call["applicants"])
    assert is_marked(call["form"])
    if "partners" in call:
        assert is_marked(call["partners"])


def test_codes_name_their_source() -> None:
    rows = [row for name in ("pilot_types", "platform_models", "safety_capabilities") for row in folder().codes[name]]
    assert [row["code"] for row in rows if not row["source"] or not row["en"]] == []
    assert len(folder().codes["pilot_types"]) == 7
    assert len(folder().codes["platform_models"]) == 6


def test_pilot_demonstration_keeps_what_the_notice_says() -> None:
    call = document("pilot-demonstration.yaml")
    assert call["quotas"]["by_kind"] == {"province": 30, "communications": 30, "planned_city": 15}
    assert stage("pilot-demonstration.yaml", "publish")["valid_years"] == 2
    assert stage("pilot-demonstration.yaml", "review")["medium"] == "video"
    assert {"rule": "one_per", "fields": ["type"]}.items() <= next(r for r in call["eligibility"] if r["rule"] == "one_per").items()
    direction = next(part for part in parts(call["form"]) if part.get("key") == "direction")
    assert (direction["type"], direction["verified"]) == ("text", False)


def test_the_provincial_call_says_that_it_is_a_model() -> None:
    call = document("provincial-5g-factory.yaml")
    assert "不是任何省份的通知原文" in call["summary"]["zh"]
    assert "not the text of any province's call" in call["summary"]["en"]
    assert (stage("provincial-5g-factory.yaml", "update")["every"], call["verified"]) == ("quarter", False)


@pytest.mark.django_db
def test_the_plan_is_loaded_once_with_every_call(client_for: Any, at: Any) -> None:
    at("2023-10-31 10:00")
    load_folder(MODEL_FOLDER, actor=None)
    load_folder(MODEL_FOLDER, actor=None)
    assert (PlanVersion.objects.count(), Call.objects.count(), CallVersion.objects.count()) == (1, 9, 9)
    home = client_for().get("/")
    assert (home.status_code, "试点示范项目" in home.content.decode()) == (200, True)
    for call in Call.objects.all():
        told = client_for().get(reverse("calls:detail", args=[call.slug])).content.decode()
        assert call.title_zh in told


# what is changed to what, in every file; a piece of the message
SPOILT = {
    "misspelt key": ("\nsummary:", "\nsumary:", "did you mean “summary”?"),
    "missing key": ("\nyear: 2023", "", "“year” is missing."),
    "missing language": (r"title: {zh: ([^,{}]+), en: [^{}]+?}", r"title: {zh: \1}", "“en” is missing."),
    "number as text": ("\nyear: 2023", "\nyear: soon", "This is the text “soon”."),
    "unknown measure": (r"\nmeasure: .+", "\nmeasure: M77", "“M77” is not known here"),
    "unknown stage kind": ("kind: accept", "kind: acept", "did you mean “accept”?"),
    "unknown rubric": ("rubric: main", "rubric: mian", "did you mean “main”?"),
    "no such day": (r"closes: (\d{4}-\d\d)-\d\dT", r"closes: \1-32T", "is no day or time that exists"),
    "closes before it opens": (r"opens: \d{4}(-\d\d-\d\dT09:00,?\s+closes)", r"opens: 2030\1", "The stage closes before it opens."),
    "option of another stage": (r"edition: (\d+)", r"every_years: \1", "“every_years” is no option of a stage “publish”."),
    "notice days": (r"days: \d", "days: 9", "The notice is said to last 9 days"),
    "weights": (r"weight: \d+", "weight: 99", "The weights add up to"),
    "unknown list of recommenders": ("recommenders: recommenders", "recommenders: recomenders", "did you mean “recommenders”?"),
    "unknown applicant": (r"kinds: \[\w+", "kinds: [firm", "“firm” is not known here"),
    "unknown kind of recommender": (r"recommended_by: \[province", "recommended_by: [provinces", "did you mean “province”?"),
    "unknown field type": ("type: statement", "type: statment", "did you mean “statement”?"),
    "field twice": ("key: contact_phone,", "key: contact_name,", "There is a field “contact_name” already."),
    "table without columns": (r"max_rows: \d+\n", "\n", "needs “max_rows”"),
    "formula with a stranger": (r"check: (\w+|\w+\()", r"check: strange > 1 and \1", "“strange” is not known here."),
    "rule shown nowhere": (r"fields: \[(\w+)\](, severity: warning)?, message", r"fields: [strange]\2, message", "“strange” is not known here."),
    "condition without its part": (r"- rule: (\w+)", r"- rule: region", "The rule “region” needs “provinces”."),
    "web address": ("https?://", "htp://", "htp://"),
    "unclosed bracket": (r"(recommended_by: \[[^\]]+)\]", r"\1", "Not valid YAML"),
    "tab": ("\n  kinds:", "\n\tkinds:", "A tab stands where spaces belong."),
}  # fmt: skip


def spoil(text: str, old: str, new: str) -> str:
    """The first place where ``old`` fits, changed."""
    changed = re.sub(old, new, text, count=1)
    assert changed != text, f"{old} is not in the file"
    return changed


def faults(file: str, text: str) -> list[str]:
    """What ``plan check`` says of one call file, without reading the rest of the folder again."""
    document = parse(text, f"calls/{file}")
    if not document.problems:
        validate(document, "call")
    if not document.problems:
        check_call(document, measure_codes(folder().plan), folder().codes)
        check_form(document, folder().codes)
    return [str(problem) for problem in document.problems]


@pytest.mark.parametrize("file", FILES)
def test_a_spoilt_call_is_told_with_its_place(file: str) -> None:
    text = (MODEL_FOLDER / "calls" / file).read_text(encoding="utf-8")
    with translation.override("en"):
        assert faults(file, text) == []
        for name, (old, new, message) in SPOILT.items():
            found = faults(file, spoil(text, old, new))
            told = [line for line in found if message in line]
            assert told, (name, found)
            assert re.match(rf"calls/{file}:[1-9]\d*:[1-9]\d*: ", told[0]), (name, told[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("rubric: main, weight: 30,", ""),
        ("rubric: main,", ""),
        ("rubric: mian, weight: 30,", "did you mean “main”?"),
        ("weight: 30,", "A stage with a weight needs “rubric”"),
        ("rubric: main, weight: 0,", "0"),
    ],
)
def test_a_defence_may_be_scored_and_weighted(options: str, message: str) -> None:
    text = (MODEL_FOLDER / "calls" / "provincial-5g-factory.yaml").read_text(encoding="utf-8")
    with translation.override("en"):
        found = faults("provincial-5g-factory.yaml", spoil(text, "kind: defence,", f"kind: defence, {options}"))
    assert [message in line for line in found] == ([True] if message else [])


def test_the_sittings_leave_something_to_the_review() -> None:
    text = (MODEL_FOLDER / "calls" / "provincial-5g-factory.yaml").read_text(encoding="utf-8")
    line = next(each for each in text.splitlines() if "kind: defence," in each)
    first = line.replace("kind: defence,", "kind: defence, rubric: main, weight: 60,")
    second = first.replace("key: defence,", "key: defence_two,").replace("weight: 60,", "weight: 40,")
    with translation.override("en"):
        found = faults("provincial-5g-factory.yaml", text.replace(line, f"{first}\n{second}"))
    assert [each for each in found if "The stages take 100 of 100 and leave nothing to the review." in each] == found
    assert len(found) == 1


@pytest.mark.parametrize(
    ("option", "faulty"), [("{chair: true, spread_over: 15}", False), ("{}", False), ("{spread_over: 0}", True), ("{chars: true}", True)]
)
def test_a_review_may_have_a_panel_discussion(option: str, faulty: bool) -> None:
    text = (MODEL_FOLDER / "calls" / "5g-factory-directory.yaml").read_text(encoding="utf-8")
    found = faults("5g-factory-directory.yaml", spoil(text, "discussion: {chair: true, spread_over: 20}", f"discussion: {option}"))
    assert bool(found) == faulty
