from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.calls.models import Call
from pilotage.core.verdict import Invalid, Refused
from pilotage.plan import loading
from pilotage.plan.models import Action, Area, Measure, Plan, PlanVersion, ResponsibleUnit, Target
from pilotage.plan.rules import visible_versions
from pilotage.plan.services import BrokenFolder, load_folder
from pilotage.plan.writing import sources
from tests.factories.plan import edit, folder_copy, lean_folder

pytestmark = pytest.mark.django_db
MODELS = (Plan, PlanVersion, Area, Action, Measure, Target, ResponsibleUnit, Call, AuditEvent)


def rows() -> dict[str, list[Any]]:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_copy(tmp_path)


def test_the_model_plan_becomes_rows() -> None:
    report = load_folder(lean_folder(), actor=None)
    plan = Plan.objects.get()
    assert (report.plan, report.version, report.is_new_version, plan.version) == (plan, 1, True, 1)
    assert (plan.title_zh, plan.document_number) == ("工业互联网专项工作组2023年工作计划", "工信厅信管〔2023〕141号")
    assert (plan.declared_action_count, plan.declared_measure_count, plan.is_issue_date_verified) == (11, 54, False)
    assert [model.objects.count() for model in (Area, Action, Measure, Target)] == [5, 11, 21, 23]
    assert sorted(Measure.objects.values_list("code", flat=True)) == [f"M{n:02d}" for n in range(1, 22)]
    assert Measure.objects.filter(sources=[]).count() == 0
    assert Measure.objects.get(code="M11").carries_over_to.isoformat() == "2024-12-31"
    assert {t.measure.code: (t.kind, t.value) for t in Target.objects.filter(value__gt=1)} == {
        "M02": ("minimum", 3000),
        "M03": ("minimum", 300),
        "M04": ("exact", 30),
        "M08": ("about", 2),
        "M11": ("minimum", 100),
        "M12": ("minimum", 100),
    }
    assert [unit.code for unit in Measure.objects.get(code="M12").lead_units.all()] == ["miit-itd"]


def test_loading_the_same_folder_again_changes_nothing() -> None:
    load_folder(lean_folder(), actor=None)
    before = rows()
    report = load_folder(lean_folder(), actor=None)
    assert (report.is_new_version, report.version, report.changes) == (False, 1, [])
    assert rows() == before


def test_a_changed_folder_makes_a_version_and_keeps_what_stays(folder: Path) -> None:
    load_folder(folder, actor=None)
    kept = dict(Measure.objects.values_list("code", "pk"))
    edit(folder, "plan.yaml", "kind: minimum, value: 300,", "kind: minimum, value: 320,")
    report = load_folder(folder, actor=None)
    assert [(str(c.path), c.before, c.after) for c in report.changes] == [
        ("plan.areas[infrastructure].measures[M03].targets[M03-1].value", 300, 320)
    ]
    assert (Target.objects.get(code="M03-1").value, Plan.objects.get().version) == (320, 2)
    assert dict(Measure.objects.values_list("code", "pk")) == kept
    assert list(PlanVersion.objects.values_list("number", flat=True)) == [2, 1]
    assert PlanVersion.objects.get(number=1).content["plan"]["areas"][1]["measures"][1]["targets"][0]["value"] == 300


def test_what_the_folder_no_longer_names_goes(folder: Path) -> None:
    load_folder(folder, actor=None)
    text = (folder / "plan.yaml").read_text(encoding="utf-8")
    cut = text.index("      - code: M21\n")
    (folder / "plan.yaml").write_text(text[:cut], encoding="utf-8")
    report = load_folder(folder, actor=None)
    assert [(c.path, c.kind) for c in report.changes] == [("plan.areas[ecology].measures[M21]", "removed")]
    assert (Measure.objects.filter(code="M21").exists(), Target.objects.filter(code="M21-1").exists()) == (False, False)


def test_a_measure_may_move_to_another_area(folder: Path) -> None:
    load_folder(folder, actor=None)
    key = Measure.objects.get(code="M21").pk
    text = (folder / "plan.yaml").read_text(encoding="utf-8")
    cut = text.index("      - code: M21\n")
    moved = "    measures:\n" + text[cut:]
    (folder / "plan.yaml").write_text(text[:cut].replace("    measures: []\n", moved), encoding="utf-8")
    load_folder(folder, actor=None)
    assert (Measure.objects.get(code="M21").pk, Measure.objects.get(code="M21").area.code) == (key, "innovation")


