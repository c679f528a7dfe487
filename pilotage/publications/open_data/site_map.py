"""Addresses of all public pages, for search engines; each room says where its pages are (sitemaps.org 0.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import QuerySet

MOST = 50_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@dataclass(frozen=True, slots=True)
class Address:
    """``path`` from the root of the site."""

    path: str
    changed: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Pages of one kind: records in a settled order, and the address of each. Without ``rows`` it is a list of ``addresses``."""

    key: str
    addresses: Callable[[], Iterable[Address]] = tuple
    rows: Callable[[], QuerySet] | None = None
    address_of: Callable[[Any], Address] | None = None

    def parts(self) -> int:
        return 1 if self.rows is None else max(1, -(-self.rows().count() // MOST))

    def part(self, number: int) -> Iterator[Address]:
        """Of parts from 1."""
        if self.rows is None or self.address_of is None:
            yield from self.addresses()
            return
        for row in self.rows()[(number - 1) * MOST : number * MOST].iterator(chunk_size=2000):
            yield self.address_of(row)


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    if _sections.setdefault(section.key, section) is not section:
        raise ValueError(f"There are two sections {section.key}")


def every() -> list[Section]:
    return list(_sections.values())


def get(key: str) -> Section | None:
    return _sections.get(key)


def index(address_of: Callable[[str, int], str]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{NAMESPACE}">\n'
    for section in every():
        for number in range(1, section.parts() + 1):
            yield f"<sitemap><loc>{escape(address_of(section.key, number))}</loc></sitemap>\n"
    yield "</sitemapindex>\n"


def page(section: Section, number: int) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">\n'
    for address in section.part(number):
        changed = f"<lastmod>{address.changed.isoformat()}</lastmod>" if address.changed else ""
        yield f"<url><loc>{escape(settings.BASE_URL + address.path)}</loc>{changed}</url>\n"
    yield "</urlset>\n"
