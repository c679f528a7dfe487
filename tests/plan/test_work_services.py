"""The work on measures: written, reviewed, counted, and kept when the plan is loaded anew."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.plan.folder import check
from pilotage.plan.models import Deliverable, LightOverride, Measure, Milestone, Plan, ProgressReport
from pilotage.plan.progress import target_lines
from pilotage.plan.services import load_folder
from pilotage.plan.work import files as work_files
from pilotage.plan.work import rules as work_rules
from pilotage.plan.work import services as work_services
from pilotage.plan.work.enums import Basis, Light
from pilotage.plan.work.standing import measure_line, measure_lines, roll_up, whole
from tests.factories import work as make
from tests.factories.accounts import UNIT
from tests.factories.plan import AreaFactory, PlanFactory, TargetFactory, edit, folder_copy

PDF = b"%PDF-1.4 evidence"


@pytest.fixture
def measure(cast: Any, at: Any) -> Measure:
    at(make.FILING)
    return make.measure(code="M01")


def line(measure: Measure, day: date | None = None) -> Any:
    found = measure_line(measure.area.plan, measure.code, day or clock.today(), None)
    assert found is not None
    return found


def verbs() -> list[str]:
    return [
        verb
        for verb in AuditEvent.objects.order_by("number").values_list("verb", flat=True)
        if verb.partition(".")[0] not in {"user", "membership"}
    ]


# --- reports ----------------------------------------------------------------------------------
def test_a_report_goes_back_and_forth_until_it_is_accepted(cast: Any, measure: Measure) -> None:
    report = make.submitted(cast.unit_officer, measure)
    work_services.return_report(actor=cast.secretariat, report=report, reason="缺少数据")
    report = work_services.save_report(
        actor=cast.unit_officer, plan=measure.area.plan, measure=measure, unit_code=UNIT, period="2023Q2", values=make.WORDS, base_version=1
    )
    work_services.submit_report(actor=cast.unit_officer, report=report)
    work_services.accept_report(actor=cast.secretariat, report=report)

    row = ProgressReport.objects.get()
    assert (row.state, row.version, row.review_note, row.light) == (
        "accepted",
        2,
        "",
        Light.RED,
    )  # that of the first quarter is long overdue
    assert verbs() == [
        "progress_report.save", "progress_report.submit", "progress_report.return",
        "progress_report.save", "progress_report.resubmit", "progress_report.accept",
    ]  # fmt: skip


def test_nothing_is_overwritten_unseen(cast: Any, measure: Measure) -> None:
    make.draft(cast.unit_officer, measure)
    with pytest.raises(Conflict):
        make.draft(cast.unit_officer, measure, done="另一窗口")
    assert ProgressReport.objects.get().done == make.WORDS["done"]


@pytest.mark.parametrize(
    ("words", "field"), [({"progress": "101"}, "progress"), ({"progress": "half"}, "progress"), ({"done": "长" * 5001}, "done")]
)
def test_bad_input_is_named_by_field(cast: Any, measure: Measure, words: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as error:
        make.draft(cast.unit_officer, measure, **words)
    assert list(error.value.errors) == [field]
    assert not ProgressReport.objects.exists()


def test_an_incomplete_report_is_kept_and_not_handed_in(cast: Any, measure: Measure) -> None:
    report = make.draft(cast.unit_officer, measure, done="", progress="")
    with pytest.raises(Invalid) as error:
        work_services.submit_report(actor=cast.unit_officer, report=report)
    assert set(error.value.errors) == {"done", "progress"}


def test_only_a_period_that_has_opened_is_reported(cast: Any, measure: Measure) -> None:
    for period in ("2023Q3", "2022Q4", "soon"):
        with pytest.raises(Invalid):
            make.draft(cast.unit_officer, measure, period)


def test_others_write_nothing(cast: Any, measure: Measure) -> None:
    for person in (cast.secretariat, cast.outsider, make.officer("unit-c"), make.officer()):
        with pytest.raises(Refused):
            make.draft(person, measure)


def test_who_reads_which_report(cast: Any, measure: Measure) -> None:
    partner, stranger = make.officer(), make.officer("unit-c")
    accepted = make.accepted(cast.unit_officer, cast.secretariat, measure, "2023Q1")
    own = make.draft(cast.unit_officer, measure)
    part = make.submitted(partner, measure, unit_code=make.PARTNER)

    def sees(actor: Any) -> set[int]:
        return set(work_rules.visible_reports(actor).values_list("pk", flat=True))

    assert sees(cast.unit_officer) == {accepted.pk, own.pk, part.pk}
    assert sees(partner) == sees(cast.secretariat) == sees(cast.auditor) == {accepted.pk, part.pk}
    assert sees(stranger) == sees(cast.outsider) == sees(None) == sees(cast.province_officer) == set()
    Plan.objects.update(reporting={"public_texts": True})
    assert sees(None) == sees(stranger) == {accepted.pk}


def test_evidence_is_checked_kept_and_never_public(cast: Any, measure: Measure) -> None:
    report = make.draft(cast.unit_officer, measure)
    row = work_files.add_file(actor=cast.unit_officer, work=report, upload=SimpleUploadedFile("方案.pdf", PDF))
    for name, content, words in (("a.pdf", b"MZ", "程序"), ("方案.pdf", PDF, "该文件已在此处"), ("b.pdf", b"", "空文件")):
        with pytest.raises(Invalid, match=words):
            work_files.add_file(actor=cast.unit_officer, work=report, upload=SimpleUploadedFile(name, content))
    work_services.submit_report(actor=cast.unit_officer, report=report)
    with pytest.raises(Refused):
        work_files.remove_file(actor=cast.unit_officer, file=row)

    assert row.file.read() == PDF
    work_services.accept_report(actor=cast.secretariat, report=report)
    Plan.objects.update(reporting={"public_texts": True})
    assert list(work_rules.visible_files(cast.secretariat)) == [row]
    assert [work_rules.visible_files(actor).count() for actor in (None, cast.filer, cast.outsider)] == [0, 0, 0]


# --- light, progress, what is owed ------------------------------------------------------------
def test_a_unit_owes_a_report_from_its_first_officer_on(cast: Any, measure: Measure, at: Any) -> None:
    assert [(each.period.key, each.is_overdue) for each in line(measure).owed] == [("2023Q1", True), ("2023Q2", False)]
    assert [each.period.key for each in line(make.measure(measure.area.plan, lead="unit-x")).owed] == []
    make.submitted(cast.unit_officer, measure, "2023Q1")
    at(make.OVERDUE)
    found = line(measure)
    assert [(each.period.key, each.days_late) for each in found.overdue] == [("2023Q2", 5)]
    assert (found.light, found.why) == (Light.AMBER, "报告逾期5天。")
    assert line(measure, date(2023, 7, 10)).light == Light.NONE  # as it stood on that day


def test_after_a_hundred_percent_nothing_more_is_asked(cast: Any, measure: Measure, at: Any) -> None:
    make.accepted(cast.unit_officer, cast.secretariat, measure, "2023Q1", progress="100")
    at("2024-06-01 10:00")
    found = line(measure)
    assert (found.light, found.owed, found.progress, found.basis) == (Light.DONE, [], 100.0, Basis.STATEMENT)


def test_the_override_ends_with_the_next_report(cast: Any, measure: Measure, at: Any) -> None:
    for person in (cast.unit_officer, cast.auditor):
        with pytest.raises(Refused):
            work_services.override_light(actor=person, measure=measure, light="red", reason="进度存疑")
    with pytest.raises(Invalid) as error:
        work_services.override_light(actor=cast.secretariat, measure=measure, light="done", reason=" ")
    assert set(error.value.errors) == {"light", "reason"}
    work_services.override_light(actor=cast.secretariat, measure=measure, light="red", reason="进度存疑")
    assert (line(measure).light, line(measure).why, line(measure).is_overridden) == (Light.RED, "进度存疑", True)

    at("2023-07-06 10:00")
    make.submitted(cast.unit_officer, measure, "2023Q1")
    assert not line(measure).is_overridden
    assert line(measure, date(2023, 7, 5)).is_overridden
    assert verbs()[-2:] == ["progress_report.submit", "light_override.expire"]
    assert LightOverride.objects.filter(ended_at__isnull=True).count() == 0


def test_a_partner_report_leaves_the_override(cast: Any, measure: Measure) -> None:
    work_services.override_light(actor=cast.secretariat, measure=measure, light="red", reason="进度存疑")
    make.submitted(make.officer(), measure, unit_code=make.PARTNER)
    assert line(measure).is_overridden
    work_services.end_override(actor=cast.secretariat, override=line(measure).override, reason="已核实")
    assert not line(measure).is_overridden


def test_milestones_carry_the_progress(cast: Any, measure: Measure) -> None:
    first = make.milestone(cast.unit_officer, measure, weight="3")
    make.milestone(cast.unit_officer, measure, date(2023, 9, 30), title_zh="召开推进会")
    found = line(measure)
    assert (found.progress, found.basis, found.why) == (0.0, Basis.MILESTONES, "报告逾期81天。")
    assert [each.days_late for each in found.milestones] == [5, 0]
    work_services.complete_milestone(actor=cast.unit_officer, milestone=first, done_on="2023-07-01")
    assert line(measure).progress == 75.0
    assert line(measure, date(2023, 6, 30)).progress == 0.0
    with pytest.raises(Conflict):
        work_services.complete_milestone(actor=cast.unit_officer, milestone=Milestone.objects.get(pk=first.pk), done_on="2023-07-01")
    work_services.reopen_milestone(actor=cast.secretariat, milestone=first, reason="未印发")
    work_services.drop_milestone(actor=cast.unit_officer, milestone=first, reason="合并")
    assert [each.milestone.code for each in line(measure).milestones] == ["U2"]
    with pytest.raises(Refused):
        make.milestone(cast.outsider, measure)
    with pytest.raises(Invalid) as error:
        make.milestone(cast.unit_officer, measure, date(2025, 1, 1), title_zh="", weight="-1")
    assert set(error.value.errors) == {"title_zh", "due_on", "weight"}


# --- deliverables -----------------------------------------------------------------------------
def test_a_deliverable_is_counted_from_its_day_once_accepted(cast: Any, measure: Measure) -> None:
    options = {"target": "M01-1"}
    TargetFactory(measure=measure, code="M01-1", kind="deliverable", value=None, indicator="plan.deliverables", indicator_options=options)
    row = make.deliverable(cast.unit_officer, measure, "M01-1")

    def counted(day: date) -> Any:
        return next(each for each in target_lines(measure.area.plan, day, None)).value

    assert counted(clock.today()) == 0
    work_services.decide_deliverable(actor=cast.secretariat, deliverable=row, verb="accept")
    assert [counted(date(2023, 6, 29)), counted(date(2023, 6, 30))] == [0, 1]
    assert (line(measure).light, line(measure).progress, line(measure).basis) == (Light.DONE, 100.0, Basis.TARGETS)
    work_services.decide_deliverable(actor=cast.secretariat, deliverable=row, verb="revoke", reason="文号有误")
    assert counted(clock.today()) == 0
    from pilotage.plan.work.counting import changes, history

    told = changes(measure.area.plan, options, date(2023, 7, 1))
    assert [(change.who, change.why) for change in told] == [("顾望津, 工作组秘书处", ""), ("顾望津, 工作组秘书处", "文号有误")]
    assert history(measure.area.plan, options, [date(2023, 6, 29), date(2023, 7, 1)]) == [0, 0]


def test_a_deliverable_is_for_a_deliverable_target(cast: Any, measure: Measure) -> None:
    TargetFactory(measure=measure, code="M01-2")
    with pytest.raises(Invalid) as error:
        make.deliverable(cast.unit_officer, measure, "M01-2", title_zh="", delivered_on="2030-01-01", address="ftp://a")
    assert set(error.value.errors) == {"target", "title_zh", "delivered_on", "address"}
    assert not Deliverable.objects.exists()


# --- the whole plan ---------------------------------------------------------------------------
def test_the_roll_up_weighs_actions_and_measures(cast: Any, at: Any) -> None:
    at(make.FILING)
    plan = PlanFactory()
    heavy, light = AreaFactory(plan=plan, weight=3), AreaFactory(plan=plan, weight=1)
    for area, weight, stated in ((heavy, 2, "30"), (heavy, 1, "60"), (light, None, "80")):
        made = make.measure(plan, area=area, weight=weight)
        make.accepted(cast.unit_officer, cast.secretariat, made, "2023Q1", progress=stated)
    areas = roll_up(plan, clock.today())

    assert [(roll.progress, roll.weight, [each.weight for each in roll.measures]) for roll in areas] == [
        (40.0, 3.0, [2.0, 1.0]), (80.0, 1.0, [1.0]),
    ]  # fmt: skip
    assert (whole(areas).progress, whole(areas).weight) == (50.0, 4.0)


def test_the_lines_cost_the_same_for_one_measure_and_for_many(cast: Any, at: Any) -> None:
    at(make.FILING)
    plan = PlanFactory()
    make.milestone(cast.unit_officer, make.measure(plan))
    with CaptureQueriesContext(
        connection,
    ) as one:
        measure_lines(plan, clock.today(), None)
    for _number in range(3):
        made = make.measure(plan)
        make.milestone(cast.unit_officer, made)
        make.submitted(cast.unit_officer, made)
    with CaptureQueriesContext(connection) as many:
        assert len(measure_lines(plan, clock.today(), None)) == 4
    assert len(one) == len(many) == 12


# --- the folder -------------------------------------------------------------------------------
FOLDER = """        title: {zh: 制定并实施“512工程”升级版工作方案, en: Draw up and carry out the work plan for the upgraded “512” project}
"""
MORE = (
    FOLDER
    + """        weight: 2
        milestones:
          - {code: S1, title: {zh: 征求意见, en: Consulted}, due: 2023-03-31}
          - {code: S2, title: {zh: 印发, en: Issued}, due: 2023-09-30, weight: 2}
