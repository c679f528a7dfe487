"""A return's life: who enters, sees, approves, unlocks and corrects, and that nothing said is lost."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import transition
from pilotage.core.transitions import may, table_for
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.statistics import rules, services
from pilotage.statistics.enums import ReturnState
from pilotage.statistics.loading import load_data_sets
from pilotage.statistics.models import DataSet, Decision, Flag, Return, Value, ValueRevision
from pilotage.statistics.selectors import decisions_of, figures_shown
from tests.factories import statistics as make
from tests.factories.accounts import UNIT

pytestmark = pytest.mark.django_db
D = Decimal
JIANGSU, SHANDONG, SUZHOU, WEIFANG = "320000", "370000", "320500", "370700"
FIGURES = {"building": "10", "built": "4"}


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with translation.override("en"), make.on("2023-07-05"):
        yield


@pytest.fixture
def provinces(cast: Any) -> DataSet:
    return make.data_set()


@pytest.fixture
def cities(cast: Any) -> DataSet:
    return make.data_set(slug="cities", **make.CITIES)


def figures(report: Return) -> dict[str, Decimal | None]:
    return {value.element: value.current for value in Value.objects.filter(report=report)}


# --- entering -------------------------------------------------------------------------------
def test_figures_are_entered_and_every_wording_of_them_is_kept(cast: Any, provinces: DataSet) -> None:
    actor = cast.province_officer
    report = make.entered(actor, provinces, JIANGSU, "2023-06", FIGURES)
    assert (report.state, report.edition, report.period, str(report.due_on)) == ("draft", 1, "2023-06", "2023-07-10")
    make.entered(actor, provinces, JIANGSU, "2023-06", {"building": "12"})
    assert figures(report) == {"building": D(12), "built": D(4)}
    said = ValueRevision.objects.filter(value__report=report, value__element="building").order_by("number")
    assert [(each.number, each.figure, each.by, str(each.valid_from), str(each.valid_to)) for each in said] == [
        (1, D(10), actor, "2023-06-01", "2023-06-30"),
        (2, D(12), actor, "2023-06-01", "2023-06-30"),
    ]
    assert AuditEvent.objects.filter(verb="return.save", object_id=str(report.pk)).count() == 2


def test_saving_the_same_again_writes_nothing(cast: Any, provinces: DataSet) -> None:
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", FIGURES)
    before = (ValueRevision.objects.count(), AuditEvent.objects.count())
    saved = services.save_figures(
        actor=cast.province_officer, data_set=provinces, reporter=JIANGSU, period="2023-06", figures=FIGURES, edition=1
    )
    assert (saved.written, saved.report.edition) == ([], 1)
    assert (ValueRevision.objects.count(), AuditEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("reporter", "period", "typed", "errors"),
    [
        (JIANGSU, "2023-06", {"building": "ten", "built": "-1"}, ["building", "built"]),
        (JIANGSU, "2023-06", {"bilding": "10"}, ["bilding"]),
        (JIANGSU, "2023-07", FIGURES, [""]),
        (JIANGSU, "2021-12", FIGURES, [""]),
        (JIANGSU, "2023Q2", FIGURES, [""]),
        (JIANGSU, "June", FIGURES, [""]),
        ("210000", "2023-06", FIGURES, [""]),
        (JIANGSU, "2023-06", {**FIGURES, "whole": "15"}, ["whole"]),
        (JIANGSU, "2023-06", {"building": "0", "built": "4"}, ["built"]),
    ],
)
def test_what_does_not_fit_is_refused_whole(
    cast: Any, provinces: DataSet, reporter: str, period: str, typed: dict[str, str], errors: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        services.save_figures(actor=cast.province_officer, data_set=provinces, reporter=reporter, period=period, figures=typed)
    assert sorted(refused.value.errors) == sorted(errors)
    assert (Return.objects.count(), Value.objects.count()) == (0, 0)


def test_many_entries_are_all_or_nothing(cast: Any, provinces: DataSet) -> None:
    entries = [
        services.Entry(JIANGSU, period, {"building": figure, "built": "1"}) for period, figure in (("2023-05", "5"), ("2023-06", "x"))
    ]
    with pytest.raises(services.BadEntries) as refused:
        services.save_entries(actor=cast.province_officer, data_set=provinces, entries=entries)
    assert list(refused.value.faults) == [(JIANGSU, "2023-06", "building")]
    assert Return.objects.count() == 0
    services.save_entries(actor=cast.province_officer, data_set=provinces, entries=entries[:1])
    assert [report.period for report in Return.objects.all()] == ["2023-05"]


def test_two_people_do_not_overwrite_each_other(cast: Any, provinces: DataSet) -> None:
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", FIGURES)
    with pytest.raises(Conflict):
        services.save_figures(
            actor=cast.province_officer, data_set=provinces, reporter=JIANGSU, period="2023-06", figures={"building": "11"}, edition=0
        )
    assert Value.objects.get(element="building").current == D(10)


def test_only_the_body_itself_enters(cast: Any, provinces: DataSet) -> None:
    for name, person in cast.people().items():
        if name != "province_officer":
            with pytest.raises(Refused):
                make.entered(person, provinces, JIANGSU, "2023-06", FIGURES)
    with pytest.raises(Refused):
        make.entered(None, provinces, JIANGSU, "2023-06", FIGURES)
    assert Return.objects.count() == 0


def test_a_city_reports_and_its_province_may_for_it(cast: Any, cities: DataSet) -> None:
    make.entered(cast.city_officer, cities, SUZHOU, "2023-06", FIGURES)
    make.entered(cast.province_officer, cities, SUZHOU, "2023-05", FIGURES)
    with pytest.raises(Refused, match="or the province that began it"):
        make.entered(cast.province_officer, cities, SUZHOU, "2023-06", {"building": "11"})
    make.entered(cast.city_officer, cities, SUZHOU, "2023-05", {"building": "11"})
    for person in (cast.other_province_officer, cast.other_city_officer, cast.secretariat, cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            make.entered(person, cities, SUZHOU, "2023-04", FIGURES)
    assert sorted(Return.objects.values_list("period", "province_id", "prefecture_id")) == [
        ("2023-05", JIANGSU, SUZHOU),
        ("2023-06", JIANGSU, SUZHOU),
    ]


# --- who sees what --------------------------------------------------------------------------
def test_a_draft_is_hidden_from_everybody_above(cast: Any, cities: DataSet) -> None:
    draft = make.entered(cast.city_officer, cities, SUZHOU, "2023-06", FIGURES)
    sees = {name for name, person in cast.people().items() if draft in rules.visible_returns(person)}
    assert sees == {"city_officer"}
    services.hand_in(actor=cast.city_officer, report=draft)
    sees = {name for name, person in cast.people().items() if draft in rules.visible_returns(person)}
    assert sees == {"city_officer", "province_officer", "secretariat", "second_secretariat", "auditor"}


def test_a_provinces_draft_is_its_own(cast: Any, provinces: DataSet) -> None:
    draft = make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", FIGURES)
    assert {name for name, person in cast.people().items() if draft in rules.visible_returns(person)} == {"province_officer"}


def test_a_units_return(cast: Any) -> None:
    national = make.data_set(slug="national", **make.NATIONAL)
    report = make.handed_in(cast.unit_officer, national, UNIT, "2023-06", FIGURES)
    sees = {name for name, person in cast.people().items() if report in rules.visible_returns(person)}
    assert sees == {"unit_officer", "secretariat", "second_secretariat", "auditor"}
    assert {n for n, p in cast.people().items() if rules.concerns(p, national)} == sees


def test_what_is_being_changed_is_hidden_until_resubmitted(cast: Any, provinces: DataSet) -> None:
    with make.on("2023-07-06"):
        report = make.handed_in(cast.province_officer, provinces, JIANGSU, "2023-06", FIGURES)
    with make.on("2023-07-07"):
        services.send_back(actor=cast.secretariat, report=report, reason="check the first figure")
    with make.on("2023-07-08"):
        make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "9"})
        report.refresh_from_db()
        assert figures_shown(report, working=rules.sees_working_figures(cast.province_officer, report))["building"] == D(9)
        assert figures_shown(report, working=rules.sees_working_figures(cast.secretariat, report))["building"] == D(10)
    with make.on("2023-07-09"):
        services.hand_in(actor=cast.province_officer, report=report)
        assert figures_shown(report, working=False)["building"] == D(9)


# --- approval -------------------------------------------------------------------------------
def test_a_citys_figures_count_only_after_both_levels(cast: Any, cities: DataSet) -> None:
    report = make.handed_in(cast.city_officer, cities, SUZHOU, "2023-06", FIGURES)
    assert may(cast.secretariat, report, "approve").allowed is False
    services.approve(actor=cast.province_officer, report=report)
    assert (report.state, Value.objects.filter(decided__isnull=False).count()) == ("province_approved", 0)
    with pytest.raises(Refused):
        services.approve(actor=cast.province_officer, report=report)
    services.approve(actor=cast.secretariat, report=report, note="as agreed")
    assert report.state == "locked"
    assert sorted(Value.objects.values_list("element", "decided")) == [("building", D(10)), ("built", D(4))]
    with pytest.raises(Invalid, match="has been handed in"):
        make.entered(cast.city_officer, cities, SUZHOU, "2023-06", {"building": "11"})
    assert make.entered(cast.city_officer, cities, SUZHOU, "2023-06", {"building": "10"}).edition == 1


def test_a_data_set_whose_last_level_is_the_province(cast: Any) -> None:
    own = make.data_set(slug="own", **make.CITIES, approved_by=["province"])
    report = make.handed_in(cast.city_officer, own, SUZHOU, "2023-06", FIGURES)
    assert may(cast.secretariat, report, "approve").allowed is False
    services.approve(actor=cast.province_officer, report=report)
    assert report.state == "locked"


def test_an_incomplete_return_is_not_handed_in(cast: Any, provinces: DataSet) -> None:
    report = make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "10"})
    with pytest.raises(Invalid) as refused:
        services.hand_in(actor=cast.province_officer, report=report)
    assert refused.value.errors == {"built": "“Built” is missing."}


def test_an_unusual_figure_is_explained_before_it_is_handed_in(cast: Any, provinces: DataSet) -> None:
    report = make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "950", "built": "4"})
    [flag] = report.flags.all()
    assert (flag.screen, flag.rule, flag.element) == ("rule", "many", "building")
    with pytest.raises(Invalid):
        services.hand_in(actor=cast.province_officer, report=report)
    with pytest.raises(Refused):
        services.answer_flags(actor=cast.secretariat, report=report, answers={flag.pk: "no"})
    assert services.answer_flags(actor=cast.province_officer, report=report, answers={flag.pk: "two parks were added"}) == 1
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"built": "5"})
    assert Flag.objects.get().answer == "two parks were added"
    services.hand_in(actor=cast.province_officer, report=report)
    assert services.approve(actor=cast.secretariat, report=report).state == "locked"


def test_a_new_figure_is_asked_about_anew(cast: Any, provinces: DataSet) -> None:
    report = make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "950", "built": "4"})
    services.answer_flags(actor=cast.province_officer, report=report, answers={report.flags.get().pk: "two parks"})
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "990"})
    assert Flag.objects.get().answer == ""
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "90"})
    assert Flag.objects.count() == 0


def test_a_sudden_change_is_flagged(cast: Any, provinces: DataSet) -> None:
    make.entered(cast.province_officer, provinces, JIANGSU, "2023-05", {"building": "100", "built": "4"})
    report = make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "160", "built": "5"})
    [flag] = report.flags.all()
    assert (flag.element, flag.screen, flag.score, flag.usual) == ("building", "change", pytest.approx(0.6), 100.0)


def test_many_are_approved_each_by_itself(cast: Any, provinces: DataSet) -> None:
    good = make.handed_in(cast.province_officer, provinces, JIANGSU, "2023-05", FIGURES)
    draft = make.entered(cast.other_province_officer, provinces, SHANDONG, "2023-05", FIGURES)
    done, refused = services.approve_many(actor=cast.secretariat, reports=[good, draft])
    assert (done, list(refused)) == ([good], [draft])


# --- correcting -----------------------------------------------------------------------------
def test_unlocking_keeps_what_was_approved_until_the_new_is(cast: Any, provinces: DataSet) -> None:
    report = make.locked(cast.province_officer, [cast.secretariat], provinces, JIANGSU, "2023-06", FIGURES)
    with pytest.raises(Invalid):
        services.unlock(actor=cast.secretariat, report=report, reason=" ")
    services.unlock(actor=cast.secretariat, report=report, reason="double counting")
    with pytest.raises(Invalid) as refused:
        make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", {"building": "8"})
    assert list(refused.value.errors) == ["why"]
    services.save_figures(
        actor=cast.province_officer, data_set=provinces, reporter=JIANGSU, period="2023-06", figures={"building": "8"}, why="two twice"
    )
    building = Value.objects.get(element="building")
    assert (building.current, building.decided) == (D(8), D(10))
    report.refresh_from_db()
    services.hand_in(actor=cast.province_officer, report=report)
    services.approve(actor=cast.secretariat, report=report)
    building.refresh_from_db()
    assert (building.current, building.decided) == (D(8), D(8))
    both = [(each.revision.figure, each.revision.why, each.revision.by, each.by) for each in decisions_of(report)["building"]]
    assert both == [
        (D(10), "", cast.province_officer, cast.secretariat),
        (D(8), "two twice", cast.province_officer, cast.secretariat),
    ]


def test_the_secretariat_corrects_with_a_reason_and_both_values_stay(cast: Any, provinces: DataSet) -> None:
    report = make.locked(cast.province_officer, [cast.secretariat], provinces, JIANGSU, "2023-06", FIGURES)
    for typed, reason, fault in (({"building": "8"}, "", "reason"), ({"building": "10"}, "x", ""), ({"building": "a"}, "x", "building")):
        with pytest.raises(Invalid) as refused:
            services.correct(actor=cast.secretariat, report=report, figures=typed, reason=reason)
        assert list(refused.value.errors) == [fault]
    [written] = services.correct(actor=cast.secretariat, report=report, figures={"building": "8"}, reason="a slip")
    assert (written.before, written.after) == (D(10), D(8))
    assert (report.state, Value.objects.get(element="building").decided) == ("locked", D(8))
    assert [each.revision.figure for each in decisions_of(report)["building"]] == [D(10), D(8)]
    assert AuditEvent.objects.get(verb="return.correct").reason == "a slip"
    with pytest.raises(Refused):
        services.correct(actor=cast.province_officer, report=report, figures={"building": "7"}, reason="x")


# --- the table ------------------------------------------------------------------------------
ALLOWED = {
    ("submit", "draft"): {"province_officer"},
    ("resubmit", "returned"): {"province_officer"},
    ("resubmit", "unlocked"): {"province_officer"},
    ("return", "submitted"): {"secretariat", "second_secretariat"},
    ("return", "resubmitted"): {"secretariat", "second_secretariat"},
    ("approve", "submitted"): {"secretariat", "second_secretariat"},
    ("approve", "resubmitted"): {"secretariat", "second_secretariat"},
    ("unlock", "locked"): {"secretariat", "second_secretariat"},
    ("correct", "locked"): {"secretariat", "second_secretariat"},
}
ALLOWED_CITY = {
    **{key: people for key, people in ALLOWED.items() if key[0] not in {"submit", "resubmit", "return", "approve"}},
    **{(verb, state): {"city_officer"} for verb, state in ALLOWED if verb in {"submit", "resubmit"}},
    **{(verb, state): {"province_officer"} for verb in ("return", "endorse") for state in ("submitted", "resubmitted")},
    ("return", "province_approved"): {"secretariat", "second_secretariat"},
    ("approve", "province_approved"): {"secretariat", "second_secretariat"},
}


@pytest.mark.parametrize("level", ["province", "city"])
def test_every_state_verb_and_role(cast: Any, provinces: DataSet, cities: DataSet, level: str) -> None:
    actor, of, reporter = (cast.province_officer, provinces, JIANGSU) if level == "province" else (cast.city_officer, cities, SUZHOU)
    expected = ALLOWED if level == "province" else ALLOWED_CITY
    report = make.entered(actor, of, reporter, "2023-06", FIGURES)
    found: dict[tuple[str, str], set[str]] = {}
    for state in ReturnState.values:
        Return.objects.filter(pk=report.pk).update(state=state)
        at = Return.objects.select_related("version", "data_set").get(pk=report.pk)
        for verb in table_for(report).by_verb:
            people = {name for name, person in cast.people().items() if may(person, at, verb)}
            if people:
                found[verb, state] = people
    if level == "province":  # one level only: what a province has approved does not occur
        found = {key: people for key, people in found.items() if key[1] != "province_approved"}
    assert found == expected


def test_a_step_that_is_not_open_is_refused(cast: Any, provinces: DataSet) -> None:
    report = make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", FIGURES)
    with pytest.raises(Conflict):
        transition(report, "unlock", actor=cast.secretariat, reason="x")
    assert Decision.objects.count() == 0


# --- loading --------------------------------------------------------------------------------
RECORDED = [
    {"period": "2022-03", "element": "building", "value": 2400, "source": "https://example.org/a"},
    {"period": "2022-06", "element": "building", "value": 3100, "source": {"url": "https://example.org/b", "note": "half a year"}},
]


def test_figures_on_public_record_are_loaded_once_with_their_address(cast: Any) -> None:
    of = make.data_set(slug="national", **make.NATIONAL, recorded=RECORDED)
    said = ValueRevision.objects.order_by("valid_from")
    assert [(str(each.valid_to), each.figure, each.source, each.why) for each in said] == [
        ("2022-03-31", D(2400), "https://example.org/a", "on public record"),
        ("2022-06-30", D(3100), "https://example.org/b", "on public record: half a year"),
    ]
    assert list(Return.objects.values_list("state", "is_recorded_history")) == [("locked", True)] * 2
    assert load_data_sets(of.plan, [make.content(slug="national", **make.NATIONAL, recorded=RECORDED)], None) == []
    changed = [{**RECORDED[0], "value": 2500}, RECORDED[1]]
    load_data_sets(of.plan, [make.content(slug="national", **make.NATIONAL, recorded=changed)], None)
    assert list(Value.objects.order_by("report__starts_on").values_list("decided", flat=True)) == [D(2500), D(3100)]
    assert Decision.objects.count() == 3


def test_what_is_reported_here_is_not_overwritten_by_what_was_published(cast: Any) -> None:
    of = make.data_set(slug="national", **make.NATIONAL)
    make.locked(cast.unit_officer, [cast.secretariat], of, UNIT, "2022-03", {"building": "2399", "built": "1"})
    load_data_sets(of.plan, [make.content(slug="national", **make.NATIONAL, recorded=RECORDED)], None)
    assert Value.objects.get(report__period="2022-03", element="building").decided == D(2399)


def test_a_changed_file_is_a_new_version_and_returns_keep_theirs(cast: Any, provinces: DataSet) -> None:
    report = make.entered(cast.province_officer, provinces, JIANGSU, "2023-06", FIGURES)
    sentences = load_data_sets(provinces.plan, [make.content(deadline_days=20)], None)
    assert sentences == ["The data set projects is loaded as version 2."]
    provinces.refresh_from_db()
    assert (provinces.version_now.number, Return.objects.get(pk=report.pk).version.number) == (2, 1)
    assert load_data_sets(provinces.plan, [], None) == ["The data set projects is no longer asked for."]
    assert rules.visible_data_sets(cast.secretariat).count() == 0
    load_data_sets(provinces.plan, [make.content(deadline_days=20)], None)
    assert rules.visible_data_sets(cast.secretariat).count() == 1


def test_a_data_set_belongs_to_one_plan(cast: Any, provinces: DataSet) -> None:
    with pytest.raises(Invalid):
        load_data_sets(make.plan(), [make.content()], None)


def test_saving_costs_the_same_however_long_the_past(cast: Any, provinces: DataSet) -> None:
    def cost(period: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            make.entered(cast.province_officer, provinces, JIANGSU, period, FIGURES)
        return len(queries)

    cost("2022-01")
    counted = [cost(period) for period in ("2022-02", "2022-03", "2022-04")]
    assert counted[0] == counted[2]
