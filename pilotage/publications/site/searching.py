"""What on the public site answers these words? Best first.

Data: ``SearchDocument`` (titles, numbers, names) and ``SearchText`` (everything), each with an index of bigrams; keys that rank.
Algorithm: both indexes are read from the best key downwards and left after ``DEPTH`` hits, so a word that all documents hold costs as much
as one that few hold; what is exactly a title or a number comes first, then titles, then texts. Nothing found: Latin words are put
right by ``spelling``; then one wrong Chinese character is forgiven; then some of the words are enough.
Invariants: nothing is shown that its source does not show to an outsider at that moment, whatever the index holds.
Refuses: queries of more than ``LONGEST`` characters are cut.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db import connection, models
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

from pilotage.core.search import fts5_query, runs, search_table
from pilotage.publications.site import spelling
from pilotage.publications.site.enums import Found
from pilotage.publications.site.index import span
from pilotage.publications.site.models import SearchDocument, SearchSpelling, SearchText
from pilotage.publications.site.sources import source_of
from pilotage.registry.models import localized

DEPTH = 200
CANDIDATES = 2 * DEPTH
LONGEST = 100
AROUND = 60
_EXACT, _BEGINS, _TITLE, _WORDS = 1000, 400, 200, 120


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str
    key: str
    title: str
    on: date | None
    title_marked: SafeString
    excerpt: SafeString

    @property
    def kind_label(self) -> str:
        return str(Found(self.kind).label)


@dataclass(frozen=True, slots=True)
class Results:
    """``corrected``: the words that were searched instead. ``is_loose``: not everything asked for stands in each hit."""

    text: str
    hits: list[Hit]
    total: int
    is_capped: bool
    counts: dict[str, int]
    corrected: str = ""
    is_loose: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One expression for the database, and the words to mark in what is found."""

    expression: str
    words: tuple[str, ...]


def search(text: str, *, kind: str = "", page: int = 1, size: int = 10) -> Results:
    """``page`` counts from 1. A bounded number of queries, whatever was asked."""
    text = text.strip()[:LONGEST]
    empty = Results(text, [], 0, False, {})
    asked = exact_query(text)
    if asked is None:
        return empty
    kind = kind if kind in Found.values else ""
    ranked, used, corrected, is_loose = _found(text, asked, kind)
    if not ranked:
        return empty
    start = (max(page, 1) - 1) * size
    hits = _shown(ranked[start : start + size], used.words)
    return Results(text, hits, len(ranked), len(ranked) >= DEPTH, _counts(used), corrected, is_loose)


def _found(text: str, asked: Query, kind: str) -> tuple[list[int], Query, str, bool]:
    ranked = _ranked(text, asked, kind)
    if ranked:
        return ranked, asked, "", False
    for other in _corrections(text):
        query = exact_query(other)
        if query and (ranked := _ranked(other, query, kind)):
            return ranked, query, other, False
    for loose in (_one_wrong(text), _some(text)):
        if loose and (ranked := _ranked(text, loose, kind)):
            return ranked, loose, "", True
    return [], asked, "", False


# --- expressions ---------------------------------------------------------------------------
def exact_query(text: str) -> Query | None:
    """Every run of the query as a phrase; the last Latin word may go on."""
    phrases = list(runs(text))
    return Query(_all(phrases, is_open=True), _words(text)) if phrases else None


def _all(phrases: Sequence[list[str]], *, is_open: bool) -> str:
    return _joined(" AND ", " & ", [_phrase(p, is_open=is_open and index == len(phrases) - 1) for index, p in enumerate(phrases)])


def _phrase(phrase: list[str], *, is_open: bool) -> str:
    """A lone Chinese character is always the beginning of a token (see ``index.tokens``)."""
    is_single = len(phrase) == 1 and len(phrase[0]) == 1 and ord(phrase[0]) >= 0x3400
    goes_on = is_single or (is_open and len(phrase[-1]) > 1 and ord(phrase[-1][0]) < 0x3400)
    if connection.vendor == "sqlite":
        return fts5_query([phrase], phrase if goes_on else None)
    return "(" + " <-> ".join(f"'{token}'" for token in phrase) + (":*)" if goes_on else ")")


