"""The sentences behind the codes that kernels return and rows keep, in the active language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from pilotage.registry.models import localized
from pilotage.review.conflicts import Finding, Person, Tie, plain
from pilotage.review.enums import RelationKind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from pilotage.review.models import DeclaredConflict

# why an expert may not take a seat
BARRED: dict[str, str | _StrPromise] = {
    "same_enterprise": gettext_lazy("The expert belongs to the applicant enterprise."),
    "same_group": gettext_lazy("The expert's employer belongs to the same group as the applicant."),
    "same_province": gettext_lazy("The expert comes from the applicant's province, which this call does not allow."),
    "same_city": gettext_lazy("The expert's employer lies in the applicant's city, which this call does not allow."),
    "own_application": gettext_lazy("The expert files an application in this call or is its contact."),
    "relation": gettext_lazy("The expert has, or had within three years, a tie to the applicant."),
    "declared": gettext_lazy("A conflict with this application is declared."),
    "employer_applies": gettext_lazy("The expert's employer applies in this call, which the call does not allow."),
    "seated": gettext_lazy("The expert has a seat on this application already."),
    "recused": gettext_lazy("The expert has recused from this application."),
    "full": gettext_lazy("The expert has as many applications of this call as agreed."),
}
BARRED_SHORT: dict[str, str | _StrPromise] = {
    "same_enterprise": gettext_lazy("same enterprise"),
    "same_group": gettext_lazy("same group"),
    "same_province": gettext_lazy("same province"),
    "same_city": gettext_lazy("same city"),
    "own_application": gettext_lazy("own application in the call"),
    "relation": gettext_lazy("tie within three years"),
    "declared": gettext_lazy("declared conflict"),
    "employer_applies": gettext_lazy("employer applies in the call"),
    "seated": gettext_lazy("has a seat already"),
    "recused": gettext_lazy("recused"),
    "full": gettext_lazy("has as many as agreed"),
}


def finding_sentence(found: Finding, person: Person, name: Callable[[object], str], declared: DeclaredConflict | None = None) -> str:
    """What a rule found of a pair, with names and dates. ``name`` gives the name of an enterprise or a place by its key."""
    if found.rule == "relation":
        return joined(_tie_sentence(tie, name) for tie in _shared_ties(found, person))
    if found.rule == "declared" and declared is not None:
        values = {
            "kind": declared.get_kind_display(),
            "source": declared.get_source_display(),
            "day": date_text(timezone.localtime(declared.declared_at).date()),
        }
        return _("Conflict with this application: %(kind)s, %(source)s on %(day)s.") % values
    if found.rule in _FILED:
        numbers = person.files if found.rule == "own_application" else person.house_files
        return str(_FILED[found.rule]) % {"numbers": _(", ").join(sorted(str(number) for number in numbers))}
    names = _(", ").join(sorted(filter(None, (name(key) for key in found.common))))
    if found.rule == "same_enterprise":
        return _("The expert belongs to %(name)s.") % {"name": names} if names else str(BARRED[found.rule])
    if found.rule in _PLACES and names:
        return str(_PLACES[found.rule]) % {"place": names}
    if found.rule == "same_group" and names:
        return _("The expert's employer and the applicant belong to one group: %(name)s.") % {"name": names}
    return str(BARRED[found.rule])


_FILED: dict[str, str | _StrPromise] = {
    "own_application": gettext_lazy("The expert files %(numbers)s in this call or is the contact."),
    "employer_applies": gettext_lazy("The expert's employer applies with %(numbers)s in this call, which the call does not allow."),
}
_PLACES: dict[str, str | _StrPromise] = {
    "same_province": gettext_lazy("The expert comes from the applicant's province (%(place)s), which this call does not allow."),
    "same_city": gettext_lazy("The expert's employer lies in the applicant's city (%(place)s), which this call does not allow."),
}


def _shared_ties(found: Finding, person: Person) -> list[Tie]:
    names = {key[1] for key in found.common if isinstance(key, tuple)}
    return [tie for tie in person.ties if tie.enterprise in found.common or plain(tie.name) in names]


def _tie_sentence(tie: Tie, name: Callable[[object], str]) -> str:
    values = {
        "kind": RelationKind(tie.kind).label,
        "name": name(tie.enterprise) or tie.name,
        "starts": date_text(tie.starts),
        "ends": date_text(tie.ends),
    }
    if tie.ends:
        return _("Tie that counts: %(kind)s, %(name)s, %(starts)s to %(ends)s.") % values
    if tie.starts:
        return _("Tie that counts: %(kind)s, %(name)s, since %(starts)s.") % values
    return _("Tie that counts: %(kind)s, %(name)s, not ended.") % values


def date_text(day: date | None) -> str:
    """As the pages print a day: 2023年10月31日, 31 October 2023."""
    return date_format(day, localized("Y年n月j日", "j F Y")) if day else "–"


def joined(sentences: Iterable[str]) -> str:
    """Whole sentences one after the other: Chinese ones without a space."""
    return (" " if (get_language() or "").startswith("en") else "").join(sentences)


# the kind of reason alone, without figures: column of a list, reason in the audit chain
REASONS: dict[str, str | _StrPromise] = {
    "selected": gettext_lazy("Within the number of places"),
    "reserve": gettext_lazy("Reserve"),
    "province_cap": gettext_lazy("Places of the province are full"),
    "below_line": gettext_lazy("Below the line"),
    "tie_at_line": gettext_lazy("Level with the line, behind by the tie rule"),
    "below_least": gettext_lazy("Below the least score"),
    "few_reviews": gettext_lazy("Too few finished reviews"),
    "gate_failed": gettext_lazy("Defence or site visit not passed"),
    "gate_missing": gettext_lazy("Defence or site visit not held"),
}
TIES: dict[str, str | _StrPromise] = {
    "mean": gettext_lazy("mean score"),
    "finished_count": gettext_lazy("more finished reviews"),
    "spread": gettext_lazy("smaller spread of the scores"),
    "recommended_rank": gettext_lazy("better place in the recommendation"),
    "number": gettext_lazy("earlier application number"),
}


def points(value: Any) -> str:
    """A score as it is shown: two places; an en dash where there is none."""
    return "–" if value is None or value == "" else f"{Decimal(str(value)):.2f}"


def reason_sentence(reason: str, figures: Mapping[str, Any], province: str = "") -> str:
    """Why a row of a selection has its outcome, with its figures. ``province`` is the province's name."""
    return _SENTENCES[reason](figures, province)


