"""What a page is about, in the words of schema.org, for search engines: JSON-LD beside the page's own text.

Only what the page itself shows. An address is the page's own; a blank value is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from pilotage.publications.open_data import files, tables
from pilotage.publications.open_data.catalogue import file_address
from pilotage.publications.open_data.licences import licence, publisher
from pilotage.publications.open_data.tables import PublicTable, TableEdition, absolute
from pilotage.registry.models import localized

Json = dict[str, Any]
CONTEXT = "https://schema.org"


def whole(content: Json) -> Json:
    """Without what is blank."""
    found = {"@context": CONTEXT, **content}
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def organisation() -> Json:
    return {"@type": "Organization", "@id": f"{settings.BASE_URL}/#publisher", "name": localized(*publisher()), "url": settings.BASE_URL}


def data_catalogue() -> Json:
    return {
        "@type": "DataCatalog",
        "@id": absolute("open_data:home"),
        "name": localized("开放数据", "Open data"),
        "url": absolute("open_data:home"),
        "license": licence().url,
        "publisher": organisation(),
        "inLanguage": ["zh", "en"],
        "dataset": [
            {"@type": "Dataset", "@id": absolute("open_data:table", table.key), "name": table.title, "description": table.about}
            for table in tables.every()
        ],
    }


def dataset(table: PublicTable, edition: TableEdition | None = None) -> Json:
    address = absolute("open_data:edition", table.key, edition.key) if edition else absolute("open_data:table", table.key)
    changed = table.changed_at()
    return {
        "@type": "Dataset",
        "@id": address,
        "url": address,
        "identifier": address,
        "name": f"{table.title} · {edition.title}" if edition else table.title,
        "description": table.about,
        "version": edition.key if edition else "",
        "datePublished": edition.issued_at.isoformat() if edition and edition.issued_at else "",
        "dateModified": changed.isoformat() if changed else "",
        "keywords": [localized(*words) for words in table.subjects],
        "license": licence().url,
        "isAccessibleForFree": True,
        "inLanguage": ["zh", "en"],
        "creator": organisation(),
        "publisher": organisation(),
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": absolute("open_data:home"), "url": absolute("open_data:home")},
        "variableMeasured": [
            {"@type": "PropertyValue", "name": field.name, "description": field.title, "unitText": field.unit or None}
            for field in table.fields
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": kind.media_type,
                "contentUrl": file_address(table, edition, kind.key),
                "name": kind.name,
            }
            for kind in files.kinds()
        ],
    }


def entry(found: Any) -> Json:
    """An entry of a directory: the project, who runs it, where."""
    address = absolute("directory:entry", found.number)
    place = found.prefecture or found.province
    project = {
        "@type": "Project",
        "name": found.title,
        "identifier": found.number,
        "parentOrganization": {"@type": "Organization", "name": found.enterprise_name} if found.enterprise_name else None,
        "location": {"@type": "Place", "name": place.name, "address": {"@type": "PostalAddress", "addressCountry": "CN"}}
        if place
        else None,
        "award": str(found.get_label_display()) if found.label else None,
    }
    return {
        "@type": "ItemPage",
        "@id": address,
        "url": address,
        "name": found.title,
        "datePublished": found.listed_on.isoformat() if found.listed_on else "",
        "isPartOf": {
            "@type": "Dataset",
            "@id": absolute("open_data:table", "directory-entries"),
            "name": found.edition.title,
            "description": found.edition.title,
            "license": licence().url,
        },
        "mainEntity": {key: value for key, value in project.items() if value},
        "publisher": organisation(),
    }


def directory(found: Any) -> Json:
    """A directory as a set of data; the list of its entries is in the files."""
    table = tables.get("directory-entries")
    return {**dataset(table), "name": found.title, "url": absolute("directory:list", found.slug)} if table else {}


def notice(found: Any) -> Json:
    address = absolute("directory:notice-detail", found.number)
    return {
        "@type": "SpecialAnnouncement",
        "@id": address,
        "url": address,
        "name": found.title,
        "identifier": found.number,
        "text": found.title,
        "datePosted": found.opens_at.isoformat(),
        "expires": found.closes_at.isoformat(),
        "publisher": organisation(),
    }


def call(found: Any) -> Json:
    address = absolute("calls:detail", found.slug)
    return {
        "@type": "WebPage",
        "@id": address,
        "url": address,
        "name": found.title,
        "identifier": found.slug,
        "publisher": organisation(),
    }


def _article(kind: str, address: str, title: str, published: Any = None, changed: Any = None, about: str = "", **more: Any) -> Json:
    return {
        "@type": kind,
        "@id": address,
        "url": address,
        "headline": title[:110],
        "description": about,
        "datePublished": published.isoformat() if published else "",
        "dateModified": changed.isoformat() if changed else "",
        "publisher": organisation(),
        **more,
    }


def case(shown: Any, about: str = "") -> Json:
    """A case, with the titles that consent was given for."""
    found = shown.case
    place = found.prefecture or found.province
    return _article(
        "Article",
        absolute("cases:detail", found.number),
        shown.title(),
        found.published_at,
        about=about,
        identifier=found.number,
        keywords=shown.scenario_names(),
        sourceOrganization={"@type": "Organization", "name": found.enterprise_name},
        contentLocation={"@type": "Place", "name": place.name} if place else None,
    )


def case_set(found: Any, cases: Sequence[Any] = ()) -> Json:
    return {
        "@type": "Book",
        "@id": absolute("books:detail", found.slug),
        "url": absolute("books:detail", found.slug),
        "name": found.title,
        "alternativeHeadline": found.subtitle,
        "identifier": found.number,
        "datePublished": found.issued_on.isoformat() if found.issued_on else "",
        "hasPart": [{"@type": "Article", "@id": absolute("cases:detail", each.number), "name": each.title} for each in cases],
        "publisher": organisation(),
    }


def guideline(found: Any, revision: Any = None, title: str = "", about: str = "") -> Json:
    """As issued; of one that is open for comments or withdrawn only that it is there."""
    return _article(
        "Report",
        absolute("guidelines:detail", found.slug),
        title or found.title,
        revision.issued_on if revision else None,
        about=about,
        identifier=revision.number if revision else found.slug,
        version=str(revision.revision) if revision else "",
    )


def page(found: Any) -> Json:
    is_news = found.kind == "news"
    address = absolute("site:news" if is_news else "site:page", found.slug)
    return _article("NewsArticle" if is_news else "WebPage", address, found.title, found.published_on, found.changed_at, found.summary)


def crumbs(found: list[tuple[Any, str]]) -> Json:
    """The path of a page. The last, which is the page itself, needs no address."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": str(label), **({"item": f"{settings.BASE_URL}{path}"} if path else {})}
            for number, (label, path) in enumerate(found, 1)
        ],
    }


def website() -> Json:
    return {
        "@type": "WebSite",
        "@id": f"{settings.BASE_URL}/",
        "url": f"{settings.BASE_URL}/",
        "name": localized(*publisher()),
        "inLanguage": ["zh", "en"],
        "publisher": organisation(),
    }


KINDS: dict[str, Callable[..., Json]] = {
    "call": call,
    "case": case,
    "case-set": case_set,
    "crumbs": crumbs,
    "data-catalogue": data_catalogue,
    "dataset": dataset,
    "directory": directory,
    "entry": entry,
    "guideline": guideline,
    "notice": notice,
    "page": page,
    "website": website,
}
