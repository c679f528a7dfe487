"""Starting an application and saving its draft, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.calls import rules
from pilotage.calls.enums import ApplicationKind, ApplicationState, StageKind
from pilotage.calls.form_fields import Field
from pilotage.calls.formdef import FormDef
from pilotage.calls.models import Application, Call, CallVersion, NumberSeries
from pilotage.calls.selectors import basis_of, form_of, recommender_for
from pilotage.calls.services.attachments import carry_over
from pilotage.calls.services.common import locked
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.registry.models import Division, Enterprise, Industry


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Two people changed one field: what you sent, and what is kept."""

    yours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class SaveResult:
    """``saved`` names the fields that now hold what was sent; ``theirs`` the fields changed elsewhere since ``base_version``.

    Nothing in ``conflicts`` or ``errors`` was written. Send the next draft on the basis of ``version``, and
    hold conflicting fields back until the person has chosen.
    """

    version: int
    saved: list[str]
    conflicts: dict[str, FieldConflict] = dataclass_field(default_factory=dict)
    errors: dict[str, str] = dataclass_field(default_factory=dict)
    theirs: dict[str, Any] = dataclass_field(default_factory=dict)


def start_application(
    *, actor: Any, call: Call, enterprise: Enterprise, kind: str = ApplicationKind.NEW, renews: Application | None = None
) -> Application:
    """A draft bound to the call's current version, filled from the register and, files included, from what it renews."""
    with transaction.atomic():
        rules.can_start(actor, call, enterprise, kind).require()
        version = _current(call)
        form = form_of(version)
        _check_renewal(enterprise, kind, renews)
        source = basis_of(renews) if renews else None
        data = _prefill(actor, enterprise, form, source)
        now = clock.now()
        application = Application(
            call=call,
            version=version,
            enterprise=enterprise,
            recommender=recommender_for(enterprise),
            kind=kind,
            renews=renews,
            number=_next_number(call, enterprise.province),
            data=data,
            province_id=enterprise.province_id,
            prefecture_id=enterprise.prefecture_id,
            county_id=enterprise.county_id,
            created_by=actor,
            created_at=now,
            updated_at=now,
            **columns(form, data),
        )
        application.save(force_insert=True)
        record(application, "application.start", actor=actor)
        if source:
            carry_over(actor=actor, application=application, source=source)
    return application


def _current(call: Call) -> CallVersion:
    if call.current is None:
        raise Refused(_("This call has not been loaded completely."))
    return call.current


def _check_renewal(enterprise: Enterprise, kind: str, renews: Application | None) -> None:
    if kind == ApplicationKind.UPDATE and (renews is None or renews.state != ApplicationState.LISTED):
        raise Invalid({"renews": _("A yearly update needs the listed project it updates.")})
    if renews is None:
        return
    if renews.enterprise_id != enterprise.pk:
        raise Invalid({"renews": _("The earlier application belongs to another enterprise.")})
    closed = (ApplicationState.WITHDRAWN, ApplicationState.UPDATE_CONFIRMED)
    if kind == ApplicationKind.UPDATE and renews.renewals.filter(kind=kind).exclude(state__in=closed).exists():
        raise Invalid({"renews": _("An update of this project has been started already.")})


def _prefill(actor: Any, enterprise: Enterprise, form: FormDef, source: Application | None) -> dict[str, Any]:
    known = {
        "enterprise.address": enterprise.address,
        "enterprise.industry": enterprise.industry_id,
        "enterprise.county": enterprise.county_id,
        "enterprise.name_zh": enterprise.name_zh,
        "user.name": getattr(actor, "name", ""),
        "user.email": getattr(actor, "email", ""),
    }
    data = {}
    for key, field in form.by_key.items():
        path = field.prefill or ("enterprise.industry" if field.maps_to == "industry" else "")
        if known.get(path) and field.is_stored:
            data[key] = form.clean(key, known[path])
    return data | (form.carried_over(source.data, form_of(source.version)) if source else {})


def _next_number(call: Call, province: Division | None) -> str:
    """``<prefix>-<year>-<province>-<running number>``; the series row serialises those who ask at once."""
    if province is None:  # the rule has asked already; this names the place where it must hold
        raise Refused(_("Enter the enterprise's registered place in the register first: it decides who checks the application."))
    series, _created = NumberSeries.objects.get_or_create(call=call, province=province)
    NumberSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    series.refresh_from_db(fields=["last"])
    publish = call.stage(StageKind.PUBLISH)
    prefix = (publish.options.get("prefix") if publish else "") or call.slug.upper()[:20]
    return f"{prefix}-{call.year}-{province.short_zh or province.code[:2]}-{series.last:04d}"


