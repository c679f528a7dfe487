"""One case as everybody may read it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.publications.cases import content, selectors
from pilotage.publications.cases.models import CaseStudy
from pilotage.publications.cases.rules import published_cases, side_of
from pilotage.web import formats
from pilotage.web.cases import shown as words


@login_not_required
@require_safe
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    case = get_object_or_404(selectors.with_relations(published_cases()), number=number)
    shown = selectors.public_content(case)
    context = page_context(shown) | {
        "similar": [_similar(each) for each in selectors.similar(case)],
        "edit_url": reverse("cases:edit", args=[case.number]) if side_of(request.user, case) else "",
        "picture_urls": [(reverse("cases:picture", args=[case.number, p.pk]), p, words.caption(p)) for p in shown.pictures],
    }
    return render(request, "cases/case.html", context)


def page_context(shown: selectors.PublicCase) -> dict[str, Any]:
    case = shown.case
    industry = shown.industry_name()
    return {
        "case": case,
        "shown": shown,
        "title": shown.title(),
        "title_language": words.foreign(shown, "title"),
        "lead": words.lead(case, industry),
        "summary": next((part for part in words.parts(shown) if part.key == "summary"), None),
        "parts": words.parts(shown, without=("summary",)),
        "figures": words.figures(shown.effects),
        "scenarios": [(code, content.named(case.codes, "scenarios", code)) for code in shown.scenarios],
        "facts": facts(shown, industry),
        "crumbs": [(_("Published cases"), reverse("cases:list")), (case.number, "")],
        "description": selectors.first_sentence(shown.text("summary"), 150),
    }


def facts(shown: selectors.PublicCase, industry: str) -> list[tuple[str, str]]:
    case = shown.case
    return [
        (_("Enterprise"), case.enterprise_name),
        (_("Place"), words.place(case)),
        (_("Key industry"), industry),
        (_("Industry"), case.industry.name if case.industry else ""),
        (_("Case number"), case.number),
        (_("Published on"), formats.day(case.published_at) if case.published_at else ""),
        (_("Version"), str(shown.version) if shown.version else ""),
    ]


def _similar(each: selectors.Similar) -> dict[str, Any]:
    """Why: what both speak of, the scenarios both use, the same industry."""
    names = [content.named(each.case.codes, "scenarios", code) for code in each.scenarios]
    reasons = []
    if each.words:
        reasons.append(_("both speak of %(words)s") % {"words": content.listed(each.words)})
    if names:
        reasons.append(_("both use %(scenarios)s") % {"scenarios": content.listed(names[:3])})
    if each.same_industry:
        reasons.append(_("same key industry"))
    return {
        "case": each.case,
        "url": reverse("cases:detail", args=[each.case.number]),
        "share": round(each.share * 100),
        "why": content.joined(reasons),
    }


@login_not_required
@require_safe
def picture(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    case = get_object_or_404(published_cases().select_related("published"), number=number)
    found = _shown_picture(case, pk)
    return words.picture_answer(request, found)


def _shown_picture(case: CaseStudy, pk: int) -> Any:
    for each in selectors.public_content(case).pictures:
        if each.pk == pk:
            return each
    raise Http404
