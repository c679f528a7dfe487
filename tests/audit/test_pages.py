"""The record of decisions: the auditor reads all of it, the secretariat one object, nobody else anything."""

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import override

from pilotage.accounts import services as accounts
from pilotage.accounts.models import Organisation
from pilotage.audit import services
from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.core.transitions import all_tables
from pilotage.web.audit import words
from tests.web.pages import offences

RECORD = "/audit/"
CHAIN = "/audit/chain/"


def body(response):
    return response.content.decode()


@pytest.fixture
def record(cast):
    """Three decisions of two people."""
    organisation = Organisation.objects.get(memberships__user=cast.province_officer)
    with transaction.atomic():
        services.record(organisation, "organisation.rename", actor=cast.secretariat, reason="机构改革")
    accounts.create_token(actor=cast.filer, name="周报导出")
    with transaction.atomic():
        services.record(organisation, "organisation.note", actor=cast.secretariat)
    return organisation


def history_of(organisation):
    return reverse("audit:object-history", args=["accounts.organisation", organisation.pk])


def test_the_auditor_reads_every_event_newest_first(client, cast, record):
    client.force_login(cast.auditor)
    response = client.get(RECORD)
    verbs = [event.verb for event in response.context["page"].rows]
    assert verbs == ["organisation.note", "token.create", "organisation.rename"]
    assert "机构改革" in body(response)
    assert services.head()[1] in body(response)
    assert offences(response) == []


@pytest.mark.parametrize("role", ["filer", "city_officer", "province_officer", "expert", "finance_liaison", "secretariat", "outsider"])
def test_nobody_else_reads_the_record(client, cast, record, role):
    client.force_login(getattr(cast, role))
    for path in (RECORD, f"{RECORD}1/", CHAIN, f"{CHAIN}?check=1"):
        response = client.get(path)
        assert response.status_code == 403
        assert "只有审计人员可以查阅全部办理记录。" in body(response)
        assert "机构改革" not in body(response)


@pytest.mark.django_db
def test_who_is_not_signed_in_is_asked_to(client):
    for path in (RECORD, f"{RECORD}1/", CHAIN, "/audit/objects/accounts.organisation/1/"):
        assert client.get(path)["Location"].startswith("/accounts/login/?next=")


def test_the_history_of_an_object_is_open_to_the_secretariat(client, cast, record):
    for person in (cast.secretariat, cast.auditor):
        client.force_login(person)
        response = client.get(history_of(record))
        assert [event.verb for event in response.context["page"].rows] == ["organisation.note", "organisation.rename"]
        assert "token.create" not in body(response)
    assert client.get("/audit/objects/accounts.organisation/999999/").status_code == 404
    for stranger in (cast.outsider, cast.filer, cast.province_officer):
        client.force_login(stranger)
        assert client.get(history_of(record)).status_code == 403


def test_only_the_auditor_gets_links_into_the_record(client, cast, record):
    client.force_login(cast.secretariat)
    assert 'href="/audit/1/"' not in body(client.get(history_of(record)))
    client.force_login(cast.auditor)
    assert 'href="/audit/1/"' in body(client.get(history_of(record)))


@pytest.mark.parametrize(
    ("query", "verbs"),
    [
        ({"verb": "token.create"}, ["token.create"]),
        ({"verb": "生成接口密钥"}, ["token.create"]),
        ({"verb": "organisation."}, ["organisation.note", "organisation.rename"]),
        ({"object": "accounts.apitoken"}, ["token.create"]),
        ({"actor": "陆闻舟"}, ["token.create"]),
        ({"actor": "nobody@example.org"}, []),
        ({"since": "2999-01-01"}, []),
        ({"until": "2000-01-01"}, []),
        ({"since": "2000-01-01", "until": "2999-01-01", "verb": "organisation.note"}, ["organisation.note"]),
        ({"since": "not a day"}, ["organisation.note", "token.create", "organisation.rename"]),
    ],
)
def test_filters_narrow_the_record(client, cast, record, query, verbs):
    client.force_login(cast.auditor)
    assert [event.verb for event in client.get(RECORD, query).context["page"].rows] == verbs


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_verb_of_every_state_table_has_words(language):
    with override(language):
        wordless = [
            verb
            for table in all_tables().values()
            for verb in map(table.audit_verb, table.by_verb)
            if not words.act(verb) or words.act(f"{verb}.propose") in {"", words.act(verb)}
        ]
    assert wordless == []


