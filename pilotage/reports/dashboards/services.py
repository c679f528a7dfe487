"""Every write to a dashboard. Each change names the version it was made on: of two tabs the later one is told, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.models import Organisation
from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.plan.models import Plan
from pilotage.reports.cards import kinds as cards
from pilotage.reports.dashboards.models import Dashboard, Sharing, new_key
from pilotage.reports.dashboards.rules import can_change, can_make, own_bodies
from pilotage.reports.dashboards.starting import template

MOST_CARDS = 24
WIDTHS = (1, 2, 3)
LONGEST_TITLE = 120


def create(*, actor: Any, plan: Plan, title: str, start_from: str = "") -> Dashboard:
    """An empty one, or one with the cards of a template."""
    can_make(actor).require()
    laid_out = [{**card, "id": str(place)} for place, card in enumerate(template(start_from).cards(plan), 1)] if start_from else []
    return _born(actor, plan, _title(title), laid_out, "reports.dashboard.create")


def copy(*, actor: Any, dashboard: Dashboard) -> Dashboard:
    """One's own, with the same cards; shared with nobody."""
    can_make(actor).require()
    title = (_("%(title)s (copy)") % {"title": dashboard.title})[:LONGEST_TITLE]
    return _born(actor, dashboard.plan, title, dashboard.cards, "reports.dashboard.copy")


def _born(actor: Any, plan: Plan, title: str, laid_out: list[dict[str, Any]], verb: str) -> Dashboard:
    now = clock.now()
    with transaction.atomic():
        dashboard = Dashboard.objects.create(owner=actor, plan=plan, title=title, cards=laid_out, created_at=now, changed_at=now)
        record(dashboard, verb, actor=actor)
    return dashboard


def rename(*, actor: Any, dashboard: Dashboard, title: str, base_version: int) -> Dashboard:
    can_change(actor, dashboard).require()
    return _changed(actor, dashboard, base_version, "reports.dashboard.rename", title=_title(title))


def share(*, actor: Any, dashboard: Dashboard, sharing: str, base_version: int, organisation: Organisation | None = None) -> Dashboard:
    """Ending the sharing by link makes a new key, so that the old link opens nothing any more."""
    can_change(actor, dashboard).require()
    if sharing not in Sharing.values:
        raise Invalid({"sharing": _("Choose with whom the dashboard is shared.")})
    body = _body(actor, organisation) if sharing == Sharing.ORGANISATION else None
    changes = {"key": new_key()} if dashboard.sharing == Sharing.LINK and sharing != Sharing.LINK else {}
    return _changed(actor, dashboard, base_version, "reports.dashboard.share", sharing=sharing, organisation=body, **changes)


def add_card(
    *, actor: Any, dashboard: Dashboard, kind: str, width: int, title: str, options: Mapping[str, Any], base_version: int
) -> Dashboard:
    can_change(actor, dashboard).require()
    if len(dashboard.cards) >= MOST_CARDS:
        raise Invalid(_("A dashboard holds at most %(count)d cards. Remove one first, or make a second dashboard.") % {"count": MOST_CARDS})
    number = max((int(card["id"]) for card in dashboard.cards), default=0) + 1
    card = {"id": str(number), **_card(actor, dashboard, kind, width, title, options)}
    return _changed(actor, dashboard, base_version, "reports.dashboard.change", cards=[*dashboard.cards, card])


def change_card(
    *, actor: Any, dashboard: Dashboard, card_id: str, width: int, title: str, options: Mapping[str, Any], base_version: int
) -> Dashboard:
    can_change(actor, dashboard).require()
    old = _own_card(dashboard, card_id)
    new = {"id": card_id, **_card(actor, dashboard, old["kind"], width, title, options)}
    return _cards_changed(actor, dashboard, base_version, lambda laid_out: [new if card["id"] == card_id else card for card in laid_out])


