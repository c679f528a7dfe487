"""From the files of a plan's ``statistics`` folder to rows: data sets, their versions, and figures on public record.

Runs inside the plan's load transaction. A file that says what was said before changes nothing; a changed one makes
a new version, and returns stay with the one they were begun under.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.plan.models import Plan
from pilotage.statistics.models import DataSet, DataSetVersion
from pilotage.statistics.recorded import record_history


def load_data_sets(plan: Plan, docs: list[dict[str, Any]], actor: Any) -> list[str]:
    """Returns a sentence per change. What the plan names no more is kept with its figures and no longer asked for."""
    changes = [sentence for doc in docs for sentence in _load(plan, {k: v for k, v in doc.items() if k != "codes"}, actor)]
    for gone in DataSet.objects.filter(plan=plan, is_used=True).exclude(slug__in=[doc["data_set"] for doc in docs]):
        gone.is_used = False
        gone.save(update_fields=["is_used"])
        record(gone, "data_set.retire", actor=actor)
        changes.append(_("The data set %(name)s is no longer asked for.") % {"name": gone.slug})
    return changes


def _load(plan: Plan, content: Mapping[str, Any], actor: Any) -> list[str]:
    slug, found_digest = content["data_set"], digest(canonical(content))
    data_set = DataSet.objects.filter(slug=slug).select_related("current").first()
    if data_set is not None and data_set.plan_id != plan.pk:
        raise Invalid({"data_set": _("The data set %(name)s belongs to another plan.") % {"name": slug}})
    if data_set is not None and data_set.is_used and data_set.current and data_set.current.digest == found_digest:
        return []
    if data_set is None:
        data_set = DataSet(plan=plan, slug=slug)
    number = data_set.current.number + 1 if data_set.current else 1
    data_set.title_zh, data_set.title_en, data_set.is_used = content["title"]["zh"], content["title"]["en"], True
    data_set.save()
    data_set.current = DataSetVersion.objects.create(
        data_set=data_set, number=number, digest=found_digest, content=content, loaded_at=clock.now()
    )
    data_set.save(update_fields=["current"])
    record(data_set, "data_set.load", actor=actor, extra={"version": number, "digest": found_digest})
    added = record_history(data_set, content.get("recorded", []), actor=actor)
    sentences = [_("The data set %(name)s is loaded as version %(number)d.") % {"name": slug, "number": number}]
    return sentences + ([_("%(count)d figures on public record for %(name)s.") % {"count": added, "name": slug}] if added else [])
