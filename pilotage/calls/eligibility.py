"""May this applicant apply, by the rules of the call file? Yes, no because, or unknown because something is missing.

Data: the ``eligibility`` rules of a call version (mappings), and ``Facts``: what the register, the
directories, earlier filings and the answers so far say. An answer not given is missing, not false.
Algorithm: every rule is judged by itself into a ``Finding``; one NO makes the whole NO, otherwise one UNKNOWN makes it UNKNOWN.
Invariants: more facts never turn NO into YES or YES into NO; without rules the answer is YES.
Refuses: a rule it does not know (KeyError; ``plan check`` has refused it before).
Source of the rule kinds: the eligibility rules seen in calls of 2021-2025 (docs/how-to/add-a-call.md names them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls.forms.display import figure_words
from pilotage.calls.forms.fields import in_language, joined
from pilotage.calls.forms.units import value_of

Rule = Mapping[str, Any]


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Honour:
    name: str
    granted_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """An entry of a directory. ``until`` is the day it ended or its term runs out; None: no end is known."""

    directory: str
    number: str
    label: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A form field as a rule speaks of it: its label, its unit, and the words for its values."""

    label: str
    unit: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """``None`` or absent means unknown. ``answers`` are the form's; ``filed`` the answers of the applicant's other live filings to the call."""

    today: date
    is_legal_person: bool | None = None
    divisions: Sequence[str] = ()
    industry: Sequence[str] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    honours: Sequence[Honour] = ()
    holdings: Sequence[Holding] = ()
    filed: Sequence[Mapping[str, Any]] = ()
    questions: Mapping[str, Question] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def label(self, key: str) -> str:
        return self.questions[key].label if key in self.questions else key

    def figure(self, key: str, value: Any) -> str:
        return figure_words(str(value), self.questions[key].unit if key in self.questions else "")

    def name(self, code: str) -> str:
        return self.names.get(code, code)


@dataclass(frozen=True, slots=True)
class Finding:
    """``fields`` are the form fields that the rule reads, ``condition`` the rule itself in words."""

    rule: Rule
    answer: Answer
    sentence: str
    fields: tuple[str, ...] = ()
    condition: str = ""

    @property
    def is_verified(self) -> bool:
        return bool(self.rule.get("verified", True))


def pick(text: Any) -> str:
    return in_language(str((text or {}).get("zh") or ""), str((text or {}).get("en") or ""))


def said(rule: Rule, facts: Facts) -> str:
    """The condition itself in words: the call file's own, else the rule's."""
    return pick(rule.get("title")) or _CONDITIONS[rule["rule"]](rule, facts)


_CONDITIONS: Mapping[str, Callable[[Rule, Facts], str]] = {
    "legal_person": lambda rule, _f: _("Independent legal person, or a branch") if rule.get("branches") else _("Independent legal person"),
    "region": lambda rule, f: _("Registered in %(places)s") % {"places": joined(f.name(c) for c in rule.get("provinces", ()))},
    "industry": lambda rule, f: _("Industry: %(industries)s") % {"industries": joined(f.name(c) for c in rule.get("codes", ()))},
    "declared": lambda rule, f: f.label(rule["field"]),
    "choice": lambda rule, f: f.label(rule["field"]),
    "amount": lambda rule, f: (
        _("%(field)s: at least %(least)s") % {"field": f.label(rule["field"]), "least": f.figure(rule["field"], rule["min"])}
    ),
    "holds": lambda rule, f: _("Listed in “%(directory)s”") % {"directory": f.name(rule["directory"])},
    "not_holding": lambda rule, f: _("Not listed in “%(directory)s” at present") % {"directory": f.name(rule["directory"])},
    "holds_title": lambda rule, _f: _("Holds one of: %(titles)s") % {"titles": joined(rule.get("titles", ()))},
    "one_per": lambda rule, f: (
        _("One application for each answer to “%(fields)s”") % {"fields": joined(f.label(key) for key in rule["fields"])}
        if rule.get("fields")
        else _("One application per applicant")
    ),
}


