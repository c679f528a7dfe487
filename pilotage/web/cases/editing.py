"""The page on which enterprise and editor write one case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.calls.services.merging import SaveResult
from pilotage.core.transitions import may
from pilotage.publications.cases import content, publishing, rules, selectors, versions
from pilotage.publications.cases.enums import PUBLIC, CaseState, ConsentState, Evidence, Side
from pilotage.publications.cases.models import CaseComment, CaseStudy
from pilotage.web import formats
from pilotage.web.cases import reading
from pilotage.web.cases import shown as words
from pilotage.web.cases.common import case_of

WRITABLE_PARTS = ("basics", "figures")


@require_safe
def edit(request: HttpRequest, number: str) -> HttpResponse:
    return page(request, case_of(request.user, number))


@require_safe
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """As readers would see it with consent to everything."""
    case = case_of(request.user, number)
    shown = selectors.draft_content(case)
    urls = [(reverse("cases:draft-picture", args=[case.number, p.pk]), p, words.caption(p)) for p in shown.pictures]
    context = reading.page_context(shown) | {
        "is_preview": True,
        "edit_url": reverse("cases:edit", args=[case.number]),
        "picture_urls": urls,
        "similar": [],
    }
    return render(request, "cases/case.html", context)


@require_safe
def draft_picture(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    case = case_of(request.user, number)
    return words.picture_answer(request, get_object_or_404(case.pictures, pk=pk))


def page(
    request: HttpRequest, case: CaseStudy, *, group: str = "", result: SaveResult | None = None, values: Mapping[str, Any] | None = None
) -> HttpResponse:
    """``values``: what was sent and not kept, shown again in its fields."""
    data = {**case.data, **(values or {})}
    comments = _comments(case)
    can_write = rules.can_write(request.user, case)
    pictures = versions.pictures_of(case)
    context = {
        "case": case,
        "can_write": can_write,
        "takes_part": bool(rules.can_take_part(request.user, case)),
        "base": case.draft_version,
        "failed": group,
        "result": result,
        "title_zh": data.get("title_zh") or "",
        "title_en": data.get("title_en") or "",
        "industries": _options(case, "key_industries", {data.get("key_industry")}),
        "scenarios": _options(case, "scenarios", set(data.get("scenarios") or ())),
        "sections": [_section(section, data, comments.get(section.key, [])) for section in content.SECTIONS],
        "figures": _figures(data),
        "new_figure": _new_key(data),
        "evidence": Evidence.choices,
        "pictures": [(reverse("cases:draft-picture", args=[case.number, p.pk]), p) for p in pictures],
        "comments": comments,
        "missing": content.missing_sections(case.data),
        "crumbs": [(_("Cases of ours"), reverse("cases:desk")), (case.number, "")],
    }
    context |= _standing(request, case, pictures) | (outcome(case, result) if result else {})
    return render(request, "cases/edit.html", context)


def _section(section: content.Section, data: Mapping[str, Any], comments: list[CaseComment]) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "help": section.help,
        "longest": section.longest,
        "needed": section.needed,
        "texts": [
            (f"{section.key}_{language}", words.LANGUAGE[language], language, data.get(f"{section.key}_{language}") or "")
            for language in content.LANGUAGES
        ],
        "comments": comments,
        "open": sum(comment.state == "open" for comment in comments),
        "is_done": bool(data.get(f"{section.key}_zh")),
    }


def _comments(case: CaseStudy) -> dict[str, list[CaseComment]]:
    found: dict[str, list[CaseComment]] = {"figures": [], "pictures": [], "tags": []}
    for comment in case.comments.select_related("made_by", "settled_by").order_by("pk"):
        found.setdefault(comment.section, []).append(comment)
    return found


def _options(case: CaseStudy, name: str, chosen: set[Any]) -> list[tuple[str, str, bool]]:
    return [(row["code"], content.named(case.codes, name, row["code"]), row["code"] in chosen) for row in case.codes.get(name, [])]


def _figures(data: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(key, value) for key, value in content.effects_of(data) if value]


def _new_key(data: Mapping[str, Any]) -> str:
    """A key for one more figure."""
    return next(f"own{number}" for number in range(1, 100) if f"{content.EFFECT}own{number}" not in data)


def outcome(case: CaseStudy, result: SaveResult) -> dict[str, Any]:
    """What a save has to ask or tell, in words."""
    return {
        "clashes": [
            {
                "key": key,
                "label": versions.label_of(key, case.data | {key: conflict.yours or conflict.theirs}),
                "theirs": _in_words(case, key, conflict.theirs),
            }
            for key, conflict in result.conflicts.items()
        ],
        "errors": [
            (versions.label_of(key, case.data) if not key.startswith(content.EFFECT) else "", text) for key, text in result.errors.items()
        ],
        "changed_elsewhere": sorted({key.rpartition("_")[0] or key for key in result.theirs}),
    }


def _in_words(case: CaseStudy, key: str, value: Any) -> str:
    if isinstance(value, list):
        return content.listed(content.named(case.codes, "scenarios", code) for code in value)
    if isinstance(value, dict):
        return " ".join(str(value.get(name) or "–") for name in ("label_zh", "before", "after", "unit_zh"))
    return content.named(case.codes, "key_industries", value) if key == "key_industry" else str(value or "")


def _standing(request: HttpRequest, case: CaseStudy, pictures: list[Any]) -> dict[str, Any]:
    """Who approved what, what consent is in force, and what can be done next."""
    actor = request.user
    version = versions.newest(case)
    is_current = bool(version and versions.is_current(version, case))
    approvals = {a.side: a for a in version.approvals.select_related("made_by")} if version and is_current else {}
    given = {consent.item: consent for consent in case.consents.filter(state=ConsentState.GIVEN).select_related("given_by")}
    side = rules.side_of(actor, case)
    return {
        "version": version,
        "is_current": is_current,
        "approvals": [(Side(name).label, approvals.get(name)) for name in Side.values],
        "both_agree": len(approvals) == len(Side.values),
        "may_approve": bool(rules.can_write(actor, case)) and side not in approvals,
        "consents": _consents(case, pictures, given),
        "text_given": given.get(content.TEXT),
        "may_consent": rules.can_consent(actor, case),
        "publish_verb": "republish" if case.state == CaseState.REVISING else "publish",
        "may_publish": may(actor, case, "republish" if case.state == CaseState.REVISING else "publish"),
        "may_take_down": may(actor, case, "take_down"),
        "may_discard": may(actor, case, "discard"),
        "may_reopen": case.state in {CaseState.AGREED, CaseState.PUBLISHED, CaseState.UNPUBLISHED}
        and bool(rules.can_take_part(actor, case)),
        "public_url": reverse("cases:detail", args=[case.number]) if case.state in PUBLIC else "",
        "is_editor": side == Side.EDITOR,
    }


def _consents(case: CaseStudy, pictures: list[Any], given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything consent can be asked for, by name, with since when it holds."""
    names = {content.TEXT: _("The text and the name of the enterprise")}
    data = {**(case.published.data if case.published else {}), **case.data}
    names |= {content.EFFECT + key: _effect_name(value) for key, value in content.effects_of(data)}
    names |= {f"{content.PICTURE}{p.pk}": _("Picture: %(name)s") % {"name": words.caption(p) or p.name} for p in pictures}
    return [
        {
            "item": item,
            "name": names.get(item, item),
            "consent": given.get(item),
            "since": formats.day(given[item].given_at) if item in given else "",
        }
        for item in publishing.items_of(case)
    ]


def _effect_name(value: Mapping[str, Any]) -> str:
    label = content.localized(value["label_zh"], value["label_en"])
    return _("Figure: %(label)s %(before)s → %(after)s") % {
        "label": label,
        "before": value["before"] or "–",
        "after": value["after"] or "–",
    }
