"""The catalogue of the public tables in DCAT-AP 3, as other portals harvest it.

A table is a dataset with one distribution for each format; each edition of a table is a dataset of its own in the
series of that table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SKOS, XSD

from pilotage.core import clock
from pilotage.publications.open_data.files import Kind, kinds
from pilotage.publications.open_data.licences import licence, publisher
from pilotage.publications.open_data.tables import PublicTable, TableEdition, absolute, every

DCAT = Namespace("http://www.w3.org/ns/dcat#")  # the one that rdflib knows has not what is new in DCAT 3
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
AUTHORITY = "http://publications.europa.eu/resource/authority"
LANGUAGES = {"zh": f"{AUTHORITY}/language/ZHO", "en": f"{AUTHORITY}/language/ENG"}
FREQUENCIES = {"IRREG": f"{AUTHORITY}/frequency/IRREG", "DAILY": f"{AUTHORITY}/frequency/DAILY"}
DCT_IMT = URIRef(f"{DCTERMS}IMT")
IANA = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True, slots=True)
class Syntax:
    key: str
    format: str
    content_type: str


SYNTAXES = {
    each.key: each
    for each in (
        Syntax("jsonld", "json-ld", "application/ld+json"),
        Syntax("ttl", "turtle", "text/turtle; charset=utf-8"),
        Syntax("rdf", "pretty-xml", "application/rdf+xml"),
    )
}
# short names for the JSON; the others are bound below
_CONTEXT = {
    "dcat": str(DCAT),
    "dct": str(DCTERMS),
    "foaf": str(FOAF),
    "vcard": str(VCARD),
    "rdfs": str(RDFS),
    "skos": str(SKOS),
    "xsd": str(XSD),
    "dcatap": str(DCATAP),
}


def written(syntax: Syntax, tables: Iterable[PublicTable] | None = None) -> str:
    graph = build(every() if tables is None else tables)
    if syntax.format == "json-ld":
        return graph.serialize(format="json-ld", context=_CONTEXT, auto_compact=True, ensure_ascii=False, sort_keys=True)
    return graph.serialize(format=syntax.format)


def build(tables: Iterable[PublicTable]) -> Graph:
    graph = Graph()
    for prefix, address in _CONTEXT.items():
        graph.bind(prefix, address, override=True)
    catalogue = URIRef(absolute("open_data:home"))
    service = URIRef(f"{settings.BASE_URL}/api/v1/")
    _describe_catalogue(graph, catalogue)
    _describe_service(graph, service)
    graph.add((catalogue, DCAT.service, service))
    latest: list[datetime] = []
    for table in tables:
        changed = table.changed_at()
        latest += [changed] if changed else []
        for dataset in _datasets(graph, table, changed):
            graph.add((catalogue, DCAT.dataset, dataset))
            graph.add((service, DCAT.servesDataset, dataset))
    _moment(graph, catalogue, DCTERMS.modified, max(latest, default=clock.now()))
    return graph


def _describe_catalogue(graph: Graph, catalogue: URIRef) -> None:
    zh, en = publisher()
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    _text(graph, catalogue, DCTERMS.title, f"{zh}开放数据", f"Open data of {en}" if en != zh else "Open data")
    about = "本网站公开内容的全部数据表。", "All tables of what this site publishes."
    _text(graph, catalogue, DCTERMS.description, *about)
    _common(graph, catalogue)
    home = URIRef(f"{settings.BASE_URL}/")
    graph.add((home, RDF.type, FOAF.Document))
    graph.add((catalogue, FOAF.homepage, home))
    _languages(graph, catalogue)


def _describe_service(graph: Graph, service: URIRef) -> None:
    graph.add((service, RDF.type, DCAT.DataService))
    _text(graph, service, DCTERMS.title, "数据接口", "Interface for programs")
    _text(graph, service, DCTERMS.description, "按页读取全部数据表，无需密钥。", "Reads all tables page by page, without a key.")
    graph.add((service, DCAT.endpointURL, service))
    graph.add((service, DCAT.endpointDescription, URIRef(f"{settings.BASE_URL}/api/v1/openapi.json")))
    _common(graph, service)


def _datasets(graph: Graph, table: PublicTable, changed: datetime | None) -> list[URIRef]:
    """The table as a whole, then its editions, which with it make a series."""
    whole = URIRef(absolute("open_data:table", table.key))
    editions = list(table.editions())
    found = [_dataset(graph, whole, table, None, changed)]
    if not editions:
        return found
    series = URIRef(f"{whole}#series")
    graph.add((series, RDF.type, DCAT.DatasetSeries))
    _text(graph, series, DCTERMS.title, f"{table.title_zh}（各版次）", f"{table.title_en} (all editions)")
    _text(graph, series, DCTERMS.description, table.about_zh, table.about_en)
    _common(graph, series, rights=False)
    found += [
        _dataset(graph, URIRef(absolute("open_data:edition", table.key, edition.key)), table, edition, changed) for edition in editions
    ]
    for dataset in found:
        graph.add((dataset, DCAT.inSeries, series))
    return found


def _dataset(graph: Graph, dataset: URIRef, table: PublicTable, edition: TableEdition | None, changed: datetime | None) -> URIRef:
    graph.add((dataset, RDF.type, DCAT.Dataset))
    graph.add((dataset, DCTERMS.identifier, Literal(str(dataset))))
    zh, en = table.title_zh, table.title_en
    if edition is not None:
        zh, en = f"{zh}：{edition.title_zh}", f"{en}: {edition.title_en}"
        graph.add((dataset, DCAT.version, Literal(edition.key)))
        if edition.issued_at:
            _moment(graph, dataset, DCTERMS.issued, edition.issued_at)
    _text(graph, dataset, DCTERMS.title, zh, en)
    _text(graph, dataset, DCTERMS.description, *_about(table, edition))
    for word_zh, word_en in table.subjects:
        _text(graph, dataset, DCAT.keyword, word_zh, word_en)
    _common(graph, dataset)
    _languages(graph, dataset)
    _settle(graph, dataset, DCTERMS.accrualPeriodicity, FREQUENCIES[table.frequency], DCTERMS.Frequency)
    if changed:
        _moment(graph, dataset, DCTERMS.modified, changed)
    graph.add((dataset, DCAT.landingPage, dataset))
    graph.add((dataset, RDF.type, FOAF.Document))  # the landing page is the address of the data set itself
    for kind in kinds():
        graph.add((dataset, DCAT.distribution, _distribution(graph, table, edition, kind, changed)))
    return dataset


def _about(table: PublicTable, edition: TableEdition | None) -> tuple[str, str]:
    if edition is not None and edition.is_fictional:
        return f"{table.about_zh}演示数据，均为虚构。", f"{table.about_en} Demonstration data, all fictional."
    return table.about_zh, table.about_en


def file_address(table: PublicTable, edition: TableEdition | None, kind: str) -> str:
    if edition is None:
        return absolute("open_data:file", table.key, kind)
    return absolute("open_data:edition-file", table.key, edition.key, kind)


def _distribution(graph: Graph, table: PublicTable, edition: TableEdition | None, kind: Kind, changed: datetime | None) -> URIRef:
    address = file_address(table, edition, kind.key)
    found, file = URIRef(f"{address}#distribution"), URIRef(address)
    graph.add((found, RDF.type, DCAT.Distribution))
    _text(graph, found, DCTERMS.title, f"{table.title_zh}（{kind.name}）", f"{table.title_en} ({kind.name})")
    graph.add((found, DCAT.accessURL, file))
    graph.add((found, DCAT.downloadURL, file))
    media = f"{IANA}{kind.media_type}"
    _settle(graph, found, DCAT.mediaType, media, DCTERMS.MediaType)
    _name_format(graph, found, kind)
    _settle(graph, found, DCTERMS.license, licence().url, DCTERMS.LicenseDocument)
    _settle(graph, found, DCATAP.availability, f"{AUTHORITY}/planned-availability/STABLE", SKOS.Concept)
    graph.add((URIRef(f"{AUTHORITY}/planned-availability/STABLE"), SKOS.prefLabel, Literal("stable", lang="en")))
    schema = absolute("open_data:table-schema" if kind.key == "csv" else "open_data:json-schema", table.key)
    _settle(graph, found, DCTERMS.conformsTo, schema, DCTERMS.Standard)
    _languages(graph, found)
    if changed:
        _moment(graph, found, DCTERMS.modified, changed)
    return found


def _name_format(graph: Graph, found: URIRef, kind: Kind) -> None:
    """CKAN reads the label of a format that is of the older class, and would else show an address."""
    node = URIRef(f"{AUTHORITY}/file-type/{kind.key.upper()}" if kind.key != "parquet" else f"{absolute('open_data:home')}#parquet")
    graph.add((found, DCTERMS["format"], node))
    for type_ in (DCT_IMT, DCTERMS.MediaTypeOrExtent):
        graph.add((node, RDF.type, type_))
    graph.add((node, RDFS.label, Literal(kind.name)))


def _common(graph: Graph, node: URIRef, *, rights: bool = True) -> None:
    """Publisher, contact and licence."""
    zh, en = publisher()
    agent, contact = URIRef(f"{settings.BASE_URL}/#publisher"), URIRef(f"{absolute('open_data:home')}#contact")
    graph.add((agent, RDF.type, FOAF.Agent))
    graph.add((agent, FOAF.name, Literal(zh if zh == en else f"{zh} {en}")))  # one name: harvesters take any of several
    graph.add((node, DCTERMS.publisher, agent))
    if rights:
        _settle(graph, node, DCTERMS.license, licence().url, DCTERMS.LicenseDocument)
    if (node, RDF.type, DCAT.Catalog) not in graph:
        graph.add((contact, RDF.type, VCARD.Kind))
        graph.add((contact, VCARD.fn, Literal(en)))
        graph.add((contact, VCARD.hasURL, URIRef(absolute("open_data:home"))))
        graph.add((node, DCAT.contactPoint, contact))


def _languages(graph: Graph, node: URIRef) -> None:
    for address in LANGUAGES.values():
        _settle(graph, node, DCTERMS.language, address, DCTERMS.LinguisticSystem)


def _settle(graph: Graph, node: URIRef, predicate: URIRef, address: str, kind: URIRef) -> None:
    graph.add((node, predicate, URIRef(address)))
    graph.add((URIRef(address), RDF.type, kind))


def _text(graph: Graph, node: URIRef | BNode, predicate: URIRef, zh: str, en: str) -> None:
    graph.add((node, predicate, Literal(zh, lang="zh")))
    if en != zh:
        graph.add((node, predicate, Literal(en, lang="en")))


def _moment(graph: Graph, node: URIRef, predicate: URIRef, at: datetime) -> None:
    graph.add((node, predicate, Literal(at.replace(microsecond=0).isoformat(), datatype=XSD.dateTime)))
