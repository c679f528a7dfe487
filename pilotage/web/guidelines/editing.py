"""The editor of one chapter: text beside its preview, kept as one types, never over somebody else's text."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pilotage.core import clock
from pilotage.core.markup import MarkupError, parse
from pilotage.core.verdict import Invalid
from pilotage.publications.guidelines import live, rules, services
from pilotage.publications.guidelines.checks import text_fault
from pilotage.publications.guidelines.content import filled_in, put_together
from pilotage.publications.guidelines.models import Chapter, Guideline
from pilotage.publications.guidelines.services import TextClash, base_of
from pilotage.web.formats import local
from pilotage.web.guidelines.desk import LANGUAGE_NAMES, visible
from pilotage.web.guidelines.showing import ShownPiece, language_of, pieces_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def chapter(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """POST keeps the text; a script that asks for JSON gets the new base or the other text."""
    guideline = visible(request, slug)
    found = get_object_or_404(guideline.chapters.select_related("edited_by"), key=key)
    language = language_of(guideline, request.POST.get("language") or request.GET.get("language", ""))
    if request.method != "POST":
        return render(request, "guidelines/chapter.html", _context(request, guideline, found, language))
    is_script = "application/json" in request.headers.get("Accept", "")
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        kept = services.edit_text(
            actor=request.user, guideline=guideline, key=key, language=language, text=text, base=request.POST.get("base", "")
        )
    except Invalid as problem:
        if is_script:
            return JsonResponse({"error": " ".join(problem.errors.values())}, status=422)
        return render(request, "guidelines/chapter.html", _context(request, guideline, found, language, text, problem.errors), status=422)
    if isinstance(kept, TextClash):
        return _clash(request, guideline, kept, language, is_script)
    if is_script:
        return JsonResponse({"base": base_of(kept.text(language)), "saved": _("Saved at %(when)s") % {"when": _now()}})
    messages.success(request, _("The text is kept."))
    return redirect(f"{reverse('guidelines:chapter', args=[slug, key])}?language={language}")


def _now() -> str:
    return f"{local(clock.now()):%H:%M}"


def _clash(request: HttpRequest, guideline: Guideline, clash: TextClash, language: str, is_script: bool) -> HttpResponse:
    if is_script:
        sentence = _("Somebody else saved this chapter meanwhile. Your text is still here; save it to see both.")
        return JsonResponse({"error": sentence}, status=409)
    context = _context(request, guideline, clash.theirs, language, clash.yours)
    return render(request, "guidelines/chapter.html", {**context, "clash": clash.theirs.text(language)}, status=409)


@never_cache
@require_POST
def preview(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The text as it would look, with figures of today. Writes nothing."""
    guideline = visible(request, slug)
    get_object_or_404(guideline.chapters, key=key)
    language = language_of(guideline, request.POST.get("language", ""))
    text = request.POST.get("text", "")[: services.MOST_CHARACTERS]
    context = {"pieces": _pieces(guideline, text, language), "fault": text_fault(text), "language": language}
    return render(request, "guidelines/chapter.html#paper", context)


def _context(
    request: HttpRequest, guideline: Guideline, found: Chapter, language: str, text: str | None = None, errors: dict[str, str] | None = None
) -> dict[str, Any]:
    shown = found.text(language) if text is None else text
    keys = list(guideline.chapters.order_by("position", "id").values_list("key", flat=True))
    here = keys.index(found.key)
    return {
        "guideline": guideline,
        "chapter": found,
        "language": language,
        "languages": [
            {"url": f"?language={each}", "label": LANGUAGE_NAMES[each], "count": None, "current": each == language}
            for each in guideline.languages
        ],
        "text": shown,
        "base": base_of(found.text(language)),
        "origin": found.origin(language) if found.origin(language) not in ("", found.text(language)) else "",
        "pieces": _pieces(guideline, shown, language),
        "fault": text_fault(shown),
        "kinds": live.every(),
        "may_edit": rules.can_edit(request.user, guideline),
        "errors": errors or {},
        "before": keys[here - 1] if here else "",
        "after": keys[here + 1] if here + 1 < len(keys) else "",
    }


def _pieces(guideline: Guideline, text: str, language: str) -> list[ShownPiece]:
    try:
        blocks = parse(text)
    except MarkupError:
        return []
    with override(language):
        return list(pieces_of(put_together(blocks, filled_in(blocks, guideline.plan, clock.today()))))
