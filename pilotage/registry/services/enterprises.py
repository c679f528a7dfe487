from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.codes import check_identifier
from pilotage.core.search import bigrams
from pilotage.core.verdict import Conflict, Invalid
from pilotage.registry import rules
from pilotage.registry.enums import IdentifierScheme
from pilotage.registry.models import Division, Enterprise, Identifier, Site, Title

# what the enterprise itself may correct; everything else decides scope or honours
OWN_FACTS = frozenset({"name_en", "short_zh", "address", "industry", "ownership", "size"})
IDENTITY_FACTS = frozenset({"kind", "name_zh", "province", "prefecture", "county", "is_legal_person", "group", "is_fictional", "source"})


def search_text(enterprise: Enterprise, identifiers: Iterable[str] = ()) -> str:
    """What a search finds an enterprise by: its names and every identifier."""
    words = [enterprise.name_zh, enterprise.short_zh, enterprise.name_en, enterprise.uscc or "", *identifiers]
    return bigrams(" ".join(dict.fromkeys(word for word in words if word)))


def place_fields(code: str | None) -> dict[str, str | None]:
    """``province_id``, ``prefecture_id`` and ``county_id`` of a division code; pseudo-rows are left out. Up to one query."""
    if not code:
        return {"province_id": None, "prefecture_id": None, "county_id": None}
    chain = {row.pk: row for row in Division.objects.filter(pk__in=[code, f"{code[:4]}00", f"{code[:2]}0000"])}
    row = chain.get(code)
    if row is None:
        raise Invalid({"division": _("There is no division with the code %(code)s.") % {"code": code}})
    prefecture = chain.get(f"{code[:4]}00")
    named = prefecture is not None and not prefecture.is_pseudo and row.level != "province"
    return {
        "province_id": f"{code[:2]}0000",
        "prefecture_id": f"{code[:4]}00" if named else None,
        "county_id": code if row.level == "county" and not row.is_pseudo else None,
    }


def create_enterprise(
    *, actor: Any, name_zh: str, uscc: str = "", identifiers: dict[str, str] | None = None, division: str | None = None, **facts: Any
) -> Enterprise:
    """Enter one enterprise. ``division`` is a six-digit code of any level, ``identifiers`` maps scheme to number."""
    facts |= place_fields(division) if division else {}
    rules.can_create_enterprise(actor, facts.get("province_id") or getattr(facts.get("province"), "pk", None)).require()
    numbers = {scheme: check_identifier(scheme, value) for scheme, value in (identifiers or {}).items() if value}
    if uscc:
        numbers[IdentifierScheme.USCC] = _checked("uscc", IdentifierScheme.USCC, uscc)
    now = clock.now()
    with transaction.atomic():
        enterprise = Enterprise(name_zh=name_zh.strip(), uscc=numbers.get(IdentifierScheme.USCC), created_at=now, updated_at=now, **facts)
        enterprise.bigrams = search_text(enterprise, numbers.values())
        _refuse_taken(numbers)
        _cleaned(enterprise)
        enterprise.save()
        Identifier.objects.bulk_create([Identifier(enterprise=enterprise, scheme=s, value=v) for s, v in numbers.items()])
        record(enterprise, "enterprise.create", actor=actor, extra={"identifiers": numbers})
    return enterprise


def update_enterprise(
    *, actor: Any, enterprise: Enterprise, reason: str = "", division: str | None = None, base: str = "", **facts: Any
) -> Enterprise:
    """Change facts. ``division`` moves the enterprise; facts of identity need the right to change them.

    Only the given facts are looked at; writes nothing when none differs. ``base`` is the ``version_of`` the editor
    started from: Conflict if the enterprise was changed since. Raises Refused or Invalid.
    """
    unknown = set(facts) - OWN_FACTS - IDENTITY_FACTS
    if unknown:
        raise Invalid({name: _("This fact cannot be changed here.") for name in sorted(unknown)})
    rules.can_edit_enterprise(actor, enterprise).require()
    if division is not None:
        facts |= _objects(place_fields(division or None))
    with transaction.atomic():
        current = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
        if base and base != version_of(current):
            raise Conflict(
                _("Somebody else changed this enterprise meanwhile. Nothing was written; reload the page and enter your change again.")
            )
        changed = {name: value for name, value in facts.items() if getattr(current, name) != value}
        if changed.keys() & IDENTITY_FACTS:
            rules.can_edit_identity(actor, current).require()
        if "province" in changed:
            rules.can_create_enterprise(actor, changed["province"].pk if changed["province"] else None).require()
        if not changed:
            return current
        before = {name: str(getattr(current, name) or "") for name in changed}
        for name, value in changed.items():
            setattr(current, name, value)
        current.updated_at = clock.now()
        _save_searchable(current)
        record(current, "enterprise.update", actor=actor, reason=reason, extra={"before": before})
    return current


