"""The search over all that is public: found, ranked, forgiving, and never what is not public."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.core import clock
from pilotage.core.search import bigrams
from pilotage.directory.enums import EntryState
from pilotage.publications.services import load_history
from pilotage.publications.site import index, spelling
from pilotage.publications.site.enums import Found, PageKind, PageState
from pilotage.publications.site.models import SearchDocument, SearchText, SitePage
from pilotage.publications.site.searching import marked, search
from tests.factories import directory


def page(
    slug: str, title_zh: str, title_en: str = "", body_zh: str = "正文", body_en: str = "", state: str = PageState.PUBLISHED
) -> SitePage:
    return SitePage.objects.create(
        kind=PageKind.PAGE, slug=slug, title_zh=title_zh, title_en=title_en, body_zh=body_zh, body_en=body_en,
        state=state, published_on=date(2023, 12, 1), changed_at=clock.now(),
    )  # fmt: skip


def keys(text: str, **options: Any) -> list[str]:
    return [hit.key for hit in search(text, **options).hits]


def entry_differences() -> list[str]:
    """The plan of the factories was written without an act, so the index cannot know it."""
    return [line for line in index.differences() if line.startswith("search entry")]


@pytest.fixture
def pages(db: None) -> None:
    page("objections", "怎样提出异议", "How to object", "公示期内任何人都可以提出异议。", "Anybody may object during the notice period.")
    page("about", "关于本站", "About this site", "工业互联网专项工作计划的公开信息。", "Machine vision is one of the twenty scenarios.")
    page("draft", "尚未公开的页面", "Not yet public", "秘密的智能制造", state=PageState.DRAFT)
    page("making", "智能制造装备", "Intelligent manufacturing", "数字化车间")
    index.rebuild()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("异议", ["objections"]),
        ("提出异议", ["objections"]),
        ("议", ["objections"]),
        ("能制", ["making"]),
        ("object", ["objections"]),
        ("Obj", ["objections"]),
        ("machine vision", ["about"]),
        ("about", ["about"]),
        ("智能 车间", ["making"]),
        ("秘密", []),
        ("尚未公开", []),
        ("？！", []),
        ("", []),
    ],
)
def test_finds_sub_strings_in_both_scripts(pages: None, text: str, found: list[str]) -> None:
    assert keys(text) == found


@pytest.mark.parametrize(("typed", "meant"), [("machnie", "machine"), ("inteligent", "intelligent"), ("manufacturring", "manufacturing")])
def test_puts_a_mistyped_latin_word_right(pages: None, typed: str, meant: str) -> None:
    found = search(typed)
    assert (found.corrected, len(found.hits)) == (meant, 1)


def test_forgives_one_wrong_chinese_character(pages: None) -> None:
    found = search("智能制早装备")
    assert ([hit.key for hit in found.hits], found.is_loose) == (["making"], True)
    assert keys("完全不同的六个字") == []


def test_some_of_several_words_are_enough_when_all_find_nothing(pages: None) -> None:
    found = search("异议 量子")
    assert ([hit.key for hit in found.hits], found.is_loose) == (["objections"], True)


def test_a_title_comes_before_a_text(pages: None) -> None:
    page("vision", "机器视觉", "Machine vision", "质量检测")
    index.rebuild()
    assert keys("machine vision") == ["vision", "about"]


def test_marks_what_was_found_and_escapes_the_rest() -> None:
    assert marked("<b>工厂</b>", ("工厂",)) == "&lt;b&gt;<mark>工厂</mark>&lt;/b&gt;"


def test_hostile_words_are_only_words(pages: None) -> None:
    for text in ('"', "' OR 1=1 --", "a* NEAR(b)", "title:异议", "<script>", "%", "\\", "-异议", "异议) | (x"):
        search(text)
    assert keys("-异议") == ["objections"]


def test_follows_the_record_and_shows_what_an_outsider_sees(cast: Any) -> None:
    stage = directory.published(cast)
    load_history(actor=None)
    index.catch_up()
    entry = stage.entries[0]
    assert entry.number in keys(entry.enterprise_name)
    assert keys(entry.number)[0] == entry.number
    assert search("5G", kind=Found.KNOWN_CASE).hits != []
    assert entry_differences() == []
    type(entry).objects.filter(pk=entry.pk).update(state=EntryState.PREPARED)
    assert keys(entry.number, kind=Found.ENTRY) == []  # the index still holds it; nobody is shown it
    assert entry_differences() == [f"search entry {entry.number}: the index holds what is not public"]
    index.rebuild()
    assert not SearchDocument.objects.filter(kind=Found.ENTRY, key=entry.number).exists()


def test_what_nobody_may_read_is_not_indexed(cast: Any) -> None:
    directory.published(cast)
    index.catch_up()
    kept = " ".join(f"{text.bigrams} {text.text_zh} {text.text_en}" for text in SearchText.objects.all())
    assert ([secret for secret in directory.SECRETS if secret in kept or bigrams(secret) in kept], "5gf" in kept) == ([], True)


def test_ends_up_in_a_bounded_number_of_queries(pages: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(9):
        search("异议")


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("abcd", "abcd", 0), ("abcd", "abdc", 1), ("abcd", "abc", 1), ("machine", "machnie", 1), ("kitten", "sitting", 3)],
)
def test_counts_slips(one: str, other: str, slips: int) -> None:
    assert spelling.distance(one, other) == slips
