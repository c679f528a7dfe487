from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from pilotage.core.search import bigrams, capped_count, match, search_table
from pilotage.registry.models import Enterprise
from tests.factories.accounts import enterprise

ALPHABET = st.text(alphabet="苏州海天工厂5gAB -,。", max_size=12)


def test_bigrams_cut_chinese_into_pairs_and_keep_words():
    assert bigrams("苏州砚舟5G工厂 Alpha-7") == "苏州 州砚 砚舟 5g 工厂 alpha 7"


def test_bigrams_normalise_full_width_and_case():
    assert bigrams("ＡＢＣ５G") == "abc5g"


def test_bigrams_keep_a_lone_character():
    assert bigrams("喆 A") == "喆 a"


@given(ALPHABET)
def test_bigrams_are_stable_under_surrounding_punctuation(text):
    assert bigrams(f"，{text}。") == bigrams(text)


@pytest.fixture
def firms(db):
    names = ["苏州海天机械有限公司", "海天塑机集团", "天海船舶5G工厂", "Haitian Plastics 5G", "苏 州海 天", "海天 7 号厂房"]
    firms = {name: enterprise(name) for name in names}
    for firm in firms.values():
        Enterprise.objects.filter(pk=firm.pk).update(bigrams=bigrams(firm.name_zh))
    return names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("海天", {"苏州海天机械有限公司", "海天塑机集团", "海天 7 号厂房"}),
        ("苏州海天", {"苏州海天机械有限公司"}),
        ("天", {"苏州海天机械有限公司", "海天塑机集团", "天海船舶5G工厂", "苏 州海 天", "海天 7 号厂房"}),
        ("5g", {"天海船舶5G工厂", "Haitian Plastics 5G"}),
        ("hait", {"Haitian Plastics 5G"}),
        ("h", set()),  # one letter is a word, not the beginning of one
        ("7", {"海天 7 号厂房"}),
        ("plastics haitian", {"Haitian Plastics 5G"}),
        ("haitian plas", {"Haitian Plastics 5G"}),
        ("hait plastics", set()),  # only the word still being typed may be unfinished
        ("海天 机械", {"苏州海天机械有限公司"}),
        ("。，", set()),
        ("没有", set()),
        ('" OR 1=1 --', set()),
    ],
)
def test_match_finds_sub_strings_of_either_script(firms, text, found):
    rows = match(Enterprise.objects.order_by("id"), text)

    assert {row.name_zh for row in rows} == found


def test_match_of_blank_text_leaves_the_list_alone(firms):
    assert match(Enterprise.objects.order_by("id"), "  ").count() == len(firms)


def test_match_follows_changes_and_removals(firms):
    firm = Enterprise.objects.get(name_zh="海天塑机集团")
    Enterprise.objects.filter(pk=firm.pk).update(bigrams=bigrams("改名机器"))

    assert match(Enterprise.objects.order_by("id"), "塑机").count() == 0
    assert match(Enterprise.objects.order_by("id"), "改名").get() == firm


@pytest.mark.django_db
@given(st.lists(ALPHABET, min_size=1, max_size=5), st.text(alphabet="苏州海天工厂", min_size=2, max_size=4))
def test_match_agrees_with_a_plain_sub_string_search(names, text):
    Enterprise.objects.all().delete()
    for name in names:
        Enterprise.objects.filter(pk=enterprise(name or "x").pk).update(bigrams=bigrams(name))

    found = {row.name_zh for row in match(Enterprise.objects.order_by("id"), text)}

    assert found == {name for name in names if text in name}


def test_capped_count_stops_at_the_cap(firms):
    assert capped_count(Enterprise.objects.all(), cap=3) == (3, True)
    assert capped_count(Enterprise.objects.all(), cap=6) == (6, False)


@pytest.mark.django_db
@pytest.mark.parametrize("label", ["registry.Enterprise", "calls.Application", "directory.Entry", "publications.Case"])
def test_the_database_keeps_the_index_of_every_searchable_model(label):
    """A migration that rebuilds a table on SQLite takes its triggers with it: then every search would silently find nothing."""
    name = search_table(apps.get_model(label))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{name}%"])
            expected = {f"{name}_insert", f"{name}_delete", f"{name}_update"}
        else:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname = %s", [name])
            expected = {name}
        assert {row[0] for row in cursor.fetchall()} == expected
