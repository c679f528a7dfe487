"""A card that holds a person's own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilotage.plan.models import Plan
from pilotage.reports.cards.kinds import Card, CardKind, Option, register


def text_card(actor: Any, plan: Plan, as_of: date, options: Mapping[str, str]) -> Card:
    return Card(_("Note"), as_of, text=options["text"])


register(
    CardKind(
        "text",
        gettext_lazy("Free text"),
        gettext_lazy("Your own words beside the figures: what they mean, what was decided."),
        text_card,
        (Option("text", gettext_lazy("Free text"), longest=4000, is_long=True),),
    )
)
