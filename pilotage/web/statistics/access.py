"""What a reader may open; what lies outside that is not there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from pilotage.statistics import rules
from pilotage.statistics.models import DataSet, Return
from pilotage.statistics.reporters import Reporter


def own_data_set(request: HttpRequest, slug: str) -> DataSet:
    """A data set the reader reports, approves or oversees."""
    data_set = get_object_or_404(DataSet.objects.select_related("current", "plan"), slug=slug, current__isnull=False)
    if not rules.concerns(request.user, data_set):
        raise Http404
    return data_set


def readable_data_set(request: HttpRequest, slug: str) -> DataSet:
    """Also one whose national figures are public."""
    data_set = get_object_or_404(DataSet.objects.select_related("current", "plan"), slug=slug, current__isnull=False)
    if not (data_set.definition.is_public or rules.concerns(request.user, data_set)):
        raise Http404
    return data_set


def visible_return(request: HttpRequest, slug: str, reporter: str, period: str) -> Return:
    rows = rules.visible_returns(request.user).select_related("data_set__plan", "data_set__current", "version", "province", "prefecture")
    return get_object_or_404(rows, data_set__slug=slug, reporter=reporter, period=period)


def entered_by(actor: Any, data_set: DataSet, reporters: list[Reporter]) -> list[Reporter]:
    """Those for which the actor enters figures."""
    return [reporter for reporter in reporters if rules.may_report_for(actor, data_set.definition, reporter)]
