"""A case in words and figures for a page, whether it is public or still a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.http import parse_etags, quote_etag
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pilotage.core import markup
from pilotage.publications.cases import content
from pilotage.publications.cases.enums import Evidence
from pilotage.publications.cases.models import CasePicture, CaseStudy
from pilotage.publications.cases.selectors import Effect, PublicCase
from pilotage.registry.models import localized
from pilotage.web import formats
from pilotage.web.directory.words import EffectRow, effect_rows

LANGUAGE = {"zh": "zh-Hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class Part:
    """``language`` of the text where it is another than the page's, else ''."""

    key: str
    title: str
    html: SafeString
    language: str


@dataclass(frozen=True, slots=True)
class Figure:
    row: EffectRow
    period: str
    evidence: str
    note: str


def parts(shown: PublicCase, without: tuple[str, ...] = ()) -> list[Part]:
    found = []
    for section in content.SECTIONS:
        text = shown.text(section.key)
        if text and section.key not in without:
            html = markup.to_html(markup.parse(text), heading_base=3)
            found.append(Part(section.key, str(section.title), html, foreign(shown, section.key)))
    return found


def foreign(shown: PublicCase, key: str) -> str:
    """The language a text is in when it has not been written in the reader's."""
    return LANGUAGE["zh"] if formats.in_english() and not shown.texts.get(f"{key}_en") else ""


def figures(effects: tuple[Effect, ...]) -> list[Figure]:
    rows = effect_rows([_as_mapping(effect) for effect in effects])
    evidence = dict(Evidence.choices)
    return [
        Figure(row, effect.period, str(evidence.get(effect.evidence, "")), effect.evidence_note)
        for row, effect in zip(rows, effects, strict=True)
    ]


def _as_mapping(effect: Effect) -> dict[str, Any]:
    return {
        "label": {"zh": effect.label_zh, "en": effect.label_en},
        "unit": {"zh": effect.unit_zh, "en": effect.unit_en},
        "before": effect.before,
        "after": effect.after,
        "better": effect.better,
    }


def place(case: CaseStudy) -> str:
    names = list(dict.fromkeys(division.name for division in (case.province, case.prefecture) if division))
    return ", ".join(reversed(names)) if formats.in_english() else "".join(names)


def caption(picture: CasePicture) -> str:
    return localized(picture.caption_zh, picture.caption_en)


def lead(case: CaseStudy, industry: str) -> str:
    separator = " · "
    return separator.join(filter(None, (case.enterprise_name, place(case), industry)))


def picture_answer(request: HttpRequest, picture: CasePicture) -> HttpResponse | FileResponse:
    """The file under its digest; a browser may keep it but asks each time, so that a withdrawal holds at once."""
    tag = quote_etag(picture.sha256[:32])
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse | FileResponse = HttpResponse(status=304)
    else:
        try:
            opened = picture.file.open("rb")
        except FileNotFoundError:
            raise Http404(_("This picture is not there.")) from None
        response = FileResponse(opened, content_type="image/png" if picture.kind == "png" else "image/jpeg")
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
