"""What is printed of many queries is of one moment, whatever others write meanwhile; they do not wait for it."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from pilotage.accounts.models import User
from pilotage.core.one_state import one_state
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def somebody_acts() -> None:
    def act() -> None:
        with transaction.atomic():
            UserFactory()
        connection.close()

    writer = threading.Thread(target=act)
    writer.start()
    writer.join(20)
    assert not writer.is_alive(), "who writes waits for who reads"


def test_reads_agree_while_others_write() -> None:
    with one_state():
        before = User.objects.count()
        somebody_acts()
        assert User.objects.count() == before
    assert User.objects.count() == before + 1


def test_nothing_is_written_inside_and_everything_after_it() -> None:
    with pytest.raises(DatabaseError), one_state():
        UserFactory()
    UserFactory()
    assert User.objects.count() == 1


def test_inside_a_transaction_its_own_view_holds() -> None:
    with transaction.atomic(), one_state():
        UserFactory()
    assert User.objects.count() == 1
