"""From the files of a plan's ``reports`` folder to templates. Runs inside the plan's load transaction."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.models import Plan
from pilotage.reports.papers.models import WorkTemplate


def load_templates(plan: Plan, docs: list[dict[str, Any]], actor: Any) -> list[str]:
    """Returns a sentence per change. Reports keep the template they were drafted from; one that is gone drafts no more."""
    known = {template.code: template for template in WorkTemplate.objects.filter(plan=plan).order_by("id")}
    changes = []
    for doc in docs:
        content = {name: value for name, value in doc.items() if name != "codes"}
        template = known.pop(content["report"], None)
        if template is not None and template.content == content and template.is_current:
            continue
        changes.append(_("Report template %(name)s") % {"name": content["report"]})
        _write(template or WorkTemplate(plan=plan, code=content["report"]), content)
    for template in known.values():
        if template.is_current:
            template.is_current = False
            template.save(update_fields=["is_current"])
            changes.append(_("Report template %(name)s withdrawn") % {"name": template.code})
    return changes


def _write(template: WorkTemplate, content: dict[str, Any]) -> None:
    template.title_zh, template.title_en = content["title"]["zh"], content["title"]["en"]
    template.every, template.content, template.is_current = content["period"], content, True
    template.save()
