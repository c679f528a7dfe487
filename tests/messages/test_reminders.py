"""Reminders: exactly once each, whatever the ticks and the moves of the deadline; and what a call file may say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pilotage.audit.services import transition
from pilotage.calls import services as calls
from pilotage.calls.enums import ApplicationKind
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application, Stage
from pilotage.core import clock
from pilotage.messages import wording
from pilotage.messages.models import Message, OutboxMail, PlannedReminder
from pilotage.messages.services import read_news, send_reminders
from pilotage.plan.folder import check
from pilotage.plan.reminders import DEFAULTS, GROUPS, lines, minutes_of
from pilotage.review import services as review
from tests.conftest import moment
from tests.factories import calls as make
from tests.factories.review import expert

CLOSES = moment("2023-08-31 17:00")


def at_tick(when: datetime) -> int:
    with clock.at(when):
        return send_reminders()


def before(**kwargs: int) -> datetime:
    return CLOSES - timedelta(**kwargs)


def reminders_of(person: Any) -> list[tuple[str, str]]:
    rows = Message.objects.filter(recipient=person, key__startswith="reminder:").order_by("id")
    return [(row.text.removeprefix("reminder."), row.key.split(":")[3]) for row in rows]


@pytest.fixture
def draft(call: Any, cast: Any) -> Application:
    return make.application(call, cast.filer, cast.enterprise)


def test_the_usual_reminders_of_the_filing(draft: Application, cast: Any) -> None:
    assert [at_tick(before(days=8)), at_tick(before(days=7)), at_tick(before(days=6))] == [0, 2, 0]
    assert [at_tick(before(days=1)), at_tick(before(hours=2)), at_tick(before(hours=1)), at_tick(CLOSES)] == [2, 2, 0, 0]
    wanted = [("filers_with_draft", "10080"), ("filers_with_draft", "1440"), ("filers_with_draft", "120")]
    assert reminders_of(cast.filer) == reminders_of(cast.legal_representative) == wanted
    assert reminders_of(cast.other_filer) == reminders_of(cast.outsider) == reminders_of(cast.city_officer) == []
    row = Message.objects.filter(recipient=cast.filer).latest("id")
    assert wording.body(row.text, row.params) == "“企业申报”于2023年8月31日17:00截止，贵单位有申报尚未提交。"
    assert (row.link, OutboxMail.objects.filter(person=cast.filer).count()) == ("/my/", 3)


def test_who_has_filed_is_left_alone(draft: Application, cast: Any) -> None:
    with clock.at(before(days=3)):
        transition(draft, "submit", actor=cast.filer, changes={"submitted_at": clock.now()})
    assert [at_tick(before(days=1)), reminders_of(cast.filer)] == [0, []]


def test_after_a_long_stop_only_the_nearest_goes_out(draft: Application, cast: Any) -> None:
    assert at_tick(before(hours=1)) == 2
    assert reminders_of(cast.filer) == [("filers_with_draft", "120")]
    assert PlannedReminder.objects.filter(stage_key="apply", done_at__isnull=True).count() == 0


def test_a_moved_deadline_is_planned_anew(draft: Application, call: Any, cast: Any) -> None:
    at_tick(before(days=6))
    stage = call.stage("apply")
    with clock.at(before(days=5)):
        closes = CLOSES + timedelta(days=10)
        calls.set_stage_dates(actor=cast.secretariat, call=call, stage=stage, opens_at=stage.opens_at, closes_at=closes, reason="延期")
    assert [at_tick(before(days=1)), at_tick(before(hours=2))] == [0, 0]
    assert [at_tick(before(days=-3)), at_tick(before(days=-9))] == [2, 2]
    assert [offset for _group, offset in reminders_of(cast.filer)] == ["10080", "10080", "1440"]


def test_a_deadline_moved_by_an_hour_does_not_repeat_what_was_said(draft: Application, call: Any) -> None:
    at_tick(before(days=6))
    Stage.objects.filter(call=call, key="apply").update(closes_at=CLOSES + timedelta(hours=1))
    assert at_tick(before(days=5)) == 0
    assert at_tick(before(days=1)) == 0
    assert at_tick(before(hours=23)) == 2


def test_officers_are_reminded_of_what_waits_for_them(call: Any, cast: Any) -> None:
    make.application(call, cast.filer, cast.enterprise, S.SUBMITTED)
    make.application(call, cast.filer, cast.enterprise, S.RETURNED)
    make.application(call, cast.filer, cast.enterprise, S.CHECKED)
    make.application(call, cast.filer, cast.enterprise, S.SHORTLISTED, rank=1)
    at_tick(moment("2023-09-07 17:00"))
    assert reminders_of(cast.city_officer) == [("checkers", "1440")]
    assert reminders_of(cast.filer) == [("filers_with_draft", "1440")]  # what was returned can be corrected until the check closes
    at_tick(moment("2023-09-19 17:00"))
    assert reminders_of(cast.province_officer) == [("recommenders", "1440")]
    assert reminders_of(cast.communications_officer) == [("cosigners", "1440")]
    others = (cast.other_city_officer, cast.other_province_officer, cast.district_officer, cast.outsider, cast.auditor)
    assert [reminders_of(person) for person in others] == [[]] * 5
    at_tick(moment("2023-09-27 17:00"))
    assert reminders_of(cast.secretariat) == [("secretariat", "1440")]


def test_experts_are_reminded_until_they_have_finished(call: Any, cast: Any) -> None:
    me, idle = expert("0001", user=cast.expert), expert("0002")
    row = make.application(call, cast.filer, cast.enterprise, S.ACCEPTED)
    with clock.at(moment("2023-10-10 10:00")):
        seat = review.assign(actor=cast.secretariat, application=row, expert=me)
    at_tick(moment("2023-10-31 18:00"))
    assert (reminders_of(cast.expert), reminders_of(idle.user)) == ([("experts", "4320")], [])
    with clock.at(moment("2023-11-01 10:00")):
        review.recuse(actor=cast.expert, assignment=seat, reason="回避")
    assert at_tick(moment("2023-11-02 18:00")) == 0


def test_experts_hear_of_the_last_week_three_days_the_day_before_and_the_day_itself(call: Any, cast: Any) -> None:
    closes = Stage.objects.get(call=call, kind="review").closes_at
    me, done = expert("0417", "210000", user=cast.expert), expert("0418", "210000")
    row = make.application(call, cast.filer, cast.enterprise, state=S.ACCEPTED)
    with clock.at(closes - timedelta(days=9)):
        review.assign(actor=cast.secretariat, application=row, expert=me)
        given_back = review.assign(actor=cast.secretariat, application=row, expert=done)
    at_tick(closes - timedelta(days=8))
    at_tick(closes - timedelta(days=7))
    with clock.at(closes - timedelta(days=6)):
        review.recuse(actor=done.user, assignment=given_back, reason="回避")
    for days in (6, 3, 2):
        at_tick(closes - timedelta(days=days))
    for hours in (24, 20, 8, 7, 1, 0):
        at_tick(closes - timedelta(hours=hours))

    wanted = [("experts", str(days * 1440)) for days in (7, 3, 1)] + [("experts", "480")]
    assert (reminders_of(cast.expert), reminders_of(done.user)) == (wanted, wanted[:1])
    last = Message.objects.filter(recipient=cast.expert, key__startswith="reminder:").latest("id")
    assert (closes - last.created_at, last.link) == (timedelta(hours=8), "/review/")


def test_an_update_is_due_until_it_is_filed(call: Any, cast: Any) -> None:
    listed = make.application(call, cast.filer, cast.enterprise, S.LISTED)
    closes = Stage.objects.get(call=call, kind="update").closes_at
    at_tick(closes - timedelta(days=7))
    assert reminders_of(cast.filer) == [("update", "10080")]
    make.application(call, cast.filer, cast.enterprise, S.SUBMITTED, kind=ApplicationKind.UPDATE, renews=listed, period="2024")
    assert at_tick(closes - timedelta(days=1)) == 0


def test_a_calls_own_reminders_replace_the_usual_ones(cast: Any) -> None:
    text = {"zh": "请提前准备附件。", "en": "Have your files ready."}
    call = make.call(reminders=[{"stage": "apply", "before": ["5d"], "to": "filers", "text": text}])
    make.application(call, cast.filer, cast.enterprise, S.SUBMITTED)
    assert [at_tick(before(days=7)), at_tick(before(days=5)), at_tick(moment("2023-09-07 17:00"))] == [0, 2, 0]
    row = Message.objects.filter(recipient=cast.filer).get()
    assert wording.body(row.text, row.params).splitlines() == ["“企业申报”于2023年8月31日17:00截止。", "请提前准备附件。"]
    make.call(reminders=[])
    assert at_tick(before(days=1)) == 0
    assert PlannedReminder.objects.filter(done_at__isnull=True).count() == 0


def test_one_that_fails_stays_due(draft: Application, monkeypatch: Any, caplog: Any) -> None:
    from pilotage.messages.services import reminding

    def broken(*_args: Any) -> Any:
        raise ValueError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(reminding, "group", broken)
        assert at_tick(before(days=1)) == 0
    assert "could not be sent" in caplog.text
    assert at_tick(before(hours=23)) == 2


def test_planning_twice_costs_two_reads(draft: Application, django_assert_num_queries: Any) -> None:
    at_tick(before(days=10))
    with clock.at(before(days=9)), django_assert_num_queries(3):
        send_reminders()


# --- a slow reference ----------------------------------------------------------------------------
OFFSETS = (10080, 1440, 120)
HOUR = timedelta(hours=1)


class Reference:
    """The rule as written: per offset whether it is still open, for the deadline as last seen."""

    def __init__(self) -> None:
        self.seen: dict[int, datetime] = {}
        self.open: dict[int, bool] = {}
        self.sent: list[tuple[int, datetime]] = []

    def tick(self, now: datetime, closes: datetime) -> None:
        if now >= closes:
            self.seen = {offset: seen for offset, seen in self.seen.items() if not self.open[offset]}
            self.open = dict.fromkeys(self.seen, False)
            return
        for offset in OFFSETS:
            due = closes - timedelta(minutes=offset)
            if offset not in self.seen or (self.seen[offset] != closes and due > now):
                self.open[offset] = True
            self.seen[offset] = closes
        due_now = [offset for offset in OFFSETS if closes - timedelta(minutes=offset) <= now]
        for offset in due_now:
            if self.open[offset]:
                self.open[offset] = False
                if offset == min(due_now) and (offset, closes) not in self.sent:
                    self.sent.append((offset, closes))


STEPS = st.lists(
    st.tuples(st.integers(1, 120), st.one_of(st.none(), st.integers(-72, 240))),  # hours on, and hours the deadline moves
    min_size=1,
    max_size=14,
)


@pytest.mark.django_db
@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_ticks_and_moves_send_what_the_rule_says_exactly_once(steps: list[tuple[int, int | None]], draft: Application) -> None:
    reference, now, closes = Reference(), before(days=12), CLOSES
    Message.objects.all().delete()
    PlannedReminder.objects.all().delete()
    stages = Stage.objects.filter(call=draft.call, key="apply")
    for hours, move in steps:
        now += hours * HOUR
        if move is not None:
            closes = max(closes + move * HOUR, moment("2023-08-02 00:00"))
        stages.update(closes_at=closes)
        at_tick(now)
        at_tick(now)  # a second worker, or the next round in the same minute
        reference.tick(now, closes)

    keys = Message.objects.filter(recipient=draft.created_by, key__contains=":apply:").order_by("id").values_list("key", flat=True)
    found = [(int(key.split(":")[3]), int(key.split(":")[4])) for key in keys]
    assert found == [(offset, int(seen.timestamp())) for offset, seen in reference.sent]


# --- the file ------------------------------------------------------------------------------------
def test_offsets_are_days_and_hours() -> None:
    assert [minutes_of(text) for text in ("7d", "1d", "2h", "120h")] == [10080, 1440, 120, 7200]
    for wrong in ("", "7", "d", "0d", "07d", "1w", "-1d", "1.5h", "1000d", "7D", " 7d"):
        with pytest.raises(ValueError):
            minutes_of(wrong)


def test_defaults_name_groups_and_offsets_that_exist() -> None:
    from pilotage.calls.enums import StageKind
    from pilotage.messages.enums import Group

    assert set(GROUPS) == set(Group.values)
    assert set(DEFAULTS) <= set(StageKind.values)
    assert {group for pairs in DEFAULTS.values() for group, _offsets in pairs} <= set(GROUPS)
    assert [len({(line.to, line.minutes) for line in lines(None, [("x", kind)])}) > 0 for kind in DEFAULTS] == [True] * len(DEFAULTS)
    assert lines([], [("apply", "apply")]) == []
    assert [f"reminder.{group}" in wording.WORDINGS for group in GROUPS] == [True] * len(GROUPS)


def problems(tmp_path: Any, text: str) -> list[str]:
    import shutil

    folder = tmp_path / "plan"
    shutil.copytree(make.FOLDER, folder, dirs_exist_ok=True)
    file = folder / "calls" / "5g-factory-directory.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")
    return [f"{problem.message} | {problem.expected}" for problem in check(folder).problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reminders: []", []),
        ("reminders:\n  - {stage: apply, before: [7d, 2h], to: filers}", []),
        ("reminders:\n  - {stage: aply, before: [7d], to: filers}", ["“aply”", "apply"]),
        ("reminders:\n  - {stage: apply, before: [1w], to: filers}", ["“1w”", "7d、1d、2h"]),
        ("reminders:\n  - {stage: apply, before: [7d], to: applicants}", ["“applicants”", "filers_with_draft"]),
        ("reminders:\n  - {stage: publish, before: [7d], to: secretariat}", ["“publish”", "closes"]),
        ("reminders:\n  - {stage: apply, before: [7d], to: filers}\n  - {stage: apply, before: [7d], to: filers}", ["“7d”", "另一个时间"]),
    ],
)
def test_a_wrong_reminder_is_explained(text: str, said: list[str], tmp_path: Any) -> None:
    found = problems(tmp_path, text)
    assert len(found) == (1 if said else 0)
    assert [word for word in said if word not in found[0]] == []


def test_reading_and_reminding_share_the_inbox(draft: Application, cast: Any) -> None:
    with clock.at(before(days=1)):
        read_news()
        send_reminders()
        assert reminders_of(cast.filer) == [("filers_with_draft", "1440")]
