"""Assignment runs: made, solved, made final or not; what cannot be is named, and nothing is half assigned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from pilotage.audit import services as audit
from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.calls.enums import ApplicationState
from pilotage.core import clock, stalled
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.review import services, tasks
from pilotage.review.assignment import matches
from pilotage.review.enums import AssignmentState, RunState, SeatOrderKind
from pilotage.review.experts import invitations
from pilotage.review.models import Assignment, AssignmentRun, SeatOrder
from pilotage.review.rules import visible_assignments, visible_runs
from pilotage.review.runs import running as runs
from pilotage.review.runs.options import AssignmentParameters
from tests.factories import review as make
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(call, cast):
    """Four applications and six experts, three seats each."""
    apps = [make.application(call, f"A-{i}") for i in range(4)]
    experts = [make.expert(f"E{i}", disciplines=["34"], keywords_zh=["数控机床"] if i % 2 else []) for i in range(6)]
    return apps, experts


def proposed(call, by, **asked):
    parameters = replace(runs.default_parameters(call), **asked)
    run = runs.make_run(actor=by, call=call, parameters=parameters, seed=make.SEED)
    return runs.solve_run(actor=by, run=run)


def pairs(run):
    return {(application, expert) for application, expert, *_rest in run.seats}


def snapshots(verb):
    events = AuditEvent.objects.filter(verb=verb).order_by("number")
    bodies = AuditSnapshot.objects.in_bulk([event.snapshot_digest for event in events])
    return [bodies[event.snapshot_digest].body for event in events]


# --- the way through ------------------------------------------------------------------------
def test_nobody_sees_a_seat_before_the_run_is_final(call, cast, scene, me):
    run = proposed(call, cast.secretariat)
    assert (run.state, len(run.seats), run.result["wanted"], run.result["unfilled"]) == (RunState.PROPOSED, 12, 12, [])
    assert Assignment.objects.count() == 0
    assert AuditEvent.objects.filter(verb__in=["assignment.create", "application.start_review"]).count() == 0
    for who in (cast.expert, scene[1][0].user, cast.outsider, cast.filer, None):
        assert (list(visible_runs(who)), list(visible_assignments(who))) == ([], [])
    assert list(visible_runs(cast.auditor)) == [run]

    report = runs.finalise_run(actor=cast.second_secretariat, run=run)

    assert {(seat.application_id, seat.expert_id) for seat in report.created} == pairs(run)
    assert {seat.method for seat in report.created} == {"optimal"}
    holder = scene[1][0]
    assert set(visible_assignments(holder.user)) == set(holder.assignments.all())
    for app in scene[0]:
        app.refresh_from_db()
        assert app.state == ApplicationState.UNDER_REVIEW
    assert audit.verify() == []


def test_each_seat_says_why_it_fits(call, cast, scene):
    run = proposed(call, cast.secretariat)
    assert all(
        0 <= fit <= 1 and fit == pytest.approx(sum(value for _name, value in parts), abs=1e-3) for _a, _e, fit, _l, parts, _t in run.seats
    )
    words = {term for _a, expert, _f, _l, _p, terms in run.seats if expert in {e.pk for e in scene[1][1::2]} for term in terms}
    assert "数控" in words
    assert {name for seat in run.seats for name, _value in seat[4]} == {"discipline", "industry", "text"}


def test_the_seed_is_committed_to_and_revealed_when_final(call, cast, scene):
    run = runs.make_run(actor=cast.secretariat, call=call)
    assert (len(run.seed), matches(run.seed, run.commitment)) == (64, True)
    runs.solve_run(actor=cast.secretariat, run=run)
    before = [*snapshots("assignment_run.make"), *snapshots("assignment_run.present")]
    assert [run.commitment in body for body in before] == [True, True]
    assert [run.seed in body for body in before] == [False, False]
    runs.finalise_run(actor=cast.secretariat, run=run)
    assert [run.seed in body for body in snapshots("assignment_run.finalise")] == [True]


def test_the_same_seed_and_facts_give_the_same_seats(call, cast, scene):
    first, second = proposed(call, cast.secretariat), proposed(call, cast.secretariat)
    assert (first.seats, first.inputs_digest) == (second.seats, second.inputs_digest)
    assert list(AssignmentRun.objects.values_list("number", "state")) == [(2, RunState.PROPOSED), (1, RunState.DISCARDED)]


@pytest.mark.parametrize("asked", [{"pair_cap": "1/2"}, {"floor": 0.1}, {"load_min": 1, "load_max": 3}, {"bridging": 0.2, "partial": True}])
def test_every_wish_keeps_the_seats_lawful(call, cast, scene, asked):
    run = proposed(call, cast.secretariat, **asked)
    assert run.state == RunState.PROPOSED
    assert len(pairs(run)) == len(run.seats)
    assert max(held + new for _expert, held, new in run.result["loads"]) <= run.result["load_max"]
    assert len(run.seats) + sum(each["missing"] for each in run.result["unfilled"]) == 12
    assert ("price" in run.result and run.result["price"] is not None) == ("pair_cap" in asked)


def test_a_panel_has_the_disciplines_the_call_asks_for(cast, at):
    at(make.IN_REVIEW)
    network = {"name": {"zh": "网络", "en": "networks"}, "any_of": ["网络"], "least": 1}
    call = make.review_call("panel-call", panel=[network], experts_per_application=2)
    apps = [make.application(call, f"A-{i}") for i in range(2)]
    expert = make.expert("N1", disciplines=["网络"])
    for i in range(4):
        make.expert(f"E{i}", disciplines=["34"])
    run = proposed(call, cast.secretariat)
    assert {(app.pk, expert.pk) for app in apps} <= pairs(run)


# --- refusals -------------------------------------------------------------------------------
def test_an_empty_pool_is_named(call, cast):
    make.application(call)
    with pytest.raises(Invalid, match="没有专家可承担"):
        runs.make_run(actor=cast.secretariat, call=call)


def test_too_little_time_is_named_with_its_figures(call, cast):
    for i in range(3):
        make.application(call, f"A-{i}")
    make.expert("E1", capacity=2)
    make.expert("E2", capacity=3)
    with pytest.raises(Invalid, match=r"9个席位.*5个"):
        runs.make_run(actor=cast.secretariat, call=call)
    run = proposed(call, cast.secretariat, partial=True)
    assert (len(run.seats), sum(each["missing"] for each in run.result["unfilled"])) == (5, 4)


def test_everybody_in_conflict_is_named_with_the_rules(call, cast):
    app = make.application(call)
    for i in range(3):
        make.expert(f"E{i}", "320000")
    run = proposed(call, cast.secretariat)
    assert (run.state, run.result["error"]["code"], run.result["error"]["facts"]["barred"]) == (
        RunState.FAILED,
        "all_barred",
        {"same_province": 3},
    )
    with pytest.raises(Invalid, match="同省 3"):
        runs.assign_now(actor=cast.secretariat, call=call)
    app.refresh_from_db()
    assert (Assignment.objects.count(), app.state) == (0, ApplicationState.ACCEPTED)


def test_nothing_to_do_is_named(call, cast):
    make.expert("E1")
    with pytest.raises(Invalid, match="没有空缺"):
        runs.make_run(actor=cast.secretariat, call=call)


def test_a_seed_that_could_be_guessed_is_refused(call, cast, scene):
    with pytest.raises(Invalid) as problem:
        runs.make_run(actor=cast.secretariat, call=call, seed="short")
    assert list(problem.value.errors) == ["seed"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"experts": 0}, "experts"),
        ({"experts": 21}, "experts"),
        ({"load_max": 0}, "load_max"),
        ({"load_max": 2, "load_min": 3}, "load_min"),
        ({"floor": float("nan")}, "floor"),
        ({"floor": 1.1}, "floor"),
        ({"bridging": -0.1}, "bridging"),
        ({"time_limit": 1}, "time_limit"),
        ({"pair_cap": "1/3"}, "method"),
        ({"method": "magic"}, "method"),
        ({"applications": ("A-1", "nobody")}, "applications"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(call, cast, scene, asked, field):
    with pytest.raises(Invalid) as problem:
        runs.make_run(actor=cast.secretariat, call=call, parameters=replace(AssignmentParameters(), **asked))
    assert (list(problem.value.errors), AssignmentRun.objects.count()) == ([field], 0)


@pytest.mark.parametrize("who", ["expert", "auditor", "province_officer", "filer", "outsider", "finance_liaison"])
def test_only_the_secretariat_runs(call, cast, scene, who):
    actor = getattr(cast, who)
    run = proposed(call, cast.secretariat)
    app, expert = scene[0][0], scene[1][0]
    order = runs.forbid_seat(actor=cast.secretariat, application=app, expert=expert, reason="另有安排")
    for act in (
        lambda: runs.make_run(actor=actor, call=call),
        lambda: runs.finalise_run(actor=actor, run=run),
        lambda: runs.discard_run(actor=actor, run=run),
        lambda: runs.forbid_seat(actor=actor, application=app, expert=expert, reason="x"),
        lambda: runs.lock_seat(actor=actor, application=app, expert=expert, reason="x"),
        lambda: runs.lift_order(actor=actor, order=order),
    ):
        with pytest.raises(Refused):
            act()
    assert (Assignment.objects.count(), SeatOrder.objects.count(), AssignmentRun.objects.get().state) == (0, 1, RunState.PROPOSED)


# --- facts that change ----------------------------------------------------------------------
@pytest.mark.parametrize("change", ["expert", "seat", "order", "application"])
def test_a_run_whose_facts_changed_cannot_be_made_final(call, cast, scene, change):
    run = proposed(call, cast.secretariat)
    if change == "expert":
        type(scene[1][0]).objects.filter(pk=scene[1][0].pk).update(is_available=False)
    elif change == "seat":
        services.assign(actor=cast.secretariat, application=scene[0][0], expert=scene[1][0])
    elif change == "order":
        runs.forbid_seat(actor=cast.secretariat, application=scene[0][0], expert=scene[1][0], reason="另有安排")
    else:
        make.application(call, "A-9")
    held = Assignment.objects.count()
    with pytest.raises(Conflict):
        runs.finalise_run(actor=cast.secretariat, run=run)
    run.refresh_from_db()
    assert (run.state, Assignment.objects.count()) == (RunState.PROPOSED, held)


def test_experts_who_work_meanwhile_do_not_outdate_a_run(call, cast, scene, me):
    seat = services.assign(actor=cast.secretariat, application=scene[0][0], expert=me)
    run = proposed(call, cast.secretariat)
    services.declare_no_conflict(actor=cast.expert, assignment=seat)
    assert len(runs.finalise_run(actor=cast.secretariat, run=run).created) == 11


# --- seats held, locks, forbids -------------------------------------------------------------
def test_seats_held_are_kept_and_only_the_rest_is_filled(call, cast, scene, me):
    house = enterprise("沈阳演示院", "210200")
    type(me).objects.filter(pk=me.pk).update(employer=house)
    colleague = make.expert("C1", employer=house)
    services.assign(actor=cast.secretariat, application=scene[0][0], expert=me)
    run = proposed(call, cast.secretariat)
    assert run.result["wanted"] == 11
    assert not {(scene[0][0].pk, me.pk), (scene[0][0].pk, colleague.pk)} & pairs(run)


def test_locks_and_forbids_hold_in_every_run_until_lifted(call, cast, scene):
    apps, experts = scene
    locked, forbidden = (apps[0].pk, experts[0].pk), (apps[1].pk, experts[1].pk)
    lock = runs.lock_seat(actor=cast.secretariat, application=apps[0], expert=experts[0], reason="熟悉该领域")
    runs.forbid_seat(actor=cast.secretariat, application=apps[1], expert=experts[1], reason="另有安排")
    for _again in range(2):
        run = proposed(call, cast.secretariat)
        assert locked in pairs(run)
        assert [seat[3] for seat in run.seats if (seat[0], seat[1]) == locked] == [True]
        assert forbidden not in pairs(run)
    runs.lift_order(actor=cast.secretariat, order=lock)
    assert list(SeatOrder.objects.values_list("kind", flat=True)) == [SeatOrderKind.FORBID]
    verbs = AuditEvent.objects.filter(verb__startswith="seat_order").order_by("number").values_list("verb", "reason")
    assert list(verbs) == [("seat_order.lock", "熟悉该领域"), ("seat_order.forbid", "另有安排"), ("seat_order.lift", "")]


def test_an_order_needs_a_reason_and_no_lock_breaks_a_rule(call, cast, scene):
    app, local = scene[0][0], make.expert("L1", "320000")
    with pytest.raises(Invalid) as problem:
        runs.forbid_seat(actor=cast.secretariat, application=app, expert=local, reason="  ")
    assert list(problem.value.errors) == ["reason"]
    with pytest.raises(Invalid, match="省"):
        runs.lock_seat(actor=cast.secretariat, application=app, expert=local, reason="x")


def test_locks_that_cannot_stand_together_fail_with_a_sentence(call, cast, scene):
    apps, experts = scene
    for app in apps[:2]:
        runs.lock_seat(actor=cast.secretariat, application=app, expert=experts[0], reason="熟悉该领域")
    run = proposed(call, cast.secretariat, load_max=1, partial=True)
    assert (run.state, run.result["error"]["code"]) == (RunState.FAILED, "fixed_room")


def test_a_lock_that_a_later_conflict_bars_is_named(call, cast, scene):
    apps, experts = scene
    runs.lock_seat(actor=cast.secretariat, application=apps[1], expert=experts[2], reason="熟悉该领域")
    make.tie(experts[2], apps[1].enterprise, cast.secretariat)
    run = proposed(call, cast.secretariat)
    assert (run.state, run.result["error"]["code"]) == (RunState.FAILED, "fixed_barred")
    with pytest.raises(Invalid, match=r"^A-1 · E2：某一锁定席位"):
        runs.assign_now(actor=cast.secretariat, call=call)


def test_extra_experts_for_the_applications_named(call, cast, scene):
    make.assigned(call, cast.secretariat)
    run = runs.make_run(actor=cast.secretariat, call=call, applications=["A-1", "A-3"], extra=1)
    runs.solve_run(actor=cast.secretariat, run=run)
    assert {application for application, _expert in pairs(run)} == {scene[0][1].pk, scene[0][3].pk}
    runs.finalise_run(actor=cast.secretariat, run=run)
    assert [app.assignments.count() for app in scene[0]] == [3, 4, 3, 4]


def test_seats_of_one_who_vanished_are_filled_by_a_run_over_what_is_missing(call, cast, scene):
    make.assigned(call, cast.secretariat)
    gone = scene[1][0]
    freed = invitations.replace_expert(actor=cast.secretariat, call=call, expert=gone, reason="多次联系未果")
    run = proposed(call, cast.secretariat)
    assert sorted(application for application, _expert in pairs(run)) == sorted(seat.application_id for seat in freed.seats)
    assert gone.pk not in {expert for _application, expert in pairs(run)}
    runs.finalise_run(actor=cast.secretariat, run=run)
    live = Assignment.objects.exclude(state=AssignmentState.CANCELLED)
    assert [live.filter(application=app).count() for app in scene[0]] == [3, 3, 3, 3]


# --- in the background ----------------------------------------------------------------------
@pytest.fixture
def killed(call, cast, scene):
    """A run whose worker was killed half-way, and its task."""
    run = runs.make_run(actor=cast.secretariat, call=call, seed=make.SEED)
    tasks.solve_run.enqueue(run.pk, cast.secretariat.pk)
    task = DBTaskResult.objects.get()
    task.claim("worker")

    def die(stage, share):
        if stage == "flow":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.solve_run(actor=cast.secretariat, run=run, progress=die)
    return run, task


def test_a_run_found_half_solved_starts_again_once(killed, call, cast):
    run, task = killed
    run.refresh_from_db()
    assert (run.state, run.seats, tasks.requeue_stalled()) == (RunState.SOLVING, [], 0)
    AssignmentRun.objects.filter(pk=run.pk).update(updated_at=clock.now() - tasks.SILENT - timedelta(seconds=1))

    assert (tasks.requeue_stalled(), tasks.requeue_stalled()) == (1, 0)

    task.refresh_from_db()
    again = DBTaskResult.objects.ready().get()
    assert (task.status, task.traceback, again.args_kwargs) == (TaskResultStatus.FAILED, stalled.LEFT, task.args_kwargs)
    tasks.solve_run.func(*again.args_kwargs["args"])
    run.refresh_from_db()
    assert (run.state, len(run.seats)) == (RunState.PROPOSED, 12)
    assert run.seats == proposed(call, cast.secretariat).seats


def test_a_second_worker_and_one_whose_run_was_discarded_stop(call, cast, scene):
    run = proposed(call, cast.secretariat)
    seats = run.seats
    tasks.solve_run.func(run.pk, cast.secretariat.pk)
    run.refresh_from_db()
    assert (run.state, run.seats) == (RunState.PROPOSED, seats)


def test_discarding_ends_the_work_under_way(call, cast, scene):
    run = runs.make_run(actor=cast.secretariat, call=call)

    def discard(stage, _share):
        if stage == "suitability":
            runs.discard_run(actor=cast.second_secretariat, run=AssignmentRun.objects.get(pk=run.pk))

    runs.solve_run(actor=cast.secretariat, run=run, progress=discard)
    run.refresh_from_db()
    assert (run.state, run.seats, Assignment.objects.count()) == (RunState.DISCARDED, [], 0)


def test_an_error_of_the_programme_is_kept_and_told(call, cast, scene, monkeypatch):
    run = runs.make_run(actor=cast.secretariat, call=call)
    monkeypatch.setattr("pilotage.review.runs.problem.answer", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runs.solve_run(actor=cast.secretariat, run=run)
    run.refresh_from_db()
    assert (run.state, run.result["error"]["code"]) == (RunState.FAILED, "internal")
