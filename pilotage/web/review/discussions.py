"""Panel discussions: the expert's list and page, and the secretariat's list of a call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.accounts import rules as accounts
from pilotage.accounts.enums import Role
from pilotage.calls.models import Application, Call
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid, no
from pilotage.review.dossier import blind_title, dossier_of
from pilotage.review.enums import DiscussionState
from pilotage.review.models import Discussion, ExpertProfile
from pilotage.review.options import review_options
from pilotage.review.panel import calling as discussion_calling
from pilotage.review.panel import discussions
from pilotage.review.panel import rules as discussion_rules
from pilotage.review.panel.options import discussion_options
from pilotage.review.panel.sheet import discussion_counts, panels_of, sheet_of
from pilotage.review.rules import can_see_results
from pilotage.web.review.board import call_of
from pilotage.web.review.queue import HEAVY, LINE

ACTIVE = (DiscussionState.WAITING, DiscussionState.OPEN)
GROUPS: dict[str, tuple[str, ...]] = {
    "waiting": (DiscussionState.WAITING,),
    "open": (DiscussionState.OPEN,),
    "closed": (DiscussionState.CLOSED,),
    "dropped": (DiscussionState.DROPPED,),
    "all": tuple(DiscussionState.values),
}
MOST = 500  # discussions one act takes


# --- the expert -----------------------------------------------------------------------------
@require_safe
def own_discussions(request: HttpRequest) -> HttpResponse:
    """Of the applications one has reviewed or leads; what can be done first."""
    if not accounts.has_role(request.user, Role.EXPERT):
        no(_("Only experts have panel discussions.")).require()
    tab = "closed" if request.GET.get("state") == "closed" else "active"
    mine = discussion_rules.visible_discussions(request.user)
    rows = mine.filter(state__in=ACTIVE) if tab == "active" else mine.filter(state=DiscussionState.CLOSED)
    shown = page(rows.select_related("call", "chair", *LINE).defer(*HEAVY), order=("id",), after=request.GET.get("after", ""))
    calls = {row.call_id: row.call for row in shown}
    for row in shown:
        row.call = calls[row.call_id]  # its stages are read once
    lines = [(row, title_of(row), row.chair is not None and row.chair.user_id == request.user.pk) for row in shown]
    labels = {"active": pgettext("discussion", "To discuss"), "closed": pgettext("discussion", "Closed")}
    tabs = [{"url": f"?state={key}", "label": label, "count": None, "current": key == tab} for key, label in labels.items()]
    return render(request, "review/discussions.html", {"page": shown, "lines": lines, "tabs": tabs, "tab": tab})


def title_of(discussion: Discussion) -> str:
    blind = review_options(discussion.call).blind
    return blind_title(discussion.application) if blind else discussion.application.project_title


@require_http_methods(["GET", "HEAD", "POST"])
def discussion(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    errors: dict[str, str] = {}
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise Http404
        try:
            act(request, found)
            return redirect("review:discussion", pk=pk)
        except Invalid as problem:
            errors = problem.errors
    return render(request, "review/discussion.html", _context(request, found, errors), status=422 if errors else 200)


def _visible(request: HttpRequest, pk: int) -> Discussion:
    """404 for whoever is not on the panel; also for a chair against whom a conflict was found since."""
    rows = discussion_rules.visible_discussions(request.user).select_related("call", "chair__user", "application__version", *LINE)
    found = get_object_or_404(rows, pk=pk)
    found.application.call = found.call
    if can_see_results(request.user) or discussion_rules.seat_of(request.user, found) or discussion_rules.is_chair(request.user, found):
        return found
    raise Http404


def _open(request: HttpRequest, found: Discussion) -> None:
    discussions.open_discussion(actor=request.user, discussion=found)
    messages.success(request, _("The discussion is open: the panel reads each other's scores now."))


def _remark(request: HttpRequest, found: Discussion) -> None:
    discussions.remark(actor=request.user, discussion=found, text=request.POST.get("text", ""))
    messages.success(request, _("Your remark is kept."))


def _change(request: HttpRequest, found: Discussion) -> None:
    post = request.POST
    keys = [name.removeprefix("value-") for name in post if name.startswith("value-")]
    values = {key: {"value": post[f"value-{key}"], "base": post.get(f"was-{key}", "")} for key in keys}
    made = discussions.change_scores(actor=request.user, discussion=found, values=values, reason=post.get("reason", ""))
    said = ngettext("%(count)s score is changed.", "%(count)s scores are changed.", len(made)) % {"count": len(made)}
    messages.success(request, said)


def _close(request: HttpRequest, found: Discussion) -> None:
    discussions.close_discussion(actor=request.user, discussion=found, summary=request.POST.get("summary", ""))
    messages.success(request, _("The discussion is closed."))


def _reopen(request: HttpRequest, found: Discussion) -> None:
    discussions.reopen_discussion(actor=request.user, discussion=found, reason=request.POST.get("reason", ""))
    messages.success(request, _("The discussion is open again."))


_ACTS = {"open": _open, "remark": _remark, "change": _change, "close": _close, "reopen": _reopen}


def _context(request: HttpRequest, found: Discussion, errors: dict[str, str]) -> dict[str, Any]:
    actor, is_office = request.user, bool(can_see_results(request.user))
    is_begun = found.state in (DiscussionState.OPEN, DiscussionState.CLOSED)
    seat = discussion_rules.seat_of(actor, found)
    sheet = sheet_of(found, actor, is_named=is_office) if is_begun or is_office else None
    return {
        "discussion": found,
        "call": found.call,
        "title": title_of(found) if not is_office else found.application.project_title,
        "blind": review_options(found.call).blind and not is_office,
        "is_office": is_office,
        "is_chair": found.chair is not None and found.chair.user_id == actor.pk,
        "seat": seat,
        "sheet": sheet,
        "own": [(line, request.POST.get(f"value-{line.key}", line.mine)) for line in sheet.lines if line.mine is not None] if sheet else [],
        "dossier": dossier_of(found.application, found.call) if seat is None and not is_office else None,
        "may_open": may(actor, found, "open"),
        "may_close": may(actor, found, "close"),
        "may_reopen": may(actor, found, "reopen"),
        "may_speak": discussion_rules.can_speak(actor, found),
        "may_change": discussion_rules.can_change_scores(actor, found),
        "led_by_chair": discussion_options(found.call).chair,
        "errors": errors,
        "posted": {name: request.POST.get(name, "") for name in ("text", "reason", "summary")},
        "act": request.POST.get("act", ""),
    }


# --- the secretariat ------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def call_discussions(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _act(request, call)
            return redirect(request.get_full_path())
        except Invalid as problem:
            errors = problem.errors
    return render(request, "review/call_discussions.html", _list(request, call, errors), status=422 if errors else 200)


def _list(request: HttpRequest, call: Call, errors: dict[str, str]) -> dict[str, Any]:
    group = request.GET.get("state") if request.GET.get("state") in GROUPS else "all"
    rows = Discussion.objects.filter(call=call, state__in=GROUPS[group])
    shown = page(
        rows.select_related("chair__user", "application__enterprise", "application__review_summary").defer(*HEAVY),
        order=("id",),
        after=request.GET.get("after", ""),
    )
    counts, panels = discussion_counts(call), panels_of([row.application_id for row in shown])
    labels = {"all": _("All"), **{state: DiscussionState(state).label for state in DiscussionState.values}}
    return {
        "call": call,
        "options": discussion_options(call),
        "page": shown,
        "lines": [(row, panels.get(row.application_id, [])) for row in shown],
        "tabs": [{"url": f"?state={key}", "label": labels[key], "count": counts[key], "current": key == group} for key in GROUPS],
        "counts": counts,
        "to_close": counts["waiting"] + counts["open"],
        "far": discussion_calling.far_apart(call).count(),
        "may_call": discussion_rules.can_call(request.user, call),
        "errors": errors,
        "chosen": request.POST.getlist("ids"),
        "posted": {name: request.POST.get(name, "") for name in ("number", "reason", "chair", "closes_at", "why")},
    }


def _act(request: HttpRequest, call: Call) -> None:
    acts = {"call_far": _call_far, "call_one": _call_one, "chair": _chair, "deadline": _deadline, "drop": _drop}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    act(request, call)


def _call_far(request: HttpRequest, call: Call) -> None:
    made = len(discussion_calling.call_far_apart(actor=request.user, call=call))
    text = ngettext("%(count)s application comes to the panel.", "%(count)s applications come to the panel.", made)
    messages.success(request, text % {"count": made})


def _call_one(request: HttpRequest, call: Call) -> None:
    number = request.POST.get("number", "").strip()
    found = Application.objects.filter(call=call, number=number).first()
    if found is None:
        raise Invalid({"number": _("This call has no application with this number.")})
    found.call = call
    discussion_calling.call_to_panel(actor=request.user, application=found, reason=request.POST.get("reason", ""))
    messages.success(request, _("%(number)s comes to the panel.") % {"number": number})


def _chosen(request: HttpRequest, call: Call) -> list[Discussion]:
    keys = [int(pk) for pk in request.POST.getlist("ids") if pk.isdecimal()][:MOST]
    rows = list(Discussion.objects.filter(pk__in=keys, call=call).select_related("chair", "application__enterprise").order_by("pk"))
    if not rows:
        raise Invalid({"ids": _("Select at least one discussion.")})
    for row in rows:
        row.call = row.application.call = call
    return rows


def _chair(request: HttpRequest, call: Call) -> None:
    number = request.POST.get("chair", "").strip()
    expert = ExpertProfile.objects.select_related("user", "employer").filter(number=number).first()
    if expert is None:
        raise Invalid({"chair": _("The pool has no expert with this number.")})
    done = discussions.appoint_chair(actor=request.user, discussions=_chosen(request, call), expert=expert)
    if done.led:
        text = ngettext("%(expert)s leads %(count)s discussion.", "%(expert)s leads %(count)s discussions.", len(done.led))
        messages.success(request, text % {"expert": expert, "count": len(done.led)})
    for row, sentence in done.barred[:10]:
        messages.warning(
            request,
            _("%(number)s is not led by %(expert)s: %(why)s") % {"number": row.application.number, "expert": expert, "why": sentence},
        )


def _deadline(request: HttpRequest, call: Call) -> None:
    try:
        closes_at = timezone.make_aware(datetime.fromisoformat(request.POST.get("closes_at", "")))
    except ValueError:
        raise Invalid({"closes_at": _("Give day and time.")}) from None
    discussion_calling.set_deadline(actor=request.user, discussions=_chosen(request, call), closes_at=closes_at)
    messages.success(request, _("The deadline is set."))


def _drop(request: HttpRequest, call: Call) -> None:
    rows = _chosen(request, call)
    if not request.POST.get("why", "").strip():
        raise Invalid({"why": _("Give the reason: it is kept in the record.")})
    for row in rows:
        discussion_calling.drop(actor=request.user, discussion=row, reason=request.POST["why"])
    text = ngettext("%(count)s discussion is taken off the list.", "%(count)s discussions are taken off the list.", len(rows))
    messages.success(request, text % {"count": len(rows)})
