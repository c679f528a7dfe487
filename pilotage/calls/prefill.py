"""What does the platform know already that a form asks for, and from where?

Data: the register, the titles held, who is filing, and an earlier application of the enterprise.
Result: the first answers, and per brought-in answer its origin ``{from, number, title_zh, title_en}``;
``changed`` is added once somebody gives another answer, ``confirmed`` once somebody says that it still holds.
Invariants: an answer that does not fit the form is left out, so it is asked; a newer source never
overwrites what the enterprise itself said last, but titles granted since are added to its table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls import standing
from pilotage.calls.enums import ApplicationState
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import Field
from pilotage.calls.models import Application
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.registry.models import Enterprise, Title, localized

REGISTER, TITLES, PERSON, APPLICATION, RENEWAL, DIRECTORY = "register", "titles", "person", "application", "renewal", "directory"
Origin = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prefill:
    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)


def prefill(actor: Any, enterprise: Enterprise, form: FormDef, source: Application | None = None, *, is_renewal: bool = False) -> Prefill:
    """``source``: an earlier application of the enterprise. One query for the titles, where the form has a table for them."""
    known = _known(actor, enterprise, form)
    if source is None:
        return known
    carried = _carried(form, source)
    if not is_renewal:
        _leave_out_the_title(form, carried)
    origin = {
        "from": RENEWAL if is_renewal else APPLICATION,
        "number": source.number,
        "title_zh": source.call.title_zh,
        "title_en": source.call.title_en,
    }
    first = _without_a_second_contact(known, carried)
    data = first.data | carried | _with_new_titles(form, known.data, carried)
    return Prefill(data, first.origins | dict.fromkeys(carried, origin))


def _without_a_second_contact(known: Prefill, carried: Mapping[str, Any]) -> Prefill:
    """Last time's contact is one person: what of it was left open then is not filled in from another's account."""
    of_account = {key for key, origin in known.origins.items() if origin["from"] == PERSON}
    if not of_account & set(carried):
        return known
    kept = set(known.data) - of_account
    return Prefill({key: known.data[key] for key in kept}, {key: known.origins[key] for key in kept})


def newest_application(enterprise: Enterprise) -> Application | None:
    """What the enterprise filed last, to whatever call. One query."""
    filed = Application.objects.filter(enterprise=enterprise, submitted_at__isnull=False).exclude(state=ApplicationState.WITHDRAWN)
    return filed.select_related("call", "version").order_by("-submitted_at", "-pk").first()


def _carried(form: FormDef, source: Application) -> dict[str, Any]:
    from pilotage.calls.selectors import form_of  # selectors show origins, so they import this module

    return form.carried_over(source.data, form_of(source.version))


def _leave_out_the_title(form: FormDef, carried: dict[str, Any]) -> None:
    """Another project needs a title of its own: the same title to the same call is refused at submission."""
    for key, each in form.by_key.items():
        if each.maps_to == "project_title":
            carried.pop(key, None)


def _known(actor: Any, enterprise: Enterprise, form: FormDef) -> Prefill:
    values = _register(enterprise) | {"user.name": getattr(actor, "name", ""), "user.email": getattr(actor, "email", "")}
    titles: list[Title] | None = None
    found = Prefill()
    for key, each in form.by_key.items():
        if each.entry_of and len(held := standing.entry_numbers(enterprise, each.entry_of)) == 1:
            found.data[key], found.origins[key] = held[0], {"from": DIRECTORY}
        path = each.prefill or ("enterprise.industry" if each.maps_to == "industry" else "")
        if not path or not each.is_typed:
            continue
        if path == "titles":
            titles = _titles_in_force(enterprise) if titles is None else titles
            value: Any = [_row(each, title) for title in titles][: each.max_rows]
        else:
            value = values.get(path)
        kept = _cleaned(form, key, value)
        if kept is not None:
            found.data[key] = kept
            found.origins[key] = {"from": TITLES if path == "titles" else PERSON if path.startswith("user.") else REGISTER}
    return found


def _cleaned(form: FormDef, key: str, value: Any) -> Any:
    try:
        return form.clean(key, value)
    except Invalid:
        return None


def _register(enterprise: Enterprise) -> dict[str, Any]:
    return {
        "enterprise.name_zh": enterprise.name_zh,
        "enterprise.name_en": enterprise.name_en,
        "enterprise.short_zh": enterprise.short_zh,
        "enterprise.uscc": enterprise.uscc,
        "enterprise.address": enterprise.address,
        "enterprise.industry": enterprise.industry_id,
        "enterprise.county": enterprise.county_id or enterprise.prefecture_id,
    }


# --- titles ---------------------------------------------------------------------------------
_LEVEL_WORDS = (("provincial", ("省", "自治区")), ("city", ("市",)), ("national", ("部", "国家", "国务院", "全国")))


def _titles_in_force(enterprise: Enterprise) -> list[Title]:
    today = clock.today()
    return [title for title in enterprise.titles.order_by("-granted_on", "id") if title.valid_until is None or title.valid_until >= today]


def _row(table: Field, title: Title) -> dict[str, Any]:
    """A title as a row: columns are filled by their name, dates as the column's type writes them."""
    dates = {"granted_on": title.granted_on, "awarded_on": title.granted_on, "valid_until": title.valid_until}
    texts = {"name": title.name, "issuer": title.issuer, "batch": title.batch}
    row: dict[str, Any] = {}
    for column in table.columns:
        day = dates.get(column.key)
        if day:
            row[column.key] = day.isoformat()[: 7 if column.type == "month" else 10]
        elif column.type == "text" and texts.get(column.key):
            row[column.key] = texts[column.key][: column.max_length]
        elif column.key in {"award_level", "title_level"}:
            row[column.key] = _level(column, title.issuer)
    return row


