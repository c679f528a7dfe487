"""The words of the letters about answers of channels that have changed, as (kind, title, body)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from pilotage.messages.enums import MessageKind as K

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORDS: Mapping[str, tuple[K, _StrPromise, _StrPromise]] = {
    "verdict.changed": (
        K.PROGRESS,
        _("%(channel)s: now “%(after)s”"),
        _("The answer for %(enterprise)s was “%(before)s” before. The page tells why. To be eligible is not to be financed."),
    ),
    "verdict.changed.many": (
        K.PROGRESS,
        _("%(count)s answers of channels have changed"),
        _("Among them %(channel)s for %(enterprise)s: now “%(after)s”."),
    ),
}
