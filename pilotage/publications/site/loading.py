"""From the ``pages`` and ``news`` folders of a plan to pages. Runs inside the plan's load transaction.

A file is written again only when it changed since it was last taken; what was changed on the site since then is kept, and said.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.publications.site import services
from pilotage.publications.site.enums import PageKind, PageState
from pilotage.publications.site.models import SitePage

if TYPE_CHECKING:
    from pilotage.plan.models import Plan


def _load(kind: PageKind, plan: Plan, docs: list[dict[str, Any]], actor: Any) -> list[str]:
    known = {page.slug: page for page in SitePage.objects.filter(kind=kind)}
    return [note for doc in docs if (note := _load_one(kind, known.get(doc["page"]), doc, actor))]


load_pages = partial(_load, PageKind.PAGE)
load_news = partial(_load, PageKind.NEWS)


def _load_one(kind: PageKind, page: SitePage | None, doc: dict[str, Any], actor: Any) -> str:
    """A sentence where something changed."""
    content = {name: value for name, value in doc.items() if name != "codes"}
    now = digest(canonical(content))
    if page is not None and page.folder_digest == now:
        return ""
    text = text_of(content)
    if page is None:
        page = services.create(
            actor=actor, kind=kind, slug=doc["page"], text=text, is_fictional=content.get("fictional", False), folder_digest=now
        )
        services.publish(actor=actor, page=page, on=date.fromisoformat(content["date"]))
        return _("Page %(name)s") % {"name": doc["page"]}
    if page.version != page.folder_version:
        return _("Page %(name)s was changed on the site since it was loaded and is left as it is there") % {"name": doc["page"]}
    page = services.edit(actor=actor, page=page, text=text, base_version=page.version, folder_digest=now)
    if page.state == PageState.DRAFT:
        services.publish(actor=actor, page=page, on=date.fromisoformat(content["date"]))
    return _("Page %(name)s changed") % {"name": doc["page"]}


def text_of(content: dict[str, Any]) -> services.Text:
    summary = content.get("summary", {})
    return services.Text(
        title_zh=content["title"]["zh"],
        title_en=content["title"].get("en", ""),
        summary_zh=summary.get("zh", ""),
        summary_en=summary.get("en", ""),
        body_zh=content["body"]["zh"],
        body_en=content["body"].get("en", ""),
        place=content.get("place", ""),
    )