def columns(form: FormDef, data: Mapping[str, Any]) -> dict[str, Any]:
    """The application's columns that repeat answers of the form."""
    mapped = form.mapped(data)
    found: dict[str, Any] = {name: str(mapped[name])[:200] for name in ("project_title", "level", "building_state") if name in mapped}
    if "industry" in mapped:
        found["industry_id"] = mapped["industry"] or None
    return found


def save_draft(*, actor: Any, application: Application, values: Mapping[str, Any], base_version: int) -> SaveResult:
    """Merge ``values`` into the draft. A field that somebody else changed after ``base_version`` is not overwritten.

    Raises ``Refused`` when the application cannot be changed (any more), ``Conflict`` when another writer won the race.
    """
    with transaction.atomic():
        fresh = locked(application)
        rules.can_edit(actor, fresh).require()
        form = form_of(fresh.version)
        cleaned, errors = _clean(form, values, fresh.data, actor)
        conflicts = {
            key: FieldConflict(value, fresh.data.get(key))
            for key, value in cleaned.items()
            if fresh.field_versions.get(key, 0) > base_version and fresh.data.get(key) != value
        }
        accepted = {key: value for key, value in cleaned.items() if key not in conflicts}
        changed = {key: value for key, value in accepted.items() if fresh.data.get(key) != value}
        theirs = {
            key: fresh.data.get(key)
            for key, version in fresh.field_versions.items()
            if version > base_version and key not in accepted and key not in conflicts
        }
        if changed:
            _write(fresh, form, changed, actor)
    _show(application, fresh)
    return SaveResult(fresh.draft_version, list(accepted), conflicts, errors, theirs)


def _clean(form: FormDef, values: Mapping[str, Any], stored: Mapping[str, Any], actor: Any) -> tuple[dict[str, Any], dict[str, str]]:
    cleaned: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, raw in values.items():
        try:
            cleaned[key] = _stated(form.field(key), form.clean(key, raw), stored.get(key), actor)
        except Invalid as error:
            errors |= error.errors
    unknown = _unknown_codes(form, cleaned)
    return {key: value for key, value in cleaned.items() if key not in unknown}, errors | unknown


def _stated(field: Field, value: Any, stored: Any, actor: Any) -> Any:
    """A statement keeps who made it and when; the browser has no say in that."""
    if field.type != "statement":
        return value
    if not value:
        return None
    made = isinstance(stored, dict) and stored.get("agreed")
    return stored if made else {"agreed": True, "by": str(actor), "at": clock.now().isoformat(timespec="seconds")}


def _unknown_codes(form: FormDef, cleaned: Mapping[str, Any]) -> dict[str, str]:
    """Industries and places that the register does not hold. One query per kind that was sent."""
    sentences = {
        "industry": (Industry, _("%(field)s: choose a major category of GB/T 4754 (two digits).")),
        "division": (Division, _("%(field)s: choose a place of GB/T 2260 (six digits).")),
    }
    unknown: dict[str, str] = {}
    for kind, (model, sentence) in sentences.items():
        sent = {key: value for key, value in cleaned.items() if value and form.by_key[key].type == kind}
        known = set(model._default_manager.filter(pk__in=sent.values()).values_list("pk", flat=True)) if sent else set()
        unknown |= {key: sentence % {"field": form.by_key[key].label} for key, value in sent.items() if value not in known}
    return unknown


def _write(fresh: Application, form: FormDef, changed: Mapping[str, Any], actor: Any) -> None:
    base = fresh.draft_version
    fresh.data = {key: value for key, value in {**fresh.data, **changed}.items() if value is not None}
    fresh.draft_version = base + 1
    fresh.field_versions = fresh.field_versions | dict.fromkeys(changed, base + 1)
    fresh.updated_at = clock.now()
    repeated = columns(form, fresh.data)
    for name, value in repeated.items():
        setattr(fresh, name, value)
    own = {name: getattr(fresh, name) for name in ("data", "draft_version", "field_versions", "updated_at")}
    if not Application.objects.filter(pk=fresh.pk, draft_version=base, state=fresh.state).update(**own, **repeated):
        raise Conflict(_("Somebody else saved this draft at the same moment. Nothing was lost; try again."))
    record(fresh, "application.save_draft", actor=actor, extra={"fields": sorted(changed)})


def _show(application: Application, fresh: Application) -> None:
    for name in ("data", "draft_version", "field_versions", "updated_at", "project_title", "level", "building_state", "industry_id"):
        setattr(application, name, getattr(fresh, name))