def _joined(sqlite: str, postgresql: str, parts: list[str]) -> str:
    return (sqlite if connection.vendor == "sqlite" else postgresql).join(f"({part})" for part in parts)


def _one_wrong(text: str) -> Query | None:
    """All but the pairs that one wrong character of a Chinese run spoils: each place in turn. Two pairs at least must be left."""
    phrases = list(runs(text))
    options = []
    for index, phrase in enumerate(phrases):
        others = [_phrase(p, is_open=False) for at, p in enumerate(phrases) if at != index]
        for place in range(len(phrase) + 1):
            kept = [token for at, token in enumerate(phrase) if at not in {place - 1, place}]
            if len(kept) < 2:
                continue
            options.append(_joined(" AND ", " & ", [*(_phrase([token], is_open=False) for token in kept), *others]))
    return Query(_joined(" OR ", " | ", options), _words(text) + _pairs(phrases)) if options else None


def _some(text: str) -> Query | None:
    """Any of several words; two letters or digits alone say too little."""
    phrases = [phrase for phrase in runs(text) if len("".join(phrase)) > (1 if ord(phrase[0][0]) >= 0x3400 else 2)]
    if len(phrases) < 2:
        return None
    return Query(_joined(" OR ", " | ", [_phrase(p, is_open=False) for p in phrases]), _words(text))


def _words(text: str) -> tuple[str, ...]:
    return tuple("".join([phrase[0], *(token[-1] for token in phrase[1:])]) for phrase in runs(text))


def _pairs(phrases: Sequence[list[str]]) -> tuple[str, ...]:
    return tuple(token for phrase in phrases for token in phrase if len(token) > 1)


def _corrections(text: str) -> list[str]:
    """The query with its unknown Latin words put right: the likeliest first."""
    changed: dict[str, list[str]] = {}
    for word in {run[0] for run in runs(text) if spelling.is_word(run[0])}:
        near = set(SearchSpelling.objects.filter(key__in=spelling.keys(word)).values_list("word", flat=True))
        if word not in near and (best := spelling.best(word, near)):
            changed[word] = best
    if not changed:
        return []
    most = max(len(best) for best in changed.values())
    options = [{word: best[min(at, len(best) - 1)] for word, best in changed.items()} for at in range(most)]
    pattern = re.compile("|".join(rf"\b{word}\b" for word in changed), re.IGNORECASE)
    return [pattern.sub(partial(_replaced, chosen), text) for chosen in options]


def _replaced(chosen: dict[str, str], found: re.Match[str]) -> str:
    return chosen[found.group().lower()]


# --- reading the indexes --------------------------------------------------------------------
def _statement(model: type[models.Model], limits: str = "") -> str:
    table = model._meta.db_table
    if connection.vendor == "sqlite":
        search = search_table(model)
        return f'SELECT rowid FROM "{search}" WHERE "{search}" MATCH %s AND rowid BETWEEN %s AND %s {limits}'
    column = model._meta.pk.column if model._meta.pk else "id"
    return (
        f'SELECT "{column}" FROM "{table}" WHERE to_tsvector(\'simple\'::regconfig, COALESCE("{table}"."bigrams", \'\'))'
        f" @@ to_tsquery('simple', %s) AND \"{column}\" BETWEEN %s AND %s {limits}"
    )


def _best_keys(model: type[models.Model], query: Query, kind: str) -> list[int]:
    low, high = span(kind) if kind else (0, 2**62)
    column = "rowid" if connection.vendor == "sqlite" else f'"{model._meta.pk.column if model._meta.pk else "id"}"'
    best = _statement(model, f"ORDER BY {column} DESC LIMIT {DEPTH}")
    values: list[str | int] = [query.expression, low, high]
    if connection.vendor == "postgresql" and " <-> " in query.expression and " | " not in query.expression:
        # its index knows no positions: a phrase makes it parse every text that holds the tokens, so only the best of those are asked
        near = _statement(model, f"ORDER BY {column} DESC LIMIT {CANDIDATES}")
        best = f"WITH near AS MATERIALIZED ({near}) {best.replace('ORDER BY', f'AND {column} IN (SELECT * FROM near) ORDER BY', 1)}"
        values = [query.expression.replace(" <-> ", " & "), low, high, *values]
    with connection.cursor() as cursor:
        cursor.execute(best, values)
        return [row[0] for row in cursor.fetchall()]


