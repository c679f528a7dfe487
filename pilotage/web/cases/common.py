"""What the working pages of a case share."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from pilotage.core.verdict import Invalid
from pilotage.publications.cases import rules
from pilotage.publications.cases.models import CaseStudy


def case_of(actor: Any, number: str) -> CaseStudy:
    """404 outside what the actor may see."""
    cases = rules.visible_cases(actor).select_related(
        "application__call", "enterprise", "published", "entry", "industry", "province", "prefecture"
    )
    return get_object_or_404(cases, number=number)


def back(case: CaseStudy, anchor: str = "") -> HttpResponse:
    response = redirect("cases:edit", case.number)
    response["Location"] += f"#{anchor}" if anchor else ""
    return response


def say(request: HttpRequest, error: Invalid) -> None:
    for sentence in error.errors.values():
        messages.error(request, sentence)
