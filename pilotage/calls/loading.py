"""From the files of a plan's ``calls`` folder to rows: calls, versions, stages, recommenders, quotas.

Runs inside the plan's load transaction. A file that says what was said before changes nothing; a
changed file makes a new version, and applications stay with the one they were made under. Dates and
quotas that the secretariat has set stay unless the file's own value has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.audit.services import record
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.models import Call, CallVersion, Quota, Recommender, Stage
from pilotage.calls.quotas import add_missing_quotas, is_verified, limit_of
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.plan.models import Plan
from pilotage.registry.models import Division

Doc = Mapping[str, Any]
_STAGE_COLUMNS = {"key", "kind", "title", "opens", "closes"}


def load_calls(plan: Plan, docs: list[dict[str, Any]], actor: Any) -> list[str]:
    """Returns a sentence per change. Raises ``Invalid`` when a form is faulty; the caller's transaction then undoes all."""
    changes: list[str] = []
    with transaction.atomic():
        for doc in docs:
            changes += _load_recommenders((doc.get("codes") or {}).get("recommenders") or [])
            changes += _load_call(plan, doc, actor)
    return changes


def _load_recommenders(rows: list[Mapping[str, str]]) -> list[str]:
    known = {each.code: each for each in Recommender.objects.all()}
    divisions = set(Division.objects.values_list("pk", flat=True))
    changed: list[Recommender] = []
    added = []
    for row in rows:
        values = {
            "kind": row["kind"],
            "name_zh": row["zh"],
            "name_en": row.get("en") or "",
            "province_id": row.get("province") if row.get("province") in divisions else None,
            "prefecture_id": row.get("prefecture") if row.get("prefecture") in divisions else None,
        }
        recommender = known.get(row["code"])
        if recommender is None:
            added.append(Recommender(code=row["code"], **values))
        elif any(getattr(recommender, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(recommender, name, value)
            changed.append(recommender)
    Recommender.objects.bulk_create(added)
    Recommender.objects.bulk_update(changed, ["kind", "name_zh", "name_en", "province", "prefecture"])
    return [_("%(count)s recommenders changed") % {"count": len(added) + len(changed)}] if added or changed else []


def _load_call(plan: Plan, doc: Doc, actor: Any) -> list[str]:
    content = {**doc, "codes": {name: rows for name, rows in (doc.get("codes") or {}).items() if name != "recommenders"}}
    FormDef.parse(content.get("form") or {}, content["codes"])
    content_digest = digest(canonical(content))
    call = Call.objects.filter(slug=doc["call"]).select_related("current").first()
    if call and call.plan_id != plan.pk:
        raise Invalid({"call": _("The call %(call)s belongs to another plan.") % {"call": doc["call"]}})
    if call and call.current and call.current.digest == content_digest:
        add_missing_quotas(call, content)
        return []
    before = call.current.content if call and call.current else {}
    call = _write_call(call or Call(slug=doc["call"]), plan, doc)
    version = CallVersion.objects.create(
        call=call, number=call.versions.count() + 1, digest=content_digest, content=content, loaded_at=clock.now()
    )
    call.current = version
    call.save(update_fields=["current"])
    _write_stages(call, content, before)
    _write_quotas(call, content, before)
    record(call, "call.load", actor=actor, extra={"version": version.number, "digest": content_digest})
    return [_("%(call)s: version %(number)s") % {"call": call.slug, "number": version.number}]


def _write_call(call: Call, plan: Plan, doc: Doc) -> Call:
    measures = doc.get("measure") or []
    call.plan, call.year = plan, int(doc["year"])
    call.title_zh, call.title_en = doc["title"]["zh"], doc["title"].get("en") or ""
    call.measure_code = measures if isinstance(measures, str) else ",".join(measures)
    call.save()
    return call


def _write_stages(call: Call, content: Doc, before: Doc) -> None:
    earlier = {stage["key"]: stage for stage in before.get("stages") or []}
    present = {stage.key: stage for stage in call.stages.all()}
    keys = []
    for position, raw in enumerate(content.get("stages") or [], start=1):
        keys.append(raw["key"])
        stage = present.get(raw["key"]) or Stage(call=call, key=raw["key"])
        stage.kind, stage.position = raw["kind"], position
        stage.title_zh, stage.title_en = raw["title"]["zh"], raw["title"].get("en") or ""
        stage.options = {name: value for name, value in raw.items() if name not in _STAGE_COLUMNS}
        for name, column in (("opens", "opens_at"), ("closes", "closes_at")):
            old = earlier.get(raw["key"])
            if old is None or old.get(name) != raw.get(name):
                setattr(stage, column, local_moment(raw.get(name)))
        stage.save()
    call.stages.exclude(key__in=keys).delete()
    call.__dict__.pop("stage_by_key", None)


def local_moment(value: Any) -> datetime | None:
    """A date and time of a file, meant in the programme's time zone."""
    if value in (None, ""):
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _write_quotas(call: Call, content: Doc, before: Doc) -> None:
    """A row per recommender that may send a list; the file's figure wins only where it has changed."""
    add_missing_quotas(call, content)
    for quota in Quota.objects.filter(call=call).select_related("recommender"):
        old, new = limit_of(before, quota.recommender), limit_of(content, quota.recommender)
        if old != new:
            quota.limit, quota.is_verified = new, is_verified(content)
            quota.save(update_fields=["limit", "is_verified"])
