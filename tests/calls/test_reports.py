"""Reports of listed projects: one per period, of the sections asked for, begun with what was filed last; reminders of what is missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.calls import deadlines, selectors, services
from pilotage.calls.enums import ApplicationKind
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application, ReportReminder
from pilotage.calls.reports import selectors as reports
from pilotage.calls.reports.forms import form_for
from pilotage.core.verdict import Invalid, Refused
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


def checked(cast: Any, report: Application) -> Application:
    return services.check(actor=cast.city_officer, application=report, result="pass", opinion="")


# --- what a report is -----------------------------------------------------------------------
def test_a_report_asks_for_its_sections_only_and_knows_the_rest(project: Application, cast: Any) -> None:
    report = factory.report(project, cast.filer)
    assert (report.kind, report.period, report.renews) == (ApplicationKind.UPDATE, "2024Q1", project)
    assert [section.key for section in form_for(report).sections] == ["network"]
    assert (report.data["devices_connected"], report.data["main_revenue"]) == (260, "38600.00")
    saved = services.save_draft(
        actor=cast.filer, application=report, values={"devices_connected": 270, "main_revenue": "1"}, base_version=report.draft_version
    )
    assert (saved.saved, saved.errors) == (["devices_connected"], {"main_revenue": "上年主营业务收入：本次报告不填写此项。"})
    services.submit(actor=cast.filer, application=report)
    revision = report.revisions.get()
    assert (report.state, revision.data["devices_connected"], revision.data["main_revenue"]) == (S.SUBMITTED, 270, "38600.00")
    with pytest.raises(Invalid) as refused:
        make.attachment(factory.report(project, cast.filer, "2023Q4"), cast.filer, "evidence_network")
    assert "evidence_network" in refused.value.errors


def test_what_is_missing_in_a_section_not_asked_for_stands_against_nothing(project: Application, cast: Any) -> None:
    Application.objects.filter(pk=project.pk).update(data=make.answers(contact_name=None))
    project.refresh_from_db()
    report = factory.report(project, cast.filer, network_description=None)
    with pytest.raises(Invalid) as refused:
        services.submit(actor=cast.filer, application=report)
    assert list(refused.value.errors) == ["network_description"]


def test_the_next_report_begins_with_the_one_filed_last(project: Application, cast: Any, at: Any) -> None:
    factory.filed(project, cast.filer, "2023Q4", devices_connected=280)
    second = factory.report(project, cast.filer, "2024Q1")
    assert (second.data["devices_connected"], selectors.basis_of(project, before=second.pk).period) == (280, "2023Q4")


def test_one_report_per_period_several_periods_beside_each_other(project: Application, cast: Any) -> None:
    first = factory.report(project, cast.filer, "2023Q4")
    factory.report(project, cast.filer, "2024Q1")
    with pytest.raises(Invalid) as refused:
        factory.report(project, cast.filer, "2023Q4")
    assert refused.value.errors == {"renews": "该项目的更新已经开始。"}
    services.withdraw(actor=cast.filer, application=first, reason="重填")
    assert factory.report(project, cast.filer, "2023Q4").number != first.number


def test_left_out_the_period_is_the_newest_that_is_taken(project: Application, cast: Any) -> None:
    assert factory.report(project, cast.filer, "").period == "2024Q1"


@pytest.mark.parametrize(
    ("period", "sentence"),
    [("2024Q2", "“季度报告”于2024年7月1日00:00开始。"), ("2022Q1", "本次征集不要求报送2022年第1季度的报告。")],
)
def test_a_report_has_its_time(project: Application, cast: Any, period: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        factory.report(project, cast.filer, period)
    assert str(refused.value) == sentence


def test_a_late_report_is_taken_until_the_stage_closes(project: Application, cast: Any, at: Any) -> None:
    at("2024-12-31 16:59")
    report = factory.report(project, cast.filer)
    assert deadlines.report_due(report) == make.moment("2024-04-15T17:00")
    at("2024-12-31 17:00")
    with pytest.raises(Refused) as refused:
        services.submit(actor=cast.filer, application=report)
    assert str(refused.value) == "“季度报告”已于2024年12月31日17:00截止。草稿已保留，但现在不能提交。"


def test_a_returned_report_can_come_again_however_late(project: Application, cast: Any, at: Any) -> None:
    report = factory.filed(project, cast.filer)
    services.return_for_correction(actor=cast.city_officer, application=report, reason="请核对")
    at("2025-03-01 10:00")
    assert services.submit(actor=cast.filer, application=report).state == S.RESUBMITTED
    checked(cast, report)
    assert services.confirm_updates(actor=cast.province_officer, applications=[report])[0].state == S.UPDATE_CONFIRMED


def test_neither_signature_nor_partners_are_asked_of_a_report_in_part(call: Any, cast: Any) -> None:
    document = make.call_document(signoff="legal_representative", partners={"min": 1, "max": 3}, stages=call.current.content["stages"])
    make.load_calls(make.plan(), [document], None)
    project = factory.listed(make.Call.objects.get(pk=call.pk), cast.filer, cast.enterprise)
    assert factory.filed(project, cast.filer).state == S.SUBMITTED


# --- who owes what --------------------------------------------------------------------------
def test_every_period_in_numbers_for_what_one_sees(call: Any, project: Application, cast: Any) -> None:
    other = factory.listed(call, cast.other_filer, cast.other_enterprise)
    factory.listed(call, cast.filer, cast.enterprise)
    factory.filed(project, cast.filer)
    factory.filed(other, cast.other_filer, "2023Q4")
    factory.report(project, cast.filer, "2023Q4")  # a draft is nobody else's business
    seen = {each.period.key: (each.due, each.groups, each.missing, each.is_overdue) for each in reports.counts(cast.secretariat, call)}
    assert seen == {"2024Q1": (3, {"to_check": 1}, 2, False), "2023Q4": (3, {"to_check": 1}, 2, True)}
    city = [(each.period.key, each.due, each.filed) for each in reports.counts(cast.city_officer, call)]
    assert city == [("2024Q1", 2, 1), ("2023Q4", 2, 0)]
    assert reports.counts(cast.outsider, call)[0].due == 0


def test_counting_costs_the_same_for_one_and_three(call: Any, cast: Any, django_assert_num_queries: Any) -> None:
    actor = cast.secretariat
    for number in (1, 3):
        while Application.objects.filter(state=S.LISTED).count() < number:
            factory.listed(call, cast.filer)
        actor.active_memberships  # noqa: B018  read once, as the request does
        fresh = type(call).objects.prefetch_related("stages").get(pk=call.pk)
        with django_assert_num_queries(2):
            reports.counts(actor, fresh)


def test_what_an_enterprise_owes_is_told_by_due_date(project: Application, cast: Any) -> None:
    factory.filed(project, cast.filer)
    begun = list(Application.objects.filter(renews=project))
    owed = reports.owed_by(cast.filer, [project], begun)
    assert [(each.period.key, each.is_overdue, each.is_open, bool(each.verdict)) for each in owed] == [
        ("2023Q4", True, True, True), ("2024Q2", False, False, False),
    ]  # fmt: skip


def test_a_project_that_left_the_directory_owes_nothing(call: Any, project: Application, cast: Any) -> None:
    from pilotage.directory.models import Entry
    from tests.factories import directory

    entry = directory.entry(directory.edition(), application=project, number="5GF-2023-0001")
    assert list(reports.holders(call)) == [project]
    Entry.objects.filter(pk=entry.pk).update(state="removed", removed_on=date(2024, 2, 1))
    assert list(reports.holders(call)) == []


# --- reminding ------------------------------------------------------------------------------
def test_the_officer_reminds_each_once_a_day(call: Any, project: Application, cast: Any, at: Any) -> None:
    second = factory.listed(call, cast.filer, cast.enterprise)
    factory.filed(second, cast.filer)
    first = services.remind_of_report(actor=cast.city_officer, projects=[project, second], period="2024Q1")
    again = services.remind_of_report(actor=cast.province_officer, projects=[project], period="2024Q1")
    assert ((first.sent, first.filed, first.today), (again.sent, again.today)) == ((1, 1, 0), (0, 1))
    event = AuditEvent.objects.get(verb="report.remind")
    assert (event.actor, event.object_label) == (cast.city_officer, f"{project.number} · 2024Q1 · 2024-04-03")
    at("2024-04-04 10:00")
    assert services.remind_of_report(actor=cast.secretariat, projects=[project], period="2024Q1").sent == 1


def test_only_who_checks_or_confirms_reminds_and_only_of_what_can_be_filed(project: Application, cast: Any, at: Any) -> None:
    for actor in (cast.other_province_officer, cast.auditor, cast.filer, cast.outsider):
        with pytest.raises(Refused):
            services.remind_of_report(actor=actor, projects=[project], period="2024Q1")
    for period in ("2024Q2", "1999"):
        with pytest.raises(Refused):
            services.remind_of_report(actor=cast.city_officer, projects=[project], period=period)
    with pytest.raises(Invalid):
        services.remind_of_report(actor=cast.city_officer, projects=[], period="2024Q1")
    assert not ReportReminder.objects.exists()


def test_the_rule_reminds_at_its_intervals_and_never_twice_for_a_step(project: Application, cast: Any, at: Any) -> None:
    services.submit(actor=cast.filer, application=factory.report(project, cast.filer, "2023Q4"))
    days = []
    for moment in ("2024-04-15 18:00", "2024-04-16 16:59", "2024-04-16 17:00", "2024-04-16 18:00", "2024-04-18 09:00", "2024-04-23 09:00",
                   "2024-05-05 09:00", "2024-05-06 17:30", "2024-05-20 18:00"):  # fmt: skip
        at(moment)
        if services.remind_by_rule():
            days.append(moment)
    assert days == ["2024-04-16 17:00", "2024-04-23 09:00", "2024-05-06 17:30", "2024-05-20 18:00"]
    assert set(ReportReminder.objects.values_list("project", "period", "by")) == {(project.pk, "2024Q1", None)}


def test_a_reminder_by_hand_counts_as_the_step_of_its_day(project: Application, cast: Any, at: Any) -> None:
    factory.filed(project, cast.filer, "2023Q4")
    at("2024-04-16 18:00")
    services.remind_of_report(actor=cast.city_officer, projects=[project], period="2024Q1")
    assert services.remind_by_rule() == 0


def test_a_call_may_chase_nobody(cast: Any, at: Any) -> None:
    at(factory.OVERDUE)
    call = factory.quarterly_call()
    make.load_calls(make.plan(), [make.call_document(stages=call.current.content["stages"], reminders=[])], None)
    factory.listed(make.Call.objects.get(pk=call.pk), cast.filer, cast.enterprise)
    assert services.remind_by_rule() == 0