def version_of(enterprise: Enterprise) -> str:
    return enterprise.updated_at.isoformat()


def _objects(place: dict[str, str | None]) -> dict[str, Division | None]:
    found = Division.objects.in_bulk([code for code in place.values() if code])
    return {name.removesuffix("_id"): found.get(code) if code else None for name, code in place.items()}


def _save_searchable(enterprise: Enterprise) -> None:
    enterprise.bigrams = search_text(enterprise, enterprise.identifiers.values_list("value", flat=True))
    _cleaned(enterprise)
    enterprise.save()


def _cleaned(obj: Any) -> None:
    try:
        obj.full_clean()
    except ValidationError as error:
        raise Invalid({name if name != "__all__" else "": " ".join(texts) for name, texts in error.message_dict.items()}) from None


def _checked(field: str, scheme: str, value: str) -> str:
    try:
        return check_identifier(scheme, value)
    except Invalid as error:
        raise Invalid({field: str(error)}) from None


def _refuse_taken(numbers: dict[str, str], owner: Enterprise | None = None) -> None:
    for scheme, value in numbers.items():
        taken = Identifier.objects.filter(scheme=scheme, value=value).exclude(enterprise=owner).first()
        if taken is not None:
            raise Conflict(_("Another enterprise already has the identifier %(value)s.") % {"value": value})


def set_identifier(*, actor: Any, enterprise: Enterprise, scheme: str, value: str, reason: str = "") -> Identifier:
    """Give the enterprise its one identifier of a scheme, in place of an earlier one; a credit code is mirrored on the enterprise."""
    rules.can_edit_identity(actor, enterprise).require()
    if scheme not in IdentifierScheme.values:
        raise Invalid({"scheme": _("This register is not known.")})
    value = _checked("value", scheme, value)
    with transaction.atomic():
        _refuse_taken({scheme: value}, enterprise)
        identifier, _created = Identifier.objects.update_or_create(enterprise=enterprise, scheme=scheme, defaults={"value": value})
        _mirror(enterprise, scheme, value)
        record(enterprise, "enterprise.identify", actor=actor, reason=reason, extra={"scheme": scheme, "value": value})
    return identifier


def remove_identifier(*, actor: Any, identifier: Identifier, reason: str) -> None:
    enterprise = identifier.enterprise
    rules.can_edit_identity(actor, enterprise).require()
    _need(reason)
    with transaction.atomic():
        scheme, value = identifier.scheme, identifier.value
        identifier.delete()
        _mirror(enterprise, scheme, None)
        record(enterprise, "enterprise.unidentify", actor=actor, reason=reason, extra={"scheme": scheme, "value": value})


def _mirror(enterprise: Enterprise, scheme: str, value: str | None) -> None:
    if scheme == IdentifierScheme.USCC:
        enterprise.uscc = value
    enterprise.updated_at = clock.now()
    _save_searchable(enterprise)


def _need(reason: str) -> None:
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})


def add_site(*, actor: Any, enterprise: Enterprise, name: str, division: str | None = None, **facts: Any) -> Site:
    rules.can_edit_enterprise(actor, enterprise).require()
    return _write_site(actor, Site(enterprise=enterprise), "site.add", {"name": name, "division_id": division or None, **facts})


def update_site(*, actor: Any, site: Site, division: str | None = None, **facts: Any) -> Site:
    rules.can_edit_enterprise(actor, site.enterprise).require()
    return _write_site(actor, site, "site.update", {"division_id": division or None, **facts})


def _write_site(actor: Any, site: Site, verb: str, facts: dict[str, Any]) -> Site:
    for name, value in facts.items():
        setattr(site, name, value)
    with transaction.atomic():
        _cleaned(site)
        site.save()
        record(site, verb, actor=actor)
    return site


def remove_site(*, actor: Any, site: Site) -> None:
    rules.can_edit_enterprise(actor, site.enterprise).require()
    with transaction.atomic():
        record(site, "site.remove", actor=actor)
        site.delete()


def add_title(*, actor: Any, enterprise: Enterprise, name: str, **facts: Any) -> Title:
    """Enter an honour: ``issuer``, ``batch``, ``granted_on``, ``valid_until``, ``source``."""
    rules.can_edit_identity(actor, enterprise).require()
    title = Title(enterprise=enterprise, name=name.strip(), **facts)
    with transaction.atomic():
        _cleaned(title)
        title.save()
        record(title, "title.add", actor=actor)
    return title


def remove_title(*, actor: Any, title: Title, reason: str) -> None:
    rules.can_edit_identity(actor, title.enterprise).require()
    _need(reason)
    with transaction.atomic():
        record(title, "title.remove", actor=actor, reason=reason)
        title.delete()
