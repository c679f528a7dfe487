"""Rights: the list, a new one, one right with its status, events, values and pledges."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import assets as services
from pilotage.finance.pledges import rules, selectors
from pilotage.finance.pledges.enums import EventCode, IpKind
from pilotage.finance.pledges.models import IpAsset
from pilotage.finance.pledges.status import Status, status_of
from pilotage.registry.models import Enterprise
from pilotage.web.pledges.common import Reader, day, put_errors, reader_of, said, tabs, yuan
from pilotage.web.pledges.forms import EventForm, RightForm, ValueForm
from pilotage.web.pledges.home import lines

ORDER = ("-id",)


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    kind, words = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:60]
    rows = rules.visible_assets(reader.actor)
    if kind in IpKind.values:
        rows = rows.filter(kind=kind)
    if words:
        rows = rows.filter(number__icontains=words) | rows.filter(title__icontains=words)
    rows = rows.select_related("enterprise").prefetch_related("events", "valuations")
    pages = page(rows, order=ORDER, after=request.GET.get("after", ""), size=50)
    today = clock.today()
    context = {
        "reader": reader,
        "tabs": tabs("rights"),
        "page": pages,
        "rows": [_line(asset, today) for asset in pages.rows],
        "kinds": IpKind.choices,
        "kind": kind,
        "q": words,
    }
    return render(request, "pledges/rights.html", context)


def _line(asset: IpAsset, today: Any) -> dict[str, Any]:
    status = status_of(asset, asset.events.all(), today)
    value = selectors.value_on(asset.valuations.all(), today)
    return {
        "row": asset,
        "words": status_words(asset, status),
        "word": status.word,
        "status": status,
        "value": yuan(value.value) if value else "",
    }


def status_words(asset: IpAsset, status: Status) -> list[str]:
    """What stands against the right, after its legal status."""
    found = []
    if status.owners and asset.enterprise.name_zh not in status.owners:
        found.append(_("registered for %(owners)s") % {"owners": "、".join(status.owners)})
    elif len(status.owners) > 1:
        found.append(_("with co-owners"))
    if status.pledged_by:
        found.append(pgettext("right", "pledged"))
    if status.preserved:
        found.append(_("preserved by a court"))
    if status.disputed:
        found.append(_("owner in dispute"))
    if status.contested:
        found.append(_("invalidation requested"))
    if status.partly_invalid:
        found.append(_("invalid in part"))
    if status.fee_due and status.fee_due < clock.today():
        found.append(_("annual fee unpaid"))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    enterprise = Enterprise.objects.filter(pk__in=reader.enterprises).order_by("pk").first()
    if enterprise is None:
        raise Http404
    form = RightForm(request.POST or None, initial={"owners": enterprise.name_zh})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.enter(actor=reader.actor, enterprise=enterprise, values=form.values())
        except Invalid as problem:
            put_errors(form, problem)
        else:
            messages.success(request, _("Entered. Look it up in the register before it is pledged."))
            return redirect("pledges:right", made.pk)
    context = {"form": form, "tabs": tabs("rights"), "enterprise": enterprise}
    return render(request, "pledges/right_form.html", context, status=422 if form.errors else 200)


def _right_of(reader: Reader, pk: int) -> IpAsset:
    return get_object_or_404(rules.visible_assets(reader.actor).select_related("enterprise"), pk=pk)


@require_safe
def right_page(request: HttpRequest, pk: int) -> HttpResponse:
    reader = reader_of(request)
    return _show(request, reader, _right_of(reader, pk), EventForm(), ValueForm())


def _show(request: HttpRequest, reader: Reader, asset: IpAsset, event_form: EventForm, value_form: ValueForm) -> HttpResponse:
    today = clock.today()
    events = list(asset.events.select_related("pledge").order_by("-on", "-id")[:200])
    status = status_of(asset, events, today)
    pledges = selectors.with_relations(rules.visible_pledges(reader.actor).filter(assets=asset)).order_by("-id")[:50]
    values = list(asset.valuations.order_by("-valued_on", "-id")[:50])
    held = selectors.value_on(values, today)
    context = {
        "reader": reader,
        "tabs": tabs("rights"),
        "asset": asset,
        "status": status,
        "words": status_words(asset, status),
        "facts": _facts(asset, status),
        "events": [_event(event) for event in events],
        "values": [{"row": each, "amount": yuan(each.value), "holds": held is not None and each.pk == held.pk} for each in values],
        "pledges": lines(pledges),
        "may_record": bool(rules.can_record(reader.actor, asset)),
        "is_own": asset.enterprise_id in reader.enterprises,
        "event_form": event_form,
        "value_form": value_form,
    }
    return render(request, "pledges/right.html", context, status=422 if event_form.errors or value_form.errors else 200)


def _facts(asset: IpAsset, status: Status) -> list[tuple[str, str]]:
    rows = [
        (_("Kind"), str(asset.get_kind_display())),
        (pgettext("right", "Number"), asset.number),
        (_("Registered owners"), "、".join(status.owners)),
        (_("Filed on"), day(asset.filed_on)),
        (pgettext("right", "Granted on"), day(asset.granted_on)),
        (_("Expires on"), day(asset.expires_on)),
    ]
    if status.has_fee:
        rows.append((_("Next annual fee due on"), day(status.fee_due)))
        rows.append((_("A same-day utility model or invention exists"), asset.pair_number or said(asset.has_pair)))
    return [*rows, (_("Last looked up on"), day(status.looked_up)), (_("Source"), asset.source)]


def _event(event: Any) -> dict[str, Any]:
    code = EventCode(event.code)
    details = []
    if event.owners:
        details.append("、".join(event.owners))
    if event.until:
        details.append(_("next fee due on %(day)s") % {"day": day(event.until)})
    if event.note:
        details.append(event.note)
    title = f"{code.value} {code.label}" if code.value.isupper() else str(code.label)
    return {"title": title, "at": event.on, "text": " · ".join(details), "url": "", "state": "done"}


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    reader = reader_of(request)
    asset = _right_of(reader, pk)
    if request.POST.get("do") == "value":
        form: Any = ValueForm(request.POST)
        forms = (EventForm(), form)
    elif request.POST.get("do") == "event":
        form = EventForm(request.POST)
        forms = (form, ValueForm())
    else:
        raise Http404
    if not form.is_valid():
        return _show(request, reader, asset, *forms)
    try:
        if isinstance(form, ValueForm):
            services.value(actor=reader.actor, asset=asset, **form.values())
        else:
            services.record_event(actor=reader.actor, asset=asset, **form.values())
    except Invalid as problem:
        put_errors(form, problem)
        return _show(request, reader, asset, *forms)
    messages.success(request, pgettext("right", "Entered."))
    return redirect("pledges:right", asset.pk)
