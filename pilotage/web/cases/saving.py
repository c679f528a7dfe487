"""Saving what is written, section by section; pictures in and their captions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from pilotage.core.verdict import Invalid
from pilotage.publications.cases import content, pictures, services
from pilotage.publications.cases.models import CaseStudy
from pilotage.web.cases import editing
from pilotage.web.cases.common import back, case_of, say

_FIGURE_FIELDS = ("label_zh", "label_en", "unit_zh", "unit_en", "before", "after", "better", "period", "evidence", "evidence_note")


def posted(case: CaseStudy, post: QueryDict) -> dict[str, Any]:
    """The parts of the case that this form has: texts and titles by name, tags, figures as ``effect:<key>.<field>``."""
    values: dict[str, Any] = {name: post[name] for name in (*content.TITLE_KEYS, *content.TEXT_KEYS, "key_industry") if name in post}
    if "has_scenarios" in post:
        values["scenarios"] = post.getlist("scenarios")
    for key in post.getlist("figure"):
        values[content.EFFECT + key] = _figure(case.data.get(content.EFFECT + key, {}), key, post)
    return values


def _figure(kept: Mapping[str, Any], key: str, post: QueryDict) -> dict[str, Any] | None:
    sent = {field: post[f"{key}.{field}"] for field in _FIGURE_FIELDS if f"{key}.{field}" in post}
    return None if f"{key}.remove" in post else {**kept, **sent}


@require_POST
def save(request: HttpRequest, number: str) -> HttpResponse:
    """Autosave answers with the state of its form; without script the whole page comes back, clashes and errors in it."""
    case = case_of(request.user, number)
    post = request.POST
    values = posted(case, post)
    keep_mine = "mine" in post
    base = case.draft_version if keep_mine or not post.get("base", "").isdecimal() else int(post["base"][:9])
    result = services.save_draft(actor=request.user, case=case, values=values, base_version=base)
    group = post.get("group", "")
    if request.headers.get("HX-Request"):
        # a clash stays a question until it is answered: the form keeps the version it was read at
        context = {"group": group, "base": base if result.conflicts else result.version, "result": result, "case": case}
        return render(request, "cases/edit.html#saved", context | editing.outcome(case, result))
    if result.conflicts or result.errors:
        return editing.page(request, case, group=group, result=result, values=values)
    messages.success(request, _("Saved."))
    return back(case, group)


@csrf_exempt
def add_picture(request: HttpRequest, number: str) -> HttpResponse:
    """What is far too large is refused by its announced size, before anything of it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > pictures.most_bytes() + 1_000_000:
        case = case_of(request.user, number)
        messages.error(
            request, _("The file is too large: at most %(limit)s MB are accepted.") % {"limit": pictures.most_bytes() // 1024 // 1024}
        )
        return back(case, "pictures")
    return _add_picture(request, number)


@csrf_protect
@require_POST
def _add_picture(request: HttpRequest, number: str) -> HttpResponse:
    case = case_of(request.user, number)
    upload = request.FILES.get("picture")
    if upload is None:
        messages.error(request, _("Choose a picture first."))
        return back(case, "pictures")
    try:
        pictures.add_picture(
            actor=request.user,
            case=case,
            upload=upload,
            caption_zh=request.POST.get("caption_zh", ""),
            caption_en=request.POST.get("caption_en", ""),
        )
        messages.success(request, _("The picture has been added, without its metadata."))
    except Invalid as error:
        say(request, error)
    return back(case, "pictures")


@require_POST
def captions(request: HttpRequest, number: str) -> HttpResponse:
    """Captions of all pictures, or one of them taken out."""
    case = case_of(request.user, number)
    present = list(case.pictures.filter(removed_at__isnull=True).select_related("case"))
    removed = next((picture for picture in present if request.POST.get("remove") == str(picture.pk)), None)
    if removed:
        pictures.remove_picture(actor=request.user, picture=removed)
        messages.success(request, _("The picture has been taken out."))
    else:
        sent = {p.pk: (request.POST.get(f"zh.{p.pk}", p.caption_zh), request.POST.get(f"en.{p.pk}", p.caption_en)) for p in present}
        pictures.caption_pictures(actor=request.user, case=case, captions=sent)
        messages.success(request, _("Saved."))
    return back(case, "pictures")
