"""Makes the decision file of a selection that two people have just confirmed. Part of the room's services."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings

from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.audit.services import record
from pilotage.calls.enums import StageKind
from pilotage.core import clock, signing
from pilotage.review.models import DecisionFile, Selection
from pilotage.review.options import review_options
from pilotage.review.selection import decision


def make_decision_file(*, actor: Any, selection: Selection) -> DecisionFile:
    """Inside the transaction of the confirmation; the digest goes into the audit chain. Raises ``signing.KeyUnusable``."""
    now = clock.now()
    content = decision.build(
        _parts(selection),
        {
            "issued_by": settings.BASE_URL,
            "call": selection.call.slug,
            "selection": selection.number,
            "confirmed_at": now.isoformat(timespec="seconds"),
            "inputs_digest": selection.inputs_digest,
        },
        signing.sign,
        signing.public_key(),
    )
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    made = DecisionFile.objects.create(selection=selection, content=content, digest=digest, made_at=now)
    record(selection, "selection.decision_file", actor=actor, extra={"decision_file": digest, "public_key": signing.public_key()})
    return made


def _parts(selection: Selection) -> dict[str, Any]:
    rows = selection.rows.order_by("position").values_list("application__number", "position", "outcome", "reason", "figures")
    names = ("number", "position", "outcome", "reason", "figures")
    return {
        "inputs.json": selection.inputs.read(),
        "results.json": selection.results,
        "rows.json": [dict(zip(names, row, strict=True)) for row in rows],
        "call.json": _call(selection),
        "solver.json": decision.solver_of(selection.results),
    }


def _call(selection: Selection) -> dict[str, Any]:
    call = selection.call
    version, stage = call.current, call.stage(StageKind.SELECT)
    content = version.content if version else {}
    return {
        "slug": call.slug,
        "year": call.year,
        "title": {"zh": call.title_zh, "en": call.title_en},
        "version": version.number if version else 0,
        "digest": version.digest if version else "",
        "rubric": (content.get("rubrics") or {}).get(review_options(call).rubric),
        "select": stage.options if stage else {},
        "parameters": selection.parameters,
    }


def broken() -> list[str]:
    """Numbers of the selections whose file is not the one that was signed into the audit chain."""
    found = []
    for kept in DecisionFile.objects.select_related("selection__call").order_by("pk"):
        events = AuditEvent.objects.filter(
            verb="selection.decision_file", object_type="review.selection", object_id=str(kept.selection_id)
        ).values("snapshot_digest")
        bodies = AuditSnapshot.objects.filter(digest__in=events).order_by("pk").values_list("body", flat=True)
        if not kept.is_whole or kept.digest not in {json.loads(body)["_extra"]["decision_file"] for body in bodies}:
            found.append(str(kept.selection))
    return found
