"""The notice on paper: its list, the end of the record at its opening, room for the seal, and a form for objections by post.

Set in the language asked for. An open or closed notice gives the same bytes each time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from pilotage.core import documents
from pilotage.directory.models import NoticeRow, PublicNotice
from pilotage.directory.notice_period import period
from pilotage.directory.selectors.notices import rows_of
from pilotage.registry.models import localized


def paper(notice: PublicNotice) -> bytes:
    """Raises ``documents.DocumentError``."""
    rows = list(rows_of(notice))
    number, _space, digest = notice.chain_head.partition(" ")
    length = period(notice.opens_at, notice.closes_at)
    data = {
        "title": notice.title,
        "issuer": notice.call.plan.issuer or settings.BASE_URL,
        "foot": f"{notice.number} · {settings.BASE_URL}/notices/{notice.number}/",
        "page_words": _("page {page} of {pages}"),
        "number_line": notice.number,
        "period_line": _("Notice period: %(opens)s to %(closes)s")
        % {"opens": _minute(notice.opens_at), "closes": _minute(notice.closes_at)},
        "days_line": ngettext("%(count)d day, %(working)d working", "%(count)d days, %(working)d working", length.days)
        % {"count": length.days, "working": length.working_days},
        "holidays": [f"{localized(each.zh, each.en)} {each.first.isoformat()} – {each.last.isoformat()}" for each in length.holidays],
        "body": localized(notice.body_zh, notice.body_en),
        "how": _how(notice),
        "count_line": npgettext("paper", "%(count)s project", "%(count)s projects", len(rows)) % {"count": len(rows)},
        "head": [_("No."), _("Project"), _("Enterprise"), _("Place"), _("Industry")],
        "rows": [_cells(row) for row in rows],
        "seal": _("(seal)"),
        "seal_date": timezone.localtime(notice.opens_at).date().isoformat(),
        "chain_label": _("Record of decisions at the opening: event %(number)s, digest") % {"number": number} if digest else "",
        "chain": digest,
        "form": _form_words(notice),
    }
    return documents.render("notice", data, made_at=notice.opens_at)


def _how(notice: PublicNotice) -> str:
    return _(
        "Anybody may object until the period ends: at %(address)s after proving an e-mail address by a code, or with the form at the end "
        "of this paper. Say which project, what is wrong and on what facts. Objections are taken named or confidentially; the applicant "
        "is heard; each is decided with a reason."
    ) % {"address": f"{settings.BASE_URL}/notices/{notice.number}/object/"}


def _cells(row: NoticeRow) -> list[str]:
    application = row.application
    places = [place.name for place in (application.province, application.prefecture) if place]
    industry = application.industry.short if application.industry else ""
    return [str(row.position), application.project_title, application.enterprise.name, " ".join(places), industry]


def _form_words(notice: PublicNotice) -> dict[str, Any]:
    return {
        "title": _("Objection to public notice %(number)s") % {"number": notice.number},
        "lines": [_("Project, or the list as a whole"), _("Name"), _("Organisation"), _("Telephone"), _("E-mail")],
        "choice": _("□ named   □ confidential"),
        "text": _("What is objected to and on what facts (name what can be checked and where)"),
        "files": _("Evidence enclosed"),
        "signature": _("Signature and date"),
    }


def _minute(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
