"""What a form workbook was made for: a quiet text in its first row, read back when it is uploaded.

Data: the call, the version and digest of its form, whose answers (the key of a draft or of a partner's part; '' for
a blank workbook) and at which version of the draft they were read.
Invariants: ``read(Ticket.text()) == Ticket``. A form that was loaded again unchanged is the same form.
Refuses, in one sentence each: another call, another form, another application, a copy that is only for reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.calls.forms.book import MARK
from pilotage.calls.models import Call, CallVersion

OF = f"{MARK}of "
READ_ONLY = f"{MARK}filed"


@dataclass(frozen=True, slots=True)
class Ticket:
    call: str
    version: int
    form: str
    row: str = ""
    draft: int = 0

    def text(self) -> str:
        return OF + json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @property
    def is_blank(self) -> bool:
        return not self.row


def ticket_for(version: CallVersion, call: str, row: str = "", draft: int = 0) -> Ticket:
    asked = {"form": version.content.get("form"), "codes": version.content.get("codes")}
    return Ticket(call, version.number, digest(canonical(asked))[-16:], row, draft)


def read(texts: Iterable[str]) -> Ticket | None:
    """The ticket among the cells of a first row; None where there is none or it was changed."""
    found = next((text for text in texts if text.startswith(OF)), "")
    try:
        values: Any = json.loads(found.removeprefix(OF))
        return Ticket(str(values["call"]), int(values["version"]), str(values["form"]), str(values["row"]), int(values["draft"]))
    except (ValueError, KeyError, TypeError):
        return None


def misfit(ticket: Ticket | None, wanted: Ticket) -> tuple[str, str]:
    """Why a workbook cannot be taken here and what to do, or two empty strings."""
    again = _("Download the workbook on this page and copy the answers into it.")
    if ticket is None:
        return _("The first row no longer says for which form and application this workbook was made."), again
    if ticket.call != wanted.call:
        said = _("This workbook belongs to another call (%(theirs)s); this application is for %(ours)s.")
        return said % {"theirs": _title(ticket.call), "ours": _title(wanted.call)}, again
    if ticket.form != wanted.form:
        said = _("This workbook holds version %(theirs)s of the form; this application is filled in by version %(ours)s.")
        return said % {"theirs": ticket.version, "ours": wanted.version}, again
    if ticket.row and ticket.row != wanted.row:
        said = _("This workbook was downloaded for %(theirs)s; this is %(ours)s.")
        return said % {"theirs": ticket.row[:80], "ours": wanted.row}, _("Upload it there, or download the workbook on this page.")
    return "", ""


def _title(slug: str) -> str:
    call = Call.objects.filter(slug=slug[:80]).first()
    return call.title if call else slug[:80]
