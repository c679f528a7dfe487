"""The directory as a book: what the records say, in both languages, the same bytes for the same content."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest

from pilotage.core import clock
from pilotage.core.verdict import Invalid, Refused
from pilotage.directory import services as directory
from pilotage.directory.models import EntryCount
from pilotage.publications.directory_books import services
from pilotage.publications.directory_books.content import book_of
from pilotage.publications.directory_books.models import DirectoryBook
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
LATER = make.moment("2024-03-01 10:00")


@pytest.fixture
def stage(cast: Any) -> Any:
    return make.published(cast, count=3)


def entries(book: Any) -> list[str]:
    return [dict(part.facts)["名录编号"] for province in book.parts[1:] for part in province.parts]


def test_the_book_holds_what_is_in_force_and_counts_as_the_pages_do(stage: Any, cast: Any) -> None:
    book = book_of(stage.edition, "zh")
    assert entries(book) == [entry.number for entry in stage.entries]
    assert (book.number, book.issued_on.isoformat(), book.publisher) == ("5GF-2023-demo", "2023-11-29", "虚构演示，无签发机构")
    with clock.at(LATER):
        directory.propose_remove(actor=cast.secretariat, entry=stage.entries[0], reason="造假")
        directory.confirm_remove(actor=cast.second_secretariat, entry=stage.entries[0])
    later = book_of(stage.edition, "zh")
    assert entries(later) == [entry.number for entry in stage.entries[1:]]
    assert later.issued_on.isoformat() == "2024-03-01"
    total = EntryCount.objects.get(edition=stage.edition, dimension="total").count
    table = later.parts[0].blocks[1]
    assert table.rows == (("江苏省", "2"), ("合计", "2")) == (("江苏省", str(total)), ("合计", str(total)))


def test_every_index_leads_to_the_entry(stage: Any) -> None:
    book = book_of(stage.edition, "zh")
    terms = dict(book.parts[1].parts[0].terms)
    assert set(terms) == set(book.indexes) == {"省份索引", "行业索引", "场景索引", "企业索引"}
    assert (terms["省份索引"], terms["企业索引"]) == ("江苏省", stage.entries[0].enterprise_name)


def test_nothing_secret_is_printed(stage: Any) -> None:
    for language in ("zh", "en"):
        printed = repr(book_of(stage.edition, language))
        assert not [secret for secret in make.SECRETS if secret in printed]


@pytest.mark.parametrize("count", [1, 3])
def test_reading_takes_the_same_number_of_queries(cast: Any, count: int, django_assert_num_queries: Any) -> None:
    edition = make.published(cast, count=count).edition
    with django_assert_num_queries(7):
        book_of(edition, "en")


def test_compiling_is_repeatable_and_leaves_out_what_has_not_changed(stage: Any, cast: Any) -> None:
    made = services.compile_books(actor=cast.secretariat, edition=stage.edition, languages=("zh",), kinds=("pdf",))
    assert [(book.language, book.kind, book.entries) for book in made] == [("zh", "pdf", 3)]
    first = made[0].file.read()
    text = "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(first)).pages)
    assert stage.entries[0].project_title in text
    assert services.compile_books(actor=cast.secretariat, edition=stage.edition, languages=("zh",), kinds=("pdf",)) == []
    DirectoryBook.objects.update(digest="")
    again = services.compile_books(actor=cast.secretariat, edition=stage.edition, languages=("zh",), kinds=("pdf",))
    assert (again[0].sha256, DirectoryBook.objects.count()) == (made[0].sha256, 1)


def test_only_the_secretariat_compiles_and_only_what_is_published(stage: Any, cast: Any) -> None:
    for name, person in cast.people().items():
        if name not in {"secretariat", "second_secretariat"}:
            with pytest.raises(Refused):
                services.compile_books(actor=person, edition=stage.edition)
    stage.edition.state = "prepared"
    with pytest.raises(Invalid):
        services.compile_books(actor=cast.secretariat, edition=stage.edition)


def test_anybody_fetches_the_files_and_only_the_secretariat_sees_the_button(client: Any, stage: Any, cast: Any) -> None:
    assert "尚未编制" in client.get("/directory/5g-factory/book/").content.decode()
    made = services.compile_books(actor=None, edition=stage.edition, languages=("en",), kinds=("pdf",))
    page = client.get("/directory/5g-factory/book/").content.decode()
    address = "/directory/5g-factory/book/2023-demo/en.pdf"
    assert (address in page, made[0].sha256 in page, "重新编制" in page) == (True, True, False)
    file = client.get(address)
    assert (b"".join(file.streaming_content)[:5], file["Content-Type"]) == (b"%PDF-", "application/pdf")
    for other in ("2023-demo/zh.pdf", "2023/en.pdf", "2023-demo/en.exe"):
        assert client.get(f"/directory/5g-factory/book/{other}").status_code == 404
    client.force_login(cast.secretariat)
    assert "重新编制" in client.get("/directory/5g-factory/book/").content.decode()
    client.force_login(cast.auditor)
    assert client.post(f"/work/directory-books/{stage.edition.pk}/").status_code == 403


def test_what_is_not_published_has_no_book(client: Any, cast: Any) -> None:
    make.edition_prepared(cast)
    page = client.get("/directory/5g-factory/book/")
    assert (page.status_code, "尚未发布任何批次" in page.content.decode()) == (200, True)