"""
)


def test_loading_the_folder_anew_keeps_the_work(tmp_path: Any, cast: Any, at: Any) -> None:
    at("2023-07-05 10:00")
    folder = folder_copy(tmp_path)
    edit(folder, "plan.yaml", FOLDER, MORE + "        lead: [miit-ica]\n")
    plan = load_folder(folder, actor=None).plan
    measure = Measure.objects.get(code="M01")
    assert (measure.weight, [(m.code, m.weight) for m in Milestone.objects.all()]) == (2, [("S1", 1), ("S2", 2)])
    work_services.complete_milestone(actor=cast.unit_officer, milestone=Milestone.objects.get(code="S1"), done_on="2023-04-01")
    make.submitted(cast.unit_officer, measure, "2023Q1")

    edit(folder, "plan.yaml", "          - {code: S1, title: {zh: 征求意见, en: Consulted}, due: 2023-03-31}\n", "")
    load_folder(folder, actor=None)
    assert [each.milestone.code for each in measure_line(plan, "M01", clock.today(), None).milestones] == ["S2"]
    edit(
        folder,
        "plan.yaml",
        "        milestones:\n",
        "        milestones:\n          - {code: S1, title: {zh: 征求意见, en: Consulted}, due: 2023-04-30}\n",
    )
    load_folder(folder, actor=None)
    back = Milestone.objects.get(code="S1")
    assert (back.due_on, back.done_on, back.removed_at) == (date(2023, 4, 30), date(2023, 4, 1), None)
    assert ProgressReport.objects.get().measure.code == "M01"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("due: 2023-09-30, weight: 2", "due: 2024-09-30", "The milestone is due outside the time of its measure."),
        ("{code: S2", "{code: S1", "“S1” is used already in line 51."),
        ("weight: 2}", "weight: 0}", "0 is not more than 0."),
        ("weight: 2}", "wieght: 2}", "“wieght” is not known here; did you mean “weight”?"),
        ("options: {target: M01-1}", "options: {target: M01-9}", "“M01-9” is not known here; did you mean “M01-1”?"),
        ("options: {target: M01-1}", "options: {target: M02-1}", "“M02-1” is no deliverable, so no documents are handed over for it."),
        (", options: {target: M01-1}", "", "It is not said for which target documents are counted."),
        ("units:\n", "reporting: {every: month}\nunits:\n", "“month” is not known here."),
    ],
)  # fmt: skip
def test_a_spoilt_folder_is_told_with_its_place(tmp_path: Any, old: str, new: str, message: str) -> None:
    folder = folder_copy(tmp_path)
    edit(folder, "plan.yaml", FOLDER, MORE)
    edit(folder, "plan.yaml", old, new)
    with translation.override("en"):
        problems = check(folder).problems
    assert [problem.message for problem in problems] == [message]
    assert problems[0].line > 1


def test_a_unit_is_brought_onto_the_platform_once(cast: Any, measure: Measure) -> None:
    unit = make.unit(measure.area.plan, "unit-z")
    with pytest.raises(Refused):
        work_services.set_up_unit(actor=cast.unit_officer, unit=unit)
    assert work_services.set_up_unit(actor=cast.secretariat, unit=unit).unit_code == "unit-z"
    with pytest.raises(Conflict):
        work_services.set_up_unit(actor=cast.secretariat, unit=unit)
