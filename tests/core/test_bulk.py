"""Rows by the thousand arrive as bulk_create would have written them, and what was set for a pass is set back after it."""

from __future__ import annotations

import gc

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from pilotage.core import bulk
from pilotage.registry.models import Enterprise, Identifier, Industry
from tests.factories.registry import EnterpriseFactory

pytestmark = pytest.mark.django_db


def rows(first: int, count: int) -> list[tuple[str, str, str]]:
    return [(f"X{number}", f"类{number}", "division") for number in range(first, first + count)]


def insert(values: list[tuple[str, str, str]], **options: bool) -> None:
    names = ("code", "name_zh", "level", "name_en", "short_zh", "short_en")
    bulk.insert_rows(Industry, names, [(*value, "", "", "") for value in values], **options)


def test_more_rows_than_fit_in_one_statement_all_arrive(monkeypatch):
    monkeypatch.setattr(bulk, "_MAX_VALUES", 24)
    insert(rows(0, 10))
    assert list(Industry.objects.filter(code__startswith="X").order_by("code").values_list("code", "name_zh", "level")) == rows(0, 10)


def test_a_known_key_is_an_error_or_skipped_as_the_caller_says():
    insert(rows(0, 2))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([("X1", "另一类", "division")])
    insert([("X1", "另一类", "division"), ("X2", "类2", "division")], skip_known=True)
    assert list(Industry.objects.filter(code__startswith="X").order_by("code").values_list("name_zh", flat=True)) == ["类0", "类1", "类2"]


def test_nothing_to_insert_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert([])


def test_reserved_keys_are_new_and_given_once():
    before = EnterpriseFactory().pk
    with transaction.atomic():
        keys = bulk.reserve_keys(Enterprise, 3)
        now = bulk.moment(timezone.now())
        columns = [f.attname for f in Enterprise._meta.concrete_fields]
        blank = {f.attname: None if f.null else f.get_default() for f in Enterprise._meta.concrete_fields}
        facts = [{**blank, "id": key, "name_zh": f"企业{key}", "created_at": now, "updated_at": now} for key in keys]
        bulk.insert_rows(Enterprise, columns, [[fact[column] for column in columns] for fact in facts])
    assert keys == sorted(set(keys))
    assert keys[0] > before
    assert EnterpriseFactory().pk > keys[-1]


def test_the_first_key_of_an_empty_table_is_reserved_too():
    assert len(set(bulk.reserve_keys(Identifier, 2))) == 2


def test_the_collector_and_the_cache_are_set_back():
    usual = gc.get_threshold()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA cache_size")
            size = cursor.fetchone()
        with bulk.rare_collection(), bulk.small_cache():
            assert gc.get_threshold() == (50_000, *usual[1:])
            if connection.vendor == "sqlite":
                assert cursor.execute("PRAGMA cache_size").fetchone() == (-8192,)
        assert gc.get_threshold() == usual
        if connection.vendor == "sqlite":
            assert cursor.execute("PRAGMA cache_size").fetchone() == size
