"""Scores of a defence, video review or site visit: who gives them, what they add up to, where they are read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from pilotage.audit.models import AuditEvent
from pilotage.calls.models import Application, Stage
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.review.enums import AssignmentState, RelationKind, SelectionState
from pilotage.review.experts.relations import add_relation
from pilotage.review.models import Selection, SittingMember, SittingScore, StageScore
from pilotage.review.panel import gates, hearings, sittings
from pilotage.review.selection import selections
from tests.factories import review as make

pytestmark = pytest.mark.django_db
RUBRIC = {
    "scale": 10,
    "criteria": [
        {"key": "clarity", "title": {"zh": "陈述清晰", "en": "Clarity"}, "weight": 40},
        {"key": "proof", "title": {"zh": "佐证充分", "en": "Proof"}, "weight": 60},
    ],
}


@pytest.fixture
def call(cast: Any, at: Any) -> Any:
    at("2023-10-25 10:00")
    call = make.review_call()
    call.current.content["rubrics"]["defence"] = RUBRIC
    call.current.save()
    return call


def stage_of(call: Any, key: str = "defence", weight: int | None = 30, **options: Any) -> Stage:
    values = {"rubric": "defence", **({"weight": weight} if weight is not None else {}), **options}
    moments = {"opens_at": make._moment("2023-10-24 09:00"), "closes_at": make._moment("2023-10-27 18:00")}
    stage = Stage.objects.create(
        call=call, key=key, kind="defence", position=90, title_zh="现场答辩", title_en="Defence", options=values, **moments
    )
    call.__dict__.pop("stage_by_key", None)
    return stage


@pytest.fixture
def defence(call: Any) -> Stage:
    return stage_of(call)


@pytest.fixture
def app(call: Any, cast: Any) -> Application:
    """Its one review says 80."""
    return make.reviewed(call, cast.secretariat, [8], [make.expert("E2")])


@pytest.fixture
def member(call: Any, cast: Any, me: Any, defence: Stage) -> SittingMember:
    return sittings.appoint(actor=cast.secretariat, call=call, stage=defence, expert=me)


def save(member: SittingMember, stage: Stage, app: Application, **values: Any) -> Any:
    return sittings.save_line(
        actor=member.expert.user, member=member, stage=stage, application=app, values={key: {"value": str(v)} for key, v in values.items()}
    )


def test_a_members_total_follows_the_published_weights(member, defence, app):
    first = save(member, defence, app, clarity=5)
    assert (first.saved, first.total, gates.scores_by_stage(member.call)) == (["clarity"], None, {"defence": {}})
    second = save(member, defence, app, proof=10)
    assert (second.total, second.values) == (Decimal("80.000"), {"clarity": Decimal(5), "proof": Decimal(10)})
    row = StageScore.objects.get()
    assert (row.mean, row.member_count) == (Decimal("80.000"), 1)
    event = AuditEvent.objects.filter(verb="application.sitting_score").latest("number")
    assert event.actor_id == member.expert.user_id


def test_the_stage_is_the_mean_of_those_who_scored_everything(call, cast, member, defence, app):
    other, half = (sittings.appoint(actor=cast.secretariat, call=call, stage=defence, expert=make.expert(n)) for n in ("E7", "E8"))
    save(member, defence, app, clarity=10, proof=10)
    save(other, defence, app, clarity=5, proof=5)
    save(half, defence, app, clarity=0)
    row = StageScore.objects.get()
    assert (row.mean, row.member_count) == (Decimal("75.000"), 2)
    # 70 % of 80 and 30 % of 75
    assert hearings.combined(call) == {app.pk: Decimal("78.500")}


def test_two_weighted_sittings_and_one_that_is_only_shown(call, cast, me, defence, app):
    video = stage_of(call, "video", 20, medium="video")
    shown = stage_of(call, "visit", None)
    for stage, value in ((defence, 6), (video, 9), (shown, 1)):
        save(sittings.appoint(actor=cast.secretariat, call=call, stage=stage, expert=me), stage, app, clarity=value, proof=value)
    assert gates.scores_by_stage(call) == {
        "defence": {app.pk: Decimal(60)},
        "video": {app.pk: Decimal(90)},
        "visit": {app.pk: Decimal(10)},
    }
    assert hearings.combined(call) == {app.pk: Decimal("76.000")}  # 50 % of 80, 30 % of 60, 20 % of 90


def test_what_lacks_a_part_has_no_final_score(call, cast, member, defence, app):
    unheard = make.reviewed(call, cast.secretariat, [9], [make.expert("E5")], number="A-0002")
    unread = make.application(call, "A-0003", state="under_review")
    for row in (app, unread):
        save(member, defence, row, clarity=5, proof=5)
    assert set(hearings.combined(call)) == {app.pk}
    assert unheard.pk not in hearings.combined(call)


def test_without_a_weighted_sitting_the_reviews_decide(call, app):
    assert hearings.combined(call) == {app.pk: Decimal("80.000")}


@pytest.mark.parametrize(("value", "error"), [("11", True), ("-1", True), ("4.5", True), ("abc", True), ("nan", True), ("", False)])
def test_only_whole_scores_on_the_scale(member, defence, app, value, error):
    line = sittings.save_line(
        actor=member.expert.user,
        member=member,
        stage=defence,
        application=app,
        values={"clarity": {"value": value}, "proof": {"value": "7"}},
    )
    assert ("clarity" in line.errors) == error
    assert dict(SittingScore.objects.values_list("criterion", "value")) == {"proof": Decimal(7)}


def test_a_score_is_changed_never_emptied_and_unknown_criteria_are_named(member, defence, app):
    save(member, defence, app, clarity=5)
    line = sittings.save_line(
        actor=member.expert.user,
        member=member,
        stage=defence,
        application=app,
        values={"clarity": {"value": "", "base": "5"}, "beauty": {"value": "3"}},
    )
    assert set(line.errors) == {"clarity", "beauty"}
    assert SittingScore.objects.get().value == 5


def test_another_window_is_not_overwritten(member, defence, app):
    save(member, defence, app, clarity=5)
    line = sittings.save_line(
        actor=member.expert.user, member=member, stage=defence, application=app, values={"clarity": {"value": "9", "base": ""}}
    )
    assert (line.clashes, line.saved, SittingScore.objects.get().value) == (["clarity"], [], 5)


def test_who_may_score_and_when(call, cast, member, defence, app, at):
    stranger = make.expert("E9")
    for user in (stranger.user, cast.secretariat, cast.outsider, cast.filer, None):
        with pytest.raises(Refused):
            sittings.save_line(actor=user, member=member, stage=defence, application=app, values={"clarity": {"value": "9"}})
    for moment in ("2023-10-24 08:59", "2023-10-27 18:00"):
        at(moment)
        with pytest.raises(Refused):
            save(member, defence, app, clarity=9)
    at("2023-10-25 10:00")
    Application.objects.filter(pk=app.pk).update(state="withdrawn")
    with pytest.raises(Conflict):
        save(member, defence, app, clarity=9)
    Selection.objects.create(
        call=call,
        number=1,
        state=SelectionState.CONFIRMED,
        parameters={},
        inputs_digest="",
        created_by=cast.secretariat,
        created_at=make.LONG_AGO,
    )
    call.__dict__.pop("_is_decided", None)
    with pytest.raises(Refused):
        save(member, defence, app, clarity=9)
    assert SittingScore.objects.count() == 0


def test_an_expert_in_conflict_does_not_score_that_application(call, cast, member, defence, app, me):
    other = make.application(call, "A-0002", "370000", state="under_review")
    add_relation(actor=cast.secretariat, expert=me, kind=RelationKind.CONSULTANCY, enterprise=app.enterprise)
    recused = make.application(call, "A-0003", "370000", state="under_review")
    make.seat(recused, me, cast.secretariat, AssignmentState.RECUSED)
    for barred in (app, recused):
        with pytest.raises(Refused):
            save(member, defence, barred, clarity=9)
    assert save(member, defence, other, clarity=9).saved == ["clarity"]


def test_members_are_appointed_once_and_leave_only_unheard(call, cast, member, defence, app, me):
    with pytest.raises(Conflict):
        sittings.appoint(actor=cast.secretariat, call=call, stage=defence, expert=me)
    with pytest.raises(Refused):
        sittings.appoint(actor=cast.expert, call=call, stage=defence, expert=make.expert("E6"))
    with pytest.raises(Invalid):
        sittings.appoint(actor=cast.secretariat, call=call, stage=defence, expert=make.expert("E7", is_available=False))
    other = sittings.appoint(actor=cast.secretariat, call=call, stage=defence, expert=make.expert("E8"))
    save(member, defence, app, clarity=9)
    with pytest.raises(Refused):
        sittings.dismiss(actor=cast.secretariat, member=member)
    sittings.dismiss(actor=cast.secretariat, member=other)
    assert list(SittingMember.objects.values_list("expert", flat=True)) == [me.pk]


# --- pages ------------------------------------------------------------------------------------
def url_of(call: Any, key: str = "defence") -> str:
    return reverse("review:sitting", args=[call.slug, key])


def test_the_page_is_for_members_only(client, call, cast, member, app):
    stranger = make.expert("E9")
    for user in (cast.outsider, cast.filer, cast.secretariat, cast.auditor, cast.province_officer, stranger.user):
        client.force_login(user)
        assert client.get(url_of(call)).status_code == 404
        assert client.post(url_of(call), {f"value-{app.pk}-clarity": "9"}).status_code == 404
    assert SittingScore.objects.count() == 0
    client.force_login(cast.expert)
    response = client.get(url_of(call))
    assert app.number in response.content.decode()
    assert client.get(url_of(call, "nothing")).status_code == 404
    assert url_of(call) in client.get(reverse("review:queue")).content.decode()


def test_while_a_blind_review_is_open_names_stay_hidden_in_the_sitting_too(client, call, cast, me, member, app, at):
    tied = make.application(call, "A-0002", "370000", state="under_review")
    add_relation(actor=cast.secretariat, expert=me, kind=RelationKind.CONSULTANCY, enterprise=tied.enterprise)
    client.force_login(cast.expert)
    html = client.get(url_of(call)).content.decode()
    assert "5G工厂" in html
    hidden = (app.enterprise.name_zh, app.enterprise.short, tied.enterprise.name_zh, tied.enterprise.short)
    assert [name for name in hidden if name in html] == []
    part = client.post(url_of(call), {"line": tied.pk, f"value-{tied.pk}-clarity": "5"}, headers={"HX-Request": "true"})
    assert (part.status_code, tied.enterprise.short in part.content.decode()) == (403, False)
    Stage.objects.filter(call=call, key="defence").update(closes_at=make._moment("2023-11-20 18:00"))
    at(make.AFTER_REVIEW)
    html = client.get(url_of(call)).content.decode()
    assert app.enterprise.short in html


def test_a_line_saves_itself_and_the_whole_page_saves_without_scripts(client, call, cast, member, app):
    client.force_login(cast.expert)
    data = {"line": app.pk, f"value-{app.pk}-clarity": "5", f"was-{app.pk}-clarity": "", f"value-{app.pk}-proof": "10"}
    part = client.post(url_of(call), data, headers={"HX-Request": "true"}).content.decode()
    assert f'name="was-{app.pk}-proof" value="10"' in part
    assert "80.0" in part
    assert "<html" not in part
    assert client.post(url_of(call), {f"value-{app.pk}-clarity": "6", f"was-{app.pk}-clarity": "5"}).status_code == 302
    wrong = client.post(url_of(call), {f"value-{app.pk}-clarity": "60", f"was-{app.pk}-clarity": "6"})
    assert wrong.status_code == 422
    assert 'value="60"' in wrong.content.decode()
    assert SittingScore.objects.get(criterion="clarity").value == 6


def test_a_line_of_another_call_is_not_found(client, call, cast, member):
    elsewhere = make.application(make.review_call("other-call"), "B-1", state="under_review")
    client.force_login(cast.expert)
    data = {"line": elsewhere.pk, f"value-{elsewhere.pk}-clarity": "5"}
    assert client.post(url_of(call), data, headers={"HX-Request": "true"}).status_code == 404
    assert SittingScore.objects.count() == 0


QUERIES = 16


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(client, call, cast, member, count, django_assert_num_queries):
    for n in range(count):
        make.application(call, f"A-{n}", state="under_review")
    client.force_login(cast.expert)
    client.get(url_of(call))
    with django_assert_num_queries(QUERIES):
        html = client.get(url_of(call)).content.decode()
    assert html.count("data-line") == count


def test_the_secretariat_appoints_and_reads_the_scores(client, call, cast, me, defence, app):
    client.force_login(cast.secretariat)
    url = reverse("review:hearings", args=[call.slug, "defence"])
    assert client.post(url, {"act": "appoint", "expert": "nobody"}).status_code == 422
    assert client.post(url, {"act": "appoint", "expert": me.number}).status_code == 302
    member = SittingMember.objects.get()
    save(member, defence, app, clarity=5, proof=5)
    html = client.get(url).content.decode()
    assert ("50.00" in html, "71.00" in html, me.user.name in html) == (True, True, True)
    dossier = client.get(reverse("review:application", args=[call.slug, app.number])).content.decode()
    assert ("71.00" in dossier, "现场答辩" in dossier) == (True, True)
    assert client.post(url, {"act": "dismiss", "member": member.pk}).status_code == 403
    client.force_login(cast.auditor)
    assert "50.00" in client.get(url).content.decode()
    assert client.post(url, {"act": "appoint", "expert": me.number}).status_code == 403
    client.force_login(cast.outsider)
    assert client.get(url).status_code == 403


def test_the_published_weight_decides_who_is_selected(call, cast, defence, at):
    """70 % of the reviews and 30 % of the defence; who was not heard gets no place."""
    experts = [make.expert("E8"), make.expert("E9")]
    apps = [make.reviewed(call, cast.secretariat, [mark, mark], experts, number=f"A-{mark}") for mark in (9, 8, 7)]
    for app, mean in zip(apps[:2], ("50", "90"), strict=True):
        StageScore.objects.create(application=app, call=call, stage_key=defence.key, member_count=1, mean=Decimal(mean))
    at(make.AFTER_REVIEW)
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters={"total": 1, "reserve": 1, "required_reviews": 2})
    rows = selection.rows.select_related("application").order_by("position")
    assert [(row.application.number, row.outcome, row.reason, row.figures["score"]) for row in rows] == [
        ("A-8", "selected", "selected", "83.000"),
        ("A-9", "reserve", "reserve", "78.000"),
        ("A-7", "not_selected", "gate_unscored", None),
    ]
    assert selection.inputs.read()["sittings"] == {"defence": "30"}
