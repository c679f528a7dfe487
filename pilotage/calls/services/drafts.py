"""Starting an application and saving its draft, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import copy
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.calls import rules
from pilotage.calls.enums import ApplicationKind, ApplicationState, StageKind
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Call, CallVersion, NumberSeries
from pilotage.calls.prefill import Prefill, is_brought, newest_application, prefill
from pilotage.calls.reports.forms import form_for, report_form
from pilotage.calls.reports.periods import current_period, report_stage
from pilotage.calls.selectors import basis_of, form_of, recommender_choices
from pilotage.calls.services import signoff
from pilotage.calls.services.attachments import carry_over
from pilotage.calls.services.common import locked
from pilotage.calls.services.merging import SaveResult, merge, remember, write
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.registry.models import Division, Enterprise


def start_application(
    *,
    actor: Any,
    call: Call,
    enterprise: Enterprise,
    kind: str = ApplicationKind.NEW,
    renews: Application | None = None,
    period: str = "",
) -> Application:
    """A draft bound to the call's current version, begun with what the platform knows; from what it renews, files included.

    ``period`` names the report of a listed project; left out, it is the newest that is taken now.
    """
    with transaction.atomic():
        rules.can_start(actor, call, enterprise, kind, period).require()
        version = _current(call)
        form = form_of(version)
        period = _report_period(call, kind, period)
        _check_renewal(enterprise, kind, renews, period)
        source = basis_of(renews) if renews else newest_application(enterprise)
        begun = prefill(actor, enterprise, form, source, is_renewal=renews is not None)
        if kind == ApplicationKind.UPDATE and source:
            begun = _as_reported(begun, version, source)
        now = clock.now()
        application = Application(
            call=call,
            version=version,
            enterprise=enterprise,
            recommender=next(iter(recommender_choices(call, enterprise)), None),
            kind=kind,
            renews=renews,
            period=period,
            number=_next_number(call, enterprise.province),
            data=begun.data,
            origins=begun.origins,
            province_id=enterprise.province_id,
            prefecture_id=enterprise.prefecture_id,
            county_id=enterprise.county_id,
            created_by=actor,
            created_at=now,
            updated_at=now,
            **columns(form, begun.data),
        )
        application.save(force_insert=True)
        remember(application, begun.data, actor=actor)
        record(application, "application.start", actor=actor)
        if source and renews:
            carry_over(actor=actor, application=application, source=source)
    return application


def _current(call: Call) -> CallVersion:
    if call.current is None:
        raise Refused(_("This call has not been loaded completely."))
    return call.current


def _report_period(call: Call, kind: str, period: str) -> str:
    if kind != ApplicationKind.UPDATE or report_stage(call) is None:
        return ""
    current = current_period(call)
    return period or (current.key if current else "")


def _as_reported(begun: Prefill, version: CallVersion, source: Application) -> Prefill:
    """A report that asks for some sections brings nothing new into the others: they stay as they were filed last."""
    part = report_form(version)
    if part is None:
        return begun
    kept = form_of(version).carried_over(source.data, form_of(source.version))
    data = {key: value for key, value in begun.data.items() if part.asks(key)}
    data |= {key: value for key, value in kept.items() if not part.asks(key)}
    return Prefill(data, {key: origin for key, origin in begun.origins.items() if part.asks(key)})


def _check_renewal(enterprise: Enterprise, kind: str, renews: Application | None, period: str) -> None:
    if kind == ApplicationKind.UPDATE and (renews is None or renews.state != ApplicationState.LISTED):
        raise Invalid({"renews": _("A yearly update needs the listed project it updates.")})
    if renews is None:
        return
    if renews.enterprise_id != enterprise.pk:
        raise Invalid({"renews": _("The earlier application belongs to another enterprise.")})
    if kind != ApplicationKind.UPDATE:
        return
    begun = renews.renewals.filter(kind=kind).exclude(state=ApplicationState.WITHDRAWN)
    if period:
        begun = begun.filter(period=period)
    else:
        begun = begun.exclude(state=ApplicationState.UPDATE_CONFIRMED)
    if begun.exists():
        raise Invalid({"renews": _("An update of this project has been started already.")})


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

    Where the legal representative signs, a change takes back what was asked for or signed.
    Raises ``Refused`` when the application cannot be changed (any more), ``Conflict`` when another writer won the race.
    """
    if result := _save_as_read(actor, application, values, base_version):
        return result
    with transaction.atomic():
        fresh = locked(application)
        rules.can_edit(actor, fresh).require()
        form = form_for(fresh)
        signed_by_another = signoff.refused_statements(fresh, form, values)
        sent = {key: value for key, value in values.items() if key not in signed_by_another}
        merged = merge(fresh, form, sent, base_version, actor)
        merged.errors.update(signed_by_another)
        if merged.changed:
            changed = merged.changed | signoff.void(fresh, form, actor=actor)
            write(fresh, changed, actor=actor, state=fresh.state, columns=columns(form, {**fresh.data, **changed}))
            record(fresh, "application.save_draft", actor=actor, extra={"fields": sorted(changed)})
    _show(application, fresh)
    return merged.result(fresh)


def _save_as_read(actor: Any, application: Application, values: Mapping[str, Any], base_version: int) -> SaveResult | None:
    """The usual case, without a second look under lock: merge into the row as the caller read it, and write if it still is that row.

    None when it is not, when nothing would be written (then only a fresh row can say what is kept), or when a signature is at stake.
    """
    row = copy(application)
    if row.get_deferred_fields() or joint.needs_signoff(row) or not rules.can_edit(actor, row):
        return None
    form = form_for(row)
    merged = merge(row, form, values, base_version, actor)
    if not merged.changed:
        return None
    with suppress(Conflict), transaction.atomic():
        write(row, merged.changed, actor=actor, state=row.state, columns=columns(form, {**row.data, **merged.changed}))
        record(row, "application.save_draft", actor=actor, extra={"fields": sorted(merged.changed)})
        _show(application, row)
        return merged.result(row)
    return None


def confirm_answers(*, actor: Any, application: Application, keys: Iterable[str]) -> list[str]:
    """Say that brought-in answers still hold, unchanged. Returns those that were confirmed now."""
    with transaction.atomic():
        fresh = locked(application)
        rules.can_edit(actor, fresh).require()
        confirmed = [key for key in keys if is_brought(fresh.origins.get(key)) and not fresh.origins[key].get("confirmed")]
        if confirmed:
            now = clock.now().isoformat(timespec="seconds")
            fresh.origins = fresh.origins | {key: {**fresh.origins[key], "confirmed": {"by": str(actor), "at": now}} for key in confirmed}
            fresh.draft_version += 1  # whoever read the row before has not read this
            Application.objects.filter(pk=fresh.pk).update(origins=fresh.origins, draft_version=fresh.draft_version, updated_at=clock.now())
            record(fresh, "application.confirm_answers", actor=actor, extra={"fields": sorted(confirmed)})
    application.origins, application.draft_version = fresh.origins, fresh.draft_version
    return confirmed


def _show(application: Application, fresh: Application) -> None:
    for name in _SHOWN:
        setattr(application, name, getattr(fresh, name))


_SHOWN = (
    "data", "draft_version", "field_versions", "origins", "updated_at", "project_title", "level", "building_state", "industry_id",
)  # fmt: skip
