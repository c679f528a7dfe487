"""What everybody reads: the list, one guideline as issued, what a revision changed, the answers of a round, the files."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pilotage.core.documents import DocumentError
from pilotage.core.keyset import page
from pilotage.core.verdict import Conflict
from pilotage.publications.guidelines import rules, selectors
from pilotage.publications.guidelines.book import inputs_of, made_file, notice_of
from pilotage.publications.guidelines.content import words_in
from pilotage.publications.guidelines.difference import differences
from pilotage.publications.guidelines.enums import CommentState, GuidelineState
from pilotage.publications.guidelines.models import SHORT, Guideline, Revision, RevisionFile
from pilotage.web.guidelines.showing import language_of, page_chapters

SIZE = 20
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
}


@login_not_required
@require_safe
def guideline_list(request: HttpRequest) -> HttpResponse:
    found = page(
        rules.public_guidelines().select_related("plan"), order=("-created_at", "-id"), after=request.GET.get("after", ""), size=SIZE
    )
    context = {
        "page": found,
        "latest": selectors.latest_revisions(found.rows),
        "open_rounds": selectors.open_rounds(found.rows),
    }
    return render(request, "guidelines/list.html", context)


def public(slug: str) -> Guideline:
    return get_object_or_404(rules.public_guidelines().select_related("plan"), slug=slug)


@login_not_required
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest revision, or the one asked for; before the first issue, where it stands."""
    guideline = public(slug)
    revisions = list(rules.public_revisions(guideline).defer("packed"))
    revision = _asked(request, guideline, revisions)
    context: dict[str, Any] = {
        "guideline": guideline,
        "revisions": revisions,
        "revision": revision,
        "is_newest": revision is not None and revision.pk == revisions[0].pk,
        "round": selectors.open_rounds([guideline]).get(guideline.pk),
        "published_rounds": guideline.rounds.filter(published_at__isnull=False).defer("packed").order_by("-number"),
        "is_withdrawn": guideline.state == GuidelineState.WITHDRAWN,
    }
    if revision is not None:
        content, language = revision.read(), language_of(guideline, request.GET.get("language", ""))
        context |= {
            "language": language,
            "languages": _languages(guideline, language),
            "title": words_in(content["title"], language),
            "summary": words_in(content["summary"], language),
            "notice": notice_of(content, get_language() or language),
            "chapters": page_chapters(content, language, selectors.readable_cases(content)),
            "files": [each for each in selectors.files_of(revision) if each.language == language],
        }
    return render(request, "guidelines/detail.html", context)


def _asked(request: HttpRequest, guideline: Guideline, revisions: list[Revision]) -> Revision | None:
    wanted = request.GET.get("revision", "")
    if not wanted:
        return revisions[0] if revisions else None
    found = next((each for each in revisions if str(each.revision) == wanted), None)
    if found is None:
        raise Http404
    return found


def _languages(guideline: Guideline, current: str) -> list[dict[str, Any]]:
    if len(guideline.languages) < 2:
        return []
    names = {"zh-hans": "中文", "en": "English"}
    return [{"url": f"?language={each}", "label": names[each], "count": None, "current": each == current} for each in guideline.languages]


@login_not_required
@require_safe
def difference(request: HttpRequest, slug: str) -> HttpResponse:
    """Between two revisions: the newest and the one before it, unless others are named."""
    guideline = public(slug)
    revisions = list(rules.public_revisions(guideline))
    if len(revisions) < 2:
        raise Http404
    new = _named(request.GET.get("to"), revisions, revisions[0])
    old = _named(request.GET.get("from"), revisions, next((each for each in revisions if each.revision < new.revision), revisions[-1]))
    language = language_of(guideline, request.GET.get("language", ""))
    context = {
        "guideline": guideline,
        "revisions": revisions,
        "old": old,
        "new": new,
        "language": language,
        "chapters": differences(old.read()["chapters"], new.read()["chapters"], SHORT[language]),
    }
    return render(request, "guidelines/difference.html", context)


def _named(wanted: str | None, revisions: list[Revision], otherwise: Revision) -> Revision:
    return next((each for each in revisions if str(each.revision) == wanted), otherwise)


@login_not_required
@require_safe
def answers(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A round whose answers are published: the summary, then each comment beside its answer."""
    guideline = public(slug)
    found = get_object_or_404(guideline.rounds.filter(published_at__isnull=False), number=number)
    titles = {each["key"]: each["title"] for each in found.read()["chapters"]}
    rows = page(selectors.answered_comments(found), order=("id",), after=request.GET.get("after", ""), size=50)
    counts = selectors.counts_of(found)
    context = {
        "guideline": guideline,
        "round": found,
        "page": rows,
        "places": {each.pk: words_in(titles.get(each.chapter, {}), get_language() or "zh-hans") for each in rows.rows},
        "counts": [(state.label, counts[state.value]) for state in CommentState if counts[state.value]],
        "total": sum(counts.values()),
    }
    return render(request, "guidelines/answers.html", context)


@login_not_required
@require_safe
def file(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """As it was kept at the issue; made anew without the cases that have been withdrawn since."""
    guideline = public(slug)
    kept = get_object_or_404(
        RevisionFile.objects.select_related("revision__guideline__plan"), pk=pk, revision__in=rules.public_revisions(guideline)
    )
    try:
        content = _content_of(kept)
    except DocumentError as problem:
        raise Conflict(str(problem)) from problem
    response = HttpResponse(content, content_type=TYPES[kept.kind])
    response["Content-Disposition"] = f'attachment; filename="{kept.name}"'
    return response


def _content_of(kept: RevisionFile) -> bytes:
    inputs = inputs_of(kept.revision, kept.language)
    return bytes(kept.content) if inputs == kept.inputs else _made_anew(kept.pk, inputs)


@lru_cache(maxsize=16)
def _made_anew(pk: int, inputs: str) -> bytes:
    """Kept in the process: ``inputs`` names all it is made of."""
    kept = RevisionFile.objects.defer("content").select_related("revision__guideline__plan").get(pk=pk)
    return made_file(kept.revision, kept.kind, kept.language)
