"""Dashboards to start from, by the work of a role. They are laid out for a plan when somebody takes one; a card that finds nothing says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pilotage.accounts.enums import Role
from pilotage.calls.flow.models import StateDay
from pilotage.calls.models import Call
from pilotage.core.verdict import Invalid
from pilotage.plan import indicators
from pilotage.plan.models import Plan, Target

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Template:
    """``roles``: to whom it is offered first."""

    key: str
    title: str | _StrPromise
    about: str | _StrPromise
    roles: frozenset[str]
    cards: Callable[[Plan], list[dict[str, Any]]]


def offered(roles: set[str]) -> list[Template]:
    """All, those made for the reader's roles first."""
    return sorted(TEMPLATES, key=lambda each: not each.roles & roles)


def template(key: str) -> Template:
    found = next((each for each in TEMPLATES if each.key == key), None)
    if found is None:
        raise Invalid({"start_from": _("There is no such dashboard to start from.")})
    return found


def _card(kind: str, width: int = 1, title: str = "", **options: str) -> dict[str, Any]:
    return {"kind": kind, "width": width, "title": title, "options": options}


def _ministry(plan: Plan) -> list[dict[str, Any]]:
    main = _counted(plan)
    return [
        _card("targets", 3),
        *([_card("fan", 2, target=main[0]), _card("province-map", 1, target=main[0])] if main else []),
        *[_card("funnel", 1, call=slug) for slug in _calls(plan)[:1]],
        _card("measures", 2),
    ]


def _province(plan: Plan) -> list[dict[str, Any]]:
    main = _counted(plan)
    return [
        *[_card("funnel", 2, call=slug) for slug in _calls(plan)[:1]],
        *([_card("province-map", 1, target=main[0])] if main else []),
        _card("targets", 3),
        _card("regions", 3),
        _card("industries", 1),
        _card("effects", 2),
    ]


def _public(plan: Plan) -> list[dict[str, Any]]:
    main = _counted(plan)
    return [
        *[_card("target", 1, target=code) for code in main[:3]],
        *([_card("province-map", 1, target=main[0])] if main else []),
        _card("industries", 1),
        _card("effects", 1),
    ]


def _unit(plan: Plan) -> list[dict[str, Any]]:
    return [_card("measures", 3), _card("targets", 3)]


def _counted(plan: Plan) -> list[str]:
    """Targets counted from records of the platform, in the plan's order; those counted by province first."""
    targets = Target.objects.filter(measure__area__plan=plan).exclude(indicator="")
    rows = targets.order_by("measure__area__position", "measure__position", "position", "id").values_list("code", "indicator")
    placed = [code for code, key in rows if (found := indicators.get(key)) and found.by_place]
    return placed + [code for code, _key in rows if code not in placed]


def _calls(plan: Plan) -> list[str]:
    """The one with most applications first, then the newest."""
    filed = dict(StateDay.objects.filter(call__plan=plan).order_by("call__slug").values_list("call__slug").annotate(Sum("change")))
    calls = Call.objects.filter(plan=plan, current__isnull=False).order_by("-year", "slug").values_list("slug", flat=True)
    return sorted(calls, key=lambda slug: -filed.get(slug, 0))


TEMPLATES = (
    Template(
        "ministry",
        gettext_lazy("Whole plan"),
        gettext_lazy(
            "Every target with its forecast, the main one in full, where it stands, how the call is moving, the state of the measures."
        ),
        frozenset({Role.SECRETARIAT, Role.AUDITOR}),
        _ministry,
    ),
    Template(
        "province",
        pgettext_lazy("dashboard", "Province"),
        gettext_lazy("How the call is moving in your territory, beside the other provinces, industries and effects."),
        frozenset({Role.PROVINCE_OFFICER, Role.CITY_OFFICER, Role.COMMUNICATIONS_OFFICER}),
        _province,
    ),
    Template(
        "unit",
        gettext_lazy("Responsible unit"),
        gettext_lazy("The state of the measures and of the targets they serve."),
        frozenset({Role.UNIT_OFFICER}),
        _unit,
    ),
    Template(
        "public",
        gettext_lazy("For showing in public"),
        gettext_lazy("Published figures only: the main targets, where, in which industries, with what effect."),
        frozenset(),
        _public,
    ),
)
