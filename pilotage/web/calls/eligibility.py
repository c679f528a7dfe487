"""May we apply? Answered before anybody types, from the register, the directories and a few questions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.calls import eligibility, selectors, standing
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import Field
from pilotage.core.verdict import Invalid
from pilotage.web.calls import context, public

PREFIX = "q-"


@require_safe
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Nothing is kept: the answers stand in the address, so the page can be sent to a colleague."""
    call = get_object_or_404(context.calls_for(request).defer(None).select_related("current"), slug=slug)
    form = selectors.form_of(call.current)
    answers, errors = _answers(request, form, eligibility.fields_asked(standing.rules_of(call.current)))
    lines = []
    for line in public.starts(request, call):
        found = standing.findings(call, line["enterprise"], call.current, answers, form)
        lines.append({**line, "findings": found, "answer": eligibility.overall(found)})
    questions = [_question(form.by_key[key], request.GET.get(PREFIX + key, ""), errors.get(key, "")) for key in answers_asked(call, form)]
    return render(request, "calls/eligibility.html", {"call": call, "lines": lines, "questions": questions})


def answers_asked(call: Any, form: FormDef) -> list[str]:
    """Fields that decide and can be answered at once: yes or no, a choice, a number."""
    simple = {"boolean", "choice", "integer", "decimal", "money"}
    return [key for key in eligibility.fields_asked(standing.rules_of(call.current)) if form.by_key[key].type in simple]


def _answers(request: HttpRequest, form: FormDef, keys: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
    found, errors = {}, {}
    for key in keys:
        raw: Any = request.GET.get(PREFIX + key, "").strip()
        if raw == "":
            continue
        if form.by_key[key].type == "boolean":
            raw = {"yes": True, "no": False}.get(raw)
        try:
            found[key] = form.clean(key, raw)
        except Invalid as error:
            errors[key] = error.errors[key]
    return found, errors


def _question(asked: Field, value: str, error: str) -> dict[str, Any]:
    if asked.type == "boolean":
        options = [("yes", _("yes")), ("no", _("no"))]
    else:
        options = [(option.value, option.label) for option in asked.options]
    return {"name": PREFIX + asked.key, "label": asked.label, "unit": asked.unit, "options": options, "value": value, "error": error}
