"""The register: who is in it, found by name, number or filter, and one enterprise with what is known of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.core import clock, keyset, search
from pilotage.registry import rules, selectors
from pilotage.registry.enums import Ownership, Size
from pilotage.registry.models import Enterprise, Site
from pilotage.web.downloads import table_response
from pilotage.web.registry.forms import IdentifierForm, SiteForm, TitleForm

PAGE = 50


def _chosen(request: HttpRequest) -> dict[str, str]:
    return {name: value for name in ("q", *selectors.FILTERS) if (value := request.GET.get(name, "").strip()[:100])}


def _found(request: HttpRequest, chosen: dict[str, str]) -> Any:
    filters = {name: value for name, value in chosen.items() if name != "q"}
    return selectors.enterprise_list(rules.visible_enterprises(request.user), search_text=chosen.get("q", ""), **filters)


@require_safe
def enterprise_list(request: HttpRequest) -> HttpResponse:
    rules.can_list_enterprises(request.user).require()
    chosen = _chosen(request)
    found = _found(request, chosen)
    total, capped = search.capped_count(found)
    filters = _filters(request, chosen)
    values = {
        "page": keyset.page(found, order=("-id",), after=request.GET.get("after", ""), size=PAGE),
        "total": total,
        "capped": capped,
        "chosen": chosen,
        "filters": filters,
        "chips": _chips(chosen, filters),
        "query": urlencode(chosen),
        "may_import": rules.can_import(request.user),
    }
    return render(request, "registry/enterprise_list.html#results" if _wants_results(request) else "registry/enterprise_list.html", values)


def _wants_results(request: HttpRequest) -> bool:
    return bool(request.htmx) and request.htmx.target == "results"


def _filters(request: HttpRequest, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The selects above the list; the places offered are those the reader can see enterprises of."""
    filters = []
    if rules.sees_everything(request.user):
        filters.append(_select("province", _("Province"), [(row.pk, row.name) for row in selectors.provinces()], chosen))
    territory = rules.import_territory(request.user)
    province = next(iter(territory), "") if territory else chosen.get("province", "")
    if province:
        filters.append(_select("prefecture", _("City"), [(row.pk, row.name) for row in selectors.prefectures(province)], chosen))
    industries = [(row.pk, f"{row.pk} {row.short}") for row in (*selectors.industry_sections(), *selectors.industry_divisions())]
    filters.append(_select("industry", _("Industry"), industries, chosen))
    filters.append(_select("size", _("Size"), Size.choices, chosen))
    filters.append(_select("ownership", _("Ownership"), Ownership.choices, chosen))
    return filters


def _select(name: str, label: str, choices: list[tuple[str, Any]], chosen: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "label": label, "choices": choices, "value": chosen.get(name, "")}


def _chips(chosen: dict[str, str], filters: list[dict[str, Any]]) -> list[dict[str, str]]:
    labels = {item["name"]: dict(item["choices"]) for item in filters}
    return [
        {
            "label": f"“{value}”" if name == "q" else str(labels.get(name, {}).get(value, value)),
            "url": f"?{urlencode({key: other for key, other in chosen.items() if key != name})}",
        }
        for name, value in chosen.items()
    ]


@require_safe
def enterprise_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The list as filtered, all pages of it, in the columns that an import reads back."""
    rules.can_list_enterprises(request.user).require()
    rows = selectors.export_rows(_found(request, _chosen(request)))
    return table_response(kind, "enterprises", selectors.export_columns(), rows, _("Enterprises"))


@require_safe
def enterprise_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "registry/enterprise_detail.html", detail_context(request, visible_enterprise(request, pk)))


def visible_enterprise(request: HttpRequest, pk: int) -> Enterprise:
    visible = rules.visible_enterprises(request.user).select_related("province", "prefecture", "county", "industry", "group")
    sites = Prefetch("sites", Site.objects.select_related("division").order_by("id"))
    return get_object_or_404(visible.prefetch_related("identifiers", "titles", sites), pk=pk)


def detail_context(request: HttpRequest, enterprise: Enterprise, **forms: Any) -> dict[str, Any]:
    listed = [(_("Enterprises"), reverse("registry:enterprise-list")), (enterprise.short, "")]
    return {
        "enterprise": enterprise,
        "facts": _facts(enterprise),
        "crumbs": listed,
        "today": clock.today(),
        "may_edit": rules.can_edit_enterprise(request.user, enterprise),
        "may_identify": rules.can_edit_identity(request.user, enterprise),
        "identifier_form": IdentifierForm(prefix="identifier"),
        "site_form": SiteForm(prefix="site"),
        "title_form": TitleForm(prefix="title"),
        **forms,
    }


def _facts(enterprise: Enterprise) -> list[tuple[str, Any]]:
    places = [place.name for place in (enterprise.province, enterprise.prefecture, enterprise.county) if place]
    industry = enterprise.industry
    return [
        (pgettext("enterprise", "Kind"), enterprise.get_kind_display()),
        (_("Registered name"), enterprise.name_zh),
        (_("English name"), enterprise.name_en),
        (_("Short name"), enterprise.short_zh),
        (_("Territory"), " · ".join(places)),
        (_("Address"), enterprise.address),
        (_("Industry"), f"{industry.pk} {industry.name}" if industry else ""),
        (_("Ownership"), enterprise.get_ownership_display()),
        (_("Size"), enterprise.get_size_display()),
        (_("Legal person"), _("yes") if enterprise.is_legal_person else _("no, a branch")),
        (pgettext("enterprise", "Group"), enterprise.group.name if enterprise.group else ""),
        (_("Source"), enterprise.source),
    ]
