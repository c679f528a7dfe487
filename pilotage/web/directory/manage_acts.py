"""One POST address for the acts of the management page: each calls one service and says what it did."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pilotage.audit.services import withdraw_proposal
from pilotage.calls.models import Call
from pilotage.core.verdict import Conflict, Invalid
from pilotage.directory import services
from pilotage.directory.models import Entry, PublicNotice
from pilotage.web.directory.manage import managed_call, page_context
from pilotage.web.directory.manage_forms import EntryActForm, NoticeForm

Act = Callable[[HttpRequest, Call], str]


@require_POST
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """``do`` names the act. Not allowed or overtaken: the middleware shows the sentence."""
    call = managed_call(request, slug)
    found = ACTS.get(value(request, "do"))
    if found is None:
        raise Http404
    tab, run = found
    try:
        said = run(request, call)
    except Invalid as refusal:
        context = page_context(request, call, tab, {"errors": refusal.errors})
        return render(request, "directory/manage.html", context, status=422)
    messages.success(request, said)
    query = f"?tab={tab}"
    if value(request, "entry"):
        query += f"&{urlencode({'entry': value(request, 'entry')})}"
    return redirect(reverse("directory:manage", kwargs={"slug": call.slug}) + query)


def value(request: HttpRequest, name: str) -> str:
    """From the form, or from the address of a button that has no field of its own."""
    return str(request.POST.get(name) or request.GET.get(name, ""))


def _valid(form: NoticeForm | EntryActForm) -> dict[str, object]:
    if not form.is_valid():
        raise Invalid({name: str(errors[0]) for name, errors in form.errors.items()})
    return dict(form.cleaned_data)


def _prepare_notice(request: HttpRequest, call: Call) -> str:
    values = _valid(NoticeForm(request.POST))
    notice = services.prepare_notice(actor=request.user, call=call, **values)  # type: ignore[arg-type]
    return _("Notice %(number)s was prepared.") % {"number": notice.number}


def _notice(request: HttpRequest, call: Call) -> PublicNotice:
    return get_object_or_404(PublicNotice.objects.select_related("call"), call=call, number=value(request, "notice"))


def _open_notice(request: HttpRequest, call: Call) -> str:
    notice = services.open_notice(actor=request.user, notice=_notice(request, call))
    return _("Notice %(number)s is open.") % {"number": notice.number}


def _propose_close(request: HttpRequest, call: Call) -> str:
    services.propose_close_notice(actor=request.user, notice=_notice(request, call))
    return _("Closing was proposed. A second person must confirm.")


def _confirm_close(request: HttpRequest, call: Call) -> str:
    notice = services.confirm_close_notice(actor=request.user, notice=_notice(request, call))
    return _("Notice %(number)s is closed.") % {"number": notice.number}


def _withdraw_close(request: HttpRequest, call: Call) -> str:
    return _withdraw(request, _notice(request, call), "close")


def _withdraw(request: HttpRequest, obj: object, verb: str) -> str:
    proposal = services.open_proposal(obj, verb)  # type: ignore[arg-type]
    if proposal is None:
        raise Conflict(_("Nobody has proposed this act, or it was decided already. Reload the page to see what has happened."))
    withdraw_proposal(proposal, actor=request.user)
    return _("The proposal was withdrawn.")


def _prepare_edition(request: HttpRequest, call: Call) -> str:
    edition = services.prepare_edition(actor=request.user, call=call)
    count = edition.entries.count()
    return ngettext("The edition was prepared with %(count)d entry.", "The edition was prepared with %(count)d entries.", count) % {
        "count": count
    }


def _propose_publish(request: HttpRequest, call: Call) -> str:
    services.propose_publish(actor=request.user, edition=get_object_or_404(call.editions.select_related("call")))
    return _("Publication was proposed. A second person must confirm.")


def _confirm_publish(request: HttpRequest, call: Call) -> str:
    edition = get_object_or_404(call.editions.select_related("call__plan", "directory"))
    services.confirm_publish(actor=request.user, edition=edition)
    return _("The edition is published.")


def _withdraw_publish(request: HttpRequest, call: Call) -> str:
    return _withdraw(request, get_object_or_404(call.editions), "publish")


def _entry(request: HttpRequest, call: Call) -> Entry:
    return get_object_or_404(
        Entry.objects.select_related("edition__call", "enterprise"), edition__call=call, number=value(request, "entry")
    )


def _entry_act(verb: str) -> Act:
    def run(request: HttpRequest, call: Call) -> str:
        entry, values = _entry(request, call), _valid(EntryActForm(request.POST))
        reason = str(values["reason"])
        if verb == "renew":
            if values["next_evaluation_on"] is None:
                raise Invalid({"next_evaluation_on": _("Give the day of the next re-evaluation.")})
            services.renew(actor=request.user, entry=entry, next_evaluation_on=values["next_evaluation_on"], reason=reason)  # type: ignore[arg-type]
        elif verb == "label":
            services.set_label(actor=request.user, entry=entry, label=str(values["label"]), reason=reason)
        else:
            _SIMPLE[verb](actor=request.user, entry=entry, reason=reason)
        return _("Recorded for %(number)s.") % {"number": entry.number}

    return run


_SIMPLE: dict[str, Callable[..., object]] = {
    "rectify": services.rectify,
    "restore": services.restore,
    "remove": services.propose_remove,
    "readmit": services.propose_readmit,
    "expire": lambda *, actor, entry, reason: services.expire(actor=actor, entry=entry),
}


def _confirm_remove(request: HttpRequest, call: Call) -> str:
    entry = services.confirm_remove(actor=request.user, entry=_entry(request, call))
    return _("%(number)s was removed from the directory.") % {"number": entry.number}


def _confirm_readmit(request: HttpRequest, call: Call) -> str:
    entry = services.confirm_readmit(actor=request.user, entry=_entry(request, call))
    return _("%(number)s is listed again.") % {"number": entry.number}


def _withdraw_readmit(request: HttpRequest, call: Call) -> str:
    return _withdraw(request, _entry(request, call), "readmit")


def _withdraw_remove(request: HttpRequest, call: Call) -> str:
    return _withdraw(request, _entry(request, call), "remove")


ACTS: dict[str, tuple[str, Act]] = {
    "prepare_notice": ("notice", _prepare_notice),
    "open_notice": ("notice", _open_notice),
    "propose_close": ("notice", _propose_close),
    "confirm_close": ("notice", _confirm_close),
    "withdraw_close": ("notice", _withdraw_close),
    "prepare_edition": ("edition", _prepare_edition),
    "propose_publish": ("edition", _propose_publish),
    "confirm_publish": ("edition", _confirm_publish),
    "withdraw_publish": ("edition", _withdraw_publish),
    **{verb: ("entries", _entry_act(verb)) for verb in ("rectify", "restore", "remove", "readmit", "renew", "expire", "label")},
    "confirm_remove": ("entries", _confirm_remove),
    "withdraw_remove": ("entries", _withdraw_remove),
    "confirm_readmit": ("entries", _confirm_readmit),
    "withdraw_readmit": ("entries", _withdraw_readmit),
}
