"""What the kernel of assignment found, in the active language: refusals, empty seats, the certificate, why a seat fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from pilotage.registry.models import localized
from pilotage.review.wording import BARRED_SHORT, joined

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PHASES: dict[str, str | _StrPromise] = {
    "facts": gettext_lazy("Reading applications, experts and conflicts"),
    "suitability": gettext_lazy("Comparing what applications need with what experts know"),
    "candidates": gettext_lazy("Listing the candidates of each application"),
    "flow": gettext_lazy("Finding the best seats"),
    "auction": gettext_lazy("Finding the best seats"),
    "certificate": gettext_lazy("Proving how good they are"),
    "repair": gettext_lazy("Filling the last seats"),
    "reasons": gettext_lazy("Writing down the reasons"),
}
PARTS: dict[str, str | _StrPromise] = {
    "discipline": pgettext_lazy("fit", "discipline"),
    "scenario": pgettext_lazy("fit", "scenarios"),
    "industry": pgettext_lazy("fit", "industry"),
    "text": pgettext_lazy("fit", "words in common"),
}
RULES: dict[str, str | _StrPromise] = {
    **BARRED_SHORT,
    "forbidden": pgettext_lazy("seat", "forbidden"),
    "fixed": pgettext_lazy("seat", "locked"),
    "no_load": gettext_lazy("no time left"),
    "floor": gettext_lazy("below the competence floor"),
    "same_employer": gettext_lazy("colleague on the panel"),
}


LEAST_SHOWN = 0.005  # what would be printed as 0.00 is left out


# --- refusals -------------------------------------------------------------------------------
def refusal(code: str, facts: Mapping[str, Any], otherwise: str = "") -> str:
    """Why nothing was assigned and what to do; ``otherwise`` for a code without a sentence of its own."""
    make = _REFUSALS.get(code)
    return make(facts) if make else otherwise


def _empty_pool(_facts: Mapping[str, Any]) -> str:
    return _("No expert can take a seat in this call. Invite experts, or wait until they accept.")


def _loads(facts: Mapping[str, Any]) -> str:
    much = _("%(seats)s seats are to be filled, but the experts together have time for %(loads)s.") % facts
    return joined([much, _("Raise the most per expert, invite more experts, or let seats stay empty.")])


def _all_barred(facts: Mapping[str, Any]) -> str:
    return _("No expert may take any seat. For the first application: %(kept)s.") % {"kept": kept_away(facts.get("barred", {}))}


def _locked(facts: Mapping[str, Any]) -> str:
    named = " · ".join(str(facts[name]) for name in ("project", "expert") if name in facts)
    sentence = _("A locked seat cannot stand beside the others, the limits or the rules of conflict. Lift one of the locks.")
    return f"{named}{_(': ')}{sentence}" if named else sentence


def _least(_facts: Mapping[str, Any]) -> str:
    return _("The least seats per expert add up to more than there are seats. Lower the least.")


def _solvers(_facts: Mapping[str, Any]) -> str:
    return _("The solver for assignment is not installed on this server (extra “solvers”).")


def _internal(_facts: Mapping[str, Any]) -> str:
    return _("The search broke off through an error of the programme; it stands in the log of the server.")


_REFUSALS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "empty_pool": _empty_pool,
    "loads": _loads,
    "all_barred": _all_barred,
    "load_min_sum": _least,
    "solvers": _solvers,
    "internal": _internal,
    **dict.fromkeys(("fixed_barred", "fixed_room", "fixed_employer", "fixed_slots", "fixed_twice"), _locked),
}


def kept_away(counts: Mapping[str, int]) -> str:
    """same province 12, declared conflict 1."""
    return _(", ").join(f"{RULES.get(rule, rule)} {count}" for rule, count in counts.items()) or "–"


# --- empty seats ----------------------------------------------------------------------------
def unfilled_sentence(entry: Mapping[str, Any]) -> str:
    name = entry["discipline"] or {}
    values = {
        "possible": entry["possible"],
        "kept": kept_away(entry["barred_by"]),
        "discipline": localized(name.get("zh", ""), name.get("en", "")),
    }
    missing = ngettext("%(count)s seat stays empty: ", "%(count)s seats stay empty: ", entry["missing"]) % {"count": entry["missing"]}
    return missing + str(_UNFILLED[entry["code"]]) % values


_UNFILLED: dict[str, str | _StrPromise] = {
    "stopped": gettext_lazy("the time was up before the search ended."),
    "floor": gettext_lazy("without the competence floor there would be enough experts."),
    "discipline": gettext_lazy("too few experts of %(discipline)s are left; kept away: %(kept)s."),
    "discipline_most": gettext_lazy("all %(possible)s experts left are of disciplines the panel has enough of."),
    "pool": gettext_lazy("too few experts of another discipline are left to bridge; kept away: %(kept)s."),
    "employer": gettext_lazy("the %(possible)s experts left have too few different employers."),
    "rules": gettext_lazy("%(possible)s experts could sit; kept away: %(kept)s."),
    "load": gettext_lazy("all %(possible)s experts who could sit have their seats full."),
    "panel": gettext_lazy("experts have time left, but disciplines or employers of this panel keep them out."),
}


# --- the certificate ------------------------------------------------------------------------
def certificate(result: Mapping[str, Any]) -> str:
    """How good the seats are, as far as it is proven."""
    if not result["seats"]:
        return _("Nothing was assigned.")
    if result.get("price") is not None:
        text = _("Drawn by lot so that nobody can arrange to sit on a given project; the lots cost %(price)s %% of the best possible fit.")
        return text % {"price": _figure(result["price"])}
    if result["optimal"]:
        return _("Proven best: under these rules no other seats fit better together.")
    text = (
        _("Proven within %(gap)s %% of the best possible.")
        if result["finished"]
        else _("The time was up; proven within %(gap)s %% of the best possible.")
    )
    return text % {"gap": _figure(result["gap"])}


def _figure(value: float) -> str:
    """Two digits that count."""
    return f"{value:.2f}" if value >= 0.01 else "<0.01"


def why_fit(parts: list[list[Any]], terms: list[str], industry: str = "") -> str:
    """discipline 0.40 (special equipment), words in common 0.08 (数控, 减速). ``industry``: the application's, by name."""
    said = [_part(name, value, {"discipline": [industry] if industry else [], "text": terms}.get(name, [])) for name, value in parts]
    return pgettext("clause separator", ", ").join(said) or _("nothing in common is known")


def _part(name: str, value: float, words: list[str]) -> str:
    figure = f" {value:.2f}" if value >= LEAST_SHOWN else ""
    return f"{PARTS[name]}{figure}" + (_(" (%(terms)s)") % {"terms": _(", ").join(words)} if words else "")
