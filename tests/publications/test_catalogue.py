"""The catalogue as other portals read it, the feeds, the site map and the plain index."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as xml

import pytest
from django.test import Client
from rdflib import Graph, Namespace, URIRef
from rdflib.compare import to_isomorphic
from rdflib.namespace import DCTERMS, RDF

from pilotage.directory.enums import EditionState
from pilotage.directory.models import Edition
from pilotage.publications.open_data import feeds, tables
from pilotage.publications.open_data.catalogue import SYNTAXES
from pilotage.publications.site.models import SitePage
from tests.factories import directory
from tests.factories.accounts import Cast
from tests.factories.calls import call as make_call

pytestmark = pytest.mark.django_db
DCAT = Namespace("http://www.w3.org/ns/dcat#")
HERE = Path(__file__).parent
CKAN = Path(sys.prefix) / "ckan" / "bin" / "python"
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
READ_AS = {"jsonld": "json-ld", "ttl": "turtle", "rdf": "xml"}


@pytest.fixture
def published(db: None) -> Edition:
    edition = directory.edition()
    directory.entry(edition)
    directory.entry(edition, "A & B <工厂>", label="benchmark", labelled_on=date(2023, 12, 1))
    return edition


def graph_of(client: Client, syntax: str) -> Graph:
    response = client.get(f"/open-data/catalogue.{syntax}")
    assert response["Content-Type"] == SYNTAXES[syntax].content_type
    return Graph().parse(data=response.content.decode(), format=READ_AS[syntax])


def test_the_three_syntaxes_say_the_same(published: Edition, client: Client) -> None:
    first, *others = [to_isomorphic(graph_of(client, syntax)) for syntax in SYNTAXES]
    assert len(first) > 500
    assert [other == first for other in others] == [True, True]
    assert client.get("/open-data/catalogue.exe").status_code == 404


def test_the_catalogue_has_what_the_profile_demands(published: Edition, client: Client) -> None:
    """DCAT-AP 3.0: the mandatory properties, and those recommended that we can know; addresses where addresses are asked for."""
    graph = graph_of(client, "ttl")
    demanded = {
        DCAT.Catalog: (
            DCTERMS.title,
            DCTERMS.description,
            DCTERMS.publisher,
            DCAT.dataset,
            DCAT.service,
            DCTERMS.license,
            DCTERMS.language,
        ),
        DCAT.Dataset: (DCTERMS.title, DCTERMS.description, DCAT.contactPoint, DCTERMS.publisher, DCAT.keyword, DCAT.distribution),
        DCAT.DatasetSeries: (DCTERMS.title, DCTERMS.description, DCAT.contactPoint, DCTERMS.publisher),
        DCAT.Distribution: (DCAT.accessURL, DCTERMS["format"], DCTERMS.license, DCTERMS.title),
        DCAT.DataService: (DCAT.endpointURL, DCTERMS.title, DCAT.servesDataset, DCAT.endpointDescription),
    }
    missing = [
        (node, predicate)
        for kind, predicates in demanded.items()
        for node in graph.subjects(RDF.type, kind)
        for predicate in predicates
        if (node, predicate, None) not in graph
    ]
    assert missing == []
    addresses = (DCAT.accessURL, DCAT.downloadURL, DCAT.mediaType, DCTERMS.license, DCTERMS.publisher, DCAT.landingPage, DCTERMS.language)
    assert [o for predicate in addresses for o in graph.objects(None, predicate) if not isinstance(o, URIRef)] == []
    editions = {str(node) for node in graph.subjects(DCAT.version, None)}
    assert "http://testserver/open-data/directory-entries/5g-factory-2023-demo/" in editions


def test_every_address_of_the_catalogue_answers(published: Edition, client: Client) -> None:
    graph = graph_of(client, "ttl")
    predicates = (DCAT.downloadURL, DCAT.landingPage, DCTERMS.conformsTo, DCAT.endpointDescription)
    found = {str(address) for predicate in predicates for address in graph.objects(None, predicate)}
    found = {address.removeprefix("http://testserver") for address in found}
    assert {address: client.get(address).status_code for address in found} == dict.fromkeys(found, 200)
    assert len(found) > 100


@pytest.mark.parametrize("syntax", list(SYNTAXES))
def test_ckan_harvests_the_catalogue_unchanged(published: Edition, client: Client, tmp_path: Path, syntax: str) -> None:
    """CKAN's own parser under its profile for DCAT-AP 3, and CKAN's own checks of names, tags and addresses."""
    assert CKAN.exists(), "CKAN's parser is missing: python scripts/ensure_system.py"
    file = tmp_path / f"catalogue.{syntax}"
    file.write_bytes(client.get(f"/open-data/catalogue.{syntax}").content)
    done = subprocess.run([CKAN, HERE / "ckan_harvest.py", file, READ_AS[syntax]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["faults"] == []
    by_identifier = {_extra(dataset, "identifier"): dataset for dataset in found["datasets"]}
    with_editions = [table for table in tables.every() if table.editions()]
    assert len(by_identifier) == len(tables.every()) + len(with_editions)
    one = by_identifier["http://testserver/open-data/directory-entries/5g-factory-2023-demo/"]
    assert (one["title"], one["version"]) == ("Directory entries: 2023年5G工厂名录", "5g-factory-2023-demo")
    assert one["url"] == "http://testserver/open-data/directory-entries/5g-factory-2023-demo/"
    assert (_extra(one, "publisher_name"), _extra(one, "issued")[:10]) == ("领航 Pilotage", "2023-11-29")
    resources = {resource["format"]: resource for resource in one["resources"]}
    assert set(resources) == {"CSV", "XLSX", "JSON", "Parquet"}
    assert resources["CSV"]["url"] == "http://testserver/open-data/directory-entries/5g-factory-2023-demo.csv"
    assert {resource["license"] for resource in one["resources"]} == {"https://creativecommons.org/licenses/by/4.0/"}


def _extra(dataset: dict[str, Any], key: str) -> str:
    return next((extra["value"] for extra in dataset["extras"] if extra["key"] == key), "")


# --- feeds -----------------------------------------------------------------------------------


def entries_of(client: Client, key: str, **headers: str) -> list[xml.Element]:
    response = client.get(f"/feeds/{key}.atom", headers=headers)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = xml.fromstring(response.content)
    assert [root.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author")] == [True] * 4
    for entry in root.findall(f"{ATOM}entry"):
        assert [bool(entry.findtext(f"{ATOM}{name}")) for name in ("id", "title", "updated", "summary")] == [True] * 4
    return root.findall(f"{ATOM}entry")


@pytest.mark.parametrize("key", ["all", *(feed.key for feed in feeds.every())])
def test_a_feed_is_whole(published: Edition, cast: Cast, client: Client, key: str) -> None:
    make_call()
    found = entries_of(client, key)
    identifiers = [entry.findtext(f"{ATOM}id") for entry in found]
    assert len(set(identifiers)) == len(identifiers)
    moments = [entry.findtext(f"{ATOM}updated") or "" for entry in found]
    assert moments == sorted(moments, reverse=True)
    assert client.get("/feeds/none.atom").status_code == 404


def test_the_feed_of_the_directory(published: Edition, client: Client) -> None:
    titles = [entry.findtext(f"{ATOM}title") for entry in entries_of(client, "directory")]
    assert "列入名录：A & B <工厂>" in titles
    english = [entry.findtext(f"{ATOM}title") for entry in entries_of(client, "directory", **{"accept-language": "en"})]
    assert "Listed: A & B <工厂>" in english
    settled = client.get("/feeds/directory.atom?language=en").content.decode()
    assert "Listed: A &amp; B &lt;工厂&gt;" in settled
    Edition.objects.update(state=EditionState.PREPARED)
    assert entries_of(client, "directory") == []


# --- addresses -------------------------------------------------------------------------------


def places(client: Client) -> list[str]:
    """Every address of the site map, each of which answers."""
    index = xml.fromstring(client.get("/sitemap.xml").content)
    parts = [part.text or "" for part in index.iter(f"{MAP}loc")]
    found = []
    for part in parts:
        response = client.get(urlsplit(part).path)
        root = xml.fromstring(b"".join(response.streaming_content))  # type: ignore[attr-defined]
        found += [(place.text or "").removeprefix("http://testserver") for place in root.iter(f"{MAP}loc")]
    return found


def test_the_site_map_names_the_public_pages(cast: Cast, client: Client) -> None:
    stage = directory.published(cast)
    assert stage.notice
    found = places(client)
    assert len(set(found)) == len(found)
    wanted = [f"/directory/entries/{entry.number}/" for entry in stage.entries] + [
        f"/notices/{stage.notice.number}/",
        f"/calls/{stage.call.slug}/",
    ]
    assert [place for place in wanted if place not in found] == []
    answers = {place: client.get(place, follow=True).status_code for place in found}
    assert {place: status for place, status in answers.items() if status != 200} == {}
    Edition.objects.update(state=EditionState.PREPARED)
    assert [place for place in places(client) if place.startswith("/directory/entries/")] == []
    assert client.get("/sitemaps/entries-2.xml").status_code == 404
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_the_plain_index(published: Edition, client: Client) -> None:
    text = client.get("/llms.txt").content.decode()
    assert text.startswith("# Pilotage (领航)\n")
    assert "[CSV](http://testserver/open-data/directory-entries.csv)" in text
    assert "demonstration data" in text
    Edition.objects.update(is_fictional=False)
    assert "demonstration data" not in client.get("/llms.txt").content.decode()


# --- on pages --------------------------------------------------------------------------------


def linked(client: Client, address: str) -> list[dict[str, Any]]:
    html = client.get(address).content.decode()
    blocks = html.split('<script type="application/ld+json">')[1:]
    return [json.loads(block.split("</script>")[0]) for block in blocks]


def test_pages_say_what_they_are_about(published: Edition, client: Client) -> None:
    catalogue = linked(client, "/open-data/")[0]
    assert (catalogue["@type"], len(catalogue["dataset"])) == ("DataCatalog", len(tables.every()))
    dataset = linked(client, "/open-data/directory-entries/")[0]
    assert (dataset["@type"], dataset["license"]) == ("Dataset", "https://creativecommons.org/licenses/by/4.0/")
    assert next(file["encodingFormat"] for file in dataset["distribution"]) == "text/csv"
    entry = linked(client, "/directory/entries/5GF-2023-0002/")[0]
    assert (entry["@type"], entry["mainEntity"]["name"], entry["mainEntity"]["identifier"]) == ("ItemPage", "A & B <工厂>", "5GF-2023-0002")


def test_hostile_text_does_not_end_the_block() -> None:
    from pilotage.web.templatetags.linked_data import linked_data

    block = linked_data("page", SitePage(kind="news", slug="x", title_zh="</script><script>alert(1)</script>"))
    assert (block.count("<"), block.count("</script>")) == (2, 1)
    assert json.loads(block[block.index(">") + 1 : block.rindex("<")])["headline"] == "</script><script>alert(1)</script>"
