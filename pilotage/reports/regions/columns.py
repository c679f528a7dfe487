"""The columns of the regional table: what each counts, and why it is blank where it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

DECIMALS = frozenset({"share", "density", "quotient", "strong"})


@dataclass(frozen=True, slots=True)
class RegionColumn:
    """``is_count`` False: a figure with decimals. ``why_blank`` says why all of it is empty, '' where it is not."""

    key: str
    title: str
    meaning: str
    is_count: bool = True
    why_blank: str = ""


def columns(
    *, published: bool, is_public: bool, has_base: bool, has_quotas: bool, has_caps: bool, is_crossed: bool, industry: str
) -> list[RegionColumn]:
    """Every column there can be, each with the reason where all of it is blank."""
    closed = _("Numbers on their way are shown to the officers of the territory and to the secretariat.") if is_public else ""
    not_yet = "" if published else _("No list has been published yet.")
    no_base = "" if has_base else _("No count of industrial enterprises has been reported, so no density is given.")
    no_quota = "" if has_quotas else _("No quota per recommender is known, so none is applied.")
    no_cap = not_yet if has_caps else _("The selection has no limit for each province.")
    many = "" if is_crossed else _("There are too many entries to compare all industries at once; choose one.")
    no_industry = "" if industry else _("Choose an industry to see where it is strong.")
    blank = {
        "filed": closed,
        "recommended": closed,
        "listed": not_yet,
        "labelled": not_yet,
        "share": not_yet,
        "density": no_base or not_yet,
        "quotient": not_yet or no_industry,
        "strong": not_yet or many,
        "quota": no_quota,
        "gap": no_quota or closed,
        "room": no_cap,
    }
    return [RegionColumn(key, title, meaning, key not in DECIMALS, blank.get(key, "")) for key, title, meaning in _words()]


def _words() -> list[tuple[str, str, str]]:
    """Key, title, meaning, in the order shown."""
    return [
        ("building", pgettext("column of places", "Building"), _("Enterprises with a project under construction or built, each once.")),
        ("filed", pgettext("column of places", "Filed"), _("Applications handed in, wherever they ended.")),
        (
            "recommended",
            pgettext("column of places", "Recommended"),
            _("Applications on a list that was sent up, wherever they ended after it."),
        ),
        ("listed", pgettext("column of places", "Listed"), _("Entries in force.")),
        ("labelled", pgettext("column of places", "Labelled"), _("Entries in force with a label, for example benchmark.")),
        ("share", pgettext("column of places", "Share"), _("Of all entries in force.")),
        ("density", pgettext("column of places", "Density"), _("Entries for each 1,000 industrial enterprises of the place.")),
        (
            "quotient",
            pgettext("column of places", "Location quotient"),
            _("Share of the industry among the entries of the place over its share among all; above 1 the place is stronger in it."),
        ),
        (
            "strong",
            pgettext("column of places", "Strongest in"),
            _("The industry with the highest location quotient among those with at least three entries there."),
        ),
        ("quota", pgettext("column of places", "Quota"), _("Limits of the recommenders that count for the place, together.")),
        ("gap", pgettext("column of places", "Left of quota"), _("Quota less what stands on the recommenders' lists.")),
        ("room", pgettext("column of places", "Left of limit"), _("The most the selection takes from the province, less the entries.")),
    ]
