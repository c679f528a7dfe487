"""What a certificate says, and what became of its check, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pilotage.publications.certificates.checking import Answer, Result
from pilotage.publications.certificates.words import pick
from pilotage.web import formats


@dataclass(frozen=True, slots=True)
class Told:
    tone: str
    icon: str
    title: str
    text: str


_BAD = ("bad", "alert-circle")
_ANSWERS = {
    Result.IN_FORCE: (
        ("good", "circle-check"),
        _("Genuine and in force"),
        _("The file is as it was issued, and the certificate has not been revoked."),
    ),
    Result.GENUINE: (
        ("warn", "info-circle"),
        _("Genuine"),
        _("The file is as it was issued. Whether the certificate is still in force could not be told."),
    ),
    Result.REVOKED: (
        _BAD,
        _("No longer in force"),
        _("The file is as it was issued, but the certificate has been replaced or revoked since."),
    ),
    Result.CHANGED: (
        _BAD,
        _("Not genuine"),
        _("The file was changed after it was issued: its signature does not fit. Trust nothing in it."),
    ),
    Result.UNKNOWN_KEY: (_BAD, _("Not issued here"), _("The file is signed with a key that is none of this platform's.")),
    Result.KEY_WITHDRAWN: (
        _BAD,
        _("Key withdrawn"),
        _("The key that signed this file does not count any more. Ask for a new copy."),
    ),
    Result.UNREADABLE: (
        _BAD,
        _("No certificate found"),
        _("The file is no certificate as it was handed out. One that was scanned or saved anew can be checked by its number only."),
    ),
}


def answer(found: Answer) -> Told:
    (tone, icon), title, text = _ANSWERS[found.result]
    return Told(tone, icon, str(title), str(text))


def facts(said: dict[str, Any]) -> list[tuple[str, str]]:
    language = (get_language() or "zh")[:2]
    rows = [
        (_("Directory number"), str(said.get("number", ""))),
        (_("Edition"), pick(said.get("edition"), language)),
        (_("Enterprise"), str(said.get("enterprise", {}).get("name", ""))),
        (_("Unified social credit code"), str(said.get("enterprise", {}).get("unifiedSocialCreditCode", ""))),
        (_("Project"), str(said.get("projectTitle", ""))),
        (_("Place"), _place(said, language)),
        (_("Industry"), _named(said, "industry", language)),
        (_("Building level"), _named(said, "level", language)),
        (_("Listed on"), _day(said.get("listedOn"))),
        (_("Label"), _named(said, "label", language)),
    ]
    return [(str(label), value) for label, value in rows if value]


def _place(said: dict[str, Any], language: str) -> str:
    names = list(dict.fromkeys(name for key in ("province", "prefecture") if (name := _named(said, key, language))))
    return "".join(names) if language == "zh" else ", ".join(reversed(names))


def _named(said: dict[str, Any], key: str, language: str) -> str:
    return pick(said.get(key, {}).get("name"), language)


def _day(text: Any) -> str:
    return formats.day(date.fromisoformat(str(text))) if text else ""
