"""One entry: effects, network, scenarios, facts and how it came about."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.core.transitions import may
from pilotage.directory import rules
from pilotage.directory.models import Entry, Evaluation
from pilotage.directory.selectors.history import history_of
from pilotage.web import formats
from pilotage.web.directory import related, words
from pilotage.web.directory.exports import level_name


@login_not_required
@require_safe
def entry_page(request: HttpRequest, number: str) -> HttpResponse:
    entries = rules.visible_entries(request.user).select_related(
        "edition__directory", "edition__call__plan", "enterprise", "province", "prefecture", "industry", "application"
    )
    entry = get_object_or_404(entries, number=number)
    return render(request, "directory/entry.html", page_context(request, entry))


def page_context(request: HttpRequest, entry: Entry) -> dict[str, Any]:
    facts = {fact["key"]: fact for fact in entry.facts.get("fields", [])}
    numbers = [f for f in facts.values() if f["section"] == "network" and f["type"] == "integer"]
    proses = [f for f in facts.values() if f["type"] == "textarea"]
    edition, directory = entry.edition, entry.edition.directory
    address = reverse("directory:list", kwargs={"slug": directory.slug})
    call = edition.call
    may_manage = rules.can_manage(request.user, call) if call else None
    evaluation = newest_evaluation(entry)
    return {
        "evaluation": evaluation,
        "evaluation_url": reverse("directory:campaign", args=[directory.slug, evaluation.campaign.year]) if evaluation else "",
        "entry": entry,
        "edition": edition,
        "crumbs": [
            (_("Directory"), address),
            (edition.title, f"{address}?edition={edition.key}"),
            (entry.number if edition.is_complete else words.edition_name(edition), ""),
        ],
        "place": place(entry),
        "effects": words.effect_rows(entry.facts.get("effects", [])),
        "period": words.fact_value(facts["effects_period"]) if "effects_period" in facts else "",
        "network": [(words.pick(f["label"]), formats.number(f["value"]), words.pick(f.get("unit"))) for f in numbers],
        "network_mode": words.fact_value(facts["network_mode"]) if "network_mode" in facts else "",
        "scenarios": scenarios(entry),
        "facts": basic_facts(entry, facts),
        "proses": [(words.pick(f["label"]), f["value"]) for f in proses],
        "steps": [{"title": s.title, "at": s.at, "text": s.detail} for s in history_of(entry)],
        "notice_url": _notice_url(entry),
        "manage_url": reverse("directory:manage", kwargs={"slug": call.slug}) + f"?entry={entry.number}" if call and may_manage else "",
        **related.of(entry),
        "may_rectify": bool(may_manage) and bool(may(request.user, entry, "rectify")),
    }


def newest_evaluation(entry: Entry) -> Evaluation | None:
    rows = Evaluation.objects.filter(entry=entry).select_related("campaign").order_by("-campaign__year", "-id")
    return rows.first() if entry.edition.is_complete else None


def place(entry: Entry) -> str:
    names = [division.name for division in (entry.province, entry.prefecture) if division]
    if len(names) == 2 and names[0] == names[1]:
        names.pop()
    return ", ".join(reversed(names)) if formats.in_english() else "".join(names)


def scenarios(entry: Entry) -> list[dict[str, Any]]:
    """All scenarios of the call's list in order, each with what the entry says of it."""
    used = entry.facts.get("scenarios", {})
    listed = entry.edition.codes.get("scenarios", [])
    return [
        {"number": row["code"].lstrip("0"), "name": words.pick(row), "text": used.get(row["code"], ""), "used": row["code"] in used}
        for row in listed
    ]


def basic_facts(entry: Entry, facts: dict[str, Any]) -> list[tuple[str, str]]:
    enterprise = entry.enterprise
    rows = [
        (_("Unified social credit code"), (enterprise.uscc or "") if enterprise else ""),
        (_("Building level"), level_name(entry)),
        (_("Ownership"), str(enterprise.get_ownership_display()) if enterprise and enterprise.ownership else ""),
        (_("Enterprise size"), str(enterprise.get_size_display()) if enterprise and enterprise.size else ""),
    ]
    own = {"effects_period", "network_mode", "level"}
    rows += [
        (words.pick(fact["label"]), words.fact_value(fact))
        for fact in facts.values()
        if fact["key"] not in own and fact["type"] != "textarea" and not (fact["section"] == "network" and fact["type"] == "integer")
    ]
    if entry.next_evaluation_on:
        rows.append((_("Next re-evaluation"), formats.day(entry.next_evaluation_on)))
    return rows


def _notice_url(entry: Entry) -> str:
    notice = entry.edition.notice_id and entry.edition.notice
    return reverse("directory:notice-detail", kwargs={"number": notice.number}) if notice else ""
