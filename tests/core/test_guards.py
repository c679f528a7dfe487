"""What the database must hold besides tables: named when it is missing, made again by ``migrate``."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from pilotage.core import guards
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


def test_audit_triggers_that_were_dropped_are_named_and_made_again():
    names = {"sqlite": "audit_auditevent_no_update", "postgresql": "audit_auditevent_no_change"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {names[connection.vendor]}" + ("" if connection.vendor == "sqlite" else " ON audit_auditevent"))

    assert list(guards.missing()) == [("audit", [names[connection.vendor]])]
    call_command("migrate", verbosity=0)
    assert list(guards.missing()) == []