def judge(rules: Sequence[Rule], facts: Facts) -> list[Finding]:
    """One finding per rule, in the order of the file."""
    return [replace(_JUDGES[rule["rule"]](rule, facts), condition=said(rule, facts)) for rule in rules]


def overall(findings: Sequence[Finding]) -> Answer:
    answers = {finding.answer for finding in findings}
    return next((answer for answer in (Answer.NO, Answer.UNKNOWN) if answer in answers), Answer.YES)


def fields_asked(rules: Sequence[Rule]) -> list[str]:
    """The form fields that decide eligibility, each once, in the order of the rules."""
    return list(dict.fromkeys(rule["field"] for rule in rules if rule.get("field")))


def _legal_person(rule: Rule, facts: Facts) -> Finding:
    if facts.is_legal_person is None:
        return Finding(rule, Answer.UNKNOWN, _("Whether the applicant is an independent legal person is missing in the register."))
    if facts.is_legal_person:
        return Finding(rule, Answer.YES, _("The applicant is an independent legal person."))
    if rule.get("branches"):
        return Finding(rule, Answer.YES, _("The applicant is a branch; branches may apply to this call."))
    return Finding(rule, Answer.NO, _("The applicant is no independent legal person; branches may not apply to this call."))


def _region(rule: Rule, facts: Facts) -> Finding:
    names = joined(facts.name(code) for code in rule.get("provinces", ()))
    if not facts.divisions:
        return Finding(
            rule, Answer.UNKNOWN, _("The registered place is missing in the register; the call is for %(places)s.") % {"places": names}
        )
    if set(facts.divisions) & set(rule.get("provinces", ())):
        return Finding(rule, Answer.YES, _("The applicant is registered in %(place)s.") % {"place": facts.name(facts.divisions[0])})
    sentence = _("The applicant is registered in %(place)s; the call is for %(places)s.")
    return Finding(rule, Answer.NO, sentence % {"place": facts.name(facts.divisions[0]), "places": names})


def _industry(rule: Rule, facts: Facts) -> Finding:
    names = joined(facts.name(code) for code in rule.get("codes", ()))
    if not facts.industry:
        return Finding(
            rule, Answer.UNKNOWN, _("The industry is missing in the register; the call is for %(industries)s.") % {"industries": names}
        )
    own = facts.name(facts.industry[0])
    if set(facts.industry) & set(rule.get("codes", ())):
        return Finding(rule, Answer.YES, _("The industry is %(industry)s.") % {"industry": own})
    return Finding(
        rule, Answer.NO, _("The industry is %(industry)s; the call is for %(industries)s.") % {"industry": own, "industries": names}
    )


def _missing(rule: Rule, facts: Facts, key: str) -> Finding:
    return Finding(rule, Answer.UNKNOWN, _("“%(field)s” has not been answered yet.") % {"field": facts.label(key)}, (key,))


def _declared(rule: Rule, facts: Facts) -> Finding:
    key = rule["field"]
    value = facts.answers.get(key)
    if value is None or value == "":
        return _missing(rule, facts, key)
    wanted = rule.get("value", True)
    if value == wanted:
        return Finding(rule, Answer.YES, _("Declared: %(field)s.") % {"field": facts.label(key)}, (key,))
    return Finding(rule, Answer.NO, _("Needed, but not declared: %(field)s.") % {"field": facts.label(key)}, (key,))


def _choice(rule: Rule, facts: Facts) -> Finding:
    key = rule["field"]
    value, words = facts.answers.get(key), facts.questions[key].words if key in facts.questions else {}
    if value in (None, "", []):
        return _missing(rule, facts, key)
    given = [str(each) for each in (value if isinstance(value, list) else [value])]
    shown = joined(words.get(each, each) for each in given)
    if set(given) <= set(rule.get("in", ())):
        return Finding(rule, Answer.YES, _("%(field)s: %(value)s.") % {"field": facts.label(key), "value": shown}, (key,))
    wanted = joined(words.get(each, each) for each in rule.get("in", ()))
    sentence = _("%(field)s: %(value)s; accepted: %(wanted)s.")
    return Finding(rule, Answer.NO, sentence % {"field": facts.label(key), "value": shown, "wanted": wanted}, (key,))


