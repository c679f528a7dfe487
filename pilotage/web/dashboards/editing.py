"""Changing a dashboard with plain forms. Every form carries the version it was opened on; a stale one is shown again, saved is nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pilotage.core.verdict import Conflict, Invalid
from pilotage.reports.cards import kinds as cards
from pilotage.reports.cards.kinds import CardKind
from pilotage.reports.cards.sources import one_page
from pilotage.reports.dashboards import services as dashboards
from pilotage.reports.dashboards.models import Dashboard, Sharing
from pilotage.reports.dashboards.rules import can_change, own_bodies
from pilotage.web.dashboards.views import opened


def own(request: HttpRequest, key: str) -> Dashboard:
    dashboard = opened(request, key)
    can_change(request.user, dashboard).require()
    return dashboard


def number(request: HttpRequest, name: str) -> int:
    """A whole number of the form, -1 where it is none: no version, width or place is."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


@never_cache
@require_http_methods(["GET", "HEAD"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    return _edit_page(request, own(request, key))


def _edit_page(request: HttpRequest, dashboard: Dashboard, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    with one_page():
        entries = [_entry(request.user, dashboard, entry, place) for place, entry in enumerate(dashboard.cards, 1)]
    context = {
        "dashboard": dashboard,
        "entries": entries,
        "kinds": cards.every(),
        "sharings": Sharing.choices,
        "bodies": own_bodies(request.user),
        "widths": [(1, _("one column")), (2, _("two columns")), (3, _("three columns"))],
        "errors": errors or {},
        "given": request.POST,
        "link": request.build_absolute_uri(reverse("dashboards:detail", args=[dashboard.key])),
        "crumbs": _crumbs(dashboard, (_("Edit"), "")),
    }
    return render(request, "dashboards/edit.html", context, status=status)


def _entry(actor: Any, dashboard: Dashboard, entry: dict[str, Any], place: int) -> dict[str, Any]:
    """A card in the list of cards: its name, and what its options chose."""
    known = cards.get(entry["kind"])
    chosen = [
        dict(option.choices(dashboard.plan, actor)).get(entry["options"].get(option.key, ""), "")
        for option in (known.options if known else ())
        if option.choices
    ]
    return {**entry, "known": known, "name": entry["title"] or (known.title if known else entry["kind"]), "place": place, "chosen": chosen}


def _crumbs(dashboard: Dashboard, *further: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Dashboards"), reverse("dashboards:list")), (dashboard.title, reverse("dashboards:detail", args=[dashboard.key])), *further]


def _changed(request: HttpRequest, dashboard: Dashboard, change: Callable[[], Any], done: str) -> HttpResponse:
    """The change, then the page of editing; with what was wrong where it could not be made."""
    try:
        change()
    except Invalid as invalid:
        return _edit_page(request, dashboard, invalid.errors, 422)
    except Conflict as conflict:
        return _edit_page(request, opened(request, dashboard.key), {"": str(conflict)}, 409)
    messages.success(request, done)
    return redirect("dashboards:edit", dashboard.key)


@require_POST
def copy(request: HttpRequest, key: str) -> HttpResponse:
    made = dashboards.copy(actor=request.user, dashboard=opened(request, key))
    messages.success(request, _("This copy is yours; it is shared with nobody."))
    return redirect("dashboards:edit", made.key)


@require_POST
def rename(request: HttpRequest, key: str) -> HttpResponse:
    dashboard = own(request, key)
    return _changed(
        request,
        dashboard,
        lambda: dashboards.rename(
            actor=request.user, dashboard=dashboard, title=request.POST.get("title", ""), base_version=number(request, "version")
        ),
        _("Saved."),
    )


@require_POST
def share(request: HttpRequest, key: str) -> HttpResponse:
    dashboard = own(request, key)
    body = next((body for body in own_bodies(request.user) if str(body.pk) == request.POST.get("organisation")), None)
    return _changed(
        request,
        dashboard,
        lambda: dashboards.share(
            actor=request.user,
            dashboard=dashboard,
            sharing=request.POST.get("sharing", ""),
            organisation=body,
            base_version=number(request, "version"),
        ),
        _("Saved."),
    )


@require_POST
def delete(request: HttpRequest, key: str) -> HttpResponse:
    dashboard = own(request, key)
    title = dashboard.title
    try:
        dashboards.discard(actor=request.user, dashboard=dashboard, base_version=number(request, "version"))
    except Conflict as conflict:
        return _edit_page(request, opened(request, key), {"": str(conflict)}, 409)
    messages.success(request, _("“%(title)s” was deleted.") % {"title": title})
    return redirect("dashboards:list")


@require_POST
def card_act(request: HttpRequest, key: str, card_id: str) -> HttpResponse:
    """Move, resize or remove one card."""
    dashboard = own(request, key)
    told: dict[str, Any] = {"actor": request.user, "dashboard": dashboard, "card_id": card_id, "base_version": number(request, "version")}
    act = request.POST.get("act", "")
    place = next((place for place, entry in enumerate(dashboard.cards, 1) if entry["id"] == card_id), 1)
    acts: dict[str, Callable[[], Any]] = {
        "up": lambda: dashboards.move_card(to=place - 1, **told),
        "down": lambda: dashboards.move_card(to=place + 1, **told),
        "width": lambda: dashboards.resize_card(width=number(request, "width"), **told),
        "remove": lambda: dashboards.remove_card(**told),
    }
    if act not in acts:
        raise Http404
    return _changed(request, dashboard, acts[act], _("Saved."))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card_add(request: HttpRequest, key: str) -> HttpResponse:
    dashboard = own(request, key)
    kind = cards.get(request.GET.get("kind", ""))
    if kind is None:
        raise Http404
    entry = {"title": "", "width": kind.width, "options": {}}

    def save() -> None:
        dashboards.add_card(dashboard=dashboard, kind=kind.key, **_told(request, kind))

    return _card_form(request, dashboard, kind, entry, save)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card_edit(request: HttpRequest, key: str, card_id: str) -> HttpResponse:
    dashboard = own(request, key)
    entry = next((entry for entry in dashboard.cards if entry["id"] == card_id), None)
    kind = cards.get(entry["kind"]) if entry else None
    if entry is None or kind is None:
        raise Http404

    def save() -> None:
        dashboards.change_card(dashboard=dashboard, card_id=card_id, **_told(request, kind))

    return _card_form(request, dashboard, kind, entry, save)


def _told(request: HttpRequest, kind: CardKind) -> dict[str, Any]:
    return {
        "actor": request.user,
        "width": number(request, "width"),
        "title": request.POST.get("title", ""),
        "options": {option.key: request.POST.get(f"option-{option.key}", "") for option in kind.options},
        "base_version": number(request, "version"),
    }


def _card_form(request: HttpRequest, dashboard: Dashboard, kind: CardKind, entry: dict[str, Any], save: Callable[[], None]) -> HttpResponse:
    """What was typed stays on the page whatever came of it; after a conflict the form rests on the new version."""
    errors: dict[str, str] = {}
    status, version, given = 200, dashboard.version, entry
    if request.method == "POST":
        try:
            save()
            messages.success(request, _("Saved."))
            return redirect("dashboards:edit", dashboard.key)
        except Invalid as invalid:
            known = {option.key for option in kind.options}
            errors = {f"option-{name}" if name in known else name: said for name, said in invalid.errors.items()}
            status, version = 422, number(request, "version")
        except Conflict as conflict:
            errors, status, version = {"": str(conflict)}, 409, opened(request, dashboard.key).version
        given = _told(request, kind)
    context = {
        "dashboard": dashboard,
        "kind": kind,
        "fields": _fields(kind, request.user, dashboard, given["options"], errors),
        "entry": given,
        "version": version,
        "errors": errors,
        "crumbs": _crumbs(dashboard, (_("Edit"), reverse("dashboards:edit", args=[dashboard.key])), (str(kind.title), "")),
        "widths": [(1, _("one column")), (2, _("two columns")), (3, _("three columns"))],
    }
    return render(request, "dashboards/card.html", context, status=status)


def _fields(kind: CardKind, actor: Any, dashboard: Dashboard, options: dict[str, Any], errors: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"option-{option.key}",
            "label": option.label,
            "help": option.help,
            "choices": option.choices(dashboard.plan, actor) if option.choices else None,
            "value": options.get(option.key, ""),
            "is_required": option.is_required,
            "is_long": option.is_long,
            "longest": option.longest,
            "error": errors.get(f"option-{option.key}", ""),
        }
        for option in kind.options
    ]
