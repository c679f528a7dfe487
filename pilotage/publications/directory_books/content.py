"""An edition as a book: what it is, how many where, then every entry in force by province, with indexes.

Invariants: totals come from the kept counts, as on every page; the same records give the same book, whatever the day it is
compiled. Only what the entry's public page says is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any, Literal

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from pilotage.core import charts
from pilotage.core.markup import Grid, Paragraph, Span
from pilotage.core.wording import day_words, in_english
from pilotage.directory.enums import IN_FORCE, CountDimension
from pilotage.directory.models import Edition, Entry, EntryChange, EntryCount
from pilotage.publications.books.model import Book, Content, Figure, Part, Table
from pilotage.publications.certificates.enums import CertificateState
from pilotage.publications.certificates.models import Certificate
from pilotage.registry.models import Division, Industry, localized

Language = Literal["zh", "en"]
CODES = {"zh": "zh-hans", "en": "en"}
Counts = Mapping[str, Mapping[str, int]]


def book_of(edition: Edition, language: Language) -> Book:
    """``edition`` with its directory and call's plan. Seven queries, whatever its entries."""
    with override(CODES[language]):
        counts, entries = _counts(edition), _entries(edition)
        title = localized(edition.title_zh, edition.title_en)
        fictional = _("Demonstration: every enterprise and figure in this book is invented.")
        return Book(
            identifier=f"urn:pilotage:directory:{edition.directory.slug}:{edition.key}:{language}",
            title=title,
            subtitle=_("Entries in force, as of %(day)s") % {"day": day_words(as_of(edition))},
            publisher=_publisher(edition),
            language=language,
            number=f"{edition.directory.prefix}-{edition.key}",
            issued_on=as_of(edition),
            foreword=tuple(_foreword(edition, counts)),
            parts=(_overview(edition, counts), *_provinces(entries, _certificates(edition), _scenario_names(edition))),
            indexes=tuple(_indexes().values()),
            notice=fictional if edition.is_fictional else "",
        )


def as_of(edition: Edition) -> date:
    """The day of the last public change, else of publication: the book says nothing newer."""
    last = EntryChange.objects.filter(edition=edition).aggregate(last=Max("on"))["last"]
    published = timezone.localdate(edition.published_at) if edition.published_at else date(edition.year, 1, 1)
    return max(last, published) if last else published


def _indexes() -> dict[str, str]:
    return {
        "province": _("Index by province"),
        "industry": _("Index by industry"),
        "scenario": _("Index by scenario"),
        "enterprise": _("Index by enterprise"),
    }


# --- reading --------------------------------------------------------------------------------
def _counts(edition: Edition) -> Counts:
    found: dict[str, dict[str, int]] = {str(value): {} for value in CountDimension.values}
    for dimension, code, count in EntryCount.objects.filter(edition=edition).values_list("dimension", "code", "count"):
        found.setdefault(dimension, {})[code] = count
    return found


def _entries(edition: Edition) -> list[Entry]:
    rows = Entry.objects.filter(edition=edition, state__in=sorted(IN_FORCE))
    return list(rows.select_related("edition", "enterprise", "province", "prefecture", "industry").order_by("province_id", "number"))


def _certificates(edition: Edition) -> dict[int, str]:
    rows = Certificate.objects.filter(entry__edition=edition, state=CertificateState.IN_FORCE).order_by("pk")
    return dict(rows.values_list("entry_id", "number"))


def _scenario_names(edition: Edition) -> dict[str, str]:
    return {row["code"]: localized(row["zh"], row.get("en", "")) for row in edition.codes.get("scenarios", [])}


def _publisher(edition: Edition) -> str:
    if edition.is_fictional or edition.call is None:
        return _("Fictional demonstration, issued by nobody") if edition.is_fictional else settings.BASE_URL
    return edition.call.plan.issuer


# --- what it is -----------------------------------------------------------------------------
def _foreword(edition: Edition, counts: Counts) -> Iterable[Paragraph]:
    total, provinces = counts["total"].get("", 0), sum(1 for count in counts["province"].values() if count)
    address = settings.BASE_URL + reverse("directory:list", kwargs={"slug": edition.directory.slug})
    yield _text(
        _("This book lists the %(count)s entries in force of %(edition)s, in %(provinces)s provinces, by province and number.")
        % {"count": total, "edition": localized(edition.title_zh, edition.title_en), "provinces": provinces}
    )
    yield _text(_("Effects and facts were declared by the enterprises. The living directory, with every change and its reason:"), address)
    verify = settings.BASE_URL + reverse("certificates:verify")
    yield _text(_("Each entry has a signed certificate. Whether it is genuine and still in force:"), verify)


def _overview(edition: Edition, counts: Counts) -> Part:
    by_province = {code: count for code, count in counts["province"].items() if count}
    names = _names(Division, by_province)
    rows = tuple((names.get(code, code), str(count)) for code, count in _most(by_province))
    figures: list[Content] = [
        _figure(
            "map", _("Entries by province"), charts.tiles(by_province, title=_("Entries by province"), english=in_english(), width=520)
        ),
        Table(
            _("Entries by province"),
            (_("Province"), _("Entries")),
            (*rows, (pgettext("entries", "Total"), str(counts["total"].get("", 0)))),
        ),
        _bars("industry", _("Entries by industry"), counts["industry"], _names(Industry, counts["industry"])),
        _bars("scenario", _("Entries by scenario"), counts["scenario"], _scenario_names(edition)),
    ]
    return Part("overview", _("Overview"), tuple(figures))


