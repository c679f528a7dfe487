"""From the public part of chosen cases to a book: grouped by industry, with charts, facts, figures and indexes.

Only what consent is in force for comes in; the same cases give the same book.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from pilotage.core import charts, markup
from pilotage.publications.books.model import Book, BookLanguage, Content, Figure, Part, Table
from pilotage.publications.books.models import CaseSet
from pilotage.publications.cases.content import EFFECT, PICTURE, SECTIONS, TEXT, named
from pilotage.publications.cases.enums import PUBLIC, Evidence
from pilotage.publications.cases.models import CaseStudy
from pilotage.publications.cases.selectors import Effect, PublicCase, public_contents, with_relations

LOCALES = {"zh": ("zh-hans",), "en": ("en",), "bilingual": ("zh-hans", "en")}
OTHER = "other"


def contents_of(case_set: CaseSet) -> list[PublicCase]:
    """The cases of the set that are public now, in its order. Four queries whatever their number."""
    rows = CaseStudy.objects.filter(pk__in=case_set.items.values("case_id"), state__in=sorted(PUBLIC))
    found = {case.pk: case for case in with_relations(rows)}
    return public_contents([found[pk] for pk in case_set.items.values_list("case_id", flat=True) if pk in found])


def used_of(shown: Sequence[PublicCase]) -> dict[str, list[str]]:
    """What of each case stands in the book, as items of consent."""
    return {str(one.case.pk): [TEXT, *(EFFECT + e.key for e in one.effects), *(f"{PICTURE}{p.pk}" for p in one.pictures)] for one in shown}


def book_of(case_set: CaseSet, shown: Sequence[PublicCase]) -> Book:
    writer = _Writer(case_set, shown)
    return Book(
        identifier=f"urn:pilotage:case-set:{case_set.slug}:{case_set.language}",
        title=writer.either(case_set.title_zh, case_set.title_en),
        subtitle=writer.either(case_set.subtitle_zh, case_set.subtitle_en),
        publisher=writer.either(case_set.plan.issuer_zh, case_set.plan.issuer_en),
        language=writer.language,
        number=case_set.number,
        issued_on=case_set.issued_on or case_set.created_at.date(),
        foreword=writer.both(case_set.foreword_zh, case_set.foreword_en),
        parts=tuple(writer.parts()),
        indexes=writer.indexes,
        notice=writer.notice(),
    )


class _Writer:
    def __init__(self, case_set: CaseSet, shown: Sequence[PublicCase]) -> None:
        self.case_set, self.shown = case_set, shown
        self.language: BookLanguage = case_set.language  # type: ignore[assignment]  # one of its choices
        self.locales = LOCALES[case_set.language]
        self.indexes = (self.word("industries"), self.word("scenarios"), self.word("enterprises"))

    # --- words ------------------------------------------------------------------------------
    def word(self, key: str) -> str:
        return " ".join(dict.fromkeys(self._each(key)))

    def _each(self, key: str) -> Iterator[str]:
        for locale in self.locales:
            with override(locale):
                yield _words()[key]

    def either(self, zh: str, en: str) -> str:
        """In the language of the book; Chinese where nothing was written in English."""
        if self.language == "bilingual" and en and en != zh:
            return f"{zh} {en}"
        return (en or zh) if self.language == "en" else (zh or en)

    def both(self, zh: str, en: str) -> tuple[markup.Block, ...]:
        texts = {"zh": [zh or en], "en": [en or zh], "bilingual": [zh, en]}[self.language]
        return tuple(block for text in texts if text for block in markup.parse(text))

    def coded(self, one: PublicCase, name: str, code: str) -> str:
        words = []
        for locale in self.locales:
            with override(locale):
                words.append(named(one.case.codes, name, code))
        return " ".join(dict.fromkeys(words))

    def notice(self) -> str:
        return self.word("fictional") if self.case_set.is_fictional or any(one.case.is_fictional for one in self.shown) else ""

    # --- parts ------------------------------------------------------------------------------
    def parts(self) -> Iterator[Part]:
        groups: dict[str, list[PublicCase]] = {}
        for one in self.shown:
            groups.setdefault(one.key_industry or OTHER, []).append(one)
        yield self.overview(groups)
        for code, cases in groups.items():
            parts = tuple(self.case(one) for one in cases)
            yield Part(f"industry-{code.lower().replace('_', '-')}", self.industry(cases[0]), (), parts=parts)

    def industry(self, one: PublicCase) -> str:
        return self.coded(one, "key_industries", one.key_industry) if one.key_industry else self.word("other")

    def overview(self, groups: dict[str, list[PublicCase]]) -> Part:
        industries = [(self.industry(cases[0]), float(len(cases)), "") for cases in groups.values()]
        names = {code: self.coded(one, "scenarios", code) for one in self.shown for code in one.scenarios}
        counts = Counter(code for one in self.shown for code in one.scenarios)
        scenarios = [(names[code], float(count), "") for code, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))]
        charts_of = (("by-industry", self.word("by_industry"), industries), ("by-scenario", self.word("by_scenario"), scenarios))
        blocks = [Figure(key, title, svg=charts.bars(rows, title=title, width=600).svg) for key, title, rows in charts_of if rows]
        return Part("overview", self.word("overview"), tuple(blocks), facts=((self.word("cases"), str(len(self.shown))),))

    def case(self, one: PublicCase) -> Part:
        industry, scenarios = self.industry(one), tuple(self.coded(one, "scenarios", code) for code in one.scenarios)
        places = (one.case.province, one.case.prefecture)
        place = " ".join(dict.fromkeys(self.either(each.name_zh, each.name_en) for each in places if each))
        facts = (
            (self.word("enterprise"), one.case.enterprise_name),
            (self.word("place"), place),
            (self.word("industry"), industry),
            (self.word("scenario"), "、".join(scenarios)),
            (self.word("number"), one.case.number),
        )
        terms = ((self.indexes[0], industry), *((self.indexes[1], name) for name in scenarios), (self.indexes[2], one.case.enterprise_name))
        return Part(
            f"case-{one.case.pk}",
            self.either(one.texts["title_zh"], one.texts.get("title_en", "")),
            tuple(self.blocks(one)),
            facts=tuple((name, value) for name, value in facts if value),
            terms=terms,
        )

    def blocks(self, one: PublicCase) -> Iterator[Content]:
        for section in SECTIONS:
            text = self.both(one.texts.get(f"{section.key}_zh") or "", one.texts.get(f"{section.key}_en") or "")
            if text:
                title = " ".join(dict.fromkeys(self._titles(section.key)))
                yield markup.Heading(1, (markup.Span(title),), section.key)
                yield from (
                    markup.Heading(2, each.spans, f"{section.key}-{each.anchor}") if isinstance(each, markup.Heading) else each
                    for each in text
                )
            if section.key == "effects" and one.effects:
                yield from self.effects_chart(one)
                yield self.effects(one)
        for picture in one.pictures:
            with picture.file.open("rb") as file:
                yield Figure(f"picture-{picture.pk}", self.either(picture.caption_zh, picture.caption_en), image=file.read())

    def _titles(self, key: str) -> Iterator[str]:
        for locale in self.locales:
            with override(locale):
                yield next(str(section.title) for section in SECTIONS if section.key == key)

    def effects_chart(self, one: PublicCase) -> Iterator[Figure]:
        """Before and after as bars, as far as both are known; nothing where no figure has both."""
        shown = [pair for pair in (self.pair(effect) for effect in one.effects) if pair is not None]
        if shown:
            title = self.word("effects_chart")
            drawn = charts.pairs(shown, title=title, before=self.word("before"), after=self.word("after"), width=600)
            yield Figure("effects-chart", title, svg=drawn.svg)

    def pair(self, effect: Effect) -> charts.Pair | None:
        before, after = number_of(effect.before), number_of(effect.after)
        if before is None or after is None or before < 0 or after < 0:
            return None
        unit = self.either(effect.unit_zh, effect.unit_en)
        name = self.either(effect.label_zh, effect.label_en)
        is_good = None if before == after else (after < before) == (effect.better == "lower")
        # in two languages there is no room for the unit, which stands in the table beneath
        shown = {"zh": f"{name}（{unit}）", "en": f"{name} ({unit})"}.get(self.language, name) if unit else name
        return charts.Pair(shown, float(before), float(after), change_of(before, after), is_good)

    def effects(self, one: PublicCase) -> Table:
        head = tuple(self.word(key) for key in ("measure", "unit", "before", "after", "evidence"))
        rows = tuple(
            (
                self.either(e.label_zh, e.label_en),
                self.either(e.unit_zh, e.unit_en),
                e.before or "–",
                e.after or "–",
                self.evidence(e.evidence),
            )
            for e in one.effects
        )
        return Table(self.word("effects"), head, rows)

    def evidence(self, value: str) -> str:
        words = []
        for locale in self.locales:
            with override(locale):
                words.append(str(Evidence(value).label))
        return " ".join(words)


def number_of(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def change_of(before: Decimal, after: Decimal) -> str:
    """As a share of what was before; nothing where that was nothing."""
    if not before:
        return ""
    change = ((after - before) / before * 100).quantize(Decimal("0.1"))
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{abs(change)}%"


def _words() -> dict[str, str]:
    return {
        "industries": _("Index by industry"),
        "scenarios": _("Index by scenario"),
        "enterprises": _("Index by enterprise"),
        "overview": _("Overview"),
        "cases": pgettext("case set", "Cases"),
        "by_industry": _("Cases by industry"),
        "by_scenario": _("Cases by scenario"),
        "other": _("Other industries"),
        "enterprise": _("Enterprise"),
        "place": pgettext("case set", "Place"),
        "industry": pgettext("case set", "Industry"),
        "scenario": pgettext("title", "Scenarios"),
        "number": pgettext("case set", "Case number"),
        "effects": _("Figures before and after"),
        "effects_chart": pgettext("case set", "What came of it: before and after"),
        "measure": pgettext("case set", "Figure"),
        "unit": _("Unit"),
        "before": pgettext("case set", "Before"),
        "after": pgettext("case set", "After"),
        "evidence": pgettext("case set", "Rests on"),
        "fictional": _("Demonstration: enterprises, people and figures are fictional."),
    }
