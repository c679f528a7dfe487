"""What happened to public records, newest first, as Atom (RFC 4287).

A feed is asked anew each time, so what is no longer public is no longer in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from urllib.parse import urlsplit
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings

from pilotage.core import clock
from pilotage.publications.open_data.licences import licence, publisher
from pilotage.registry.models import localized

NEWEST = 200
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Change:
    """``key`` names what happened, once and for good: ``entry/5GF-2023-0001/listed``. ``words`` are title and summary."""

    key: str
    at: datetime
    address: str
    title_zh: str
    title_en: str
    text_zh: str = ""
    text_en: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    key: str
    title_zh: str
    title_en: str
    changes: Callable[[int], Iterable[Change]]

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)


_feeds: dict[str, Feed] = {}


def register(feed: Feed) -> None:
    if _feeds.setdefault(feed.key, feed) is not feed:
        raise ValueError(f"There are two feeds {feed.key}")


def every() -> list[Feed]:
    return list(_feeds.values())


def get(key: str) -> Feed | None:
    return ALL if key == ALL.key else _feeds.get(key)


def _of_all(count: int) -> list[Change]:
    return [change for feed in every() for change in feed.changes(count)]


ALL = Feed("all", "全部更新", "All changes", _of_all)


def newest(feed: Feed, count: int = NEWEST) -> list[Change]:
    return sorted(feed.changes(count), key=lambda change: (change.at, change.key), reverse=True)[:count]


def atom(feed: Feed, address: str) -> str:
    """The feed in the active language."""
    found = newest(feed)
    zh, en = publisher()
    out = StringIO()
    xml = XMLGenerator(out, "utf-8", short_empty_elements=True)
    xml.startDocument()
    _open(xml, "feed", {"xmlns": ATOM, "xml:lang": localized("zh-Hans", "en")})
    _leaf(xml, "id", f"{_tag()}:feed/{feed.key}")
    _leaf(xml, "title", f"{localized(zh, en)} · {feed.title}")
    _leaf(xml, "updated", _moment(found[0].at if found else clock.now()))
    _leaf(xml, "link", rel="self", type="application/atom+xml", href=address)
    _leaf(xml, "link", rel="alternate", type="text/html", href=f"{settings.BASE_URL}/open-data/")
    _leaf(xml, "rights", licence().url)
    _open(xml, "author")
    _leaf(xml, "name", localized(zh, en))
    xml.endElement("author")
    for change in found:
        _entry(xml, change)
    xml.endElement("feed")
    xml.endDocument()
    return out.getvalue()


def _entry(xml: XMLGenerator, change: Change) -> None:
    _open(xml, "entry")
    _leaf(xml, "id", f"{_tag()}:{change.key}")
    _leaf(xml, "title", localized(change.title_zh, change.title_en))
    _leaf(xml, "updated", _moment(change.at))
    _leaf(xml, "link", rel="alternate", type="text/html", href=change.address)
    if change.kind:
        _leaf(xml, "category", term=change.kind)
    _leaf(xml, "summary", localized(change.text_zh, change.text_en) or localized(change.title_zh, change.title_en))
    xml.endElement("entry")


def _open(xml: XMLGenerator, name: str, attributes: Mapping[str, str] | None = None) -> None:
    xml.startElement(name, AttributesImpl(attributes or {}))


def _leaf(xml: XMLGenerator, name: str, text: str = "", **attributes: str) -> None:
    _open(xml, name, attributes)
    # a control character has no place in XML, whatever was typed once
    xml.characters("".join(letter for letter in text if letter >= " " or letter in "\t\n"))
    xml.endElement(name)


def _tag() -> str:
    """RFC 4151; the year is that of the first plan kept here, so that identifiers never move."""
    return f"tag:{urlsplit(settings.BASE_URL).hostname},2023"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
