"""Which units of a plan are on the platform, and bringing one onto it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from pilotage.accounts.models import Organisation
from pilotage.core import clock
from pilotage.plan.models import ResponsibleUnit
from pilotage.plan.rules import visible_plans
from pilotage.plan.work import rules as work_rules
from pilotage.plan.work import services as work_services


@require_http_methods(["GET", "HEAD", "POST"])
def units(request: HttpRequest) -> HttpResponse:
    work_rules.can_set_up_units(request.user).require()
    if request.method == "POST":
        unit = get_object_or_404(ResponsibleUnit.objects.filter(plan__in=visible_plans(request.user)), pk=request.POST.get("unit") or 0)
        made = work_services.set_up_unit(actor=request.user, unit=unit)
        messages.success(request, _("%(unit)s is on the platform now. Invite its officers.") % {"unit": made.name})
        return redirect("measures:units")
    rows = ResponsibleUnit.objects.filter(plan__in=visible_plans(request.user)).select_related("plan").order_by("plan", "code")
    counted = rows.annotate(led=Count("led_measures", distinct=True), supported=Count("supported_measures", distinct=True))
    in_force = Q(memberships__ended_at__isnull=True) | Q(memberships__ended_at__gt=clock.now())
    houses = Organisation.objects.exclude(unit_code="").annotate(officers=Count("memberships", filter=in_force))
    by_code = {house.unit_code: house for house in houses.order_by("id")}
    context = {
        "rows": [(unit, by_code.get(unit.code)) for unit in counted],
        "crumbs": [(pgettext("navigation", "Measures"), reverse("measures:desk")), (_("Responsible units"), "")],
    }
    return render(request, "measures/units.html", context)