def resize_card(*, actor: Any, dashboard: Dashboard, card_id: str, width: int, base_version: int) -> Dashboard:
    can_change(actor, dashboard).require()
    new = {**_own_card(dashboard, card_id), "width": _width(width)}
    return _cards_changed(actor, dashboard, base_version, lambda laid_out: [new if card["id"] == card_id else card for card in laid_out])


def remove_card(*, actor: Any, dashboard: Dashboard, card_id: str, base_version: int) -> Dashboard:
    can_change(actor, dashboard).require()
    _own_card(dashboard, card_id)
    return _cards_changed(actor, dashboard, base_version, lambda laid_out: [card for card in laid_out if card["id"] != card_id])


def move_card(*, actor: Any, dashboard: Dashboard, card_id: str, to: int, base_version: int) -> Dashboard:
    """``to`` counts from 1; beyond the ends it is the first or the last place."""
    can_change(actor, dashboard).require()
    moved = _own_card(dashboard, card_id)

    def placed(laid_out: list[dict[str, Any]]) -> list[dict[str, Any]]:
        others = [card for card in laid_out if card["id"] != card_id]
        place = min(max(to, 1), len(laid_out)) - 1
        return [*others[:place], moved, *others[place:]]

    return _cards_changed(actor, dashboard, base_version, placed)


def discard(*, actor: Any, dashboard: Dashboard, base_version: int) -> None:
    """For good; what it held stays in the record."""
    can_change(actor, dashboard).require()
    with transaction.atomic():
        record(dashboard, "reports.dashboard.delete", actor=actor)
        if not Dashboard.objects.filter(pk=dashboard.pk, version=base_version).delete()[0]:
            raise Conflict(_stale())


def _cards_changed(
    actor: Any, dashboard: Dashboard, base_version: int, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> Dashboard:
    return _changed(actor, dashboard, base_version, "reports.dashboard.change", cards=change(dashboard.cards))


def _changed(actor: Any, dashboard: Dashboard, base_version: int, verb: str, **changes: Any) -> Dashboard:
    """Compare and set on the version; the caller's object follows only when it was written."""
    changes |= {"version": base_version + 1, "changed_at": clock.now()}
    with transaction.atomic():
        if not Dashboard.objects.filter(pk=dashboard.pk, version=base_version).update(**changes):
            raise Conflict(_stale())
        for name, value in changes.items():
            setattr(dashboard, name, value)
        record(dashboard, verb, actor=actor)
    return dashboard


def _stale() -> str:
    return _(
        "This dashboard was changed or deleted elsewhere in the meantime, perhaps in another tab. Nothing was saved; look at it as it is now and do it again."
    )


def _title(title: str) -> str:
    found = " ".join(title.split())
    if not found:
        raise Invalid({"title": _("Give the dashboard a title.")})
    if len(found) > LONGEST_TITLE:
        raise Invalid({"title": _("A title has at most %(count)d characters.") % {"count": LONGEST_TITLE}})
    return found


def _width(width: int) -> int:
    if width not in WIDTHS:
        raise Invalid({"width": _("A card is one, two or three columns wide.")})
    return width


def _card(actor: Any, dashboard: Dashboard, kind: str, width: int, title: str, options: Mapping[str, Any]) -> dict[str, Any]:
    known = cards.get(kind)
    if known is None:
        raise Invalid({"kind": _("There is no card of this kind.")})
    named = " ".join(title.split())
    if len(named) > LONGEST_TITLE:
        raise Invalid({"title": _("A title has at most %(count)d characters.") % {"count": LONGEST_TITLE}})
    return {"kind": kind, "width": _width(width), "title": named, "options": cards.clean(known, actor, dashboard.plan, options)}


def _own_card(dashboard: Dashboard, card_id: str) -> dict[str, Any]:
    found = next((card for card in dashboard.cards if card["id"] == card_id), None)
    if found is None:
        raise Conflict(_stale())
    return dict(found)


def _body(actor: Any, organisation: Organisation | None) -> Organisation:
    if organisation is None or organisation not in own_bodies(actor):
        raise Invalid({"organisation": _("Choose one of your own organisations.")})
    return organisation
