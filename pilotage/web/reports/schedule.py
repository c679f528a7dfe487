"""When each report is drafted by itself, and to whom it goes once signed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Organisation, User
from pilotage.core.verdict import Invalid
from pilotage.plan.rules import visible_plans
from pilotage.reports.papers import rules
from pilotage.reports.papers.models import WorkTemplate
from pilotage.reports.papers.selectors import templates_of
from pilotage.reports.papers.sending import clean_recipients, save_schedule

DAY = 5
# bodies that read a programme's reports; enterprises are too many for a list and are named by address
KINDS = tuple(
    kind for kind in OrganisationKind if kind not in {OrganisationKind.ENTERPRISE, OrganisationKind.DISTRICT, OrganisationKind.CITY}
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    rules.can_read_all(request.user).require()
    templates = [template for plan in visible_plans(request.user)[:3] for template in templates_of(plan)]
    errors: dict[str, str] = {}
    if request.method == "POST":
        rules.can_prepare(request.user).require()
        try:
            return _saved(request, templates)
        except Invalid as problem:
            errors = problem.errors
    bodies = list(Organisation.objects.filter(kind__in=KINDS).order_by("kind", "id")[:400])
    context = {
        "cards": [_card(request, template, bodies, bool(errors)) for template in templates],
        "may_prepare": rules.can_prepare(request.user),
        "errors": errors,
    }
    return render(request, "reports/schedule.html", context, status=422 if errors else 200)


def _saved(request: HttpRequest, templates: list[WorkTemplate]) -> HttpResponse:
    post = request.POST
    template = next((each for each in templates if str(each.pk) == post.get("template")), None)
    if template is None:
        raise Invalid({"template": _("The plan folder no longer has this template.")})
    addresses = [each for each in post.get("emails", "").replace(",", "\n").splitlines() if each.strip()]
    names = clean_recipients(post.getlist("roles"), post.getlist("organisations"), addresses)
    day = post.get("day", "")
    save_schedule(
        actor=request.user, template=template, day=int(day) if day.isdigit() else 0, names=names, is_enabled=post.get("is_enabled") == "1"
    )
    messages.success(request, _("The schedule is kept."))
    return redirect("reports:schedule")


def _card(request: HttpRequest, template: WorkTemplate, bodies: list[Organisation], is_faulty: bool) -> dict[str, Any]:
    found = getattr(template, "schedule", None)
    names: dict[str, set[str]] = {"role": set(), "organisation": set(), "person": set()}
    for name in found.recipients if found else ():
        kind, _colon, value = name.partition(":")
        names[kind].add(value)
    emails = (
        "\n".join(User.objects.filter(pk__in=names["person"]).order_by("email").values_list("email", flat=True)) if names["person"] else ""
    )
    card = {"template": template, "day": found.day if found else DAY, "is_enabled": bool(found and found.is_enabled), "emails": emails}
    if is_faulty and request.POST.get("template") == str(template.pk):
        names = {"role": set(request.POST.getlist("roles")), "organisation": set(request.POST.getlist("organisations")), "person": set()}
        card |= {
            "day": request.POST.get("day"),
            "is_enabled": request.POST.get("is_enabled") == "1",
            "emails": request.POST.get("emails", ""),
        }
    return card | {
        "roles": [(role.value, role.label, role.value in names["role"]) for role in Role],
        "bodies": [(body.pk, body.name, str(body.pk) in names["organisation"]) for body in bodies],
    }
