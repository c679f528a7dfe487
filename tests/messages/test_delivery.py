"""How a message reaches a person: preferences, defaults by role, the digest, the language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership
from pilotage.audit.models import AuditEvent
from pilotage.audit.services import transition
from pilotage.calls.enums import ApplicationState as S
from pilotage.core import clock
from pilotage.core.verdict import Invalid, Refused
from pilotage.messages import selectors, services, tasks
from pilotage.messages.enums import Delivery, MessageKind
from pilotage.messages.models import Message, OutboxMail, PostOffice
from pilotage.messages.news import Letter
from tests.conftest import moment
from tests.factories import calls as make
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.messages import message

pytestmark = pytest.mark.usefixtures("at")


def letter(to: Any, number: int = 1, text: str = "checked", call: Any = None) -> Letter:
    params = {"number": f"N-{number}", "project": f"项目{number}", "call": {"zh": "征集", "en": "Call"}, "reason": "理由"}
    return Letter(to, text, params, f"k{number}", clock.now(), call, f"/applications/N-{number}/")


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [("at_once", (1, False, 1)), ("daily", (1, True, 0)), ("in_app", (1, False, 0)), ("none", (0, None, 0))],
)
def test_each_way_does_what_it_says(delivery: str, expected: Any, cast: Any) -> None:
    services.set_preferences(actor=cast.filer, deliveries={"progress": delivery})
    services.write([letter(cast.filer)])

    row = Message.objects.first()
    assert (Message.objects.count(), row and row.awaits_digest, OutboxMail.objects.count()) == expected


def test_defaults_follow_the_role(cast: Any) -> None:
    defaults = {
        name: {kind.value: delivery.value for kind, delivery, _chosen in selectors.choices_of(person)}
        for name, person in cast.people().items()
        if name in {"filer", "legal_representative", "city_officer", "secretariat", "expert", "auditor", "outsider"}
    }
    assert defaults["filer"] == {
        "returned": "at_once", "receipt": "at_once", "progress": "daily", "outcome": "at_once", "deadline": "at_once", "account": "in_app",
    }  # fmt: skip
    assert defaults["legal_representative"] == {
        "returned": "daily", "receipt": "in_app", "progress": "in_app", "outcome": "at_once", "deadline": "daily", "account": "in_app",
    }  # fmt: skip
    assert defaults["city_officer"] == {"work": "daily", "outcome": "at_once", "deadline": "at_once", "account": "in_app"}
    assert defaults["secretariat"] == {"work": "daily", "deadline": "in_app", "account": "in_app"}
    assert defaults["expert"] == {"seat": "at_once", "deadline": "at_once", "account": "in_app"}
    assert defaults["auditor"] == defaults["outsider"] == {"account": "in_app"}


def test_a_preference_is_checked_kept_and_recorded(cast: Any) -> None:
    for wrong in ({"work": "daily"}, {"progress": "pigeon"}, {"weather": "none"}):
        with pytest.raises(Invalid):
            services.set_preferences(actor=cast.filer, deliveries=wrong)
    services.set_preferences(actor=cast.filer, deliveries={"progress": "none"})
    services.set_preferences(actor=cast.filer, deliveries={"progress": "at_once", "receipt": "in_app"})
    assert selectors.deliveries([cast.filer, cast.expert]) == {
        (cast.filer.pk, "progress"): Delivery.AT_ONCE,
        (cast.filer.pk, "receipt"): Delivery.IN_APP,
    }
    assert AuditEvent.objects.filter(verb="preference.set", actor=cast.filer).count() == 2


def test_mails_speak_the_language_of_their_reader(cast: Any) -> None:
    services.set_language(actor=cast.filer, language="en")
    with pytest.raises(Invalid):
        services.set_language(actor=cast.filer, language="tlh")
    services.write([letter(cast.filer, text="returned"), letter(cast.expert, text="returned")])
    subjects = {row.person_id: (row.subject, row.language) for row in OutboxMail.objects.all()}
    assert subjects == {
        cast.filer.pk: ("Returned for correction: 项目1", "en"),
        cast.expert.pk: ("退回补正：项目1", "zh-hans"),
    }


def test_the_same_key_is_written_once_per_reader(cast: Any) -> None:
    assert len(services.write([letter(cast.filer, text="returned"), letter(cast.filer, text="returned"), letter(cast.expert)])) == 2
    assert services.write([letter(cast.filer, text="returned")]) == []
    assert (Message.objects.count(), OutboxMail.objects.count()) == (2, 1)


def test_writing_five_hundred_costs_a_bounded_number_of_queries(cast: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        services.write([letter(cast.filer, number, "returned") for number in range(500)])
    assert (Message.objects.count(), OutboxMail.objects.count()) == (500, 500)
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) < 20  # SQLite takes rows in slices of its own


def test_reading_marks_ones_own_only(cast: Any) -> None:
    mine, others = message(cast.filer), message(cast.expert)
    with pytest.raises(Refused):
        services.mark_read(actor=cast.filer, message=others)
    services.mark_read(actor=cast.filer, message=mine)
    late = message(cast.filer, 2)
    assert services.mark_all_read(actor=cast.filer, up_to=mine.pk) == 0
    assert services.mark_all_read(actor=cast.filer) == 1
    assert set(Message.objects.filter(read_at__isnull=False)) == {mine, late}


# --- the bell ------------------------------------------------------------------------------------
def test_the_bell_rides_with_the_memberships(cast: Any, django_assert_num_queries: Any) -> None:
    for number in range(3):
        message(cast.filer, number)
    message(cast.filer, 9, read_at=clock.now())
    message(cast.expert)
    fresh = type(cast.filer).objects.get(pk=cast.filer.pk)
    with django_assert_num_queries(1):
        assert (fresh.roles(), selectors.unread_count(fresh)) == ({Role.FILER}, 3)
    assert selectors.unread_count(cast.outsider) == 0


def test_the_bell_stops_counting_at_its_cap(cast: Any) -> None:
    Message.objects.bulk_create(
        Message(recipient=cast.filer, kind="work", text="work.check", key=str(n), created_at=clock.now()) for n in range(150)
    )
    assert selectors.unread_count(type(cast.filer).objects.get(pk=cast.filer.pk)) == selectors.MOST_COUNTED


# --- the digest ----------------------------------------------------------------------------------
EIGHT = "2023-08-29 08:00"


def digests(at: Any, when: str) -> int:
    at(when)
    return services.make_digests()


def test_the_digest_comes_once_a_day_at_its_hour(cast: Any, at: Any) -> None:
    call = make.call()
    services.write([letter(cast.filer, 1, call=call), letter(cast.filer, 2, call=call), letter(cast.filer, 3)])

    assert (digests(at, "2023-08-29 07:59"), digests(at, EIGHT), digests(at, "2023-08-29 20:00")) == (0, 1, 0)
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject) == (cast.filer.email, "领航：3条新消息")
    lines = mail.body.splitlines()
    assert lines[:2] == ["2023年5G工厂名录", "· 已初审：项目1"] or lines[:2] == ["综合", "· 已初审：项目3"]
    assert "  http://testserver/applications/N-2/" in lines
    services.write([letter(cast.filer, 4)])
    assert (digests(at, "2023-08-29 23:00"), digests(at, "2023-08-30 08:00")) == (0, 1)
    assert OutboxMail.objects.count() == 2


def test_the_digest_leaves_out_what_was_read_and_who_left(cast: Any, at: Any) -> None:
    services.write([letter(cast.filer, 1), letter(cast.filer, 2), letter(cast.other_filer, 3), letter(cast.legal_representative, 4)])
    services.mark_all_read(actor=cast.filer, up_to=Message.objects.get(key="k1").pk)
    cast.other_filer.is_active = False
    cast.other_filer.save()

    digests(at, EIGHT)
    [mail] = OutboxMail.objects.all()
    assert ("项目2" in mail.body, "项目1" in mail.body, "项目4" in mail.body) == (True, False, False)
    assert Message.objects.filter(awaits_digest=True).count() == 0


def test_what_comes_after_the_hour_waits_for_tomorrow(cast: Any, at: Any) -> None:
    at("2023-08-29 09:00")
    services.write([letter(cast.filer)])
    assert digests(at, "2023-08-29 10:00") == 0
    assert digests(at, "2023-08-30 08:00") == 1


def test_killed_between_two_parts_nobody_gets_two(cast: Any, at: Any, monkeypatch: Any) -> None:
    from pilotage.messages.services import digests as module

    monkeypatch.setattr(module, "READERS", 1)
    services.write([letter(cast.filer, 1), letter(cast.expert, 2)])
    real, calls = module._some_digests, []

    def dies(begins: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(begins)

    at(EIGHT)
    with monkeypatch.context() as patch:
        patch.setattr(module, "_some_digests", dies)
        with pytest.raises(KeyboardInterrupt):
            services.make_digests()
    assert OutboxMail.objects.count() == 1
    services.make_digests()
    assert sorted(OutboxMail.objects.values_list("to", flat=True)) == sorted([cast.filer.email, cast.expert.email])
    assert PostOffice.objects.get().last_digest_on == clock.today()


# --- one tick ------------------------------------------------------------------------------------
def test_a_tick_carries_a_decision_to_the_door(cast: Any, settings: Any) -> None:
    settings.EMAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    from django.core import mail

    call = make.call()
    transition(make.application(call, cast.filer, cast.enterprise, S.SUBMITTED), "return", actor=cast.city_officer, reason="缺附件")
    assert tasks.tick()["sent"] == 1
    assert [(m.to, "缺附件" in m.body) for m in mail.outbox] == [([cast.filer.email], True)]
    assert tasks.tick() == {
        "read": 1,
        "reminded": 0,
        "chased": 0,
        "measures_chased": 0,
        "objections_chased": 0,
        "needs_ended": 0,
        "introductions_chased": 0,
        "pledges_watched": 0,
        "tier_rounds_moved": 0,
        "suspensions_chased": 0,
        "terms_chased": 0,
        "digests": 0,
        "sent": 0,
    }  # the sending itself is an event


def test_a_step_that_fails_leaves_the_others_alone(cast: Any, monkeypatch: Any, caplog: Any) -> None:
    def broken() -> int:
        raise OSError("disk full")

    monkeypatch.setattr(services, "send_reminders", broken)
    assert tasks.tick()["reminded"] == 0
    assert "the step reminded of the post failed" in caplog.text


def test_a_person_with_two_roles_gets_the_kinds_of_both(cast: Any) -> None:
    MembershipFactory(user=cast.expert, organisation=OrganisationFactory(), role=Role.SECRETARIAT)
    both = type(cast.expert).objects.get(pk=cast.expert.pk)
    assert [str(kind) for kind in selectors.kinds_for(both)] == ["work", "seat", "deadline", "account"]
    assert selectors.default_delivery(both, MessageKind.DEADLINE) == Delivery.IN_APP
    assert Membership.objects.filter(user=UserFactory()).count() == 0
    assert moment("2023-08-28 10:00") == clock.now()
    assert timedelta(days=2) == services.inbox.MAIL_WITHIN
