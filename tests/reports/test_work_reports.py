"""A work report from draft to archive: figures frozen, texts kept, two people, files that are what was signed."""

from __future__ import annotations

import hashlib
import itertools
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.plan.models import Target
from pilotage.reports.papers import rules, services
from pilotage.reports.papers.enums import WorkReportState as W
from pilotage.reports.papers.files import file_of
from pilotage.reports.papers.models import ReportData, TextBlock, WorkReport
from pilotage.reports.papers.paper import paper
from pilotage.reports.papers.selectors import data_of, periods_of, previous_content
from pilotage.reports.papers.transitions import WORK_REPORT
from tests.factories import work_reports as make

pytestmark = pytest.mark.django_db
OFFICE = ("secretariat", "second_secretariat")
ALLOWED = {
    *((W.DRAFT, "submit", who) for who in OFFICE),
    *((W.IN_REVIEW, "return", who) for who in OFFICE),
    *((W.IN_REVIEW, "sign", who) for who in OFFICE),
    *((W.SIGNED, "archive", who) for who in OFFICE),
    *((state, "reopen", who) for state in (W.SIGNED, W.ARCHIVED) for who in OFFICE),
}


@pytest.fixture(autouse=True)
def _today(at: Any) -> None:
    at(make.TODAY)


def test_every_state_verb_and_role(cast: Any) -> None:
    report = make.report(cast)
    allowed = set()
    actors = {**cast.people(), "anonymous": None}
    for state, verb, (name, actor) in itertools.product(WORK_REPORT.states, WORK_REPORT.by_verb, actors.items()):
        report.state = state
        verdict = may(actor, report, verb)
        assert bool(verdict) != bool(str(verdict.reason)), (state, verb, name)
        if verdict:
            allowed.add((state, verb, name))
    assert allowed == ALLOWED


# --- drafting -------------------------------------------------------------------------------
def test_a_draft_has_its_figures_and_texts_in_both_languages(cast: Any) -> None:
    report = make.report(cast)
    assert (report.state, report.period, report.as_of, report.created_by) == (W.DRAFT, "2023Q2", date(2023, 6, 30), cast.secretariat)
    assert [(t.key, t.language, t.version, t.edited_by) for t in report.texts.order_by("id")] == [
        ("summary", "zh-hans", 0, None),
        ("summary", "en", 0, None),
    ]
    data = data_of(report)
    assert (data.number, data.is_whole) == (1, True)
    content = data.read()
    assert content["facts"]["targets"]["M03-1"]["value"] is None
    assert [part["kind"] for part in content["papers"]["zh-hans"]["parts"]] == ["text", "targets", "changes", "notes"]
    assert (report.title, str(report)) == ("工作季报（2023年第二季度）", report.title)
    with translation.override("en"):
        assert report.title == "Quarterly work report, second quarter of 2023"


def test_the_text_is_filled_in_and_the_unknown_is_a_dash(cast: Any) -> None:
    report = make.report(cast)
    made = paper(report, data_of(report), report.texts.order_by("id"), "zh-hans")
    assert [block["text"] for block in made["parts"][0]["blocks"]] == ["截至2023年6月30日，目标2项。", "建成–。"]
    assert [part["title"] for part in made["parts"]] == ["一、概况", "二、目标进展", "三、与上期相比的变化", "四、说明"]
    english = paper(report, data_of(report), report.texts.order_by("id"), "en")
    assert english["parts"][0]["blocks"][0]["text"] == "By 30 June 2023, 2 targets. Built: –."
    assert english["parts"][1]["title"] == "2. Targets"


def test_only_periods_of_the_plan_that_have_begun(cast: Any) -> None:
    template = make.template()
    assert [period.key for period in periods_of(template)] == ["2023Q3", "2023Q2", "2023Q1"]
    with pytest.raises(Invalid):
        services.draft_report(actor=cast.secretariat, template=template, period="2023Q4")
    with pytest.raises(Invalid):
        services.draft_report(actor=cast.secretariat, template=template, period="2023Q2", as_of=date(2023, 3, 31))
    assert services.draft_report(actor=cast.secretariat, template=template, period="2023Q3").as_of == date(2023, 7, 5)


def test_one_report_a_period_and_only_by_the_secretariat(cast: Any) -> None:
    report = make.report(cast)
    with pytest.raises(Conflict):
        services.draft_report(actor=cast.secretariat, template=report.template, period="2023Q2")
    for actor in (cast.auditor, cast.province_officer, cast.outsider):
        with pytest.raises(Refused):
            services.draft_report(actor=actor, template=report.template, period="2023Q1")
    assert WorkReport.objects.count() == 1


# --- texts ----------------------------------------------------------------------------------
def edit(cast: Any, report: WorkReport, text: str, base: int, actor: Any = None) -> Any:
    return services.edit_text(
        actor=actor or cast.secretariat, report=report, key="summary", language="zh-hans", text=text, base_version=base
    )


def test_a_text_survives_new_figures(cast: Any) -> None:
    report = make.report(cast)
    edit(cast, report, "本季完成{targets_met}项。", 0)
    Target.objects.filter(code="M03-1").update(value=320)
    found = services.regenerate(actor=cast.secretariat, report=report)
    assert [(d.group, d.code, d.name, d.before, d.after) for d in found] == [("targets", "M03-1", "goal", 300, 320)]
    block = report.texts.get(language="zh-hans")
    assert (block.text, block.version, block.edited_by) == ("本季完成{targets_met}项。", 1, cast.secretariat)
    assert list(report.generations.values_list("number", flat=True)) == [2, 1]
    assert report.generations.get(number=1).read()["facts"]["targets"]["M03-1"]["goal"] == 300
    assert services.regenerate(actor=cast.secretariat, report=report) == []


