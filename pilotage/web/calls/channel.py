"""Through whom the application goes up, where the call leaves a choice."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pilotage.calls import services
from pilotage.core.verdict import Invalid
from pilotage.web.calls import mine


@require_POST
def choose(request: HttpRequest, number: str) -> HttpResponse:
    application = mine.own_application(request, number)
    asked = request.POST.get("recommender", "")
    recommender = next((each for each in mine.channel_choices(application) if each.code == asked), None)
    try:
        if recommender is None:
            raise Invalid({"recommender": _("Choose one of the recommenders listed.")})
        services.choose_recommender(actor=request.user, application=application, recommender=recommender)
    except Invalid as error:
        messages.error(request, " ".join(error.errors.values()))
    else:
        messages.success(request, _("The application will go to: %(recommender)s.") % {"recommender": recommender})
    return redirect("calls:application-check", number=application.number)