def _amount(rule: Rule, facts: Facts) -> Finding:
    key, least = rule["field"], Decimal(str(rule.get("min", 0)))
    try:
        value = Decimal(str(value_of(facts.answers.get(key))))
    except InvalidOperation:
        return _missing(rule, facts, key)
    said = {"field": facts.label(key), "value": facts.figure(key, value), "least": facts.figure(key, least)}
    if value >= least:
        return Finding(rule, Answer.YES, _("%(field)s is %(value)s; at least %(least)s is needed.") % said, (key,))
    return Finding(rule, Answer.NO, _("%(field)s is %(value)s, below the %(least)s that is needed.") % said, (key,))


def _in_force(holding: Holding, today: date) -> bool:
    return holding.until is None or holding.until >= today


def _held(rule: Rule, facts: Facts) -> list[Holding]:
    return [
        each
        for each in facts.holdings
        if each.directory == rule.get("directory")
        and (not rule.get("label") or each.label == rule["label"])
        and _in_force(each, facts.today)
    ]


def _holds(rule: Rule, facts: Facts) -> Finding:
    held = _held(rule, facts)
    name = facts.name(rule.get("directory", ""))
    if held:
        return Finding(rule, Answer.YES, _("Listed in “%(directory)s” as %(number)s.") % {"directory": name, "number": held[0].number})
    return Finding(
        rule, Answer.NO, _("Only who is listed in “%(directory)s” may apply; no entry in force is on record.") % {"directory": name}
    )


def _not_holding(rule: Rule, facts: Facts) -> Finding:
    held = _held(rule, facts)
    name = facts.name(rule.get("directory", ""))
    if not held:
        return Finding(rule, Answer.YES, _("No entry in force in “%(directory)s”.") % {"directory": name})
    if held[0].until:
        sentence = _("%(number)s in “%(directory)s” is valid until %(day)s; while it is, no new application is possible.")
        return Finding(rule, Answer.NO, sentence % {"number": held[0].number, "directory": name, "day": held[0].until.isoformat()})
    return Finding(
        rule,
        Answer.NO,
        _("%(number)s in “%(directory)s” is in force; a repeat is not possible.") % {"number": held[0].number, "directory": name},
    )


def _holds_title(rule: Rule, facts: Facts) -> Finding:
    wanted = rule.get("titles", ())
    for honour in facts.honours:
        if any(part in honour.name for part in wanted) and (honour.valid_until is None or honour.valid_until >= facts.today):
            return Finding(rule, Answer.YES, _("Holds “%(title)s”.") % {"title": honour.name})
    sentence = _("The register holds no honour of this kind (%(titles)s); if there is one, have it entered.")
    return Finding(rule, Answer.UNKNOWN, sentence % {"titles": joined(wanted)})


def _one_per(rule: Rule, facts: Facts) -> Finding:
    keys = tuple(rule.get("fields") or ())
    if not keys:
        if facts.filed:
            return Finding(rule, Answer.NO, _("The applicant has filed to this call already; one application is possible."))
        return Finding(rule, Answer.YES, _("No other application of the applicant to this call."))
    if not facts.filed:
        return Finding(rule, Answer.YES, _("No other application of the applicant to this call."), keys)
    own = [facts.answers.get(key) for key in keys]
    if any(value in (None, "", []) for value in own):
        return _missing(rule, facts, next(key for key in keys if facts.answers.get(key) in (None, "", [])))
    labels = joined(facts.label(key) for key in keys)
    if any([other.get(key) for key in keys] == own for other in facts.filed):
        return Finding(
            rule, Answer.NO, _("The applicant has filed with the same answer to “%(fields)s”; one is possible.") % {"fields": labels}, keys
        )
    return Finding(rule, Answer.YES, _("No other application with the same answer to “%(fields)s”.") % {"fields": labels}, keys)


_JUDGES: Mapping[str, Callable[[Rule, Facts], Finding]] = {
    "legal_person": _legal_person,
    "region": _region,
    "industry": _industry,
    "declared": _declared,
    "choice": _choice,
    "amount": _amount,
    "holds": _holds,
    "not_holding": _not_holding,
    "holds_title": _holds_title,
    "one_per": _one_per,
}
