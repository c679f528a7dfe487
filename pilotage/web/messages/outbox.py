"""The secretariat's outbox: what goes out, what is held, what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pilotage.core import keyset
from pilotage.core.verdict import Conflict
from pilotage.messages import rules, selectors, services
from pilotage.messages.enums import MailState

ACTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "hold": (MailState.WAITING, services.hold_mails),
    "release": (MailState.HELD, services.release_mails),
    "retry": (MailState.FAILED, services.retry_mails),
}
BULK_AT_MOST = 500


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    rules.can_see_outbox(request.user).require()
    state, address = request.GET.get("state", ""), request.GET.get("q", "")
    mails = rules.visible_mails(request.user)
    page = keyset.page(selectors.outbox(mails, state=state, address=address), order=("-id",), after=request.GET.get("after", ""))
    counts = dict(mails.order_by().values_list("state").annotate(number=Count("pk")))
    context = {
        "page": page,
        "tabs": _tabs(state, counts),
        "state": state if state in MailState.values else "",
        "q": address,
        "office": selectors.office(),
        "can_run": rules.can_run_outbox(request.user),
        "acts": _acts(state),
        "stays_here": not settings.EMAIL_TRANSPORT.endswith("smtp.EmailBackend"),
    }
    return render(request, "messages/outbox.html", context)


def _tabs(state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    rows = [{"url": "?", "label": _("All"), "count": sum(counts.values()), "current": state not in MailState.values}]
    rows += [
        {"url": f"?state={each.value}", "label": each.label, "count": counts.get(each, 0), "current": state == each} for each in MailState
    ]
    return rows


def _acts(state: str) -> list[dict[str, Any]]:
    """What can be done with the rows of this tab; the tab of all offers nothing, its rows stand at different points."""
    labels = {"hold": _("Hold"), "release": _("Release"), "retry": _("Try again")}
    return [{"value": verb, "label": labels[verb], "primary": verb != "hold"} for verb, (source, _act) in ACTS.items() if source == state]


@never_cache
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(rules.visible_mails(request.user).select_related("person"), pk=pk)
    verbs = [act for act in _acts(row.state) if rules.can_run_outbox(request.user)]
    return render(request, "messages/mail.html", {"mail": row, "acts": verbs, "crumbs": _crumbs(row.pk)})


def _crumbs(pk: int) -> list[tuple[str, str]]:
    return [(_("Outbox"), "/work/outbox/"), (_("E-mail %(number)s") % {"number": pk}, "")]


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """One verb on the rows ticked, all or none."""
    verb = request.POST.get("act", "")
    ids = [int(value) for value in request.POST.getlist("ids") if value.isdecimal() and len(value) < 19][:BULK_AT_MOST]
    if verb not in ACTS:
        raise Http404
    rules.can_run_outbox(request.user).require()
    source, service = ACTS[verb]
    rows = list(rules.visible_mails(request.user).filter(pk__in=ids).order_by("pk"))
    if len(rows) != len(ids):
        raise Http404
    if any(row.state != source for row in rows):
        raise Conflict(_("Somebody else did this first. Reload the page."))
    if rows:
        service(actor=request.user, mails=rows)
        messages.success(request, ngettext("%(count)s e-mail changed.", "%(count)s e-mails changed.", len(rows)) % {"count": len(rows)})
    else:
        messages.warning(request, _("Nothing was selected."))
    return redirect("messages:outbox")


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    if request.POST.get("act") == "hold":
        services.hold_everything(actor=request.user)
        messages.success(request, _("Nothing goes out until it is released."))
    else:
        services.release_everything(actor=request.user)
        messages.success(request, _("E-mails go out again."))
    return redirect("messages:outbox")
