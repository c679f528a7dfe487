"""Figures marked at submission, shown to the checker, cleared with a reason; nothing passes before."""

from __future__ import annotations

from typing import Any

import pytest

from pilotage.accounts.enums import Role
from pilotage.accounts.models import User
from pilotage.audit.models import AuditEvent
from pilotage.calls import services
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application, FiledFigures, QualityFlag
from pilotage.calls.quality.figures import figures_of, sentence_of
from pilotage.calls.selectors import form_of
from pilotage.core.verdict import Conflict, Invalid, Refused
from tests.factories import calls as make
from tests.factories import reports as factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(at: Any) -> Any:
    at(factory.FILING)
    return factory.quarterly_call()


@pytest.fixture
def project(call: Any, cast: Any) -> Application:
    cast.enterprise.uscc = "91320505MA1XD00000"
    cast.enterprise.save()
    return factory.listed(call, cast.filer, cast.enterprise)


@pytest.fixture
def slipped(project: Application, cast: Any) -> Application:
    """12 base stations last time, 1,200 now."""
    return factory.filed(project, cast.filer, base_stations=1200, devices_connected=290)


def flags(application: Application) -> list[tuple[str, str, str, str, int]]:
    rows = QualityFlag.objects.filter(application=application).order_by("pk")
    return [(flag.path, flag.rule, flag.value, flag.state, flag.slip) for flag in rows]


def others(call: Any, count: int = 8, **values: Any) -> None:
    for number in range(count):
        application = factory.listed(call, User.objects.earliest("pk"))
        known = {"base_stations": str(10 + number), "effect_efficiency.after": "50"} | values
        FiledFigures.objects.create(application=application, call=call, period="", values=known, filed_at=make.moment(make.FILING))


# --- raising --------------------------------------------------------------------------------
def test_figures_are_numbers_both_sides_of_effects_and_totals_of_tables(call: Any) -> None:
    form = form_of(call.current)
    found = figures_of(form, make.answers())
    wanted = ("base_stations", "main_revenue", "effect_cost.before", "effect_cost.after", "investment_items.amount")
    assert {path: str(found[path]) for path in wanted} == {
        "base_stations": "12", "main_revenue": "38600.00", "effect_cost.before": "12.5", "effect_cost.after": "11.1",
        "investment_items.amount": "2000",
    }  # fmt: skip
    assert set(figures_of(form.asking(["network"]), make.answers())) == {
        "base_stations", "edge_nodes", "devices_total", "devices_connected", "coverage",
    }  # fmt: skip


def test_a_slip_against_the_own_last_figure_is_marked_when_it_is_filed(slipped: Application) -> None:
    assert flags(slipped) == [("base_stations", "history", "1200", "open", 2)]
    assert Application.objects.get(pk=slipped.pk).open_flags == 1
    sentence = sentence_of(form_of(slipped.version), QualityFlag.objects.get())
    assert sentence == (
        "5G基站：1,200。按本单位以往填报应在4至36之间（对照1次填报，上次为12）。约为对照值的100倍，可能是单位或小数点有误。"
    )


def test_an_outlier_among_those_of_the_same_call_is_marked(call: Any, cast: Any, at: Any) -> None:
    at(make.FILING.replace("T", " "))
    others(call)
    cast.enterprise.uscc = "91320505MA1XD00000"
    cast.enterprise.save()
    application = make.application(
        call, cast.filer, cast.enterprise, data=make.answers(base_stations=90_000, truth_statement={"agreed": True})
    )
    make.attachment(application, cast.filer)
    services.submit(actor=cast.filer, application=application)
    assert flags(application) == [("base_stations", "peers", "90000", "open", 4)]
    mark = QualityFlag.objects.get()
    assert (mark.reference, mark.compared) == ("13.5", 8)
    assert "其他单位通常在" in sentence_of(form_of(call.current), mark)


def test_seven_others_are_too_few_and_ones_own_do_not_count(call: Any, cast: Any, at: Any) -> None:
    at(make.FILING.replace("T", " "))
    others(call, 7)
    cast.enterprise.uscc = "91320505MA1XD00000"
    cast.enterprise.save()
    own = make.application(call, cast.filer, cast.enterprise, S.SUBMITTED)
    FiledFigures.objects.create(application=own, call=call, values={"base_stations": "12"}, filed_at=make.moment(make.FILING))
    application = make.application(
        call, cast.filer, cast.enterprise, data=make.answers(base_stations=90_000, truth_statement={"agreed": True})
    )
    make.attachment(application, cast.filer)
    services.submit(actor=cast.filer, application=application)
    assert flags(application) == []


def test_a_call_can_judge_nothing(call: Any, cast: Any) -> None:
    make.load_calls(make.plan(), [make.call_document(stages=call.current.content["stages"], quality=False)], None)
    project = factory.listed(make.Call.objects.get(pk=call.pk), cast.filer, cast.enterprise)
    assert flags(factory.filed(project, cast.filer, base_stations=1200)) == []
    assert not FiledFigures.objects.exists()


