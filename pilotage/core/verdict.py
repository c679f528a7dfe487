"""The answer of a rule: yes or no, and the sentence that says why.

The same sentence is shown at the refusal, beside the disabled button, in the API error and in
the help page, so it is written for the person who reads it and is translatable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Verdict:
    allowed: bool
    reason: str | _StrPromise = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raise :class:`Refused` with the reason unless allowed."""
        if not self.allowed:
            raise Refused(self.reason)


YES = Verdict(True)


def no(reason: str | _StrPromise) -> Verdict:
    return Verdict(False, reason)


class Refused(PermissionDenied):
    """An actor may not do this; ``str()`` is the rule's own sentence."""


class Conflict(Exception):
    """Somebody else changed the object first; nothing was written. ``str()`` says what to do."""


class Invalid(Exception):
    """The object or input is not fit for the act. ``errors`` maps field names ('' for the whole) to sentences."""

    def __init__(self, errors: Mapping[str, str | _StrPromise] | str | _StrPromise):
        self.errors: dict[str, str] = {k: str(v) for k, v in errors.items()} if isinstance(errors, Mapping) else {"": str(errors)}
        super().__init__("; ".join(self.errors.values()))