def _level(column: Field, issuer: str) -> str | None:
    """The level of who granted it, read from its name; None where the name does not say."""
    return next((value for value, words in _LEVEL_WORDS if column.option(value) and any(word in issuer for word in words)), None)


def _with_new_titles(form: FormDef, known: Mapping[str, Any], carried: Mapping[str, Any]) -> dict[str, Any]:
    """Tables of titles: what was said last, and below it what was granted since."""
    found = {}
    for key, each in form.by_key.items():
        if each.prefill == "titles" and carried.get(key) and known.get(key):
            told = {_name(each, row) for row in carried[key]}
            found[key] = [*carried[key], *(row for row in known[key] if _name(each, row) not in told)][: each.max_rows]
    return found


def _name(table: Field, row: Mapping[str, Any]) -> Any:
    return row.get(table.columns[0].key)


# --- origins --------------------------------------------------------------------------------
def origin_words(origin: Mapping[str, Any] | None) -> str:
    """Where a brought-in answer comes from, in a word or two; '' where a person gave it."""
    if not origin:
        return ""
    match origin.get("from"):
        case "directory":
            return _("entry held")
        case "register":
            return _("enterprise register")
        case "titles":
            return _("titles held")
        case "person":
            return _("your account")
        case "renewal":
            return _("last year's value")
    return localized(origin.get("title_zh", ""), origin.get("title_en", ""))


def is_brought(origin: Mapping[str, Any] | None) -> bool:
    """Whether the answer still stands as it was brought in."""
    return bool(origin) and not origin.get("changed")  # type: ignore[union-attr]


def unconfirmed(form: FormDef, data: Mapping[str, Any], origins: Mapping[str, Origin]) -> dict[str, str]:
    """Answers that were brought in and that the form wants confirmed: field key -> sentence."""
    asked = [(key, each) for key, each in form.by_key.items() if each.confirm and is_brought(origins.get(key))]
    if not asked:
        return {}
    hidden = form.state(data).hidden
    sentence = _("%(field)s: brought in (%(origin)s); confirm it or change it.")
    return {
        key: sentence % {"field": each.label, "origin": origin_words(origins[key])}
        for key, each in asked
        if key not in hidden and not origins[key].get("confirmed") and data.get(key) not in (None, "", [], {})
    }


def after_change(origins: Mapping[str, Origin], changed: Iterable[str]) -> dict[str, Origin]:
    """The origins once other answers were given."""
    touched = {key: {**origins[key], "changed": True} for key in changed if key in origins}
    return {**origins, **touched}
