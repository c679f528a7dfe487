"""The one function that changes states, and the chain it writes."""

from __future__ import annotations

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from pilotage.audit import services
from pilotage.audit.models import AuditEvent, AuditHead, AuditSnapshot, Proposal
from pilotage.audit.signals import transitioned
from pilotage.core import transitions
from pilotage.core.transitions import StateTable, anyone, row
from pilotage.core.verdict import YES, Conflict, Invalid, Refused, no
from pilotage.registry.models import EnterpriseImport
from tests.append_only import lifted
from tests.factories.accounts import LONG_AGO, UserFactory

pytestmark = pytest.mark.django_db


def only_first(actor, _obj):
    return YES if actor.name == "first" else no("Only the first person may do this.")


def has_rows(obj):
    if not obj.total_rows:
        raise Invalid({"total_rows": "An empty file cannot be run."})


TABLE = StateTable(
    "import",
    ("uploaded", "running", "done", "failed"),
    "uploaded",
    (
        row("run", "uploaded", "running", only_first, has_rows),
        row("fail", {"uploaded", "running"}, "failed", anyone, needs_reason=True),
        row("finish", "running", "done", anyone, two_person=True),
    ),
)


@pytest.fixture(autouse=True)
def table(monkeypatch):
    monkeypatch.setitem(transitions._tables, "registry.enterpriseimport", TABLE)


@pytest.fixture
def first():
    return UserFactory(name="first")


@pytest.fixture
def second():
    return UserFactory(name="second")


def batch(**fields):
    defaults = {"file_name": "企业.xlsx", "state": "uploaded", "total_rows": 3, "created_at": LONG_AGO, "updated_at": LONG_AGO}
    return EnterpriseImport.objects.create(**{**defaults, **fields})


def stored(obj):
    return EnterpriseImport.objects.get(pk=obj.pk)


def test_a_transition_moves_records_and_tells(first, at, django_capture_on_commit_callbacks):
    moment = at("2023-08-31 16:59")
    obj, news = batch(), []

    def listen(**told):
        news.append((told["obj"].pk, told["verb"], told["source"], told["target"], told["actor"], told["event"].number))

    transitioned.connect(listen, sender=EnterpriseImport)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            event = services.transition(obj, "run", actor=first, reason="九点开始", changes={"position": 2}, extra={"by": "hand"})
    finally:
        transitioned.disconnect(listen, sender=EnterpriseImport)

    assert (obj.state, obj.position) == (stored(obj).state, stored(obj).position) == ("running", 2)
    assert (event.number, event.verb, event.reason, event.actor_id, event.at) == (1, "import.run", "九点开始", first.pk, moment)
    assert (event.object_type, event.object_id, event.object_label) == ("registry.enterpriseimport", str(obj.pk), "企业.xlsx")
    body = AuditSnapshot.objects.get(pk=event.snapshot_digest).body
    assert '"_extra":{"by":"hand"}' in body
    assert '"state":"running"' in body
    assert news == [(obj.pk, "run", "uploaded", "running", first, 1)]
    assert services.verify() == []


def test_the_news_waits_for_the_commit(first, django_capture_on_commit_callbacks):
    news = []

    def listen(**told):
        news.append(told["verb"])

    transitioned.connect(listen, sender=EnterpriseImport)
    try:
        with django_capture_on_commit_callbacks() as waiting:
            services.transition(batch(), "run", actor=first)
            assert news == []
        assert len(waiting) == 1
    finally:
        transitioned.disconnect(listen, sender=EnterpriseImport)


@pytest.mark.parametrize(
    ("state", "verb", "who", "reason", "total", "error", "sentence"),
    [
        ("done", "run", "first", "", 3, Conflict, "not open in the present state"),
        ("uploaded", "run", "second", "", 3, Refused, "Only the first person may do this."),
        ("uploaded", "run", "first", "", 0, Invalid, "An empty file cannot be run."),
        ("uploaded", "fail", "first", "  ", 3, Invalid, "Give a reason"),
        ("running", "finish", "first", "", 3, Refused, "takes two people"),
    ],
)
def test_what_is_not_allowed_changes_nothing(state, verb, who, reason, total, error, sentence):
    from django.utils.translation import override

    obj = batch(state=state, total_rows=total)

    with override("en"), pytest.raises(error, match=sentence):
        services.transition(obj, verb, actor=UserFactory(name=who), reason=reason)

    assert (stored(obj).state, obj.state) == (state, state)
    assert AuditEvent.objects.count() == 0


