"""What the database must hold besides tables: named when it is missing, made again by ``migrate``."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from pilotage.core import guards
from pilotage.core.append_only import AppendOnly
from pilotage.core.search import bigrams, match
from pilotage.registry.models import Enterprise
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_fresh_database_lacks_nothing():
    assert list(guards.missing()) == []


def test_a_search_index_that_was_dropped_is_named_and_made_again_with_the_rows_written_meanwhile():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for event in ("insert", "update", "delete"):  # as when the table is made anew
                cursor.execute(f"DROP TRIGGER registry_enterprise_search_{event}")
        else:
            cursor.execute("DROP INDEX registry_enterprise_search")
    Enterprise.objects.filter(pk=enterprise("海天").pk).update(bigrams=bigrams("苏州海天"))
    Enterprise.objects.filter(pk=enterprise("潍柴").pk).update(bigrams=bigrams("潍坊潍柴"))

    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", stdout=out)
    assert "search: the database lacks registry_enterprise_search" in out.getvalue()
    call_command("migrate", verbosity=0)

    assert list(guards.missing()) == []
    assert match(Enterprise.objects.order_by("pk"), "海天").count() == 1
    assert match(Enterprise.objects.order_by("pk"), "潍柴").count() == 1


@pytest.mark.parametrize(
    ("room", "table"),
    [("audit", "audit_auditevent"), ("finance", "finance_fact"), ("finance", "finance_stagestep"), ("finance", "finance_listingdocument")],
)
def test_triggers_of_what_only_grows_are_named_when_dropped_and_made_again(room, table):
    lost = f"{table}_{'no_update' if connection.vendor == 'sqlite' else 'no_change'}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {lost}" + ("" if connection.vendor == "sqlite" else f" ON {table}"))

    assert list(guards.missing()) == [(room, [lost])]
    call_command("migrate", verbosity=0)
    assert list(guards.missing()) == []


def test_a_table_that_is_not_there_yet_needs_no_trigger():
    later = AppendOnly("later", "not yet", {"core_not_made_yet": "id"})

    later.restore()
    assert later.names() == []
