"""How many each recommender may put forward, from the call file to rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotage.calls.enums import USUAL_RECOMMENDERS
from pilotage.calls.models import Call, Quota, Recommender

Doc = Mapping[str, Any]


def add_missing_quotas(call: Call, content: Doc) -> None:
    known = set(Quota.objects.filter(call=call).values_list("recommender", flat=True))
    kinds = content.get("recommended_by") or USUAL_RECOMMENDERS
    missing = [each for each in Recommender.objects.filter(kind__in=kinds) if each.pk not in known]
    verified = is_verified(content)
    Quota.objects.bulk_create([Quota(call=call, recommender=each, limit=limit_of(content, each), is_verified=verified) for each in missing])


def limit_of(content: Doc, recommender: Recommender) -> int | None:
    """The limit of the body itself, else of its kind, else the call's."""
    quotas = content.get("quotas") or {}
    usual = (quotas.get("by_kind") or {}).get(recommender.kind, quotas.get("default"))
    return (quotas.get("limits") or {}).get(recommender.code, usual)


def is_verified(content: Doc) -> bool:
    return bool((content.get("quotas") or {}).get("verified", True))
