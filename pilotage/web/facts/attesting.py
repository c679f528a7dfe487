"""A named person says of a condition whether it holds, and on what ground."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.core import clock
from pilotage.core.filetypes import CONTENT_TYPES
from pilotage.core.scanning import ScanState
from pilotage.core.verdict import Invalid
from pilotage.finance.channels.selectors import channels
from pilotage.finance.facts import services
from pilotage.finance.facts.models import Attestation
from pilotage.finance.rules import Attested
from pilotage.finance.rules.walker import leaves
from pilotage.web.downloads import kept_file
from pilotage.web.facts.detail import context_of, visible

HOLDS: dict[str, bool | None] = {"yes": True, "no": False, "back": None}


@require_POST
def attest(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = visible(request, pk)
    try:
        _attest(request, enterprise)
    except Invalid as error:
        context = context_of(request, enterprise, clock.today())
        values = {"asked": {name: request.POST.get(name, "") for name in ("condition", "holds", "ground", "valid_until")}}
        return render(request, "facts/detail.html", {**context, **values, "errors": error.errors}, status=422)
    messages.success(request, _("The statement is kept under your name."))
    return redirect("facts:detail", pk)


@require_safe
def evidence(request: HttpRequest, pk: int, attestation: int) -> FileResponse:
    """For whoever reads the enterprise's data; kept as a file, never shown in the page."""
    rows = Attestation.objects.filter(enterprise=visible(request, pk)).exclude(evidence="").exclude(evidence_scan=ScanState.INFECTED)
    found = get_object_or_404(rows, pk=attestation)
    kind = CONTENT_TYPES.get(found.evidence_name.rpartition(".")[2].lower(), "application/octet-stream")
    return kept_file(found.evidence, found.evidence_name, kind)


def _attest(request: HttpRequest, enterprise: Any) -> None:
    channel, _colon, condition = request.POST.get("condition", "").partition(":")
    if (channel, condition) not in _known():
        raise Invalid({"condition": _("Choose a condition.")})
    if request.POST.get("holds", "") not in HOLDS:
        raise Invalid({"holds": _("Say whether it holds.")})
    services.attest(
        actor=request.user,
        enterprise=enterprise,
        channel=channel,
        condition=condition,
        holds=HOLDS[request.POST["holds"]],
        ground=request.POST.get("ground", ""),
        valid_until=_day(request.POST.get("valid_until", "")),
        evidence=request.FILES.get("evidence"),
    )


def _known() -> set[tuple[str, str]]:
    return {(each.key, leaf.key) for each in channels(with_rule=True) for leaf in leaves(each.rule.tree) if isinstance(leaf, Attested)}


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid({"valid_until": _("A day such as 2024-04-30 is expected.")}) from None
