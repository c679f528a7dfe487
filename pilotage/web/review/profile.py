"""One expert: what is known, when away, what ties to enterprises, what was done. The expert's own page and the secretariat's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.accounts import rules as accounts
from pilotage.accounts.enums import Role
from pilotage.calls.selectors import outcome_is_public
from pilotage.core import clock
from pilotage.core.verdict import Invalid, no
from pilotage.review.dossier import blind_title
from pilotage.review.experts import profiles as experts
from pilotage.review.experts import relations
from pilotage.review.experts.conflicts import TIE_YEARS, years_before
from pilotage.review.experts.pool import calls_of, discipline_names
from pilotage.review.models import ExpertProfile, Relation
from pilotage.review.options import review_options
from pilotage.review.rules import can_edit_pool, can_edit_profile, can_see_results, is_self, visible_experts
from pilotage.web.review.forms import AbsenceForm, Day, NewExpertForm, OfficeForm, ProfileForm, RelationForm, initial, show_errors

RELATED = (
    "enterprise",
    "recorded_by",
    "application__call",
    "application__enterprise__group",
    "application__enterprise__province",
    "application__enterprise__prefecture",
    "application__enterprise__county",
)
WHOLE = ("user", "employer", "province")


@require_http_methods(["GET", "HEAD", "POST"])
def own_profile(request: HttpRequest) -> HttpResponse:
    if not accounts.has_role(request.user, Role.EXPERT):
        no(_("Only experts have a profile.")).require()
    found = ExpertProfile.objects.filter(user=request.user).select_related(*WHOLE).first()
    if found is None:
        return render(request, "review/no_profile.html")
    return _profile(request, found, "review:profile")


@require_http_methods(["GET", "HEAD", "POST"])
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    can_see_results(request.user).require()
    found = get_object_or_404(visible_experts(request.user).select_related(*WHOLE), pk=pk)
    return _profile(request, found, "review:expert", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def expert_new(request: HttpRequest) -> HttpResponse:
    can_edit_pool(request.user).require()
    form = NewExpertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = {name: form.cleaned_data[name] for name in ("number", "name", "email")}
        try:
            made = experts.hire(actor=request.user, **who, **form.facts())
        except Invalid as problem:
            show_errors(form, problem)
        else:
            messages.success(request, _("%(expert)s is in the pool.") % {"expert": made})
            return redirect("review:expert", pk=made.pk)
    return render(request, "review/expert_new.html", {"form": form}, status=422 if form.errors else 200)


def _profile(request: HttpRequest, found: ExpertProfile, name: str, *args: Any) -> HttpResponse:
    bound: dict[str, forms.Form] = {}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in _ACTS:
            raise Http404
        can_edit_profile(request.user, found).require()
        key, form = _ACTS[act](request, found)
        if form is None:
            return redirect(name, *args)
        bound[key] = form
    context = _context(request, found, bound)
    return render(request, "review/expert.html", context, status=422 if bound else 200)


# --- acts: the name of the form and, where it has errors, the form ----------------------------
Done = tuple[str, forms.Form | None]


def _facts(request: HttpRequest, found: ExpertProfile) -> Done:
    kind = OfficeForm if can_edit_pool(request.user) else ProfileForm
    return _through(
        request, "profile", kind(request.POST), lambda form: experts.update_expert(actor=request.user, expert=found, **form.facts())
    )


def _away(request: HttpRequest, found: ExpertProfile) -> Done:
    form = AbsenceForm(request.POST, prefix="away")
    return _through(request, "absence", form, lambda f: experts.add_absence(actor=request.user, expert=found, **f.cleaned_data))


def _back(request: HttpRequest, found: ExpertProfile) -> Done:
    absence = get_object_or_404(found.absences.all(), pk=_number(request, "absence"))
    experts.remove_absence(actor=request.user, absence=absence)
    return "", None


def _relate(request: HttpRequest, found: ExpertProfile) -> Done:
    form = RelationForm(request.POST, prefix="tie")
    return _through(request, "relation", form, lambda f: relations.add_relation(actor=request.user, expert=found, **f.facts()))


class _EndForm(forms.Form):
    ends_on = Day()


class _StrikeForm(forms.Form):
    reason = forms.CharField(max_length=500, required=False)


def _end(request: HttpRequest, found: ExpertProfile) -> Done:
    row = get_object_or_404(found.relations.select_related("expert"), pk=_number(request, "relation"))
    return _through(
        request,
        f"end-{row.pk}",
        _EndForm(request.POST),
        lambda f: relations.end_relation(actor=request.user, relation=row, **f.cleaned_data),
    )


def _strike(request: HttpRequest, found: ExpertProfile) -> Done:
    row = get_object_or_404(found.relations.select_related("expert"), pk=_number(request, "relation"))
    form = _StrikeForm(request.POST)
    return _through(
        request, f"strike-{row.pk}", form, lambda f: relations.strike_relation(actor=request.user, relation=row, **f.cleaned_data)
    )


_ACTS: dict[str, Callable[[HttpRequest, ExpertProfile], Done]] = {
    "profile": _facts,
    "absence": _away,
    "back": _back,
    "relation": _relate,
    "end": _end,
    "strike": _strike,
}


def _through(request: HttpRequest, key: str, form: Any, service: Callable[[Any], Any]) -> Done:
    """Hand a sound form to the service; its sentences come back at the fields."""
    if form.is_valid():
        try:
            service(form)
        except Invalid as problem:
            show_errors(form, problem)
        else:
            messages.success(request, _("Saved."))
            return key, None
    return key, form


def _number(request: HttpRequest, name: str) -> int:
    value = request.POST.get(name, "")
    if not value.isdecimal():
        raise Http404
    return int(value)


# --- drawing --------------------------------------------------------------------------------
def _context(request: HttpRequest, found: ExpertProfile, bound: dict[str, forms.Form]) -> dict[str, Any]:
    office = bool(can_edit_pool(request.user))
    own = is_self(request.user, found)
    kind = OfficeForm if office else ProfileForm
    rows = found.relations.select_related(*RELATED).order_by("-id")
    names = discipline_names(found.disciplines)
    return {
        "expert": found,
        "own": own,
        "office": office,
        "may_edit": can_edit_profile(request.user, found),
        "disciplines": [names.get(code, code) for code in found.disciplines],
        "form": bound.get("profile") or kind(initial=initial(found)),
        "away_form": bound.get("absence") or AbsenceForm(prefix="away"),
        "tie_form": bound.get("relation") or RelationForm(prefix="tie"),
        "open_form": next(iter(bound), ""),
        "absences": found.absences.filter(ends_on__gte=clock.today()),
        "relations": [_line(row, bound, is_hidden=own and _is_hidden(row)) for row in rows],
        "past": calls_of(found),
    }


def _is_hidden(row: Relation) -> bool:
    """Declared before a blind review whose outcome is not public: the expert does not know whose project it was."""
    return row.application is not None and review_options(row.application.call).blind and not outcome_is_public(row.application.call)


def _line(row: Relation, bound: dict[str, forms.Form], *, is_hidden: bool) -> dict[str, Any]:
    counts_until = years_before(clock.today(), TIE_YEARS)
    said = bound.get(f"end-{row.pk}") or bound.get(f"strike-{row.pk}")
    return {
        "row": row,
        "name": _("the applicant of “%(title)s”") % {"title": blind_title(row.application)} if is_hidden and row.application else row.name,
        "counts": row.struck_at is None and (row.ends_on is None or row.ends_on >= counts_until),
        "errors": [sentence for sentences in said.errors.values() for sentence in sentences] if said else [],
    }