def test_two_tabs_clash_and_nothing_is_overwritten(cast: Any) -> None:
    report = make.report(cast)
    assert isinstance(edit(cast, report, "第一稿", 0), TextBlock)
    clash = edit(cast, report, "第二稿", 0, cast.second_secretariat)
    assert isinstance(clash, services.TextClash)
    assert (clash.yours, clash.theirs.text, clash.theirs.version, clash.theirs.edited_by) == ("第二稿", "第一稿", 1, cast.secretariat)
    assert report.texts.get(language="zh-hans").text == "第一稿"
    assert edit(cast, report, "第二稿", 1).version == 2
    assert edit(cast, report, "第二稿", 1).version == 2, "the same text again is no clash"


def test_a_text_with_an_unknown_field_is_refused(cast: Any) -> None:
    report = make.report(cast)
    with pytest.raises(Invalid) as problem:
        edit(cast, report, "共{target}项", 0)
    assert problem.value.errors == {"text": "字段{target}不存在，无法填写。"}
    for actor in (cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            edit(cast, report, "x", 0, actor)


def test_a_text_whose_target_is_gone_is_named_before_review(cast: Any) -> None:
    report = make.report(cast)
    Target.objects.filter(code="M03-1").update(code="M03-9")
    with pytest.raises(Invalid) as problem:
        services.submit_report(actor=cast.secretariat, report=report)
    assert sorted(problem.value.errors) == ["summary-en", "summary-zh-hans"]


# --- review and signing ---------------------------------------------------------------------
def test_signing_takes_two_people_and_keeps_the_files(cast: Any) -> None:
    report = make.report(cast)
    services.submit_report(actor=cast.secretariat, report=report)
    with pytest.raises(Refused):
        edit(cast, report, "x", 0)
    with pytest.raises(Refused):
        services.regenerate(actor=cast.secretariat, report=report)
    services.propose_signing(actor=cast.secretariat, report=report)
    with pytest.raises(Conflict):
        services.return_report(actor=cast.secretariat, report=report, reason="x")
    with pytest.raises(Refused):
        services.confirm_signing(actor=cast.secretariat, report=report)
    assert (WorkReport.objects.get().state, report.files.count()) == (W.IN_REVIEW, 0)
    services.confirm_signing(actor=cast.second_secretariat, report=report)
    report.refresh_from_db()
    assert (report.state, report.signings) == (W.SIGNED, 1)
    files = {(each.kind, each.language): each for each in report.files.all()}
    assert sorted(files) == [(kind, language) for kind in ("docx", "pdf", "xlsx") for language in ("en", "zh-hans")]
    assert all(each.is_whole and each.size == len(bytes(each.content)) for each in files.values())
    events = AuditEvent.objects.filter(verb__startswith="work_report.").order_by("number").values_list("verb", flat=True)
    assert list(events) == [
        "work_report.figures", "work_report.draft", "work_report.submit", "work_report.sign.propose", "work_report.sign", *["work_report.file"] * 6,
    ]  # fmt: skip
    assert verify() == []


def test_reopened_and_signed_again_it_has_both(cast: Any) -> None:
    report = make.signed(cast)
    first = bytes(report.files.get(kind="pdf", language="zh-hans").content)
    with pytest.raises(Invalid):
        services.reopen_report(actor=cast.secretariat, report=report, reason=" ")
    services.archive_report(actor=cast.secretariat, report=report)
    services.reopen_report(actor=cast.secretariat, report=report, reason="数字有误")
    edit(cast, report, "更正后的概况。", 0)
    services.submit_report(actor=cast.secretariat, report=report)
    services.propose_signing(actor=cast.second_secretariat, report=report)
    services.confirm_signing(actor=cast.secretariat, report=report)
    assert [each.signing for each in report.files.filter(kind="pdf", language="zh-hans")] == [2, 1]
    assert bytes(report.files.get(kind="pdf", language="zh-hans", signing=1).content) == first


def test_the_same_report_is_printed_the_same(cast: Any) -> None:
    report = make.report(cast)
    data = data_of(report)
    digests = {hashlib.sha256(file_of(report, data, "pdf", "zh-hans")).hexdigest() for _time in range(2)}
    assert len(digests) == 1
    ReportData.objects.filter(pk=data.pk).update(digest="sha256:0")
    assert not data_of(report).is_whole


# --- who sees it ----------------------------------------------------------------------------
def test_who_sees_which_report(cast: Any) -> None:
    report = make.signed(cast)
    seen = {name for name, person in cast.people().items() if rules.visible_reports(person).exists()}
    assert seen == {"secretariat", "second_secretariat", "auditor"}
    assert not rules.visible_reports(None).exists()
    assert not rules.visible_files(cast.province_officer, report).exists()


# --- the report before ----------------------------------------------------------------------
def test_what_changed_since_the_last_report(cast: Any) -> None:
    template = make.template()
    first = make.report(cast, template, "2023Q1")
    assert previous_content(first) is None
    second = make.report(cast, template, "2023Q2")
    assert previous_content(second)["as_of"] == "2023-03-31"
    blocks = data_of(second).read()["papers"]["zh-hans"]["parts"][2]["blocks"]
    assert [block["text"] for block in blocks] == ["各项目标均无变化。", "与截至2023年3月31日的报告相比。"]
