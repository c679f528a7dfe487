"""What of the rooms below can be found on the public site."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from pilotage.calls.models import Call
from pilotage.calls.rules import visible_calls
from pilotage.directory.enums import EditionState
from pilotage.directory.models import Edition, Entry, PublicNotice
from pilotage.directory.rules import visible_editions, visible_entries, visible_notices
from pilotage.plan.models import Plan, Target
from pilotage.plan.rules import visible_plans
from pilotage.publications.books.models import CaseSet
from pilotage.publications.books.rules import public_sets
from pilotage.publications.cases.models import CaseConsent, CaseStudy
from pilotage.publications.cases.rules import published_cases
from pilotage.publications.cases.selectors import public_content, searched_parts, with_relations
from pilotage.publications.guidelines.enums import GuidelineState
from pilotage.publications.guidelines.models import Guideline
from pilotage.publications.guidelines.rules import public_guidelines
from pilotage.publications.models import Case
from pilotage.publications.rules import visible_cases
from pilotage.publications.site.enums import Found, PageKind
from pilotage.publications.site.models import SitePage
from pilotage.publications.site.rules import visible_pages
from pilotage.publications.site.sources import Source, Text, by_pk, everything, register

_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[#*`>|_~]+|^\s*[-+] ", re.MULTILINE)


def plain(markdown: str) -> str:
    """The words of a Markdown text, for searching and for the lines shown of it."""
    return " ".join(_MARKS.sub(lambda found: found.group(1) or " ", markdown).split())


def words_in(value: Any) -> Iterator[str]:
    """Every text of plain data, however deep; of a mapping its values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from words_in(part)


def _said(facts: dict[str, Any]) -> dict[str, str]:
    """What an entry tells, by language: its answers with their labels, as its page shows them, and how each scenario is used."""
    said: dict[str, list[str]] = {"zh": [], "en": []}
    for fact in [*facts.get("fields", []), *facts.get("effects", [])]:
        for language, words in said.items():
            words += [(fact.get(name) or {}).get(language) or "" for name in ("label", "words")]
        if not fact.get("words") or fact.get("type") == "table":
            said["zh"] += words_in(fact.get("value"))
    said["zh"] += words_in(facts.get("scenarios", {}))
    return {language: " ".join(word for word in words if word) for language, words in said.items()}


def _plan(plan: Plan) -> Text:
    measures = [measure for area in plan.areas.all() for measure in area.measures.all()]
    return Text(
        key=plan.slug,
        title_zh=plan.title_zh,
        title_en=plan.title_en,
        words=plan.document_number,
        text_zh=" ".join([plan.issuer_zh, *(measure.title_zh for measure in measures)]),
        text_en=" ".join([plan.issuer_en, *(measure.title_en for measure in measures)]),
        on=plan.issued_on or plan.starts_on,
    )


def _target(target: Target) -> Text:
    measure = target.measure
    return Text(
        key=str(target.pk),
        title_zh=target.title_zh,
        title_en=target.title_en,
        words=f"{target.code} {measure.code}",
        text_zh=measure.title_zh,
        text_en=measure.title_en,
        on=target.due_on,
    )


def _call(call: Call) -> Text:
    content = call.current.content if call.current else {}
    told = [content.get("summary") or {}, (content.get("applicants") or {}).get("notes") or {}]
    told += [stage.get("title") or {} for stage in content.get("stages") or []]
    return Text(
        key=call.slug,
        title_zh=call.title_zh,
        title_en=call.title_en,
        words=call.measure_code,
        text_zh=" ".join(each.get("zh") or "" for each in told),
        text_en=" ".join(each.get("en") or "" for each in told),
    )


def _notice(notice: PublicNotice) -> Text:
    names = [row.application.enterprise.name_zh for row in notice.rows.all()]
    return Text(
        key=notice.number,
        title_zh=notice.title_zh,
        title_en=notice.title_en,
        words=notice.number,
        text_zh=" ".join([plain(notice.body_zh), *names]),
        text_en=plain(notice.body_en),
        on=notice.opens_at.date(),
    )


def _edition(edition: Edition) -> Text:
    directory = edition.directory
    return Text(
        key=str(edition.pk),
        title_zh=edition.title_zh,
        title_en=edition.title_en,
        words=f"{edition.year} {directory.title_zh} {directory.title_en}",
        on=edition.published_at.date() if edition.published_at else None,
    )


def _entry(entry: Entry) -> Text:
    places = [place for place in (entry.province, entry.prefecture) if place]
    industry = entry.industry
    said = _said(entry.facts)
    return Text(
        key=entry.number,
        title_zh=entry.title,
        words=f"{entry.number} {entry.enterprise_name}",
        text_zh=" ".join([entry.enterprise_name, *(p.name_zh for p in places), industry.name_zh if industry else "", said["zh"]]),
        text_en=" ".join([*(p.name_en for p in places), industry.name_en if industry else "", said["en"]]),
        on=entry.listed_on,
    )