@pytest.mark.parametrize("spoil", ["plan.yaml", "calls/5g-factory-directory.yaml", "codes/scenarios.csv"])
def test_a_broken_folder_changes_nothing(folder: Path, spoil: str) -> None:
    load_folder(folder, actor=None)
    before = rows()
    edit(folder, "plan.yaml", "kind: minimum, value: 300,", "kind: minimum, value: 320,")
    with (folder / spoil).open("a", encoding="utf-8") as file:
        file.write("\n,nonsense: [\n")
    with pytest.raises(BrokenFolder) as raised:
        load_folder(folder, actor=None)
    assert {problem.file for problem in raised.value.problems} == {spoil}
    assert rows() == before


def test_a_section_that_fails_undoes_the_whole_load(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_folder(folder, actor=None)
    before = rows()
    edit(folder, "plan.yaml", "kind: minimum, value: 300,", "kind: minimum, value: 320,")

    def refuse(plan: Plan, docs: list[dict[str, Any]], actor: Any) -> list[str]:
        assert Target.objects.get(code="M03-1").value == 320
        raise Invalid("This call cannot be loaded.")

    monkeypatch.setitem(loading._sections, "calls", refuse)
    with pytest.raises(Invalid, match="cannot be loaded"):
        load_folder(folder, actor=None)
    assert rows() == before


def test_a_section_gets_each_file_with_every_code_list(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []
    monkeypatch.setitem(loading._sections, "calls", lambda plan, docs, actor: given.extend(docs) or ["one call"])
    report = load_folder(lean_folder(), actor=None)
    assert [doc["call"] for doc in given] == ["5g-factory-directory-2023"]
    assert sorted(given[0]["codes"]) == [
        "city_groups",
        "key_industries",
        "levels",
        "pilot_types",
        "platform_models",
        "recommenders",
        "safety_capabilities",
        "scenarios",
    ]
    assert given[0]["codes"]["levels"][0] == {
        "code": "line",
        "zh": "产线级",
        "en": "Production line",
        "source": "https://secrss.com/articles/46643",
    }
    assert report.notes[0] == "one call"


def test_a_folder_with_calls_needs_somebody_who_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(loading._sections, "calls")
    with pytest.raises(Invalid, match="calls"):
        load_folder(lean_folder(), actor=None)
    assert Plan.objects.count() == 0


def test_a_section_has_one_loader() -> None:
    first: Callable[..., list[str]] = loading.section("calls")  # type: ignore[assignment]
    loading.register_section("calls", first)
    with pytest.raises(ValueError, match="loader already"):
        loading.register_section("calls", lambda plan, docs, actor: [])


def test_a_load_is_written_to_the_chain() -> None:
    load_folder(lean_folder(), actor=None)
    event = AuditEvent.objects.get(verb="plan.load")
    assert (event.object_type, event.object_label) == ("plan.planversion", "industrial-internet-2023 v1")
    assert verify() == []


def test_only_the_secretariat_loads(cast: Any) -> None:
    for actor in (cast.filer, cast.province_officer, cast.expert, cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            load_folder(lean_folder(), actor=actor)
    assert load_folder(lean_folder(), actor=cast.secretariat).version == 1
    assert PlanVersion.objects.get().loaded_by == cast.secretariat


def test_versions_are_for_the_secretariat_and_auditors(cast: Any) -> None:
    load_folder(lean_folder(), actor=None)
    names = ("secretariat", "auditor", "filer", "province_officer", "outsider")
    seen = {name: visible_versions(getattr(cast, name)).count() for name in names}
    assert seen == {"secretariat": 1, "auditor": 1, "filer": 0, "province_officer": 0, "outsider": 0}


def test_the_three_ways_to_name_a_source_become_one() -> None:
    one, two = "https://a.example/1", "https://a.example/2"
    assert sources(None) == []
    assert sources(one) == [{"url": one, "note": ""}]
    assert sources([one, {"url": two, "note": "x"}]) == [{"url": one, "note": ""}, {"url": two, "note": "x"}]
