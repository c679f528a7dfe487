"""The index of all that is public, kept by reading the record.

Every act writes an audit event in its transaction. After each commit that concerns something public, and at every tick, the index reads
the events since the last one it saw, asks the sources about the things concerned, and writes what an outsider may see of them; what he may
not is taken out. So nothing has to remember to tell the index, and what was missed by a crash is made up for at the next reading.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from pilotage.audit.models import AuditEvent
from pilotage.core.search import bigrams, runs
from pilotage.publications.site import spelling
from pilotage.publications.site.enums import Found
from pilotage.publications.site.models import SearchDocument, SearchPosition, SearchSpelling, SearchText
from pilotage.publications.site.sources import Source, Text, all_sources

BATCH = 500
ROOM = 2**36  # keys of one kind
_ORDER = {kind: number for number, kind in enumerate(reversed(Found.values), 1)}
_LONGEST = 100_000


def span(kind: str) -> tuple[int, int]:
    """The keys that documents of a kind may have."""
    return _ORDER[kind] * ROOM, (_ORDER[kind] + 1) * ROOM - 1


def touched_types() -> set[str]:
    return {name for source in all_sources() for name in source.touched}


def is_behind() -> bool:
    """Something happened to what may be public and was not read yet: a commit comes first, its reading right after it."""
    position = SearchPosition.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    newer = AuditEvent.objects.filter(number__gt=position).order_by("number").values_list("object_type", flat=True)[:BATCH]
    return len(newer) == BATCH or not touched_types().isdisjoint(newer)


def catch_up() -> int:
    """Read the record from where the index stands; how many documents were written or taken out."""
    types = touched_types()
    newest = AuditEvent.objects.aggregate(newest=Max("number"))["newest"] or 0
    if SearchPosition.objects.filter(pk=1, number__gte=newest).exists():
        return 0
    with transaction.atomic():
        SearchPosition.objects.get_or_create(pk=1)
        position = SearchPosition.objects.select_for_update().get(pk=1)
        newest = AuditEvent.objects.aggregate(newest=Max("number"))["newest"] or 0
        events = AuditEvent.objects.filter(number__gt=position.number, number__lte=newest, object_type__in=sorted(types))
        concerned: dict[str, set[str]] = {}
        for name, pk in events.order_by().values_list("object_type", "object_id").distinct():
            concerned.setdefault(name, set()).add(pk)
        done = sum(_refresh_touched(source, concerned) for source in all_sources())
        SearchPosition.objects.filter(pk=1).update(number=newest)
    return done


def _refresh_touched(source: Source, concerned: dict[str, set[str]]) -> int:
    return sum(
        refresh(source, condition(part))
        for name, condition in source.touched.items()
        if name in concerned
        for part in _parts(sorted(concerned[name]))
    )


def refresh(source: Source, condition: Q) -> int:
    """Hold the documents of the things that ``condition`` names to what the public sees of them now."""
    model = source.public().model
    names = {str(key) for key in model._default_manager.filter(condition).order_by().values_list(source.key, flat=True)}
    if not condition:  # also what is gone for good
        names |= set(SearchDocument.objects.filter(kind=source.kind).order_by().values_list("key", flat=True))
    seen: set[str] = set()
    done = 0
    texts: list[Text] = []
    for row in source.rows(condition).iterator(chunk_size=BATCH):
        text = source.text(row)
        seen.add(text.key)
        texts.append(text)
        if len(texts) == BATCH:
            done += _write(source.kind, texts)
            texts = []
    done += _write(source.kind, texts)
    return done + _take_out(source.kind, names - seen)


def rebuild() -> int:
    """Make the whole index anew; how many documents it has."""
    with transaction.atomic():
        SearchPosition.objects.get_or_create(pk=1)
        SearchPosition.objects.select_for_update().get(pk=1)
        SearchDocument.objects.all().delete()
        SearchSpelling.objects.all().delete()
        number = AuditEvent.objects.aggregate(newest=Max("number"))["newest"] or 0
        done = sum(refresh(source, Q()) for source in all_sources())
        SearchPosition.objects.filter(pk=1).update(number=number)
    return done


def differences() -> Iterator[str]:
    """One line for each thing that the index does not hold as the public sees it."""
    for source in all_sources():
        kept = dict(SearchDocument.objects.filter(kind=source.kind).order_by().values_list("key", "digest"))
        for row in source.rows(Q()).iterator(chunk_size=BATCH):
            text = source.text(row)
            if kept.pop(text.key, "") != _digest(text):
                yield f"search {source.kind} {text.key}: the index does not hold what is public"
        for key in kept:
            yield f"search {source.kind} {key}: the index holds what is not public"


def _take_out(kind: str, keys: Collection[str]) -> int:
    found = SearchDocument.objects.filter(kind=kind)
    return sum(found.filter(key__in=part).delete()[1].get("publications.SearchDocument", 0) for part in _parts(sorted(keys)))


def _write(kind: str, texts: list[Text]) -> int:
    """Write what differs from what is there; ``texts`` are one batch."""
    known = {row.key: row for row in SearchDocument.objects.filter(kind=kind, key__in=[text.key for text in texts])}
    changed = [text for text in texts if text.key not in known or known[text.key].digest != _digest(text)]
    if not changed:
        return 0
    low, high = span(kind)
    number = SearchDocument.objects.filter(id__gte=low, id__lte=high).aggregate(last=Max("id"))["last"] or low
    new: list[SearchDocument] = []
    old: list[SearchDocument] = []
    for text in changed:
        there = known.get(text.key)
        if there is None:
            number += 1
        document = _document(there.pk if there else number, kind, text)
        (old if there else new).append(document)
    SearchDocument.objects.bulk_create(new)
    SearchText.objects.bulk_create([_text(d.pk, t) for d, t in _paired(new, changed)])
    SearchDocument.objects.bulk_update(old, ["title_zh", "title_en", "on", "digest", "bigrams"])
    SearchText.objects.bulk_update([_text(d.pk, t) for d, t in _paired(old, changed)], ["text_zh", "text_en", "bigrams"])
    _learn(changed)
    return len(changed)


def _paired(documents: Iterable[SearchDocument], texts: Iterable[Text]) -> Iterator[tuple[SearchDocument, Text]]:
    by_key = {text.key: text for text in texts}
    return ((document, by_key[document.key]) for document in documents)


def _document(pk: int, kind: str, text: Text) -> SearchDocument:
    title_zh, title_en = text.title_zh[:300], text.title_en[:300]
    return SearchDocument(
        id=pk, kind=kind, key=text.key, title_zh=title_zh, title_en=title_en, on=text.on, digest=_digest(text),
        bigrams=tokens(" ".join([title_zh, title_en, text.words])),
    )  # fmt: skip


def _text(pk: int, text: Text) -> SearchText:
    whole = " ".join([text.title_zh, text.title_en, text.words, text.text_zh, text.text_en])
    return SearchText(
        document_id=pk, text_zh=text.text_zh[:_LONGEST], text_en=text.text_en[:_LONGEST], bigrams=tokens(whole[: 2 * _LONGEST])
    )


def tokens(text: str) -> str:
    """``bigrams`` and the last character of each CJK run: one character alone is then the beginning of a token wherever it stands."""
    last = {run[-1][-1] for run in runs(text) if ord(run[-1][-1]) >= 0x3400}
    return " ".join([bigrams(text), *sorted(last)])


def _learn(texts: list[Text]) -> None:
    found = {
        run[0]
        for text in texts
        for run in runs(" ".join([text.title_zh, text.title_en, text.words, text.text_zh[:_LONGEST], text.text_en[:_LONGEST]]))
        if spelling.is_word(run[0])
    }
    for part in _parts(sorted(found)):
        known = set(SearchSpelling.objects.filter(key__in=part).values_list("word", flat=True))
        rows = [SearchSpelling(key=key, word=word) for word in part if word not in known for key in sorted(spelling.keys(word))]
        SearchSpelling.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


def _digest(text: Text) -> str:
    return hashlib.sha256(repr(text).encode()).hexdigest()


def _parts(values: list[Any]) -> Iterator[list[Any]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
