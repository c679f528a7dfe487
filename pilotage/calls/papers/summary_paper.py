"""The recommender's summary table (推荐汇总表) on paper: A4 across, to be signed and stamped.

A list that was sent is set from the rows kept with it, in Chinese, whoever asks and whenever: the paper that was
stamped can be made again byte for byte. A list not sent yet is set as it stands, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, override

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import memberships_as
from pilotage.audit.chain import canonical, digest
from pilotage.calls import scope
from pilotage.calls.enums import RecommenderKind, StageKind
from pilotage.calls.models import Call, RecommendationList, Recommender
from pilotage.calls.papers.summary import SUMMARY_COLUMNS, summary_rows
from pilotage.calls.selectors import recommenders_of
from pilotage.core import clock, documents

OFFICIAL = "zh-hans"
_COSIGNED = (RecommenderKind.PROVINCE, RecommenderKind.PLANNED_CITY)


def visible_lists(actor: Any) -> QuerySet[RecommendationList]:
    """Sent lists: the ministry's offices see all, a recommender and the co-signing administration their own."""
    condition = Q(recommender__in=recommenders_of(actor))
    for membership in memberships_as(actor, Role.COMMUNICATIONS_OFFICER):
        condition |= Q(recommender__kind__in=_COSIGNED, recommender__province=membership.organisation.division_id)
    for membership in memberships_as(actor, *scope.CENTRAL):
        condition |= Q(call=membership.call_id) if membership.call_id else Q(pk__isnull=False)
    return RecommendationList.objects.filter(condition).select_related("call", "recommender", "sent_by")


def rows_to_keep(call: Call, recommender: Recommender, applications: Sequence[int]) -> list[list[Any]]:
    """The rows of these applications as they go on paper, in the official language."""
    with override(OFFICIAL):
        return [list(row.cells()) for row in summary_rows(call, recommender, applications)]


def rows_of(sent: RecommendationList) -> list[list[Any]]:
    """As kept; a list sent before rows were kept is read from its applications."""
    return sent.rows or rows_to_keep(sent.call, sent.recommender, [each["id"] for each in sent.ranking])


def digest_of(call: Call, recommender: Recommender, number: int, rows: Sequence[Sequence[Any]]) -> str:
    return digest(canonical({"call": call.slug, "recommender": recommender.code, "number": number, "rows": [list(row) for row in rows]}))


def paper_of_list(sent: RecommendationList) -> bytes:
    """Raises ``documents.DocumentError``."""
    rows = rows_of(sent)
    with override(OFFICIAL):
        number = _("List no. %(number)s, sent %(moment)s") % {"number": sent.number, "moment": _minute(sent.sent_at)}
        opinion = _("Opinion of the recommender: %(opinion)s") % {"opinion": sent.opinion} if sent.opinion else ""
        found = sent.digest or digest_of(sent.call, sent.recommender, sent.number, rows)
        return _paper(sent.call, sent.recommender, rows, number=number, opinion=opinion, found=found, made_at=sent.sent_at)


def paper_of_desk(call: Call, recommender: Recommender) -> bytes:
    """The list as it stands now, in the active language. Raises ``documents.DocumentError``."""
    rows, now = [list(row.cells()) for row in summary_rows(call, recommender)], clock.now()
    number = _("Not sent yet; as it stands at %(moment)s") % {"moment": _minute(now)}
    return _paper(call, recommender, rows, number=number, opinion="", found=digest_of(call, recommender, 0, rows), made_at=now)


def _minute(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def _paper(
    call: Call, recommender: Recommender, rows: Sequence[Sequence[Any]], *, number: str, opinion: str, found: str, made_at: datetime
) -> bytes:
    name = _("Recommender: %(name)s") % {"name": recommender}
    title = _("%(call)s: summary table of recommendations") % {"call": call.title}
    count = npgettext("paper", "%(count)s project", "%(count)s projects", len(rows)) % {"count": len(rows)}
    data = {
        "title": title,
        "issuer": settings.BASE_URL,
        "foot": f"{recommender} · {number}",
        "page_words": _("page {page} of {pages}"),
        "recommender_line": f"{name}　{count}",
        "number_line": number,
        "head": [str(label) for _key, label in SUMMARY_COLUMNS],
        "rows": [[str(cell) for cell in row] for row in rows],
        "nothing": _("Nothing is on the list."),
        "opinion": opinion,
        "seals": _seals(call, recommender),
        "digest_label": _("Digest of the table:"),
        "digest": found,
    }
    return documents.render("summary", data, made_at=made_at)


def _seals(call: Call, recommender: Recommender) -> list[dict[str, str]]:
    names = [_("Recommender: %(name)s") % {"name": recommender}]
    stage = call.stage(StageKind.RECOMMEND)
    if stage and stage.options.get("cosign"):
        names.append(_("Communications administration"))
    blank = {"signature": _("Signature of the person responsible:"), "date": _("Date: ____ / __ / __"), "place": _("(seal)")}
    return [{"name": name, **blank} for name in names]
