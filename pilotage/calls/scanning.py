"""Who is given a file that the virus scanner has looked at."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pilotage.calls.enums import ScanState
from pilotage.calls.models import Attachment
from pilotage.core.verdict import YES, Verdict, no


def may_give_out(attachment: Attachment) -> Verdict:
    """Beside the rule of who may see the file: an infected one goes to nobody."""
    if attachment.scan == ScanState.INFECTED:
        return no(_("This file is kept back: the virus scanner found something in it."))
    return YES
