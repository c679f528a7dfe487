"""The sentences behind the codes that kernels return and rows keep, in the active language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from pilotage.core.wording import day_words, in_english
from pilotage.review.enums import RelationKind
from pilotage.review.experts.conflicts import Finding, Person, Tie, plain

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from pilotage.review.models import DeclaredConflict

Names = Callable[[str, str], str]  # (attribute, value) -> name of what a quota counts

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
    return day_words(day) if day else "–"


def joined(sentences: Iterable[str]) -> str:
    """Whole sentences one after the other: Chinese ones without a space."""
    return (" " if in_english() else "").join(sentences)


# the kind of reason alone, without figures: column of a list, reason in the audit chain
REASONS: dict[str, str | _StrPromise] = {
    "selected": gettext_lazy("Within the number of places"),
    "reserve": gettext_lazy("Reserve"),
    "lottery": gettext_lazy("Drawn by lot"),
    "below_line": gettext_lazy("Below the line"),
    "tie": gettext_lazy("Level with the line, behind by the tie rule"),
    "quota_maximum": gettext_lazy("A quota is full"),
    "quota_minimum": gettext_lazy("The place goes to a minimum"),
    "quotas": gettext_lazy("Several quotas together"),
    "below_least": gettext_lazy("Below the least score"),
    "few_reviews": gettext_lazy("Too few finished reviews"),
    "gate_failed": gettext_lazy("Defence or site visit not passed"),
    "gate_missing": gettext_lazy("Defence or site visit not held"),
    "gate_unscored": gettext_lazy("Defence or site visit not scored"),
    # of selections made before quotas could cross
    "province_cap": gettext_lazy("Places of the province are full"),
    "tie_at_line": gettext_lazy("Level with the line, behind by the tie rule"),
}
ATTRIBUTES: dict[str, str | _StrPromise] = {
    "province": pgettext_lazy("quota", "province"),
    "industry": pgettext_lazy("quota", "industry"),
    "size": pgettext_lazy("quota", "size"),
    "ownership": pgettext_lazy("quota", "ownership"),
    "group": pgettext_lazy("quota", "group"),
    "level": pgettext_lazy("quota", "level"),
}
TIES: dict[str, str | _StrPromise] = {
    "mean": gettext_lazy("mean score"),
    "finished_count": gettext_lazy("more finished reviews"),
    "spread": gettext_lazy("smaller spread of the scores"),
    "recommended_rank": gettext_lazy("better place in the recommendation"),
    "number": gettext_lazy("earlier application number"),
    "draw": gettext_lazy("draw by lot from the published seed"),
}


def points(value: Any) -> str:
    """A score as it is shown: two places; an en dash where there is none."""
    return "–" if value is None or value == "" else f"{Decimal(str(value)):.2f}"


def code_names(_attribute: str, value: str) -> str:
    """Where no names are at hand: the codes themselves."""
    return value


def reason_sentence(reason: str, figures: Mapping[str, Any], names: Names = code_names) -> str:
    """Why a row of a selection has its outcome, with its figures."""
    return _SENTENCES[reason](figures, names)


# --- the bar --------------------------------------------------------------------------------
def shown_parts(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of a bar in the two places shown, the last taking what rounding left: who adds them up gets the bar shown."""
    parts = [part | {"amount": points(part["amount"])} for part in figures["parts"] if part["code"] == "line" or Decimal(part["amount"])]
    rest = Decimal(points(figures["bar"])) - sum(Decimal(part["amount"]) for part in parts[:-1])
    parts[-1]["amount"] = points(rest)
    return parts


def bar_sentence(figures: Mapping[str, Any], names: Names = code_names) -> str:
    """Own score, bar, and what the bar is made of; empty for one that was set aside before."""
    if figures.get("bar") is None:
        return ""
    line, *others = shown_parts(figures)
    terms = [_("national line %(amount)s") % {"amount": points(line["amount"])}]
    text = terms[0] + "".join(_term(part, names) for part in others)
    values = {"score": points(figures["score"]), "bar": points(figures["bar"]), "parts": text}
    return _("Yours %(score)s; bar %(bar)s = %(parts)s.") % values


