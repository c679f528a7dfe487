"""The cockpit of assignment in the browser: asked, polled, previewed, ordered, made final."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from pilotage.core import clock
from pilotage.review import tasks
from pilotage.review.enums import RunState
from pilotage.review.models import Assignment, AssignmentRun, SeatOrder, Selection
from pilotage.review.runs import running as runs
from pilotage.review.runs.reading import near_numbers
from tests.factories import review as make

pytestmark = pytest.mark.django_db
ASK = {"act": "make", "experts": "3", "method": "auto", "time_limit": "60", "pair_cap": "", "load_max": "", "load_min": "", "floor": ""}


@pytest.fixture
def page(call):
    return reverse("review:assigning", args=[call.slug])


@pytest.fixture
def scene(call, cast):
    return [make.application(call, f"A-{i}", name=f"保密企业{i}有限公司") for i in range(3)], [make.expert(f"E{i}") for i in range(5)]


def solved(call, by, **asked):
    return runs.solve_run(actor=by, run=runs.make_run(actor=by, call=call, seed=make.SEED, **asked))


@pytest.mark.parametrize(
    "who", ["outsider", "filer", "expert", "province_officer", "communications_officer", "city_officer", "finance_liaison"]
)
def test_runs_are_for_secretariat_and_auditors(call, cast, scene, page, client_for, who):
    run = solved(call, cast.secretariat)
    client = client_for(getattr(cast, who))
    for address in (page, f"{page}?run=1", reverse("review:assigning-export", args=[call.slug, 1])):
        response = client.get(address)
        assert (response.status_code, "保密企业" in response.content.decode()) == (403, False)
    for act in ("make", "finalise", "discard", "order", "lift"):
        assert client.post(page, {**ASK, "act": act, "run": run.pk}).status_code == 403
    assert (Assignment.objects.count(), AssignmentRun.objects.get().state) == (0, RunState.PROPOSED)


def test_auditors_read_and_decide_nothing(call, cast, scene, page, client_for):
    run = solved(call, cast.secretariat)
    client = client_for(cast.auditor)
    html = client.get(page).content.decode()
    assert ("保密企业" in html, 'value="make"' in html, 'value="discard"' in html, "confirm=final" in html) == (True, False, False, False)
    assert client.post(page, {"act": "finalise", "run": run.pk}).status_code == 403
    assert client.post(page, {"act": "again", "run": run.pk}).status_code == 403
    assert (AssignmentRun.objects.get().state, DBTaskResult.objects.count()) == (RunState.PROPOSED, 0)


def test_from_the_form_to_seats(call, cast, scene, page, client_for):
    client = client_for(cast.secretariat)
    assert AssignmentRun.objects.count() == 0
    assert 'name="experts"' in client.get(page).content.decode()
    assert client.post(page, ASK).url == page
    run = AssignmentRun.objects.get()
    task = DBTaskResult.objects.get()
    assert (run.state, task.args_kwargs["args"]) == (RunState.WAITING, [run.pk, cast.secretariat.pk])
    waiting = client.get(page, headers={"HX-Request": "true", "HX-Target": "progress"})
    assert ('id="progress"' in waiting.content.decode(), "<html" in waiting.content.decode()) == (True, False)

    tasks.solve_run.func(*task.args_kwargs["args"])

    assert client.get(page, headers={"HX-Request": "true", "HX-Target": "progress"}).headers["HX-Refresh"] == "true"
    html = client.get(page).content.decode()
    run.refresh_from_db()
    assert (run.commitment in html, run.seed in html, "已证明" in html, Assignment.objects.count()) == (True, False, True, 0)
    assert 'value="finalise"' not in html
    assert 'value="finalise"' in client.get(f"{page}?run=1&confirm=final").content.decode()
    assert client.post(page, {"act": "finalise", "run": run.pk}).url == page
    assert Assignment.objects.count() == 9
    html = client.get(page).content.decode()
    assert (run.seed in html, 'value="finalise"' in html) == (True, False)


def test_wrong_figures_are_named_at_their_fields(call, cast, scene, page, client_for):
    client = client_for(cast.secretariat)
    response = client.post(page, {**ASK, "experts": "many", "floor": "7", "extra": "1"})
    assert response.status_code == 422
    assert sorted(response.context["form"].errors) == ["applications", "experts", "floor"]
    response = client.post(page, {**ASK, "load_max": "1"})
    assert (response.status_code, "9个席位" in response.content.decode()) == (422, True)
    response = client.post(page, {**ASK, "applications": "A-1, B-9"})
    assert (response.status_code, "B-9" in response.content.decode(), AssignmentRun.objects.count()) == (422, True, 0)


def test_a_run_that_failed_says_why(call, cast, page, client_for):
    make.application(call, "A-0")
    for i in range(3):
        make.expert(f"E{i}", "320000")
    run = solved(call, cast.secretariat)
    html = client_for(cast.secretariat).get(page).content.decode()
    assert (run.state, "同省 3" in html, 'value="make"' in html) == (RunState.FAILED, True, True)


def test_empty_seats_are_listed_with_the_reason(call, cast, page, client_for):
    make.application(call, "A-0", "320000")
    make.application(call, "A-1", "370000")
    for i in range(3):
        make.expert(f"E{i}", "320000")
    solved(call, cast.secretariat)
    html = client_for(cast.secretariat).get(f"{page}?show=missing").content.decode()
    assert ("/A-0/" in html, "/A-1/" in html, "3个席位空缺：可评专家0人，须回避的：同省 3。" in html) == (True, False, True)


def test_lock_forbid_and_lift(call, cast, scene, page, client_for):
    client = client_for(cast.secretariat)
    solved(call, cast.secretariat)
    response = client.post(page, {"act": "order", "pair": "lock:A-1:E0", "reason": ""})
    assert (response.status_code, SeatOrder.objects.count()) == (422, 0)
    assert client.post(page, {"act": "order", "pair": "lock:A-1:E0", "reason": "熟悉该领域"}).status_code == 302
    assert client.post(page, {"act": "order", "kind": "forbid", "number": "A-2", "expert": "E1", "reason": "另有安排"}).status_code == 302
    assert list(SeatOrder.objects.values_list("application__number", "expert__number", "kind")) == [
        ("A-1", "E0", "lock"),
        ("A-2", "E1", "forbid"),
    ]
    html = client.get(page).content.decode()
    assert ("熟悉该领域" in html, "另有安排" in html) == (True, True)
    assert client.post(page, {"act": "order", "kind": "lock", "number": "A-9", "expert": "E1", "reason": "x"}).status_code == 422
    assert client.post(page, {"act": "order", "kind": "melt", "number": "A-2", "expert": "E1", "reason": "x"}).status_code == 422
    stale = AssignmentRun.objects.get()
    assert client.get(page).context["is_outdated"] is True
    refused = client.post(page, {"act": "finalise", "run": stale.pk})
    assert (refused.status_code, "须重新求解" in refused.content.decode(), "保密企业" in refused.content.decode()) == (409, True, True)
    assert Assignment.objects.count() == 0
    assert client.post(page, {"act": "lift", "order": SeatOrder.objects.first().pk}).status_code == 302
    assert client.post(page, {"act": "lift", "order": 999}).status_code == 404
    assert SeatOrder.objects.count() == 1


def test_a_second_run_is_compared_with_the_first(call, cast, scene, page, client_for):
    first = solved(call, cast.secretariat)
    application, expert = first.seats[0][:2]
    order = (next(a for a in scene[0] if a.pk == application), next(e for e in scene[1] if e.pk == expert))
    runs.forbid_seat(actor=cast.secretariat, application=order[0], expert=order[1], reason="另有安排")
    solved(call, cast.secretariat)
    response = client_for(cast.secretariat).get(page)
    change = response.context["change"]
    assert (change.before.number, change.kept + change.went, change.kept + change.came) == (1, 9, 9)
    assert change.went >= 1
    assert client_for(cast.secretariat).get(f"{page}?run=1").context["run"].number == 1


def test_the_grey_zone_of_a_selection_fills_the_form(call, cast, scene, page, client_for):
    selection = Selection.objects.create(
        call=call, number=1, parameters={}, inputs_digest="", results={"grey": {"numbers": ["A-0", "A-2"]}}, created_by=cast.secretariat,
        created_at=make.LONG_AGO,
    )  # fmt: skip
    client = client_for(cast.secretariat)
    form = client.get(f"{page}?near={selection.pk}").context["form"]
    assert (form.initial["applications"], form.initial["extra"]) == ("A-0, A-2", 1)
    assert client.get(f"{page}?near=999").status_code == 404
    assert client.get(f"{page}?applications=A-1").context["form"].initial["applications"] == "A-1"
    assert client.post(page, {**ASK, "applications": "A-0, A-2", "extra": "1"}).status_code == 302
    assert AssignmentRun.objects.get().parameters["applications"] == ["A-0", "A-2"]


def test_without_a_grey_zone_scores_and_errors_say_who_is_near(call, cast, scene):
    selection = Selection.objects.create(
        call=call,
        number=1,
        parameters={},
        inputs_digest="",
        results={"line": "80.000"},
        created_by=cast.secretariat,
        created_at=make.LONG_AGO,
    )
    for place, (app, score, finished) in enumerate(zip(scene[0], ("80.500", "95.000", "79.900"), (3, 3, 5), strict=True)):
        figures = {"score": score, "error": "2.000", "finished": finished}
        selection.rows.create(application=app, position=place, outcome="selected", reason="selected", figures=figures)
    assert near_numbers(selection) == ["A-0"]


def test_a_silent_run_can_be_started_again(call, cast, scene, page, client_for):
    client = client_for(cast.secretariat)
    client.post(page, ASK)
    run = AssignmentRun.objects.get()
    client.post(page, {"act": "again", "run": run.pk})
    assert DBTaskResult.objects.count() == 1
    AssignmentRun.objects.update(updated_at=clock.now() - tasks.SILENT - timedelta(seconds=1))
    assert 'value="again"' in client.get(page).content.decode()
    client.post(page, {"act": "again", "run": run.pk})
    assert DBTaskResult.objects.count() == 2
    client.post(page, {"act": "discard", "run": run.pk})
    assert AssignmentRun.objects.get().state == RunState.DISCARDED


def test_the_export_has_every_seat_and_every_empty_one(call, cast, page, client_for):
    make.application(call, "A-0", "320000")
    make.application(call, "A-1", "370000")
    for i in range(3):
        make.expert(f"E{i}", "320000")
    run = solved(call, cast.secretariat)
    response = client_for(cast.secretariat).get(reverse("review:assigning-export", args=[call.slug, 1]))
    rows = [[cell for cell in row if cell is not None] for row in openpyxl.load_workbook(io.BytesIO(response.content)).active.values]
    text = ["|".join(map(str, row)) for row in rows]
    assert [run.commitment in line for line in text].count(True) == 1
    assert sorted(row[0] for row in rows if str(row[0]).startswith("A-")) == ["A-0", "A-1", "A-1", "A-1"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_whatever_its_rows(call, cast, page, client_for, count):
    apps = [make.application(call, f"A-{i}") for i in range(count)]
    experts = [make.expert(f"E{i}") for i in range(count)]
    solved(call, cast.secretariat, parameters=runs.AssignmentParameters(experts=1))
    for app in apps:
        runs.forbid_seat(actor=cast.secretariat, application=app, expert=experts[0], reason="x")
    client = client_for(cast.secretariat)
    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    assert len(queries) == 18
