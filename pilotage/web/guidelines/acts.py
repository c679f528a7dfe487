"""What can be done with a guideline: every act is one POST to one service."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pilotage.core.documents import DocumentError
from pilotage.core.verdict import Conflict, Invalid
from pilotage.publications.books.model import BookError
from pilotage.publications.guidelines import issuing, rounds, services
from pilotage.publications.guidelines.models import Guideline, GuidelineComment
from pilotage.web.guidelines.desk import commented, managed, visible


@require_POST
def act(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    guideline = visible(request, slug)
    if verb not in ACTS:
        raise Http404
    try:
        messages.success(request, ACTS[verb](request, guideline))
    except Invalid as problem:
        guideline.refresh_from_db()
        return render(request, "guidelines/manage.html", managed(request, guideline, problem.errors), status=422)
    except (DocumentError, BookError) as problem:
        raise Conflict(str(problem)) from problem
    return redirect("guidelines:manage", slug=slug)


def _add(request: HttpRequest, guideline: Guideline) -> str:
    services.add_chapter(actor=request.user, guideline=guideline, values=request.POST.dict())
    return _("The chapter is added.")


def _rename(request: HttpRequest, guideline: Guideline) -> str:
    services.rename_chapter(actor=request.user, guideline=guideline, key=_key(request, guideline), values=request.POST.dict())
    return _("The chapter has its new title.")


def _move(request: HttpRequest, guideline: Guideline) -> str:
    services.move_chapter(
        actor=request.user, guideline=guideline, key=_key(request, guideline), by=-1 if request.POST.get("to") == "up" else 1
    )
    return _("The order is kept.")


def _remove(request: HttpRequest, guideline: Guideline) -> str:
    services.remove_chapter(actor=request.user, guideline=guideline, key=_key(request, guideline))
    return _("The chapter is removed.")


def _take_over(request: HttpRequest, guideline: Guideline) -> str:
    services.take_over(actor=request.user, guideline=guideline, key=_key(request, guideline))
    return _("The chapter has the text of the plan folder again.")


def _key(request: HttpRequest, guideline: Guideline) -> str:
    return get_object_or_404(guideline.chapters, key=request.POST.get("key", "")).key


def _open(request: HttpRequest, guideline: Guideline) -> str:
    rounds.open_round(actor=request.user, guideline=guideline, closes_on=request.POST.get("closes_on", ""))
    return _("The draft is open for comments.")


def _close(request: HttpRequest, guideline: Guideline) -> str:
    rounds.close_round(actor=request.user, guideline=guideline)
    return _("The round is closed. Answer what is left, then publish the answers.")


def _publish(request: HttpRequest, guideline: Guideline) -> str:
    summaries = {name: request.POST.get(name, "") for name in ("summary_zh", "summary_en")}
    rounds.publish_answers(actor=request.user, guideline=guideline, **summaries)
    return _("The answers are published.")


def _number(request: HttpRequest, guideline: Guideline) -> str:
    given = {name: request.POST.get(name, "") for name in ("number", "issued_on", "as_of")}
    services.set_issue(actor=request.user, guideline=guideline, **given)
    return _("Number and days are kept.")


def _propose(request: HttpRequest, guideline: Guideline) -> str:
    issuing.propose_issue(actor=request.user, guideline=guideline)
    return _("Issuing is proposed. A second person must confirm.")


def _confirm(request: HttpRequest, guideline: Guideline) -> str:
    issuing.confirm_issue(actor=request.user, guideline=guideline)
    return _("The guideline is issued; text, figures and files are kept as they are.")


def _take_back(request: HttpRequest, guideline: Guideline) -> str:
    issuing.take_back(actor=request.user, guideline=guideline)
    return _("The proposal is withdrawn.")


def _revise(request: HttpRequest, guideline: Guideline) -> str:
    issuing.revise(actor=request.user, guideline=guideline, reason=request.POST.get("reason", ""))
    return _("The revision is begun. What is issued stays public until the next issue.")


def _propose_withdrawal(request: HttpRequest, guideline: Guideline) -> str:
    issuing.propose_withdrawal(actor=request.user, guideline=guideline, reason=request.POST.get("reason", ""))
    return _("Withdrawal is proposed. A second person must confirm.")


def _confirm_withdrawal(request: HttpRequest, guideline: Guideline) -> str:
    issuing.confirm_withdrawal(actor=request.user, guideline=guideline)
    return _("The guideline is withdrawn.")


ACTS: dict[str, Callable[[HttpRequest, Guideline], str]] = {
    "add": _add,
    "rename": _rename,
    "move": _move,
    "remove": _remove,
    "take-over": _take_over,
    "open": _open,
    "close": _close,
    "publish": _publish,
    "number": _number,
    "propose": _propose,
    "confirm": _confirm,
    "take-back": _take_back,
    "revise": _revise,
    "propose-withdrawal": _propose_withdrawal,
    "confirm-withdrawal": _confirm_withdrawal,
}


@require_POST
def answer(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    guideline = visible(request, slug)
    found = get_object_or_404(GuidelineComment.objects.select_related("round__guideline"), number=number, round__guideline=guideline)
    reason, verb = request.POST.get("reason", ""), request.POST.get("verb", "")
    try:
        if verb == "reconsider":
            rounds.reconsider(actor=request.user, comment=found, reason=reason)
        else:
            rounds.answer(actor=request.user, comment=found, verb=verb, reason=reason)
    except Invalid as problem:
        context = commented(request, guideline, at=number, errors={f"reason-{number}": each for each in problem.errors.values()})
        return render(request, "guidelines/comments.html", context, status=422)
    messages.success(request, _("The answer to %(number)s is kept.") % {"number": number})
    return redirect(f"{reverse('guidelines:comments', args=[slug])}?round={found.round.number}#comment-{number}")