def _ranked(text: str, query: Query, kind: str) -> list[int]:
    scores = dict.fromkeys(_exact(text, kind), _EXACT)
    titled = _best_keys(SearchDocument, query, kind)
    for pk, zh, en in SearchDocument.objects.filter(id__in=titled).order_by("-id").values_list("id", "title_zh", "title_en"):
        scores.setdefault(pk, max(_score(zh, query.words), _score(en, query.words)))
    if len(scores) < DEPTH:
        for pk in _best_keys(SearchText, query, kind):
            scores.setdefault(pk, 0)
    return sorted(scores, key=lambda pk: (-scores[pk], -pk))[:DEPTH]


def _exact(text: str, kind: str) -> list[int]:
    """What is called just so. Each column is asked by itself, for its own index: asked together, or without case, every row would be read."""
    documents = SearchDocument.objects.filter(kind=kind) if kind else SearchDocument.objects.all()
    found = set(documents.filter(key__in=[text, text.upper(), text.lower()]).order_by().values_list("id", flat=True))
    for way in ({"title_zh": text}, {"title_en": text}):
        found |= set(documents.filter(**way).order_by("-id").values_list("id", flat=True)[:DEPTH])
    return sorted(found, reverse=True)[:DEPTH]


def _score(title: str, words: tuple[str, ...]) -> int:
    """How well a title answers; a short one that holds the words says more about them."""
    found = title.lower()
    held = sum(word in found for word in words)
    if not held:
        return _WORDS
    base = _BEGINS if found.startswith(words[0]) else _TITLE
    return base * held // len(words) - min(len(found), 80)


def _counts(query: Query) -> dict[str, int]:
    """Hits of each kind, counted up to ``DEPTH``. One query."""
    parts: list[str] = []
    values: list[str | int] = []
    for kind in Found.values:
        low, high = span(kind)
        parts.append(f"SELECT %s, COUNT(*) FROM ({_statement(SearchText, f'LIMIT {DEPTH}')}) counted_{kind}")
        values += [kind, query.expression, low, high]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return {kind: count for kind, count in cursor.fetchall() if count}


# --- showing --------------------------------------------------------------------------------
def _shown(pks: Sequence[int], words: tuple[str, ...]) -> list[Hit]:
    documents = {row.pk: row for row in SearchDocument.objects.filter(pk__in=pks).select_related("text")}
    public = _public(documents.values())
    return [_hit(documents[pk], words) for pk in pks if pk in documents and (documents[pk].kind, documents[pk].key) in public]


def _public(documents: Collection[SearchDocument]) -> set[tuple[str, str]]:
    keys: dict[str, list[str]] = {}
    for document in documents:
        keys.setdefault(document.kind, []).append(document.key)
    return {(kind, key) for kind, found in keys.items() if (source := source_of(kind)) for key in source.visible_keys(found)}


def _hit(document: SearchDocument, words: tuple[str, ...]) -> Hit:
    text = _excerpt(document.text, words)
    return Hit(document.kind, document.key, document.title, document.on, marked(document.title, words), marked(text, words))


def _excerpt(text: SearchText, words: tuple[str, ...]) -> str:
    """The place around the first word found, in the reader's language where it stands there."""
    for body in (localized(text.text_zh, text.text_en), text.text_zh, text.text_en):
        found = body.lower()
        at = min((place for word in words if (place := found.find(word)) >= 0), default=-1)
        if at >= 0:
            start, end = max(0, at - AROUND), at + 2 * AROUND
            return f"{'…' if start else ''}{body[start:end].strip()}{'…' if end < len(body) else ''}"
    body = localized(text.text_zh, text.text_en)
    return body[: 3 * AROUND] + ("…" if len(body) > 3 * AROUND else "")


def marked(text: str, words: tuple[str, ...]) -> SafeString:
    """The text, escaped, with the words in ``<mark>``."""
    if not words or not text:
        return SafeString(conditional_escape(text))
    parts = re.split("(" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")", text, flags=re.IGNORECASE)
    marks = ((mark_safe("<mark>") if at % 2 else "", part, mark_safe("</mark>") if at % 2 else "") for at, part in enumerate(parts))
    return format_html_join("", "{}{}{}", marks)
