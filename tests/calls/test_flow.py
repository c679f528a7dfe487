"""What is kept of the flow of applications is what a recount gives, whatever was done; and any past day reads as it was."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotage.audit import services as audit
from pilotage.calls import services
from pilotage.calls.flow import selectors as flow
from pilotage.calls.flow.recount import Models, differences
from pilotage.calls.models import Application, BuildingDay, BuildingSpan, Call, FlowDay, Move, PlanBuildingDay, StateDay
from pilotage.calls.selectors import applications_building, building_by_province, enterprises_building
from pilotage.calls.services.recounting import recount
from pilotage.calls.transitions import APPLICATION
from pilotage.core import clock
from pilotage.plan import indicators
from tests.factories import calls as make
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db
START = make.moment("2023-08-28T10:00")
SEATS = 6
ACT = st.tuples(st.sets(st.integers(0, SEATS - 1), min_size=1, max_size=3), st.integers(0, 9), st.integers(0, 3), st.booleans())


def differing() -> list[str]:
    return list(differences(Models(apps.get_model)))


@pytest.fixture
def call(cast: Any, at: Any) -> Call:
    at(make.FILING)
    return make.call()


@pytest.fixture
def drafts(call: Call, cast: Any) -> list[Application]:
    """Six drafts of three enterprises, two in one province and one in another; two of the drafts go to another call of the plan."""
    owners = [cast.enterprise, enterprise("无锡演示机床有限公司", "320100"), enterprise("大连演示机床有限公司", "210200")]
    calls = [call, call, make.call(call="5g-factory-directory-2022", year=2022)]
    number = iter(range(SEATS))
    return [
        make.application(calls[place // 2], cast.filer, owners[place % 3], building_state="building", number=f"T-{next(number)}")
        for place in range(SEATS)
    ]


class Books:
    """Any acts of the state table, and what was true at the end of each day, read off the records themselves."""

    def __init__(self, call: Call, drafts: list[Application]):
        self.call, self.keys, self.now = call, [row.pk for row in drafts], START
        self.standing: dict[int, str] = {}  # application -> building_state as filed, while it stands
        self.other = Call.objects.exclude(pk=call.pk).get()
        self.days: dict[date, tuple[dict[str, int], int, int, set[int]]] = {}

    def act(self, seats: set[int], choice: int, later: int, builds: bool) -> None:
        self.close_day()
        self.now += timedelta(days=later)
        rows = list(Application.objects.filter(pk__in=[self.keys[seat] for seat in seats]).order_by("pk"))
        together = [row for row in rows if row.state == rows[0].state]
        verbs = [row.verb for row in APPLICATION.verbs_from(rows[0].state)]
        if not verbs:
            return
        verb = verbs[choice % len(verbs)]
        if rows[0].state in {"draft", "returned"}:  # what is not filed changes nothing that is counted
            Application.objects.filter(pk__in=[row.pk for row in together]).update(building_state="built" if builds else "planned")
            together = list(Application.objects.filter(pk__in=[row.pk for row in together]).order_by("pk"))
        with clock.at(self.now):
            audit.transition_many(together, verb, actor=None, reason="试", changes=self.changes(verb))
        for row in together:
            if verb in {"submit", "resubmit"}:
                self.standing[row.pk] = row.building_state
            elif verb == "withdraw":
                self.standing.pop(row.pk, None)

    def changes(self, verb: str) -> Any:
        return lambda row: {"submitted_at": row.submitted_at or self.now} if verb == "submit" else {}

    def close_day(self) -> None:
        counted = {key for key, state in self.standing.items() if state in {"building", "built"}}
        own = Application.objects.filter(call=self.call).order_by()
        states = Counter(own.exclude(state="draft").values_list("state", flat=True))
        owners = set(own.filter(pk__in=counted).values_list("enterprise", flat=True))
        in_plan = set(Application.objects.filter(pk__in=counted).values_list("enterprise", flat=True))
        counted_here = set(own.filter(pk__in=counted).values_list("pk", flat=True))
        self.days[self.now.date()] = (dict(states), len(owners), len(in_plan), counted_here)

    def check(self) -> None:
        self.close_day()
        assert differing() == []
        both = [self.call.pk, self.other.pk]
        for day, (states, enterprises, in_plan, applications) in self.days.items():
            assert flow.building(both, [day]) == [in_plan]
            assert sum(flow.building_by_place(both, day).values()) == in_plan
            assert flow.states(self.call.pk, day) == states
            assert flow.building([self.call.pk], [day]) == [enterprises]
            assert sum(building_by_province([self.call], day).values()) == enterprises
            assert set(applications_building([self.call.slug], day).values_list("pk", flat=True)) == applications
            assert enterprises_building([self.call.slug], day).count() == enterprises
        assert flow.building([self.call.pk], sorted(self.days)) == [self.days[day][1] for day in sorted(self.days)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACT, min_size=1, max_size=14))
def test_whatever_is_done_the_counts_are_those_of_a_recount(acts: Any, drafts: list[Application], call: Call, monkeypatch: Any) -> None:
    monkeypatch.setattr(audit, "_check", lambda *_: None)  # who may is another test's question; here anything possible happens
    with transaction.atomic():
        books = Books(call, drafts)
        for act in acts:
            books.act(*act)
        books.check()
        kept = [list(model.objects.order_by(*columns).values_list(*columns)) for model, columns in TABLES.items()]
        recount()
        assert [list(model.objects.order_by(*columns).values_list(*columns)) for model, columns in TABLES.items()] == [
            [row for row in rows if row[-1] != 0 or model is BuildingSpan or model is Move]
            for rows, model in zip(kept, TABLES, strict=True)
        ]
        transaction.set_rollback(True)


STAGE_KIND = {step.value: kind.value for step, kind in flow.STAGE_OF.items()}
TABLES: dict[Any, tuple[str, ...]] = {
    Move: ("event", "application", "from_state", "to_state", "step_before", "step", "day", "waited_days", "province"),
    BuildingSpan: ("application", "since", "until", "province"),
    FlowDay: ("call", "kind", "from_state", "to_state", "day", "waited_days", "count"),
    StateDay: ("call", "kind", "step", "state", "province", "day", "change"),
    BuildingDay: ("call", "province", "day", "change"),
    PlanBuildingDay: ("plan", "province", "day", "change"),
}


def hand_in(cast: Any, call: Call) -> Application:
    cast.enterprise.uscc = "91110000600037341L"
    cast.enterprise.save()
    draft = services.start_application(actor=cast.filer, call=call, enterprise=cast.enterprise)
    services.save_draft(actor=cast.filer, application=draft, values=make.answers(), base_version=0)
    make.attachment(draft, cast.filer)
    services.submit(actor=cast.filer, application=Application.objects.get(pk=draft.pk))
    return Application.objects.get(pk=draft.pk)


def moment(text: str) -> datetime:
    return make.moment(text)


def test_the_services_keep_the_counts_and_what_waited(call: Call, cast: Any) -> None:
    application = hand_in(cast, call)
    with clock.at(moment("2023-09-01T09:00")):
        services.return_for_correction(actor=cast.city_officer, application=application, reason="请补正")
    with clock.at(moment("2023-09-02T09:00")):
        services.save_draft(
            actor=cast.filer, application=Application.objects.get(pk=application.pk), values={"site_address": "演示路2号"},
            base_version=Application.objects.get(pk=application.pk).draft_version,
        )  # fmt: skip
        services.submit(actor=cast.filer, application=Application.objects.get(pk=application.pk))
    with clock.at(moment("2023-09-05T09:00")):
        services.check(actor=cast.city_officer, application=Application.objects.get(pk=application.pk), result="pass", opinion="")
    moves = list(Move.objects.values_list("from_state", "to_state", "day", "waited_days"))
    assert moves == [
        ("draft", "submitted", date(2023, 8, 28), 0),
        ("submitted", "returned", date(2023, 9, 1), 4),
        ("returned", "resubmitted", date(2023, 9, 2), 5),
        ("resubmitted", "checked", date(2023, 9, 5), 8),
    ]
    assert Application.objects.get(pk=application.pk).step_since == date(2023, 9, 5)
    assert differing() == []


def test_what_is_withdrawn_later_still_counts_on_the_day_before(call: Call, cast: Any) -> None:
    application = hand_in(cast, call)
    with clock.at(moment("2023-10-09T09:00")):
        services.withdraw(actor=cast.filer, application=application, reason="不再申报")
    days = [date(2023, 8, 27), date(2023, 8, 28), date(2023, 9, 30), date(2023, 10, 8), date(2023, 10, 9)]
    assert flow.building([call.pk], days) == [0, 1, 1, 1, 0]
    assert building_by_province([call], date(2023, 9, 30)) == {"320000": 1}
    assert list(applications_building([call.slug], date(2023, 9, 30))) == [application]
    assert list(applications_building([call.slug], date(2023, 10, 9))) == []
    assert flow.states(call.pk, date(2023, 9, 30)) == {"submitted": 1}
    assert flow.states(call.pk, date(2023, 10, 9)) == {"withdrawn": 1}


def test_of_several_calls_an_enterprise_counts_once(call: Call, cast: Any) -> None:
    other = make.call(call="5g-factory-directory-2022", year=2022)
    for each, owner in ((call, cast.enterprise), (other, cast.enterprise), (other, enterprise("大连演示机床有限公司", "210200"))):
        make.application(each, cast.filer, owner, "submitted")
    recount()
    day = moment(make.FILING).date()
    assert flow.building([call.pk, other.pk], [day - timedelta(days=1), day]) == [0, 2]
    assert flow.building_by_place([call.pk, other.pk], day) == {"210000": 1, "320000": 1}
    make.call(call="5g-factory-directory-2021", year=2021)  # now they are not all the calls of the plan
    assert flow.building([call.pk, other.pk], [day - timedelta(days=1), day]) == [0, 2]
    assert flow.building_by_place([call.pk, other.pk], day) == {"210000": 1, "320000": 1}


# --- recount --------------------------------------------------------------------------------
def test_rows_brought_in_without_events_are_taken_in_as_far_as_they_tell(call: Call, cast: Any) -> None:
    later = moment("2023-09-03T10:00")
    made = make.application(call, cast.filer, cast.enterprise, "checked", updated_at=later)
    assert differing() == [f"Application {made.pk}: checked, and no change of state is kept"]
    assert recount() == 2
    assert differing() == []
    rows = Move.objects.values_list("from_state", "to_state", "day", "waited_days")
    assert list(rows) == [("draft", "submitted", date(2023, 8, 28), 0), ("submitted", "checked", date(2023, 9, 3), 6)]
    assert Application.objects.get(pk=made.pk).step_since == date(2023, 9, 3)


def test_the_command_names_every_difference_and_repairs_it(call: Call, cast: Any, capsys: Any) -> None:
    hand_in(cast, call)
    call_command("recount")  # the plan and the call of the test came without acts, so nothing read them into the search
    call_command("recount", check=True)
    assert "is what a recount gives" in capsys.readouterr().out
    StateDay.objects.update(change=3)
    BuildingDay.objects.all().delete()
    Move.objects.update(waited_days=9)
    number = Move.objects.get().pk
    with pytest.raises(CommandError, match="3 kept counts differ"):
        call_command("recount", check=True)
    row = f"{call.pk} new 320000"
    assert capsys.readouterr().out.splitlines() == [
        f"calls: Move {number}: kept {number} {Application.objects.get().pk} {call.pk} new 320000 draft submitted file check 2023-08-28 9, "
        f"recounted {number} {Application.objects.get().pk} {call.pk} new 320000 draft submitted file check 2023-08-28 0",
        f"calls: StateDay {row.replace('320000', 'check submitted 320000')} 2023-08-28: kept 3, recounted 1",
        f"calls: BuildingDay {call.pk} 320000 2023-08-28: kept 0, recounted 1",
    ]
    call_command("recount")
    assert differing() == []


@pytest.mark.parametrize("rows", [1, 3])
def test_a_bulk_act_costs_the_same_whatever_the_rows(rows: int, call: Call, cast: Any, django_assert_num_queries: Any) -> None:
    made = [make.application(call, cast.filer, None, "recommended") for _ in range(rows)]
    with django_assert_num_queries(11):
        audit.transition_many(made, "accept", actor=cast.secretariat)
    totals: dict[str, int] = defaultdict(int)
    for state, number in FlowDay.objects.values_list("to_state", "count"):
        totals[state] += number
    assert totals == {"accepted": rows}


# --- what a number counted, opened ----------------------------------------------------------
def listed(client: Any, **query: str) -> list[str]:
    """The applications of the list at that address, and the total it says."""
    page = client.get(reverse("calls:application-list"), query).content.decode()
    total = re.search(r'<span class="total">(\d+)\D', page)
    numbers = re.findall(r">(5GF-2023-[^<]+)<", page)
    assert total
    assert int(total[1]) == len(numbers)
    return sorted(numbers)


def test_the_number_of_a_past_day_opens_exactly_the_applications_counted(call: Call, cast: Any, client_for: Any) -> None:
    first = hand_in(cast, call)
    with clock.at(moment("2023-09-01T09:00")):
        services.check(actor=cast.city_officer, application=first, result="pass", opinion="")
    with clock.at(moment("2023-10-09T09:00")):
        services.withdraw(actor=cast.filer, application=Application.objects.get(pk=first.pk), reason="不再申报")
    make.application(call, cast.filer, enterprise("大连演示机床有限公司", "210200"), "submitted", submitted_at=moment("2023-10-01T09:00"))
    recount()
    browser, indicator = client_for(cast.secretariat), indicators.get("calls.enterprises_building")
    days = [date(2023, 8, 27), date(2023, 8, 31), date(2023, 9, 30), date(2023, 10, 1), date(2023, 10, 9)]
    with clock.at(moment("2023-10-31T09:00")):
        values = indicator.history(call.plan, {"call": call.slug}, days)
        assert values == [0, 1, 1, 2, 1] == [indicator.count(call.plan, {"call": call.slug}, day) for day in days]
        for day, value in zip(days, values, strict=True):
            address = indicators.as_counted(indicator.records_url(call.plan, {"call": call.slug}, cast.secretariat), day)
            query = dict(parse_qsl(urlsplit(address).query))
            assert len(listed(browser, **query)) == value == sum(indicator.by_place(call.plan, {"call": call.slug}, day).values())
        number = first.number
        assert listed(browser, call=call.slug, passed="check", as_of="2023-09-30") == [number]
        assert listed(browser, call=call.slug, passed="check", as_of="2023-08-31") == []
        assert listed(browser, call=call.slug, passed="check") == [number]  # where it ended, the check lay behind it
        assert listed(browser, call=call.slug, at="recommend", as_of="2023-09-30") == [number]
        assert listed(browser, call=call.slug, state="checked", as_of="2023-10-08") == [number]
        assert listed(browser, call=call.slug, state="withdrawn") == [number]
        page = browser.get(
            reverse("calls:application-list"), {"call": call.slug, "counted": "building", "as_of": "2023-09-30"}
        ).content.decode()
        assert "在建或建成：1家企业" in page
        assert "截至2023年9月30日" in page
        assert '<input type="hidden" name="as_of" value="2023-09-30">' in page
        assert indicator.records_url(call.plan, {"call": call.slug}, cast.outsider) is None


# --- funnel ---------------------------------------------------------------------------------
@pytest.fixture
def walked(call: Call, cast: Any, monkeypatch: Any) -> dict[str, Application]:
    """One selected, one checked and waiting, one declined after the check, one withdrawn before it, one from another province."""
    monkeypatch.setattr(audit, "_check", lambda *_: None)
    ways = {
        "selected": ["submit", "check", "shortlist", "recommend", "accept", "start_review", "select"],
        "waiting": ["submit", "check"],
        "declined": ["submit", "check", "decline"],
        "withdrawn": ["submit", "withdraw"],
        "elsewhere": ["submit"],
    }
    made = {}
    for name, verbs in ways.items():
        owner = enterprise("大连演示机床有限公司", "210200") if name == "elsewhere" else enterprise(f"苏州演示{name}有限公司")
        made[name] = row = make.application(call, cast.filer, owner)
        for later, verb in enumerate(verbs):
            with clock.at(START + timedelta(days=4 * later)):
                audit.transition(row, verb, actor=None, reason="试", changes={"submitted_at": START} if verb == "submit" else {})
    return made


def test_each_figure_of_the_funnel_opens_its_applications(walked: Any, call: Call, cast: Any, client_for: Any) -> None:
    numbers = {name: row.number for name, row in walked.items()}
    browser = client_for(cast.secretariat)
    with clock.at(moment("2023-10-31T09:00")):
        for day, beyond in ((date(2023, 10, 31), {"selected"}), (date(2023, 9, 1), set())):
            checked = {"selected", "waiting", "declined"}
            expected = {"apply": set(numbers), "check": checked, "recommend": beyond, "accept": beyond, "select": beyond, "publish": set()}
            funnel = flow.funnel(call, day)
            assert [each.count for each in funnel] == [len(names) for names in expected.values()]
            assert [STAGE_KIND[each.key] for each in funnel] == list(expected)
            for each, names in zip(funnel, expected.values(), strict=True):
                assert listed(browser, **dict(parse_qsl(urlsplit(each.url).query))) == sorted(numbers[name] for name in names)
    assert [(each.title, each.share, each.median_days) for each in flow.funnel(call, date(2023, 10, 31))] == [
        ("企业申报", None, None), ("市级初审", 0.6, 4), ("省级推荐", 1 / 3, 8), ("受理", 1, 4), ("择优确定", 1, 8), ("名录发布", 0, None),
    ]  # fmt: skip


def test_a_province_sees_its_own_funnel(walked: Any, call: Call, cast: Any, client_for: Any) -> None:
    with clock.at(moment("2023-10-31T09:00")):
        funnel = flow.funnel(call, date(2023, 10, 31), provinces={"320000"})
        assert [(each.count, each.median_days) for each in funnel] == [(4, None), (3, None), (1, None), (1, None), (1, None), (0, None)]
        assert len(listed(client_for(cast.province_officer), **dict(parse_qsl(urlsplit(funnel[0].url).query)))) == 4
    assert flow.by_province(call, "file", date(2023, 10, 31)) == {"210000": 1, "320000": 4}
    assert flow.by_province(call, "building", date(2023, 10, 31)) == {"210000": 1, "320000": 3}
    days = [date(2023, 8, 28), date(2023, 9, 1), date(2023, 9, 5)]
    assert [flow.daily(call, key, days) for key in ("file", "check", "recommend")] == [[5, 0, 0], [0, 3, 0], [0, 0, 0]]


def test_what_a_closed_stage_left_undone_is_overdue_and_opens(walked: Any, call: Call, cast: Any, client_for: Any) -> None:
    now = moment("2023-10-31T09:00")
    with clock.at(now):
        found = flow.overdue(call, now)
        assert [(each.key, each.count) for each in found] == [("check", 1), ("recommend", 1), ("accept", 0)]
        for each, name in zip(found[:2], ("elsewhere", "waiting"), strict=True):
            assert listed(client_for(cast.secretariat), **dict(parse_qsl(urlsplit(each.url).query))) == [walked[name].number]


def test_the_median_of_waits() -> None:
    assert [flow.median(days) for days in ({}, {3: 1}, {3: 1, 5: 1}, {1: 1, 2: 2, 9: 1}, {0: 5, 40: 1})] == [None, 3, 4, 2, 0]
