"""What is taken back is gone: from every page, file, feed, index, search and answer of the interface, for everybody who is not at work on it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from pilotage.audit import services as audit
from pilotage.directory.enums import EditionState, EntryState
from pilotage.directory.models import Edition, Entry
from pilotage.publications.open_data import feeds, site_map, tables
from pilotage.publications.open_data.catalogue import SYNTAXES
from tests.factories import directory
from tests.factories.accounts import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.kept_pages]
MARK, NAME = "独角鲸传动5G工厂", "苏州独角鲸精密有限公司"


@pytest.fixture
def entry(db: None) -> Entry:
    edition = directory.edition()
    directory.entry(edition, "另一个工厂", "苏州另一个有限公司")
    return directory.entry(edition, MARK, NAME, ("02",), label="benchmark", labelled_on=date(2023, 12, 1))


def addresses() -> list[str]:
    """Everything that lists what is public."""
    found = ["/", "/directory/", "/cases/", "/notices/", "/calls/", "/open-data/"]
    found += ["/directory/5g-factory/?edition=all", *(f"/directory/5g-factory/{page}/" for page in ("changes", "totals", "book"))]
    found += [f"/directory/5g-factory/export/{kind}/?edition=all" for kind in ("csv", "xlsx", "json")]
    found += [f"/directory/5g-factory/?edition=all&q={word}" for word in ("独角鲸", "5GF-2023-0002")]
    found += ["/search/?q=独角鲸", "/search/?q=5GF-2023-0002", "/llms.txt", "/sitemap.xml"]
    found += [f"/open-data/{table.key}.{kind}" for table in tables.every() for kind in ("csv", "json")]
    found += [f"/open-data/{table.key}/" for table in tables.every()]
    found += [f"/open-data/catalogue.{syntax}" for syntax in SYNTAXES]
    found += [f"/feeds/{feed.key}.atom" for feed in (feeds.ALL, *feeds.every())]
    found += [f"/sitemaps/{section.key}-1.xml" for section in site_map.every()]
    found += [f"/api/v1/tables/{table.key}" for table in tables.every()]
    return [*found, "/api/v1/directories/5g-factory/entries", "/api/v1/directories/5g-factory/editions"]


def own(entry: Entry) -> list[str]:
    return [
        f"/directory/entries/{entry.number}/",
        f"/api/v1/directories/5g-factory/entries/{entry.number}",
        f"/open-data/directory-entries/5g-factory-{entry.edition.key}/",
        f"/open-data/directory-entries/5g-factory-{entry.edition.key}.csv",
    ]


def take_back(held: Edition | Entry, state: str) -> None:
    """No act of the site takes back what was published; whoever corrects a mistake by hand leaves it in the record."""
    type(held).objects.filter(pk=held.pk).update(state=state)
    audit.record(held, f"{held._meta.model_name}.take_back", actor=None, reason="test")


def body(client: Client, address: str) -> str:
    response = client.get(address, follow=True)
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return content.decode(errors="replace").replace(address, "")


def showing(client: Client, *words: str) -> list[str]:
    """The addresses whose answer has one of the words; what the reader searched for is not an answer."""
    return [address for address in addresses() if "q=" not in address and any(word in body(client, address) for word in words)]


def test_an_edition_that_is_taken_back_is_gone_everywhere(entry: Entry, client: Client) -> None:
    words = (MARK, NAME, entry.number)
    seen = showing(client, *words)
    assert {"/open-data/directory-entries.csv", "/feeds/all.atom", "/sitemaps/entries-1.xml", "/api/v1/tables/directory-entries"} <= set(
        seen
    )
    assert [client.get(address).status_code for address in own(entry)] == [200] * 4
    take_back(entry.edition, EditionState.PREPARED)
    assert showing(client, *words) == []
    assert [client.get(address).status_code for address in own(entry)] == [404] * 4


def test_an_entry_that_is_taken_back_is_gone_while_others_stay(entry: Entry, client: Client) -> None:
    assert "/open-data/directory-entries.csv" in showing(client, MARK)
    take_back(entry, EntryState.PREPARED)
    assert showing(client, MARK, NAME, entry.number) == []
    assert "/open-data/directory-entries.csv" in showing(client, "另一个工厂")
    assert [client.get(address).status_code for address in own(entry)[:2]] == [404, 404]


def test_what_was_kept_by_a_reader_is_asked_for_again(cast: Cast, client: Client) -> None:
    """The name of a kept file ends with the next act, so a cache never gives away what was taken back."""
    stage = directory.edition_prepared(cast)
    held = client.get("/open-data/directory-entries.json")
    assert stage.edition is not None
    from pilotage.core import clock
    from pilotage.directory import services

    with clock.at(directory.moment(directory.PUBLISHED)):
        services.propose_publish(actor=cast.secretariat, edition=stage.edition)
        services.confirm_publish(actor=cast.second_secretariat, edition=stage.edition)
    again = client.get("/open-data/directory-entries.json", headers={"if-none-match": held["ETag"]})
    assert again.status_code == 200
    assert "no-cache" in again["Cache-Control"]


def test_a_prepared_edition_is_nowhere_for_an_outsider(cast: Cast, client: Client) -> None:
    stage = directory.edition_prepared(cast)
    assert stage.edition is not None
    numbers = list(stage.edition.entries.values_list("number", flat=True))
    client.force_login(cast.outsider)
    assert showing(client, *numbers, "directory/entries/5GF-") == []
