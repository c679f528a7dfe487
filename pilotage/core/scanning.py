"""What the virus scanner says of a file that comes in, in the words of the platform."""

from __future__ import annotations

import logging
from typing import BinaryIO

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilotage.core import clamav
from pilotage.core.verdict import Invalid

logger = logging.getLogger("pilotage.core")


class ScanState(TextChoices):
    """What the virus scanner said of a file."""

    UNSCANNED = "unscanned", gettext_lazy("not scanned")
    CLEAN = "clean", gettext_lazy("no virus found")
    INFECTED = "infected", gettext_lazy("infected")
    FAILED = "failed", gettext_lazy("scan failed")


class Infected(Invalid):
    """``signature`` is the scanner's name for what it found."""

    def __init__(self, name: str, signature: str):
        sentence = _(
            "“%(name)s” was refused: the virus scanner found %(signature)s in it. Nothing was stored. Clean the file and add it again."
        )
        super().__init__(sentence % {"name": name, "signature": signature})
        self.signature = signature


def scanned(name: str, file: BinaryIO) -> ScanState:
    """Raises :class:`Infected`. A scanner that does not answer holds nobody up: the file is scanned again later."""
    if not clamav.is_configured():
        return ScanState.UNSCANNED
    try:
        answer = clamav.scan(file)
    except clamav.ScannerSilent as error:
        logger.warning("the virus scanner gave no verdict on a file: %s", error)
        return ScanState.FAILED
    if not answer.is_clean:
        raise Infected(name, answer.signature)
    return ScanState.CLEAN
