"""Changes to one enterprise: its facts, identifiers, sites and titles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pilotage.core.verdict import Conflict, Invalid
from pilotage.registry import rules, services
from pilotage.registry.models import Enterprise
from pilotage.web.registry.enterprises import detail_context, visible_enterprise
from pilotage.web.registry.forms import (
    IdentifierForm,
    IdentityForm,
    NewEnterpriseForm,
    OwnFactsForm,
    SiteForm,
    TitleForm,
    initial,
    show_errors,
)


@require_http_methods(["GET", "HEAD", "POST"])
def enterprise_edit(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = visible_enterprise(request, pk)
    rules.can_edit_enterprise(request.user, enterprise).require()
    identity = rules.can_edit_identity(request.user, enterprise)
    kind = IdentityForm if identity else OwnFactsForm
    form = kind(request.POST or None, initial={**initial(enterprise), "base": services.version_of(enterprise)})
    if request.method == "POST" and form.is_valid() and _update(request, enterprise, form):
        messages.success(request, _("The changes are kept."))
        return redirect("registry:enterprise-detail", pk)
    crumbs = [
        (_("Enterprises"), reverse("registry:enterprise-list")),
        (enterprise.short, reverse("registry:enterprise-detail", args=[pk])),
        (_("Edit"), ""),
    ]
    values = {"enterprise": enterprise, "form": form, "crumbs": crumbs, "identity": identity}
    return render(request, "registry/enterprise_edit.html", values, status=422 if form.errors else 200)


def _update(request: HttpRequest, enterprise: Enterprise, form: forms.Form) -> bool:
    facts = dict(form.cleaned_data)
    if "division" not in form.changed_data:
        facts.pop("division", None)
    try:
        services.update_enterprise(actor=request.user, enterprise=enterprise, **facts)
    except Invalid as invalid:
        show_errors(form, invalid)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def enterprise_new(request: HttpRequest) -> HttpResponse:
    rules.can_import(request.user).require()
    form = NewEnterpriseForm(request.POST or None, initial={"is_legal_person": True})
    if request.method == "POST" and form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "base"}
        try:
            enterprise = services.create_enterprise(actor=request.user, **facts)
        except Conflict as conflict:
            form.add_error("uscc", str(conflict))
        except Invalid as invalid:
            show_errors(form, invalid)
        else:
            messages.success(request, _("%(name)s is entered.") % {"name": enterprise.name})
            return redirect("registry:enterprise-detail", enterprise.pk)
    crumbs = [(_("Enterprises"), reverse("registry:enterprise-list")), (_("New enterprise"), "")]
    return render(request, "registry/enterprise_new.html", {"form": form, "crumbs": crumbs}, status=422 if form.errors else 200)


@require_POST
def identifier_set(request: HttpRequest, pk: int) -> HttpResponse:
    form = IdentifierForm(request.POST, prefix="identifier")
    return _add(request, pk, "identifier_form", form, services.set_identifier, _("The identifier is kept."))


@require_POST
def site_add(request: HttpRequest, pk: int) -> HttpResponse:
    return _add(request, pk, "site_form", SiteForm(request.POST, prefix="site"), services.add_site, _("The site is added."))


@require_POST
def title_add(request: HttpRequest, pk: int) -> HttpResponse:
    return _add(request, pk, "title_form", TitleForm(request.POST, prefix="title"), services.add_title, _("The title is added."))


def _add(request: HttpRequest, pk: int, name: str, form: forms.Form, service: Callable[..., Any], done: str) -> HttpResponse:
    """Hand a form to a service of one enterprise; its errors are shown on the enterprise's page."""
    enterprise = visible_enterprise(request, pk)
    if form.is_valid():
        try:
            service(actor=request.user, enterprise=enterprise, **form.cleaned_data)
        except Invalid as invalid:
            show_errors(form, invalid)
        else:
            messages.success(request, done)
            return redirect("registry:enterprise-detail", pk)
    return render(request, "registry/enterprise_detail.html", detail_context(request, enterprise, **{name: form}), status=422)


@require_POST
def site_remove(request: HttpRequest, pk: int, site: int) -> HttpResponse:
    enterprise = visible_enterprise(request, pk)
    services.remove_site(actor=request.user, site=get_object_or_404(enterprise.sites.select_related("enterprise"), pk=site))
    messages.success(request, _("The site is removed."))
    return redirect("registry:enterprise-detail", pk)


@require_POST
def title_remove(request: HttpRequest, pk: int, title: int) -> HttpResponse:
    enterprise = visible_enterprise(request, pk)
    found = get_object_or_404(enterprise.titles.select_related("enterprise"), pk=title)
    try:
        services.remove_title(actor=request.user, title=found, reason=request.POST.get("reason", ""))
    except Invalid as invalid:
        messages.error(request, str(invalid))
    else:
        messages.success(request, _("The title is removed."))
    return redirect("registry:enterprise-detail", pk)
