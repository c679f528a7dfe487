"""What is known about an applicant when a call's conditions are judged.

Directories stand on a floor above: they register where they keep entries. What was read for one
enterprise stays with the object, so a page that judges many calls reads it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls import eligibility
from pilotage.calls.eligibility import Facts, Finding, Holding, Honour, Question
from pilotage.calls.enums import ApplicationKind, ApplicationState, StageKind
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import Field, joined
from pilotage.calls.models import Application, Call, CallVersion, Stage
from pilotage.core import clock
from pilotage.registry.models import Division, Enterprise, Industry

HoldingsReader = Callable[[int], Iterable[Holding]]
_readers: list[HoldingsReader] = []
_names: list[Callable[[], Mapping[str, str]]] = []


def register_holdings(reader: HoldingsReader, names: Callable[[], Mapping[str, str]]) -> None:
    """``reader(enterprise_id)`` gives entries; ``names()`` gives directory slug -> title in the active language."""
    _readers.append(reader)
    _names.append(names)


def rules_of(version: CallVersion | None) -> Sequence[Mapping[str, Any]]:
    return (version.content.get("eligibility") or []) if version else []


def findings(
    call: Call,
    enterprise: Enterprise,
    version: CallVersion,
    answers: Mapping[str, Any],
    form: FormDef,
    application: Application | None = None,
) -> list[Finding]:
    """The call's conditions judged. No query for rules that need none; at most six otherwise."""
    rules = rules_of(version)
    if not rules:
        return []
    kinds = {rule["rule"] for rule in rules}
    return eligibility.judge(
        rules,
        Facts(
            today=clock.today(),
            is_legal_person=enterprise.is_legal_person,
            divisions=[code for code in (enterprise.province_id, enterprise.prefecture_id, enterprise.county_id) if code],
            industry=_industry(enterprise, answers, form),
            answers=answers,
            honours=_honours(enterprise) if "holds_title" in kinds else (),
            holdings=_holdings(enterprise) if kinds & {"holds", "not_holding"} else (),
            filed=_filed(call, enterprise, application) if "one_per" in kinds else (),
            questions={
                key: _question(form, key) for rule in rules for key in [rule.get("field"), *rule.get("fields", ())] if key in form.by_key
            },
            names=_names_for(rules, enterprise),
        ),
    )


def _question(form: FormDef, key: str) -> Question:
    asked = form.by_key[key]
    return Question(asked.label, asked.unit, {option.value: option.label for option in asked.options})


def _industry(enterprise: Enterprise, answers: Mapping[str, Any], form: FormDef) -> list[str]:
    """Of the project where it is given, of the enterprise otherwise: the major category and its section."""
    asked = next((key for key, each in form.by_key.items() if each.maps_to == "industry"), "")
    code = answers.get(asked) if asked else None
    if code and code != enterprise.industry_id:
        industry = Industry.objects.filter(pk=code).first()
    else:
        industry = enterprise.industry
    return [each for each in (industry.pk, industry.parent_id) if each] if industry else []


def _kept(enterprise: Enterprise, name: str, read: Callable[[], Any]) -> Any:
    kept = enterprise.__dict__.setdefault("_standing", {})
    if name not in kept:
        kept[name] = read()
    return kept[name]


def _honours(enterprise: Enterprise) -> list[Honour]:
    return _kept(
        enterprise,
        "honours",
        lambda: [Honour(t.name, t.granted_on, t.valid_until) for t in enterprise.titles.order_by("-granted_on", "id")],
    )


def _holdings(enterprise: Enterprise) -> list[Holding]:
    return _kept(enterprise, "holdings", lambda: [each for reader in _readers for each in reader(enterprise.pk)])


def entry_numbers(enterprise: Enterprise, directory: str) -> list[str]:
    """The entries in force that the enterprise holds in a directory. Queries as :func:`_holdings`, once for the object."""
    today = clock.today()
    return [each.number for each in _holdings(enterprise) if each.directory == directory and (not each.until or each.until >= today)]


def foreign_entries(form: FormDef, answers: Mapping[str, Any], enterprise: Enterprise) -> dict[str, str]:
    """Answers that must name an entry of the applicant's own and do not: field key -> sentence. No query where there are none."""
    asked = {key: str(answers[key]) for key, field in form.by_key.items() if field.entry_of and answers.get(key)}
    found = {}
    for key, number in asked.items():
        field = form.by_key[key]
        own = entry_numbers(enterprise, field.entry_of)
        if number not in own:
            found[key] = _not_own(field, number, own)
    return found


def _not_own(field: Field, number: str, own: Sequence[str]) -> str:
    title = {slug: name for reader in _names for slug, name in reader().items()}.get(field.entry_of, field.entry_of)
    said = {"field": field.label, "number": number, "directory": title, "own": joined(own)}
    if not own:
        return _("%(field)s: “%(number)s” is no entry of yours; the applicant holds no entry in force in “%(directory)s”.") % said
    return _("%(field)s: “%(number)s” is no entry in force of yours in “%(directory)s”. Yours: %(own)s.") % said


def _filed(call: Call, enterprise: Enterprise, application: Application | None) -> list[Mapping[str, Any]]:
    """Answers of the other applications that count: filed, and neither withdrawn nor turned down."""
    gone = [ApplicationState.DRAFT, ApplicationState.WITHDRAWN, ApplicationState.NOT_RECOMMENDED, ApplicationState.NOT_ACCEPTED]
    others = Application.objects.filter(call=call, enterprise=enterprise, kind=ApplicationKind.NEW).exclude(state__in=gone)
    if application is not None and application.pk:
        others = others.exclude(pk=application.pk)
    return list(others.order_by("pk").values_list("data", flat=True))


def _names_for(rules: Sequence[Mapping[str, Any]], enterprise: Enterprise) -> dict[str, str]:
    names: dict[str, str] = {}
    kinds = {rule["rule"] for rule in rules}
    if kinds & {"holds", "not_holding"}:
        asked = {rule["directory"] for rule in rules if rule.get("directory")}
        publishing = Stage.objects.filter(kind=StageKind.PUBLISH).select_related("call").order_by("call")
        names |= {slug: stage.call.title for stage in publishing if (slug := stage.options.get("directory")) in asked}
        names |= {slug: title for reader in _names for slug, title in reader().items()}
    if "region" in kinds:
        codes = {code for rule in rules for code in rule.get("provinces", ())} | {enterprise.province_id or ""}
        names |= {row.pk: row.name for row in Division.objects.filter(pk__in=codes).order_by("pk")}
    if "industry" in kinds:
        codes = {code for rule in rules if rule["rule"] == "industry" for code in rule.get("codes", ())}
        industries = Industry.objects.filter(pk__in=codes | ({enterprise.industry_id} if enterprise.industry_id else set()))
        names |= {row.pk: f"{row.pk} {row.name}" for row in industries.order_by("pk")}
    return names