def test_the_words_of_acts_are_in_the_readers_language():
    with override("zh-hans"):
        chinese = dict(words.acts())
    with override("en"):
        english = dict(words.acts())
    assert [verb for verb in english if english[verb] == chinese[verb]] == []
    assert (english["directory.entry.list"], chinese["directory.entry.list"]) == ("List the entry", "条目列入名录")


def test_a_verb_or_model_nobody_knows_any_more_has_no_words():
    assert words.act("nothing.done") == words.act("nothing.done.propose") == words.kind("nothing.model") == words.kind("nothing") == ""


def test_words_stand_first_and_the_keys_below(client, cast, record):
    client.force_login(cast.auditor)
    event = AuditEvent.objects.get(number=2)
    key = f"accounts.apitoken/{event.object_id}"
    for page in (client.get(RECORD), client.get(f"{RECORD}2/")):
        html = body(page)
        assert html.index("生成接口密钥") < html.index("<code") < html.index(key)
        assert "接口密钥 · <code" in html
    # a verb without words is shown as it was written
    assert "<td><code>organisation.note</code></td>" in body(client.get(RECORD))
    client.cookies["django_language"] = "en"
    assert "Make an access key" in body(client.get(RECORD))


def test_one_object_by_its_number(client, cast, record):
    client.force_login(cast.auditor)
    rows = client.get(RECORD, {"object": f"accounts.organisation/{record.pk}"}).context["page"].rows
    assert [event.object_id for event in rows] == [str(record.pk)] * 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(client, cast, rows, django_assert_num_queries):
    for number in range(rows):
        accounts.create_token(actor=cast.filer, name=f"程序{number}")
    client.force_login(cast.auditor)
    with django_assert_num_queries(5):
        assert body(client.get(RECORD)).count('<td>生成接口密钥<span class="below"><code>token.create</code></span></td>') == rows


def test_an_event_shows_its_snapshot_hash_and_neighbours(client, cast, record):
    client.force_login(cast.auditor)
    html = body(client.get(f"{RECORD}2/"))
    event = AuditEvent.objects.get(number=2)
    assert event.digest in html
    assert event.previous in html
    assert "&quot;name&quot;: &quot;周报导出&quot;" in html
    assert 'rel="prev" href="/audit/1/"' in html
    assert 'rel="next" href="/audit/3/"' in html
    assert "内容与摘要一致" in html
    assert "快照与摘要一致" in html
    assert 'rel="next"' not in body(client.get(f"{RECORD}3/"))
    assert client.get(f"{RECORD}4/").status_code == 404


def test_a_changed_byte_is_named(client, cast, record):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_audit%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
    AuditEvent.objects.filter(number=1).update(reason="机构改革二")
    event = AuditEvent.objects.get(number=2)
    AuditSnapshot.objects.filter(digest=event.snapshot_digest).update(body="{}")
    client.force_login(cast.auditor)
    assert "内容已被改动" in body(client.get(f"{RECORD}1/"))
    assert "快照已被改动" in body(client.get(f"{RECORD}2/"))
    response = client.get(CHAIN, {"check": "1"})
    assert [found.number for found in response.context["breaks"]] == [1, 2]
    assert "记录链有2处不符。" in body(response)


def test_the_chain_is_checked_when_asked(client, cast, record):
    client.force_login(cast.auditor)
    before = client.get(CHAIN)
    assert "完整无改动" not in body(before)
    after = client.get(CHAIN, {"check": "1"})
    assert "已核验3条记录及其快照，完整无改动。" in body(after)
    assert offences(after) == []


def test_a_long_chain_is_left_to_the_command(client, cast, record, monkeypatch):
    monkeypatch.setattr("pilotage.web.audit.views.CHECKED_ON_PAGE", 2)
    client.force_login(cast.auditor)
    html = body(client.get(CHAIN, {"check": "1"}))
    assert "pilotage audit verify" in html
    assert "完整无改动" not in html