def _term(part: Mapping[str, Any], names: Names) -> str:
    amount = Decimal(part["amount"])
    values = {"name": named(part, names), "amount": points(abs(amount))}
    if part["code"] == "maximum":
        text = _("%(name)s full %(amount)s") % values
    elif part["code"] == "minimum":
        text = _("minimum for %(name)s %(amount)s") % values
    else:
        text = _("places cannot be divided %(amount)s") % values
    return (_(" + %(term)s") if amount > 0 else _(" − %(term)s")) % {"term": text}


def named(limit: Mapping[str, Any], names: Names) -> str:
    return names(limit["attribute"], limit["value"]) if limit["attribute"] and limit["value"] else ""


def relaxed_sentence(relaxed: Mapping[str, Any], names: Names = code_names) -> str:
    """A minimum that could not be met, and what stands in its way."""
    values = {name: relaxed[name] for name in ("minimum", "eligible", "reached")} | {"name": named(relaxed, names)}
    blocked = relaxed["blocked_by"]
    if not blocked and relaxed["eligible"] < relaxed["minimum"]:
        return _("%(name)s: at least %(minimum)s were to be selected, but only %(eligible)s can be.") % values
    values["why"] = _limits(blocked, names) if blocked else _("other minimums")
    return _("%(name)s: at least %(minimum)s were to be selected; of %(eligible)s only %(reached)s fit, because of: %(why)s.") % values


def minimums_sentence(attribute: str, asked: int, total: int) -> str:
    values = {"name": ATTRIBUTES[attribute], "asked": asked, "total": total}
    return _("The minimums by %(name)s ask for %(asked)s places, but there are %(total)s. Lower some.") % values


def _limits(blockers: Sequence[Mapping[str, Any]], names: Names) -> str:
    return pgettext("clause separator", ", ").join(_limit(blocker, names) for blocker in blockers)


def _limit(blocker: Mapping[str, Any], names: Names) -> str:
    values = {"name": named(blocker, names), "limit": blocker["limit"]}
    if blocker["code"] == "line":
        return _("the total of %(limit)s") % values
    if blocker["code"] == "maximum":
        return _("at most %(limit)s of %(name)s") % values
    return _("at least %(limit)s of %(name)s") % values


# --- sentences by reason --------------------------------------------------------------------
def _score(figures: Mapping[str, Any]) -> str:
    return points(figures.get("score", figures.get("mean")))


def _selected(figures: Mapping[str, Any], _names: Names) -> str:
    return _("Place %(place)s of those selected, with %(mean)s points.") % {"place": figures["place"], "mean": _score(figures)}


def _reserve(figures: Mapping[str, Any], names: Names) -> str:
    values = {"place": figures["place"], "mean": _score(figures), "line": points(figures["line"])}
    first = _("Place %(place)s of the reserve: %(mean)s points, the line is %(line)s.") % values
    blockers = figures.get("blockers")
    return joined([first, _blocked(blockers, names)]) if blockers else first


def _blocked(blockers: Sequence[Mapping[str, Any]], names: Names) -> str:
    return _("What stood in its way: %(limits)s.") % {"limits": _limits(blockers, names)}


def _lottery(figures: Mapping[str, Any], _names: Names) -> str:
    return _("%(mean)s points: inside the zone in which scores cannot be told apart the published draw decided.") % {
        "mean": _score(figures)
    }


def _quota_maximum(figures: Mapping[str, Any], names: Names) -> str:
    blocker = figures["blockers"][0]
    values = {"name": named(blocker, names), "limit": blocker["limit"], "mean": _score(figures), "bar": points(figures["bar"])}
    if not blocker["limit"]:
        return _("%(name)s has no place under the published quotas.") % values
    return _("%(name)s: all %(limit)s places are taken. This project has %(mean)s points; with its quotas %(bar)s were needed.") % values


