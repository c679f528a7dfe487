"""What the public reads of cases, and how it finds them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from pilotage.publications.cases import content, terms, versions
from pilotage.publications.cases.enums import PUBLIC, ConsentState, TagKind
from pilotage.publications.cases.models import CaseConsent, CasePicture, CaseStudy, CaseTag, CaseTerm
from pilotage.registry.models import localized

ORDER = ("-published_at", "-id")
# of a long question the weightiest terms count, as long as few enough rows hold them
MOST_FOUND, MOST_POSTINGS, MOST_ASKED = 200, 60_000, 80
_SENTENCE = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]?")


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure before and after. ``evidence``: what it rests on, a value of ``enums.Evidence``."""

    key: str
    label_zh: str
    label_en: str
    unit_zh: str
    unit_en: str
    before: str
    after: str
    better: str
    period: str
    evidence: str
    evidence_note: str

    @property
    def label(self) -> str:
        return localized(self.label_zh, self.label_en)

    @property
    def unit(self) -> str:
        return localized(self.unit_zh, self.unit_en)


@dataclass(frozen=True, slots=True)
class PublicCase:
    """A case as everybody may read it: the version published last, less what consent is not in force for.

    ``texts`` maps ``<section>_<language>`` to Markdown, ``title_zh`` and ``title_en`` to the titles. ``withheld``: how many
    figures and pictures of the version are not shown.
    """

    case: CaseStudy
    version: int
    texts: dict[str, str]
    key_industry: str
    scenarios: tuple[str, ...]
    effects: tuple[Effect, ...]
    pictures: tuple[CasePicture, ...]
    withheld: int

    def title(self) -> str:
        return localized(self.texts["title_zh"], self.texts.get("title_en", ""))

    def text(self, section: str) -> str:
        return content.text_of(self.texts, section)

    def industry_name(self) -> str:
        return content.named(self.case.codes, "key_industries", self.key_industry) if self.key_industry else ""

    def scenario_names(self) -> list[str]:
        return [content.named(self.case.codes, "scenarios", code) for code in self.scenarios]


def with_relations(cases: QuerySet[CaseStudy]) -> QuerySet[CaseStudy]:
    return cases.select_related("published", "enterprise", "industry", "province", "prefecture", "entry__edition")


def public_content(case: CaseStudy) -> PublicCase:
    """Two queries beside the case and its version."""
    return public_contents([case])[0]


def draft_content(case: CaseStudy) -> PublicCase:
    """The draft as it would read with consent to everything, for those who write it. One query."""
    pictures = versions.pictures_of(case)
    rows = versions.picture_rows(pictures)
    everything = {
        content.TEXT,
        *(key for key in case.data if key.startswith(content.EFFECT)),
        *(f"{content.PICTURE}{row['id']}" for row in rows),
    }
    data = {"title_zh": case.title_zh, **case.data}
    return _shown(case, 0, data, rows, everything, {picture.pk: picture for picture in pictures})


def public_contents(cases: Sequence[CaseStudy]) -> list[PublicCase]:
    """Of cases that are public (``rules.published_cases``), in their order. Two queries whatever their number."""
    keys = [case.pk for case in cases]
    allowed: dict[int, set[str]] = defaultdict(set)
    for key, item in CaseConsent.objects.filter(case__in=keys, state=ConsentState.GIVEN).values_list("case_id", "item"):
        allowed[key].add(item)
    pictures = {picture.pk: picture for picture in CasePicture.objects.filter(case__in=keys)}
    return [_public(case, allowed[case.pk], pictures) for case in cases]


def _public(case: CaseStudy, allowed: set[str], pictures: Mapping[int, CasePicture]) -> PublicCase:
    version = case.published
    if case.state not in PUBLIC or version is None or content.TEXT not in allowed:
        raise ValueError(f"{case.number} is not public")
    return _shown(case, version.number, version.data, version.pictures, allowed, pictures)


def _shown(
    case: CaseStudy,
    number: int,
    data: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    allowed: set[str],
    pictures: Mapping[int, CasePicture],
) -> PublicCase:
    effects = [Effect(key=key, **value) for key, value in content.effects_of(data)]
    shown_effects = tuple(effect for effect in effects if content.EFFECT + effect.key in allowed)
    shown_pictures = tuple(_captioned(row, pictures) for row in rows if f"{content.PICTURE}{row['id']}" in allowed)
    return PublicCase(
        case,
        number,
        {key: value for key, value in data.items() if key in content.TEXT_KEYS or key in content.TITLE_KEYS},
        data.get("key_industry", ""),
        tuple(data.get("scenarios", ())),
        shown_effects,
        shown_pictures,
        len(effects) + len(rows) - len(shown_effects) - len(shown_pictures),
    )