def test_a_stale_copy_loses_and_nothing_is_written(first):
    obj = batch()
    stale = stored(obj)
    services.transition(obj, "run", actor=first)

    with pytest.raises(Conflict):
        services.transition(stale, "fail", actor=first, reason="zu spät")

    assert stored(obj).state == "running"
    assert [event.verb for event in AuditEvent.objects.all()] == ["import.run"]


def test_many_move_together_or_not_at_all(first, django_assert_num_queries):
    objs = [batch(file_name=f"{n}.xlsx") for n in range(5)]
    stale = [stored(obj) for obj in objs]
    with transaction.atomic():
        services.transition_many(objs[:1], "run", actor=first)
    with pytest.raises(Conflict):
        services.transition_many(stale, "run", actor=first)
    assert [stored(obj).state for obj in objs] == ["running", "uploaded", "uploaded", "uploaded", "uploaded"]

    # savepoint, update, snapshots, head, events, head, release; the actor's memberships are read once
    _ = first.active_memberships
    with django_assert_num_queries(7):
        events = services.transition_many(stale[1:], "run", actor=first)

    assert [event.number for event in events] == [2, 3, 4, 5]
    assert services.verify() == []


def test_two_people_are_needed_for_what_cannot_be_undone(first, second):
    obj = batch(state="running")

    proposal = services.propose(obj, "finish", actor=first, reason="checked")
    with pytest.raises(Conflict):
        services.propose(obj, "finish", actor=second)
    with pytest.raises(Refused):
        services.confirm(proposal, obj, actor=first)
    assert stored(obj).state == "running"
    services.confirm(proposal, obj, actor=second)

    assert stored(obj).state == "done"
    assert [event.verb for event in AuditEvent.objects.all()] == ["import.finish.propose", "proposal.confirm", "import.finish"]
    assert AuditEvent.objects.get(number=3).reason == "checked"
    with pytest.raises(Conflict):
        services.confirm(proposal, obj, actor=second)


def test_a_proposal_is_withdrawn_only_by_its_author(first, second):
    proposal = services.propose(batch(state="running"), "finish", actor=first)

    with pytest.raises(Refused):
        services.withdraw_proposal(proposal, actor=second)
    services.withdraw_proposal(proposal, actor=first, reason="too early")

    assert Proposal.objects.get().state == "withdrawn"


def test_confirming_another_object_is_a_programming_error(first, second):
    proposal = services.propose(batch(state="running"), "finish", actor=first)

    with pytest.raises(ValueError, match="another object"):
        services.confirm(proposal, batch(state="running"), actor=second)