def _known_case(case: Case) -> Text:
    places = [case.province.name_zh if case.province else "", case.city]
    return Text(
        key=str(case.pk),
        title_zh=case.name,
        words=case.enterprise_name,
        text_zh=" ".join([case.programme_zh, case.category_zh, *places]),
        text_en=f"{case.programme_en} {case.category_en}".strip(),
    )


def _case(case: CaseStudy) -> Text:
    """Only what consent was given for, asked anew each time."""
    shown = public_content(case)
    texts = shown.texts
    english = " ".join(str(text) for key, text in texts.items() if key.endswith("_en") and key != "title_en")
    return Text(
        key=case.number,
        title_zh=texts["title_zh"],
        title_en=texts.get("title_en", ""),
        words=f"{case.number} {case.enterprise_name}",
        text_zh=" ".join(text for part, text in searched_parts(shown) if part not in {"title", "name"}),
        text_en=plain(english),
        on=case.published_at.date() if case.published_at else None,
    )


def _case_set(case_set: CaseSet) -> Text:
    """Its own words. The cases in it are found by themselves, as long as each may be read."""
    return Text(
        key=case_set.slug,
        title_zh=case_set.title_zh,
        title_en=case_set.title_en,
        words=case_set.number,
        text_zh=f"{case_set.subtitle_zh} {plain(case_set.foreword_zh)}".strip(),
        text_en=f"{case_set.subtitle_en} {plain(case_set.foreword_en)}".strip(),
        on=case_set.issued_on,
    )


def _guideline(guideline: Guideline) -> Text:
    """As it was issued last; of one that is only open for comments the title and summary, of one that was withdrawn the title."""
    is_withdrawn = guideline.state == GuidelineState.WITHDRAWN
    issued = None if is_withdrawn else guideline.revisions.order_by("-revision").first()
    content: dict[str, Any] = issued.read() if issued else {}
    working = {"zh": guideline.summary_zh, "en": guideline.summary_en}
    summary = {} if is_withdrawn else content.get("summary", working)
    texts = {
        name: " ".join(
            [summary.get(name) or "", *(plain(chapter["text"].get(name, "")) for chapter in content.get("chapters", []))]
        ).strip()
        for name in ("zh", "en")
    }
    return Text(
        key=guideline.slug,
        title_zh=guideline.title_zh,
        title_en=guideline.title_en,
        words=issued.number if issued else "",
        text_zh=texts["zh"],
        text_en=texts["en"],
        on=issued.issued_on if issued else None,
    )


def _page(page: SitePage) -> Text:
    return Text(
        key=page.slug,
        title_zh=page.title_zh,
        title_en=page.title_en,
        text_zh=f"{page.summary_zh} {plain(page.body_zh)}".strip(),
        text_en=f"{page.summary_en} {plain(page.body_en)}".strip(),
        on=page.published_on,
    )


def _pages(kind: PageKind) -> QuerySet[SitePage]:
    return visible_pages(None).filter(kind=kind)


def _through(field: str) -> Any:
    return lambda pks: Q(**{f"{field}__in": list(pks)})


def _of_consents(pks: Collection[str]) -> Q:
    return Q(pk__in=CaseConsent.objects.filter(pk__in=list(pks)).values("case"))


def _register_publications() -> None:
    cases = {"publications.casestudy": by_pk, "publications.caseconsent": _of_consents}
    register(Source(Found.CASE, lambda: with_relations(published_cases()), "number", _case, cases))
    register(Source(Found.CASE_SET, public_sets, "slug", _case_set, {"publications.caseset": by_pk}))
    register(Source(Found.GUIDELINE, public_guidelines, "slug", _guideline, {"publications.guideline": by_pk}))
    register(
        Source(Found.KNOWN_CASE, lambda: visible_cases(None).select_related("province"), "pk", _known_case, {"publications.case": by_pk})
    )


def register_all() -> None:
    _register_publications()
    calls = {"calls.call": by_pk}
    register(
        Source(Found.PLAN, lambda: visible_plans(None).prefetch_related("areas__measures"), "slug", _plan, {"plan.planversion": everything})
    )
    targets = Target.objects.select_related("measure")
    register(Source(Found.TARGET, targets.all, "pk", _target, {"plan.planversion": everything}))
    register(Source(Found.CALL, lambda: visible_calls(None).select_related("current"), "slug", _call, calls))
    register(Source(Found.PAGE, lambda: _pages(PageKind.PAGE), "slug", _page, {"publications.sitepage": by_pk}))
    register(Source(Found.NEWS, lambda: _pages(PageKind.NEWS), "slug", _page, {"publications.sitepage": by_pk}))
    notices = {"directory.publicnotice": by_pk}
    register(
        Source(Found.NOTICE, lambda: visible_notices(None).prefetch_related("rows__application__enterprise"), "number", _notice, notices)
    )
    editions = lambda: visible_editions(None).filter(state=EditionState.PUBLISHED).select_related("directory")  # noqa: E731
    register(Source(Found.EDITION, editions, "pk", _edition, {"directory.edition": by_pk}))
    entries = lambda: visible_entries(None).select_related("province", "prefecture", "industry")  # noqa: E731
    register(Source(Found.ENTRY, entries, "number", _entry, {"directory.entry": by_pk, "directory.edition": _through("edition")}))
