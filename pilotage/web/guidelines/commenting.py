"""A draft laid open, and comments on its paragraphs by whoever proves a mailbox."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.accounts import codes
from pilotage.core.markup import parse, plain
from pilotage.core.verdict import Invalid, Refused
from pilotage.publications.guidelines import rounds, rules, selectors
from pilotage.publications.guidelines.content import words_in
from pilotage.publications.guidelines.models import SHORT, CommentRound
from pilotage.web.guidelines.public import public
from pilotage.web.guidelines.showing import language_of, page_chapters

SESSION = "guideline_comments"
FIELDS = ("text", "name", "organisation", "email", "chapter", "paragraph", "language")


def open_round(slug: str) -> CommentRound:
    guideline = public(slug)
    found = selectors.open_rounds([guideline]).get(guideline.pk)
    if found is None:
        raise Http404
    return get_object_or_404(CommentRound.objects.select_related("guideline__plan"), pk=found.pk)


@login_not_required
@require_safe
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    found = open_round(slug)
    content, language = found.read(), language_of(found.guideline, request.GET.get("language", ""))
    context = {
        "guideline": found.guideline,
        "round": found,
        "language": language,
        "title": words_in(content["title"], language),
        "chapters": page_chapters(content, language, selectors.readable_cases(content)),
    }
    return render(request, "guidelines/draft.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, slug: str) -> HttpResponse:
    """One form: what is typed stays while the mailbox is being proven; the proof then holds for further comments."""
    found = open_round(slug)
    values = {name: (request.POST if request.method == "POST" else request.GET).get(name, "")[:6000] for name in FIELDS}
    values["language"] = language_of(found.guideline, values["language"])
    proven = _proven(request, found)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            done = _act(request, found, values, proven)
            if done is not None:
                return done
        except Invalid as problem:
            errors = problem.errors
        proven = _proven(request, found)
    context = {
        "guideline": found.guideline,
        "round": found,
        "values": values,
        "is_named": bool(request.POST.get("is_named")),
        "errors": errors,
        "proven": proven,
        "asked": _kept(request, found).get("asked", ""),
        "place": _place(found, values),
        "handed_in": request.GET.get("done", "")[:20],
    }
    return render(request, "guidelines/comment.html", context, status=422 if errors else 200)


def _act(request: HttpRequest, found: CommentRound, values: dict[str, str], proven: str) -> HttpResponse | None:
    """The answer of a comment that was kept; None where the form comes again."""
    rules.can_comment(request.user, found).require()
    verb = request.POST.get("do", "")
    if verb == "forget":
        _keep(request, found, {})
    elif verb == "send" and not proven:
        _send(request, found, values["email"])
    elif not proven:
        proven = _check(request, found, values["email"])
    if verb in {"forget", "send"}:
        return None
    made = rounds.comment(round_=found, email=proven, values={**values, "is_named": request.POST.get("is_named")})
    return redirect(f"{reverse('guidelines:comment', args=[found.guideline.slug])}?done={made.number}")


def _send(request: HttpRequest, found: CommentRound, email: str) -> None:
    try:
        codes.send_code(email=email, purpose=_purpose(found), language=get_language() or "", origin=request.META.get("REMOTE_ADDR", ""))
    except Refused as refusal:
        raise Invalid({"email": str(refusal)}) from refusal
    _keep(request, found, {"asked": codes.normal(email)})


def _check(request: HttpRequest, found: CommentRound, email: str) -> str:
    """The address that the code typed proves. Raises ``Invalid``."""
    asked = str(_kept(request, found).get("asked", ""))
    if not asked or codes.normal(email) != asked:
        raise Invalid({"email": _("Have a code sent to your e-mail address first.")})
    if not codes.check_code(email=asked, purpose=_purpose(found), code=request.POST.get("code", "")[:20]):
        raise Invalid({"code": _("This is not the code, or it has run out. Type it again, or ask for a new one.")})
    _keep(request, found, {"proof": codes.proof(email=asked, purpose=_purpose(found))})
    return asked


def _purpose(found: CommentRound) -> str:
    return f"{rounds.PURPOSE}:{found.pk}"


def _proven(request: HttpRequest, found: CommentRound) -> str:
    proof = str(_kept(request, found).get("proof", ""))
    return codes.proven(proof, purpose=_purpose(found)) if proof else ""


def _kept(request: HttpRequest, found: CommentRound) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(SESSION, {}).get(str(found.pk), {})
    return kept


def _keep(request: HttpRequest, found: CommentRound, values: dict[str, Any]) -> None:
    others = {key: kept for key, kept in request.session.get(SESSION, {}).items() if key != str(found.pk)}
    request.session[SESSION] = others | ({str(found.pk): values} if values else {})


def _place(found: CommentRound, values: dict[str, str]) -> dict[str, str]:
    """Which chapter and which words the comment is about, for the reader's eye."""
    chapter = next((each for each in found.read()["chapters"] if each["key"] == values["chapter"]), None)
    if chapter is None:
        return {}
    short, place = SHORT[values["language"]], values["paragraph"]
    blocks = parse(chapter["text"].get(short, ""))
    quote = plain((blocks[int(place) - 1],)) if place.isdigit() and 1 <= int(place) <= len(blocks) else ""
    return {"title": words_in(chapter["title"], short), "quote": quote[: rounds.MOST_QUOTED]}