def _captioned(row: Mapping[str, Any], pictures: Mapping[int, CasePicture]) -> CasePicture:
    """With the captions of the version, whatever the draft says now."""
    picture = pictures[row["id"]]
    picture.caption_zh, picture.caption_en = row["caption_zh"], row["caption_en"]
    return picture


def searched_parts(shown: PublicCase) -> Iterator[tuple[str, str]]:
    """What is searched: words of the public part only, with the part each stands in."""
    yield "title", f"{shown.texts['title_zh']} {shown.texts.get('title_en', '')}"
    places = [place.name_zh for place in (shown.case.province, shown.case.prefecture) if place]
    yield "name", " ".join((shown.case.enterprise_name, shown.case.number, *places))
    tags = [
        (name, code) for name, codes in (("key_industries", [shown.key_industry]), ("scenarios", shown.scenarios)) for code in codes if code
    ]
    rows = [row for name, code in tags for row in shown.case.codes.get(name, []) if row["code"] == code]
    yield "tags", " ".join(f"{row['zh']} {row.get('en', '')}" for row in rows)
    for key, section in content.TEXT_KEYS.items():
        if shown.texts.get(key):
            yield section.key, content.plain(shown.texts[key])
    yield "effects", " ".join(f"{effect.label_zh} {effect.label_en} {effect.evidence_note}" for effect in shown.effects)


@dataclass(frozen=True, slots=True)
class Filters:
    """Within one facet any of the values, between facets all."""

    industries: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()


def filtered(cases: QuerySet[CaseStudy], filters: Filters) -> QuerySet[CaseStudy]:
    for kind, codes in ((TagKind.INDUSTRY, filters.industries), (TagKind.SCENARIO, filters.scenarios)):
        if codes:
            cases = cases.filter(pk__in=CaseTag.objects.filter(kind=kind, code__in=codes).values("case_id"))
    return cases.filter(province__in=filters.provinces) if filters.provinces else cases


def facet_counts(cases: QuerySet[CaseStudy]) -> dict[str, Counter[str]]:
    """``industry``, ``scenario``, ``province``: code -> how many of these cases. Two queries."""
    found: dict[str, Counter[str]] = {"industry": Counter(), "scenario": Counter(), "province": Counter()}
    tags = CaseTag.objects.filter(case__in=cases.order_by().values("pk")).values_list("kind", "code")
    for kind, code, count in tags.annotate(count=Count("pk")).order_by("kind", "code"):
        found[kind][code] = count
    places = cases.exclude(province=None).order_by().values_list("province").annotate(count=Count("pk"))
    found["province"].update(dict(places))
    return found


@dataclass(frozen=True, slots=True)
class Found:
    key: int
    score: float


def search(text: str, cases: QuerySet[CaseStudy]) -> list[Found]:
    """The cases that speak of this, best first, at most 200. Three queries."""
    return _ranked(Counter(terms.tokens(text)), cases, least=terms.LEAST_COVERED)


def _ranked(weights: Mapping[str, float], cases: QuerySet[CaseStudy], least: float = 0.0) -> list[Found]:
    """By cosine; ``least`` is the share of what was asked, by weight, that has to be covered."""
    if not weights:
        return []
    total = CaseStudy.objects.filter(state__in=sorted(PUBLIC)).count()
    held = CaseTerm.objects.filter(term__in=list(weights)[: terms.MOST_TERMS])
    holding = dict(held.values_list("term").annotate(count=Count("pk")).order_by())
    asked = _affordable(terms.asked(weights, holding, total), holding)
    mass = sum(asked.values())
    scores: dict[int, float] = defaultdict(float)
    covered: dict[int, float] = defaultdict(float)
    postings = CaseTerm.objects.filter(term__in=list(asked), case__in=cases.order_by().values("pk"))
    for key, term, weight in postings.values_list("case_id", "term", "weight"):
        scores[key] += asked[term] * weight
        covered[key] += asked[term]
    best = sorted((key for key in scores if covered[key] >= least * mass), key=lambda key: (-scores[key], key))
    return [Found(key, min(scores[key], 1.0)) for key in best[:MOST_FOUND]]