def _quota_minimum(figures: Mapping[str, Any], names: Names) -> str:
    blocker = figures["blockers"][0]
    values = {"name": named(blocker, names), "limit": blocker["limit"], "mean": _score(figures), "bar": points(figures["bar"])}
    first = _("The places of those with no more points go to the minimum of %(limit)s for %(name)s.") % values
    return joined([first, _("This project has %(mean)s points; with its quotas %(bar)s were needed.") % values])


def _quotas(figures: Mapping[str, Any], names: Names) -> str:
    values = {"limits": _limits(figures["blockers"], names), "mean": _score(figures), "bar": points(figures["bar"])}
    first = _("Several quotas together stood in its way: %(limits)s.") % values
    return joined([first, _("This project has %(mean)s points; with its quotas %(bar)s were needed.") % values])


def _below_line(figures: Mapping[str, Any], _names: Names) -> str:
    if figures["line"] is None:
        return _("No place was to be given.")
    gap = Decimal(str(figures["line"])) - Decimal(_score(figures))
    values = {"mean": _score(figures), "line": points(figures["line"]), "gap": points(gap)}
    return _("%(mean)s points; the line, the last one selected, is %(line)s: %(gap)s short, and the reserve is full.") % values


def _tie(figures: Mapping[str, Any], _names: Names) -> str:
    values = {"mean": _score(figures), "rule": TIES[figures.get("rule") or figures.get("tie", "number")]}
    return _("%(mean)s points, the same as the last one taken; the published tie rule decided: %(rule)s.") % values


def _below_least(figures: Mapping[str, Any], _names: Names) -> str:
    return _("%(mean)s points; at least %(least)s are needed.") % {"mean": _score(figures), "least": points(figures["least"])}


def _few_reviews(figures: Mapping[str, Any], _names: Names) -> str:
    values = {"finished": figures["finished"], "required": figures["required"]}
    return (
        ngettext("%(finished)s of %(required)s review finished.", "%(finished)s of %(required)s reviews finished.", values["required"])
        % values
    )


def _gate_failed(figures: Mapping[str, Any], _names: Names) -> str:
    return _("A stage that must be passed (%(stage)s) was not passed.") % {"stage": figures["stage"]}


def _gate_missing(figures: Mapping[str, Any], _names: Names) -> str:
    return _("A stage that must be passed (%(stage)s) has no result.") % {"stage": figures["stage"]}


def _gate_unscored(figures: Mapping[str, Any], _names: Names) -> str:
    return _("A stage that counts in the final score (%(stage)s) has no score.") % {"stage": figures["stage"]}


def _province_cap(figures: Mapping[str, Any], _names: Names) -> str:
    """Of selections made before quotas could cross."""
    values = {"province": _("the province"), "cap": figures["cap"], "mean": _score(figures), "last": points(figures["last_selected"])}
    if not figures["used"]:
        return _("%(province)s has no place under the published caps (%(cap)s).") % values
    return _("%(province)s: all %(cap)s places are taken, the last with %(last)s points. This project has %(mean)s.") % values


_SENTENCES: dict[str, Callable[[Mapping[str, Any], Names], str]] = {
    "gate_failed": _gate_failed,
    "gate_missing": _gate_missing,
    "gate_unscored": _gate_unscored,
    "selected": _selected,
    "reserve": _reserve,
    "lottery": _lottery,
    "quota_maximum": _quota_maximum,
    "quota_minimum": _quota_minimum,
    "quotas": _quotas,
    "below_line": _below_line,
    "tie": _tie,
    "below_least": _below_least,
    "few_reviews": _few_reviews,
    "province_cap": _province_cap,
    "tie_at_line": _tie,
}
