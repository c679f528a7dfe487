"""Public notices, and the objections anybody may file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core.keyset import page
from pilotage.core.verdict import Invalid
from pilotage.directory import rules, services
from pilotage.directory.models import Objection, PublicNotice
from pilotage.directory.selectors.notices import rows_of, with_counts
from pilotage.directory.services.objections import MAX_TEXT

SIZE = 20


@login_not_required
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    notices = with_counts(rules.visible_notices(request.user)).select_related("call")
    found = page(notices, order=("-opens_at", "-id"), after=request.GET.get("after", ""), size=SIZE)
    lines = [{"notice": notice, "may_object": rules.can_object(notice)} for notice in found]
    return render(request, "directory/notice_list.html", {"page": found, "lines": lines})


def visible_notice(request: HttpRequest, number: str) -> PublicNotice:
    notices = with_counts(rules.visible_notices(request.user)).select_related("call__plan")
    return get_object_or_404(notices, number=number)


@login_not_required
@require_safe
def notice_detail(request: HttpRequest, number: str) -> HttpResponse:
    notice = visible_notice(request, number)
    text = request.GET.get("q", "").strip()[:100]
    rows = list(rows_of(notice, text))
    chain_number, _space, chain_digest = notice.chain_head.partition(" ")
    context = {
        "notice": notice,
        "rows": rows,
        "text": text,
        "may_object": rules.can_object(notice),
        "chain_number": chain_number,
        "chain_digest": chain_digest,
        "editions": [e for e in notice.editions.select_related("directory").order_by("id") if e.state == "published"],
        "sees_all": rules.sees_all(request.user),
    }
    return render(request, "directory/notice_detail.html", context)


class ObjectionForm(forms.Form):
    application = forms.TypedChoiceField(
        label=_("What do you object to"), required=False, coerce=int, empty_value=None, help_text=_("One row, or the list as a whole.")
    )
    name = forms.CharField(label=_("Your name"), max_length=100)
    organisation = forms.CharField(label=_("Organisation"), max_length=200, required=False)
    contact = forms.CharField(
        label=_("Telephone or e-mail"),
        max_length=200,
        help_text=_("Seen by the secretariat and auditors only, and used for this objection only."),
    )
    text = forms.CharField(
        label=_("What you object to and on what facts"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Name the facts, where they can be checked, and what should be decided."),
    )
    # left empty by people, filled by machines
    website = forms.CharField(
        label=_("Leave this field empty"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )

    def __init__(self, *args: Any, notice: PublicNotice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.application_id: row.application for row in rows_of(notice)}
        choices = [(pk, f"{a.project_title} · {a.enterprise.name}") for pk, a in self.rows.items()]
        self.fields["application"].choices = [  # type: ignore[attr-defined]
            ("", _("The list as a whole")),
            *choices,
        ]

    @property
    def is_machine(self) -> bool:
        return bool(self.data.get("website"))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def objection_create(request: HttpRequest, number: str) -> HttpResponse:
    notice = visible_notice(request, number)
    verdict = rules.can_object(notice)
    initial = {"application": request.GET.get("row", "")}
    form = ObjectionForm(request.POST or None, notice=notice, initial=initial)
    status = 200
    if request.method == "POST":
        verdict.require()
        if form.is_valid() and not form.is_machine and (objection := _file(request, notice, form)):
            return redirect("directory:objection", number=notice.number, objection=objection.number)
        status = 422
    context = {"notice": notice, "form": form, "may_object": verdict, "most": services.OBJECTIONS_PER_HOUR}
    return render(request, "directory/objection_form.html", context, status=status)


def _file(request: HttpRequest, notice: PublicNotice, form: ObjectionForm) -> Objection | None:
    data = form.cleaned_data
    try:
        return services.object_to(
            notice=notice,
            name=data["name"],
            organisation=data["organisation"],
            contact=data["contact"],
            text=data["text"],
            application=form.rows.get(data["application"]),
            address=request.META.get("REMOTE_ADDR", ""),
        )
    except Invalid as refusal:
        for field, sentence in refusal.errors.items():
            form.add_error(field or None, sentence)
        return None


@login_not_required
@require_safe
def acknowledgement(request: HttpRequest, number: str, objection: str) -> HttpResponse:
    """Who holds the number sees that it arrived and what was decided, and nothing of the sender."""
    notice = visible_notice(request, number)
    found = get_object_or_404(notice.objections.select_related("application__enterprise"), number=objection)
    return render(request, "directory/acknowledgement.html", {"notice": notice, "objection": found})