def _selected(figures: Mapping[str, Any], _province: str) -> str:
    return _("Place %(place)s of those selected, with %(mean)s points.") % {"place": figures["place"], "mean": points(figures["mean"])}


def _reserve(figures: Mapping[str, Any], _province: str) -> str:
    values = {"place": figures["place"], "mean": points(figures["mean"]), "line": points(figures["line"])}
    return _("Place %(place)s of the reserve: %(mean)s points, the line is %(line)s.") % values


def _province_cap(figures: Mapping[str, Any], province: str) -> str:
    values = {
        "province": province or _("the province"),
        "cap": figures["cap"],
        "used": figures["used"],
        "reserve": figures["reserve_used"],
        "mean": points(figures["mean"]),
        "last": points(figures["last_selected"]),
    }
    if not figures["used"]:
        return _("%(province)s has no place under the published caps (%(cap)s).") % values
    if figures["reserve_used"]:
        return (
            _("%(province)s: of %(cap)s places %(used)s are selected, the last with %(last)s points, and %(reserve)s stand in reserve;")
            + " "
            + _("this project has %(mean)s.")
        ) % values
    return _("%(province)s: all %(cap)s places are taken, the last with %(last)s points. This project has %(mean)s.") % values


def _below_line(figures: Mapping[str, Any], _province: str) -> str:
    if figures["line"] is None:
        return _("No place was to be given.")
    gap = Decimal(str(figures["line"])) - Decimal(str(figures["mean"]))
    values = {"mean": points(figures["mean"]), "line": points(figures["line"]), "gap": points(gap)}
    return _("%(mean)s points; the line, the last one selected, is %(line)s: %(gap)s short, and the reserve is full.") % values


def _tie_at_line(figures: Mapping[str, Any], _province: str) -> str:
    values = {"mean": points(figures["mean"]), "rule": TIES[figures.get("tie", "number")]}
    return _("%(mean)s points, the same as the last one taken; the published tie rule decided: %(rule)s.") % values


def _below_least(figures: Mapping[str, Any], _province: str) -> str:
    return _("%(mean)s points; at least %(least)s are needed.") % {"mean": points(figures["mean"]), "least": points(figures["least"])}


def _few_reviews(figures: Mapping[str, Any], _province: str) -> str:
    values = {"finished": figures["finished"], "required": figures["required"]}
    return (
        ngettext("%(finished)s of %(required)s review finished.", "%(finished)s of %(required)s reviews finished.", values["required"])
        % values
    )


def _gate_failed(figures: Mapping[str, Any], _province: str) -> str:
    return _("A stage that must be passed (%(stage)s) was not passed.") % {"stage": figures["stage"]}


def _gate_missing(figures: Mapping[str, Any], _province: str) -> str:
    return _("A stage that must be passed (%(stage)s) has no result.") % {"stage": figures["stage"]}


_SENTENCES = {
    "gate_failed": _gate_failed,
    "gate_missing": _gate_missing,
    "selected": _selected,
    "reserve": _reserve,
    "province_cap": _province_cap,
    "below_line": _below_line,
    "tie_at_line": _tie_at_line,
    "below_least": _below_least,
    "few_reviews": _few_reviews,
}