def test_the_database_itself_refuses_one_person_twice(first):
    proposal = services.propose(batch(state="running"), "finish", actor=first)

    with pytest.raises(IntegrityError, match="audit_two_different_people"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(decided_by=first, state="confirmed")


@pytest.mark.django_db(transaction=True)
def test_two_officers_deciding_at_once_one_wins(first):
    obj = batch()
    copies, start, outcomes = [stored(obj), stored(obj)], threading.Barrier(2), []

    def decide(copy, verb):
        start.wait(10)
        try:
            services.transition(copy, verb, actor=first, reason="my decision")
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=pair) for pair in zip(copies, ("run", "fail"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["conflict", "done"]
    assert AuditEvent.objects.count() == 1
    assert stored(obj).state == {"import.run": "running", "import.fail": "failed"}[AuditEvent.objects.get().verb]


@pytest.mark.django_db(transaction=True)
def test_events_written_at_once_get_numbers_without_gaps(first):
    objs = [batch(file_name=f"{n}.xlsx") for n in range(8)]

    def work(obj):
        try:
            services.transition(obj, "run", actor=first)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(obj,)) for obj in objs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [event.number for event in AuditEvent.objects.all()] == list(range(1, 9))
    assert services.verify() == []


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused(first):
    with pytest.raises(RuntimeError, match="belongs into the transaction"):
        services.record(batch(), "import.note", actor=first)


def test_a_change_that_is_rolled_back_leaves_no_event(first):
    obj = batch()
    with transaction.atomic():
        services.transition(obj, "run", actor=first)
        transaction.set_rollback(True)

    assert stored(obj).state == "uploaded"
    assert (AuditEvent.objects.count(), services.head()[0]) == (0, 0)


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_the_hash_is_a_setting(first, settings, algorithm):
    settings.AUDIT_HASH = algorithm
    event = services.transition(batch(), "run", actor=first)

    assert (event.digest.split(":")[0], event.snapshot_digest.split(":")[0]) == (algorithm, algorithm)
    assert services.verify() == []


def test_the_system_acts_as_system():
    with transaction.atomic():
        event = services.record(batch(), "import.clean", actor=None)

    assert (event.actor_id, event.actor_label) == (None, "system")


def execute(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


STATEMENTS = [
    "UPDATE audit_auditevent SET reason = 'x'",
    "DELETE FROM audit_auditevent",
    "UPDATE audit_auditsnapshot SET body = 'x'",
    "DELETE FROM audit_auditsnapshot",
]
ONLY_HERE = {
    "sqlite": ["INSERT OR REPLACE INTO audit_auditevent SELECT * FROM audit_auditevent"],
    "postgresql": ["TRUNCATE audit_auditevent", "TRUNCATE audit_auditsnapshot"],
}


def test_the_database_refuses_to_change_the_chain(first):
    services.transition(batch(), "run", actor=first)
    before = list(AuditEvent.objects.values()), list(AuditSnapshot.objects.values())

    for statement in STATEMENTS + ONLY_HERE[connection.vendor]:
        with transaction.atomic(), pytest.raises(DatabaseError, match="append-only"):
            execute(statement)

    assert (list(AuditEvent.objects.values()), list(AuditSnapshot.objects.values())) == before


def test_replacing_a_snapshot_leaves_the_first(first):
    event = services.transition(batch(), "run", actor=first)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO audit_auditsnapshot(digest, body) VALUES (%s, 'x')", [event.snapshot_digest])
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            AuditSnapshot.objects.create(digest=event.snapshot_digest, body="x")

    assert services.verify() == []


def test_an_act_during_the_check_is_no_break(first, monkeypatch):
    services.transition(batch(), "run", actor=first)
    read = services.head

    def head_before_somebody_acts():
        found = read()
        services.transition(batch(file_name="later.xlsx"), "run", actor=first)
        return found

    monkeypatch.setattr(services, "head", head_before_somebody_acts)

    (number, _digest), breaks = services.check()

    assert (number, breaks, read()[0]) == (1, [], 2)


def test_an_event_written_past_the_head_is_a_break(first):
    services.transition(batch(), "run", actor=first)
    before = services.head()
    services.transition(batch(file_name="second.xlsx"), "run", actor=first)
    AuditHead.objects.update(number=before[0], digest=before[1])

    assert [found.what for found in services.verify()] == ["the chain ends at event 2, the head says 1"]


def verify_output(capsys):
    call_command("audit", "verify")
    return capsys.readouterr().out


def test_the_command_passes_on_an_untouched_chain(first, capsys):
    for n in range(3):
        services.transition(batch(file_name=f"{n}.xlsx"), "run", actor=first)

    assert verify_output(capsys).startswith("3 events, every snapshot checked, unbroken. Head sha256:")


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE audit_auditevent SET object_label = 'x.xlsx' WHERE number = 2", "event 2: its fields were changed after it was written"),
        (
            "UPDATE audit_auditsnapshot SET body = replace(body, '1.xlsx', '9.xlsx')",
            "event 2: its snapshot was changed after it was written",
        ),
        ("DELETE FROM audit_auditevent WHERE number = 2", "event 3: event 2 is missing"),
        ("DELETE FROM audit_auditevent WHERE number = 3", "event 3: the chain ends at event 2, the head says 3"),
    ],
)
def test_one_byte_changed_in_the_database_is_found_and_named(first, statement, sentence):
    for n in range(3):
        services.transition(batch(file_name=f"{n}.xlsx"), "run", actor=first)
    with lifted(), connection.cursor() as cursor:
        cursor.execute(statement)

    with pytest.raises(CommandError, match=sentence):
        call_command("audit", "verify")


def test_the_head_can_be_noted_elsewhere(first, capsys):
    event = services.transition(batch(), "run", actor=first)
    call_command("audit", "head")

    assert capsys.readouterr().out == f"1 {event.digest}\n"
    assert AuditHead.objects.get().digest == event.digest
