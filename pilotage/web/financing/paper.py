"""The verdicts of one enterprise on one page: for the file, for a bank, for the wall."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.core import clock, documents
from pilotage.finance.channels.selectors import channels
from pilotage.finance.screening import single
from pilotage.finance.screening.enums import Answer
from pilotage.finance.screening.single import Screened, Standing
from pilotage.web import downloads
from pilotage.web.financing import words
from pilotage.web.financing.pages import day_asked, visible
from pilotage.web.formats import day, moment

STEPS = 2


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    owner = visible(request, pk)
    standing = single.screen(owner, channels(), on=day_asked(request))
    return downloads.pdf(f"{owner.name}-{standing.on.isoformat()}", documents.render("verdict", said(standing), made_at=clock.now()))


def said(standing: Standing) -> dict[str, Any]:
    return {
        "title": _("Channels of financing"),
        "issuer": "Pilotage",
        "foot": standing.enterprise.name,
        "page_words": _("page {page} of {pages}"),
        "enterprise": standing.enterprise.name,
        "day": _("Rules of %(day)s, figures as known on %(known)s") % {"day": day(standing.on), "known": day(standing.facts_on)},
        "head": [pgettext("financing", "Channel"), pgettext("condition", "Verdict"), _("Why, and what is missing")],
        "rows": [_line(each) for each in standing.by_nearness()],
        "notes": [
            _("Meeting the conditions is not approval: banks, the exchange and the regulator decide."),
            *([_("Fictional demonstration data.")] if standing.enterprise.is_fictional else []),
            _("Printed on %(moment)s") % {"moment": moment(clock.now())},
        ],
    }


def _line(each: Screened) -> dict[str, Any]:
    return {
        "channel": each.channel.title,
        "mark": _("thresholds not verified") if each.is_unverified else "",
        "verdict": str(each.answer.label) if each.answer else "–",
        "reason": words.reason(each),
        "steps": words.steps(each)[:STEPS] if each.answer not in {None, Answer.MEETS} else [],
    }