def _bars(key: str, title: str, counts: Mapping[str, int], names: Mapping[str, str]) -> Figure:
    rows = [(names.get(code, code), float(count), "") for code, count in _most(counts)]
    return _figure(key, title, charts.bars(rows, title=title, width=560))


def _figure(key: str, caption: str, chart: charts.Chart) -> Figure:
    return Figure(key, caption, svg=chart.svg)


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(((code, count) for code, count in counts.items() if count), key=lambda row: (-row[1], row[0]))


def _names(model: Any, codes: Iterable[str]) -> dict[str, str]:
    return {str(row.pk): row.name for row in model.objects.filter(pk__in=list(codes))}


# --- entries --------------------------------------------------------------------------------
def _provinces(entries: Sequence[Entry], certificates: Mapping[int, str], scenarios: Mapping[str, str]) -> Iterable[Part]:
    for code, group in groupby(entries, key=lambda entry: entry.province_id or ""):
        rows = list(group)
        name = rows[0].province.name if rows[0].province else _("Place not known")
        title = _("%(province)s (%(count)s)") % {"province": name, "count": len(rows)}
        parts = tuple(_entry(entry, certificates.get(entry.pk, ""), scenarios) for entry in rows)
        yield Part(f"province-{code or 'none'}", title, (), parts=parts)


def _entry(entry: Entry, certificate: str, scenarios: Mapping[str, str]) -> Part:
    used = [scenarios.get(code, code) for code in sorted(entry.facts.get("scenarios", {}))]
    blocks: list[Content] = []
    if used:
        words = ", ".join(used) if in_english() else "、".join(used)
        blocks.append(Paragraph((Span(pgettext("title", "Scenarios"), is_strong=True), Span(": " if in_english() else "："), Span(words))))
    blocks += _effects(entry.facts.get("effects", []))
    return Part(
        f"entry-{re.sub('[^A-Za-z0-9]+', '-', entry.number)}"[:60],
        f"{entry.number.rpartition('-')[2]} {entry.title}",
        tuple(blocks),
        facts=tuple((label, value) for label, value in _facts(entry, certificate) if value),
        terms=tuple(_terms(entry, used)),
        is_running_on=True,
    )


def _facts(entry: Entry, certificate: str) -> list[tuple[str, str]]:
    return [
        (_("Directory number"), entry.number),
        (_("Enterprise"), entry.enterprise.name if entry.enterprise else entry.enterprise_name),
        (_("Place"), _place(entry)),
        (_("Industry"), entry.industry.name if entry.industry else ""),
        (_("Building level"), _level(entry)),
        (_("Label"), str(entry.get_label_display()) if entry.label else ""),
        (_("Listed on"), day_words(entry.listed_on) if entry.listed_on else ""),
        (_("Certificate"), certificate),
    ]


def _terms(entry: Entry, used: Sequence[str]) -> Iterable[tuple[str, str]]:
    names = _indexes()
    if entry.province:
        yield names["province"], entry.province.name
    if entry.industry:
        yield names["industry"], entry.industry.name
    for scenario in used:
        yield names["scenario"], scenario
    yield names["enterprise"], entry.enterprise.name if entry.enterprise else entry.enterprise_name


def _effects(effects: Sequence[Mapping[str, Any]]) -> list[Content]:
    if not effects:
        return []
    head = [_("Effect declared"), pgettext("effect", "Before"), pgettext("effect", "After"), pgettext("effect", "Change")]
    rows = tuple(tuple((Span(cell),) for cell in _effect(effect)) for effect in effects)
    return [Grid(tuple((Span(cell),) for cell in head), rows, ("l", "r", "r", "r"))]


def _effect(effect: Mapping[str, Any]) -> tuple[str, str, str, str]:
    unit = _pick(effect.get("unit"))
    name = f"{_pick(effect.get('label'))}{f' ({unit})' if in_english() else f'（{unit}）'}" if unit else _pick(effect.get("label"))
    return name, str(effect.get("before", "")), str(effect.get("after", "")), _change(effect)


def _change(effect: Mapping[str, Any]) -> str:
    try:
        before, after = Decimal(effect["before"]), Decimal(effect["after"])
    except (KeyError, InvalidOperation, TypeError):
        return "–"
    if not before:
        return "–"
    change = ((after - before) / before * 100).quantize(Decimal("0.1"))
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{abs(change)}%"


# --- words ----------------------------------------------------------------------------------
def _pick(words: Any) -> str:
    return localized(words.get("zh", ""), words.get("en", "")) if isinstance(words, dict) else str(words or "")


def _place(entry: Entry) -> str:
    names = list(dict.fromkeys(division.name for division in (entry.province, entry.prefecture) if division))
    return ", ".join(reversed(names)) if in_english() else "".join(names)


def _level(entry: Entry) -> str:
    found = [row for row in entry.edition.codes.get("levels", []) if row["code"] == entry.level]
    return localized(found[0]["zh"], found[0].get("en", "")) if found else ""


def _text(words: str, link: str = "") -> Paragraph:
    return Paragraph((Span(words), Span(" "), Span(link, link=link)) if link else (Span(words),))