def _affordable(asked: Mapping[str, float], holding: Mapping[str, int]) -> dict[str, float]:
    """The weightiest terms, as many as can be read at once."""
    kept: dict[str, float] = {}
    postings = 0
    for term in sorted(asked, key=lambda term: (-asked[term], term))[:MOST_ASKED]:
        postings += holding[term]
        if kept and postings > MOST_POSTINGS:
            break
        kept[term] = asked[term]
    return kept


@dataclass(frozen=True, slots=True)
class Similar:
    """``words``: what both speak of; ``scenarios``: codes both have; ``share``: likeness, 0..1."""

    case: CaseStudy
    share: float
    words: list[str]
    scenarios: list[str]
    same_industry: bool


def similar(case: CaseStudy, most: int = 4) -> list[Similar]:
    """The public cases most like this one, with why. Seven queries whatever their number."""
    own = dict(CaseTerm.objects.filter(case=case).values_list("term", "weight"))
    others = CaseStudy.objects.filter(state__in=sorted(PUBLIC)).exclude(pk=case.pk)
    ranked = _ranked(own, others)[: most * 5]
    tags: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for key, kind, code in CaseTag.objects.filter(case__in=[case.pk, *(found.key for found in ranked)]).values_list(
        "case_id", "kind", "code"
    ):
        tags[key].add((kind, code))
    mine = tags[case.pk]
    shares = {
        found.key: terms.likeness(found.score, [f"{k}{c}" for k, c in mine], [f"{k}{c}" for k, c in tags[found.key]]) for found in ranked
    }
    best = sorted(shares, key=lambda key: (-shares[key], key))[:most]
    rows = with_relations(others).in_bulk(best)
    shared: dict[int, dict[str, float]] = defaultdict(dict)
    for key, term, weight in CaseTerm.objects.filter(case__in=best, term__in=list(own)).values_list("case_id", "term", "weight"):
        shared[key][term] = own[term] * weight
    words_of = _readable(case)
    return [
        Similar(
            rows[key],
            shares[key],
            terms.shared_words(words_of, shared[key], without=_tag_names(case)),
            sorted(code for kind, code in mine & tags[key] if kind == TagKind.SCENARIO),
            any(kind == TagKind.INDUSTRY for kind, _code in mine & tags[key]),
        )
        for key in best
        if key in rows
    ]


def _tag_names(case: CaseStudy) -> str:
    return " ".join(row["zh"] for rows in case.codes.values() for row in rows)


def _readable(case: CaseStudy) -> str:
    data = case.published.data if case.published else {}
    keys = ["title_zh", "summary_zh", "problem_zh", "solution_zh", "effects_zh"]
    return "\n".join(content.plain(data.get(key, "")) for key in keys)


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentence of a case that answers a search; ``marked``: its stretches, with whether they were searched for."""

    section: str
    marked: tuple[tuple[str, bool], ...]


def passage(shown: PublicCase, text: str) -> Passage | None:
    """From problem, solution or effects, the sentence that holds most of what was asked; None where none holds any."""
    wanted = set(terms.tokens(text))
    best: tuple[int, str, str] | None = None
    for section in ("problem", "solution", "effects", "summary"):
        for sentence in _SENTENCE.findall(content.plain(shown.text(section))):
            hits = len(wanted.intersection(terms.tokens(sentence)))
            if hits and (best is None or hits > best[0]):
                best = (hits, section, sentence.strip())
    if best is None:
        return None
    return Passage(best[1], tuple(_marked(best[2][:160], wanted)))


def _marked(sentence: str, wanted: set[str]) -> Iterator[tuple[str, bool]]:
    words = sorted(wanted, key=len, reverse=True)
    lowered, at = sentence.lower(), [False] * len(sentence)
    for word in words:
        start = lowered.find(word)
        while start >= 0:
            at[start : start + len(word)] = [True] * len(word)
            start = lowered.find(word, start + 1)
    begin = 0
    for index in range(1, len(sentence) + 1):
        if index == len(sentence) or at[index] != at[begin]:
            yield sentence[begin:index], at[begin]
            begin = index


def first_sentence(text: str, most: int = 120) -> str:
    """For a list: the beginning of a text without its marks."""
    plain = " ".join(content.plain(text).split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
