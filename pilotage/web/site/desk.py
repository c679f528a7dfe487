"""Where the secretariat writes pages and news: with a preview, and without losing what somebody else wrote."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pilotage.core import markup
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid
from pilotage.publications.site import selectors, services
from pilotage.publications.site.enums import PageKind, PagePlace
from pilotage.publications.site.models import SitePage
from pilotage.publications.site.rules import can_edit, can_see_desk, visible_pages

AREA = {"rows": 14, "class": "form-control"}


class TextForm(forms.Form):
    """Limits and needs are the service's; its sentences come back by field."""

    title_zh = forms.CharField(label=pgettext_lazy("text", "Title in Chinese"), max_length=300)
    title_en = forms.CharField(label=pgettext_lazy("text", "Title in English"), max_length=300, required=False)
    summary_zh = forms.CharField(label=gettext_lazy("Summary in Chinese"), max_length=300, required=False)
    summary_en = forms.CharField(label=gettext_lazy("Summary in English"), max_length=300, required=False)
    body_zh = forms.CharField(label=gettext_lazy("Text in Chinese"), widget=forms.Textarea(AREA))
    body_en = forms.CharField(label=gettext_lazy("Text in English"), widget=forms.Textarea(AREA), required=False)
    place = forms.ChoiceField(label=gettext_lazy("Where the site leads to it"), choices=PagePlace.choices, required=False)

    def __init__(self, *args: Any, is_news: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_news:
            del self.fields["place"]
        self.fields["summary_zh"].help_text = _("One sentence for lists, search and other sites.")
        self.fields["body_zh"].help_text = _("Markdown: # headings, lists, tables, links. HTML is shown as text.")
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-select" if isinstance(field, forms.ChoiceField) else "form-control")

    def text(self) -> services.Text:
        return services.Text(**self.cleaned_data)


class NewForm(TextForm):
    slug = forms.CharField(
        label=pgettext_lazy("of a page", "Address"),
        max_length=80,
        help_text=gettext_lazy("Small letters, digits and hyphens; it does not change later."),
    )
    field_order = ("slug",)


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    can_see_desk(request.user).require()
    kind = request.GET.get("kind", "")
    found = page(selectors.desk_list(kind), order=selectors.DESK_ORDER, after=request.GET.get("after", ""), size=50)
    tabs = [{"url": "?", "label": _("All"), "current": kind not in PageKind.values, "count": ""}]
    tabs += [{"url": f"?kind={value}", "label": label, "current": kind == value, "count": ""} for value, label in PageKind.choices]
    return render(request, "site/desk.html", {"page": found, "tabs": tabs, "may_write": can_edit(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    can_edit(request.user).require()
    kind = request.GET.get("kind", "")
    kind = kind if kind in PageKind.values else PageKind.NEWS
    form = NewForm(request.POST or None, is_news=kind == PageKind.NEWS)
    if request.method == "POST" and form.is_valid():
        slug = form.cleaned_data.pop("slug")
        if request.POST.get("do") == "preview":
            return _form(request, form, kind, preview=form.text())
        try:
            made = services.create(actor=request.user, kind=kind, slug=slug, text=form.text())
        except Invalid as error:
            _tell(form, error)
        else:
            messages.success(request, _("The draft is kept. Only the secretariat and auditors see it."))
            return redirect("site:edit", made.pk)
    return _form(request, form, kind)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    can_see_desk(request.user).require()
    found = get_object_or_404(visible_pages(request.user), pk=pk)
    initial = {name: getattr(found, name) for name in TextForm.base_fields}
    form = TextForm(request.POST or None, initial=initial, is_news=found.kind == PageKind.NEWS)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "preview":
            return _form(request, form, found.kind, found, preview=form.text())
        answer = _save(request, found, form)
        if answer is not None:
            return answer
    return _form(request, form, found.kind, found)


def _save(request: HttpRequest, found: SitePage, form: TextForm) -> HttpResponse | None:
    """None when the form is to be shown again with what is wrong; what was typed stays in it."""
    base = request.POST.get("version", "")
    try:
        services.edit(actor=request.user, page=found, text=form.text(), base_version=int(base) if base.isdigit() else 0)
    except Invalid as error:
        _tell(form, error)
        return None
    except Conflict as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("The text is kept."))
    return redirect("site:edit", found.pk)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    can_see_desk(request.user).require()
    found = get_object_or_404(visible_pages(request.user), pk=pk)
    try:
        if request.POST.get("do") == "withdraw":
            services.withdraw(actor=request.user, page=found, reason=request.POST.get("reason", ""))
            messages.success(request, _("The page is withdrawn: nobody but the secretariat and auditors reads it now."))
        else:
            services.publish(actor=request.user, page=found)
            messages.success(request, _("The page is public now."))
    except Invalid as error:
        for sentence in error.errors.values():
            messages.error(request, sentence)
    return redirect("site:edit", found.pk)


def _tell(form: forms.Form, error: Invalid) -> None:
    for name, sentence in error.errors.items():
        form.add_error(name if name in form.fields else None, str(sentence))


def _form(
    request: HttpRequest, form: TextForm, kind: str, found: SitePage | None = None, preview: services.Text | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "kind": kind, "object": found, "may_write": can_edit(request.user, found)}
    if preview:
        faults = {name: services.fault_of(getattr(preview, name)) for name in ("body_zh", "body_en")}
        for name, fault in faults.items():
            if fault:
                form.add_error(name, fault)
        shown = [(language, getattr(preview, f"title_{language}"), getattr(preview, f"body_{language}")) for language in ("zh", "en")]
        context["previews"] = [
            (language, title, markup.to_html(markup.parse(body)))
            for language, title, body in shown
            if body and not faults[f"body_{language}"]
        ]
    if found is not None:
        context |= {"may_publish": may(request.user, found, "publish"), "may_withdraw": may(request.user, found, "withdraw")}
    return render(request, "site/edit.html", context, status=422 if form.errors and not preview else 200)
