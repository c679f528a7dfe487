"""Whose data the reader may open: an enterprise goes straight to its own, institutions and the secretariat get a list."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.accounts.rules import consented_enterprise_ids
from pilotage.core.keyset import page
from pilotage.core.search import match
from pilotage.finance.facts import rules
from pilotage.registry.models import Enterprise
from pilotage.web.facts import words

SIZE = 50
COUNTED = 10_000


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    rules.can_list(request.user).require()
    seen = rules.visible_enterprises(request.user)
    if not rules.lists_others(request.user):
        own = list(seen.order_by("pk")[:2])
        if len(own) == 1:
            return redirect("facts:detail", own[0].pk)
    text, kind = request.GET.get("q", "").strip()[:100], request.GET.get("kind", "")
    known = seen.filter(fact_row__isnull=False)
    counts = _counts(request.user, known)
    chosen = _of_kind(request.user, known, kind)
    found = (match(chosen, text) if text else chosen).select_related("province", "prefecture", "fact_row")
    pages = page(found, order=("-pk",), after=request.GET.get("after", ""), size=SIZE)
    total = found.order_by()[: COUNTED + 1].count()
    context = {
        "page": pages,
        "rows": [_line(each) for each in pages.rows],
        "total": min(total, COUNTED),
        "capped": total > COUNTED,
        "text": text,
        "kind": kind,
        "options": [{"url": f"?kind={key}", "label": label, "count": counts[key], "current": kind == key} for key, label in _kinds()],
        "may_import": rules.can_import(request.user),
        "may_add": rules.states_for_all(request.user),
        "import_url": reverse("facts:import"),
    }
    return render(request, "facts/list.html", context)


def _kinds() -> list[tuple[str, str]]:
    return [("", _("All")), ("consented", _("With consent")), ("public", _("Published figures only"))]


def _of_kind(actor: Any, known: QuerySet[Enterprise], kind: str) -> QuerySet[Enterprise]:
    if kind == "public":
        return known.filter(fact_row__is_public=True)
    if kind == "consented":
        return known.filter(pk__in=_consented(actor))
    return known


def _consented(actor: Any) -> Any:
    """To the reader's own institutions; for staff, to any."""
    if rules.reads_all(actor):
        return Enterprise.objects.filter(consents__withdrawn_at__isnull=True, consents__isnull=False).order_by().values("pk")
    return consented_enterprise_ids(actor)


def _counts(actor: Any, known: QuerySet[Enterprise]) -> dict[str, int]:
    return {key: _of_kind(actor, known, key).order_by()[:COUNTED].count() for key, _label in _kinds()}


def _line(enterprise: Enterprise) -> dict[str, Any]:
    row = enterprise.fact_row
    place = enterprise.prefecture or enterprise.province
    return {
        "enterprise": enterprise,
        "place": place.name if place else "",
        "base_year": row.base_year,
        "revenue": words.plain(words.COLUMNS["revenue"][0], row.revenue),
        "rd": words.plain(words.COLUMNS["rd_expense"][0], row.rd_expense),
        "staff": words.plain(words.COLUMNS["staff"][0], row.staff),
        "patents": words.plain(words.COLUMNS["invention_patents"][0], row.invention_patents),
        "is_public": row.is_public,
    }