# --- clearing -------------------------------------------------------------------------------
def test_nothing_passes_while_a_figure_is_marked(slipped: Application, cast: Any) -> None:
    with pytest.raises(Refused) as refused:
        services.check(actor=cast.city_officer, application=slipped, result="pass", opinion="")
    assert str(refused.value) == f"{slipped.number}：有1个数据被标记为可能有误。请逐项说明理由后消除标记，或退回修改。"
    assert Application.objects.get(pk=slipped.pk).state == S.SUBMITTED
    services.return_for_correction(actor=cast.city_officer, application=slipped, reason="请核对基站数")
    assert slipped.state == S.RETURNED


def test_a_mark_is_cleared_with_a_reason_by_whoever_decides_now(slipped: Application, cast: Any) -> None:
    flag = QualityFlag.objects.select_related("application").get()
    with pytest.raises(Invalid) as invalid:
        services.clear_mark(actor=cast.city_officer, flag=flag, reason=" ")
    assert invalid.value.errors == {"reason": "请说明该数据为何属实，理由将留存。"}
    for actor in (cast.filer, cast.other_province_officer, cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            services.clear_mark(actor=actor, flag=flag, reason="已核实")
    services.clear_mark(actor=cast.city_officer, flag=flag, reason="已电话核实，新建厂区")
    event = AuditEvent.objects.get(verb="quality_flag.clear")
    assert (event.actor, event.reason) == (cast.city_officer, "已电话核实，新建厂区")
    flag.refresh_from_db()
    assert (flag.state, flag.decided_by, flag.reason) == ("cleared", cast.city_officer, "已电话核实，新建厂区")
    with pytest.raises(Conflict):
        services.clear_mark(actor=cast.city_officer, flag=flag, reason="再次")
    fresh = Application.objects.get(pk=slipped.pk)
    assert services.check(actor=cast.city_officer, application=fresh, result="pass", opinion="").state == S.CHECKED


def test_filed_again_a_corrected_figure_loses_its_mark_and_a_cleared_one_is_not_marked_again(slipped: Application, cast: Any) -> None:
    services.clear_mark(actor=cast.city_officer, flag=QualityFlag.objects.get(), reason="属实")
    services.return_for_correction(actor=cast.city_officer, application=slipped, reason="补充说明")
    saved = services.save_draft(
        actor=cast.filer,
        application=slipped,
        values={"edge_nodes": 2000},
        base_version=Application.objects.get(pk=slipped.pk).draft_version,
    )
    assert not saved.errors
    services.submit(actor=cast.filer, application=slipped)
    assert flags(slipped)[1:] == [("edge_nodes", "history", "2000", "open", 3)]
    services.return_for_correction(actor=cast.city_officer, application=slipped, reason="请核对")
    again = Application.objects.get(pk=slipped.pk)
    services.save_draft(actor=cast.filer, application=again, values={"edge_nodes": 2}, base_version=again.draft_version)
    services.submit(actor=cast.filer, application=again)
    assert [(path, state) for path, _rule, _value, state, _slip in flags(slipped)] == [
        ("base_stations", "cleared"),
        ("edge_nodes", "lapsed"),
    ]
    assert Application.objects.get(pk=slipped.pk).open_flags == 0


def test_a_mark_stops_a_whole_bundle(slipped: Application, cast: Any, call: Any) -> None:
    good = factory.filed(factory.listed(call, cast.filer, cast.enterprise), cast.filer, devices_connected=265)
    both = list(Application.objects.filter(pk__in=[slipped.pk, good.pk]))
    with pytest.raises(Refused):
        services.check_many(actor=cast.city_officer, applications=both, result="pass", opinion="")
    assert set(Application.objects.filter(pk__in=[slipped.pk, good.pk]).values_list("state", flat=True)) == {S.SUBMITTED}


def test_the_secretariat_clears_once_the_report_is_due(slipped: Application, cast: Any, at: Any) -> None:
    flag = QualityFlag.objects.select_related("application").get()
    with pytest.raises(Refused):
        services.clear_mark(actor=cast.secretariat, flag=flag, reason="已核实")
    at(factory.OVERDUE)
    assert cast.secretariat.memberships_as(Role.SECRETARIAT)
    assert services.clear_mark(actor=cast.secretariat, flag=flag, reason="已核实").state == "cleared"


# --- before it is filed ---------------------------------------------------------------------
def test_the_applicant_reads_before_submission_what_a_checker_will_ask(project: Application, cast: Any, client_for: Any) -> None:
    draft = factory.report(project, cast.filer, base_stations=1200, devices_connected=290)
    page = client_for(cast.filer).get(f"/my/{draft.number}/check/").content.decode()

    assert "按本单位以往填报应在4至36之间（对照1次填报，上次为12）。约为对照值的100倍，可能是单位或小数点有误。" in page
    assert "?section=network#f-base_stations" in page
    assert QualityFlag.objects.filter(application=draft).count() == 0
    services.submit(actor=cast.filer, application=draft)
    assert [flag[0] for flag in flags(draft)] == ["base_stations"]


def test_the_applicant_reads_nothing_of_what_others_filed(call: Any, cast: Any, client_for: Any, at: Any) -> None:
    at(make.FILING.replace("T", " "))
    others(call)
    draft = make.application(call, cast.filer, cast.enterprise, data=make.answers(base_stations=90_000))
    page = client_for(cast.filer).get(f"/my/{draft.number}/check/").content.decode()

    assert "90,000。与本次征集中的通常水平相差较大。约为对照值的10,000倍，可能是单位或小数点有误。" in page
    assert ("其他单位通常在" in page, "13.5" in page) == (False, False)
