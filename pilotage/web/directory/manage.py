"""The secretariat's page of a call after selection: notice, objections, edition, entries. Auditors read it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Application, Call
from pilotage.calls.rules import visible_calls
from pilotage.core.keyset import page
from pilotage.core.transitions import may, table_for
from pilotage.core.verdict import YES, Invalid, Verdict, no
from pilotage.directory import rules, services
from pilotage.directory.enums import UNDECIDED, NoticeState
from pilotage.directory.models import Edition, Entry, PublicNotice
from pilotage.directory.selectors.entries import holds
from pilotage.directory.selectors.notices import objections_of, with_counts
from pilotage.directory.selectors.objections import is_overdue
from pilotage.directory.transitions import ENTRY
from pilotage.web.directory.manage_forms import EntryActForm, NoticeForm

TABS = ("notice", "objections", "edition", "entries")


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The calls that have or may have a notice."""
    rules.can_see_management(request.user).require()
    calls = visible_calls(request.user).annotate(
        notice_count=Count("notices", distinct=True),
        waiting=Count("notices__objections", filter=Q(notices__objections__state__in=UNDECIDED), distinct=True),
    )
    found = page(calls, order=("-year", "slug"), after=request.GET.get("after", ""), size=50)
    return render(request, "directory/manage_overview.html", {"page": found})


def managed_call(request: HttpRequest, slug: str) -> Call:
    rules.can_see_management(request.user).require()
    return get_object_or_404(Call.objects.select_related("plan", "current"), slug=slug)


@require_safe
def call_page(request: HttpRequest, slug: str) -> HttpResponse:
    call = managed_call(request, slug)
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else ("entries" if request.GET.get("entry") else "notice")
    return render(request, "directory/manage.html", page_context(request, call, tab or "notice"))


def page_context(request: HttpRequest, call: Call, tab: str, forms: dict[str, Any] | None = None) -> dict[str, Any]:
    counts = dict(
        Application.objects.filter(call=call, state__in=["selected", "reserve", "in_notice", "excluded", "listed"])
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    notices = list(with_counts(call.notices.all()).order_by("number"))
    edition = call.editions.select_related("directory").order_by("id").first()
    waiting = sum(getattr(notice, "open_objections", 0) or 0 for notice in notices)
    context = {
        "call": call,
        "tab": tab,
        "tabs": [
            {"url": f"?tab={key}", "label": label, "count": count, "current": key == tab}
            for key, label, count in (
                ("notice", _("Notices"), len(notices)),
                ("objections", _("Objections"), waiting),
                ("edition", _("Edition"), ""),
                ("entries", _("Entries"), ""),
            )
        ],
        "counts": {state: counts.get(state, 0) for state in ("selected", "reserve", "in_notice", "excluded", "listed")},
        "edition": edition,
        "may_manage": rules.can_manage(request.user, call),
    }
    parts = {"notice": _notice_part, "objections": _objection_part, "edition": _edition_part, "entries": _entries_part}
    return context | parts[tab](request, call, notices, edition) | (forms or {})


def _notice_part(request: HttpRequest, call: Call, notices: list[PublicNotice], _edition: Edition | None) -> dict[str, Any]:
    lines = []
    for notice in notices:
        notice.call = call
        lines.append(
            {
                "notice": notice,
                "may_open": checked(request.user, notice, "open"),
                "may_close": checked(request.user, notice, "close"),
                "proposal": services.open_proposal(notice, "close"),
                "may_confirm": confirmable(request.user, notice, "close"),
            }
        )
    stage = call.stage(StageKind.NOTICE)
    initial = {"opens_at": stage.opens_at, "closes_at": stage.closes_at} if stage else {}
    return {"lines": lines, "notice_form": NoticeForm(initial=initial), "may_prepare": _may_prepare_notice(request, call)}


def _may_prepare_notice(request: HttpRequest, call: Call) -> Verdict:
    verdict = rules.can_manage(request.user, call)
    if not verdict:
        return verdict
    if call.notices.filter(state=NoticeState.DRAFT).exists():
        return no(_("This call already has a notice in preparation."))
    if not Application.objects.filter(call=call, state=ApplicationState.SELECTED).exists():
        return no(_("No selected application waits for a notice."))
    return YES


def checked(actor: Any, obj: Any, verb: str) -> Verdict:
    """The verdict on an act with its validators included, so that a button says why it is disabled."""
    verdict = may(actor, obj, verb)
    if not verdict:
        return verdict
    for validator in table_for(obj).by_verb[verb].validators:
        try:
            validator(obj)
        except Invalid as refusal:
            return no(str(refusal))
    return YES


def confirmable(actor: Any, obj: Any, verb: str) -> Verdict:
    proposal = services.open_proposal(obj, verb)
    verdict = checked(actor, obj, verb)
    if verdict and proposal is not None and proposal.proposed_by_id == actor.pk:
        return no(_("The person who proposed an act cannot confirm it."))
    return verdict


def _objection_part(request: HttpRequest, call: Call, _notices: list[PublicNotice], _edition: Edition | None) -> dict[str, Any]:
    objections = objections_of(call, rules.visible_objections(request.user))[:200]
    return {"lines": [{"objection": objection, "is_overdue": is_overdue(objection)} for objection in objections]}


def _edition_part(request: HttpRequest, call: Call, notices: list[PublicNotice], edition: Edition | None) -> dict[str, Any]:
    if edition is None:
        return {"may_prepare": _may_prepare_edition(request, call, notices)}
    edition.call = call
    return {
        "entry_count": edition.entries.count(),
        "sample": list(edition.entries.select_related("province", "prefecture").defer("facts", "bigrams").order_by("number")[:20]),
        "proposal": services.open_proposal(edition, "publish"),
        "may_publish": checked(request.user, edition, "publish"),
        "may_confirm": confirmable(request.user, edition, "publish"),
    }


def _may_prepare_edition(request: HttpRequest, call: Call, notices: list[PublicNotice]) -> Verdict:
    verdict = rules.can_manage(request.user, call)
    if not verdict:
        return verdict
    if not notices:
        return no(_("This call has had no public notice."))
    if any(notice.state != NoticeState.CLOSED for notice in notices):
        return no(_("A notice of this call is not closed yet."))
    if Application.objects.filter(call=call, state=ApplicationState.SELECTED).exists():
        return no(_("Selected applications still wait for a supplementary notice."))
    return YES


def _entries_part(request: HttpRequest, call: Call, _notices: list[PublicNotice], edition: Edition | None) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:100]
    chosen = request.GET.get("entry", "")
    entries = Entry.objects.filter(edition__call=call).select_related("province", "prefecture").defer("facts", "bigrams")
    if text:
        entries = holds(entries, text)
    found = page(entries, order=("number",), after=request.GET.get("after", ""), size=20)
    entry = Entry.objects.filter(edition__call=call, number=chosen).select_related("edition__call").first() if chosen else None
    return {"page": found, "text": text, "chosen": entry, **(entry_acts(request, entry) if entry else {})}


def entry_acts(request: HttpRequest, entry: Entry) -> dict[str, Any]:
    return {
        "verbs": {verb: checked(request.user, entry, verb) for verb in ENTRY.by_verb if verb != "list"},
        "removal": services.open_proposal(entry, "remove"),
        "may_confirm": confirmable(request.user, entry, "remove"),
        "readmission": services.open_proposal(entry, "readmit"),
        "may_readmit": confirmable(request.user, entry, "readmit"),
        "entry_form": EntryActForm(),
    }
