"""Is this the number it claims to be? Checks of public identifiers, with the likely mistake named.

The arithmetic is python-stdnum's; what is added here is the sentence for the person who typed the number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import mul
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum import exceptions, lei
from stdnum.cn import uscc
from stdnum.eu import vat
from stdnum.fr import siren

from pilotage.core.verdict import Invalid

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = tuple(3**position % 31 for position in range(17))
_FORBIDDEN = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}
_WELL_FORMED = re.compile(rf"[0-9]{{8}}[{_ALPHABET}]{{10}}")
_STOCK = re.compile(r"\d{6}")
# prefixes of Companies House: England and Wales have none, the others a nation or a kind of body
_GB_COMPANY = re.compile(r"(?:\d{8}|(?:SC|NI|OC|SO|NC|FC|SF|NF|IP|SP|NP|RC|SR|NR|RS|LP|SL|NL|CE|CS|GE|GS|IC|SI|SE)\d{6}|R\d{7})")


USCC_MISTAKES = {
    "uscc_length": gettext_lazy("The credit code has %(count)d characters instead of 18."),
    "uscc_letters": gettext_lazy(
        "The credit code contains %(letters)s. The letters I, O, S, V and Z are never used; %(guess)s may be meant."
    ),
    "uscc_characters": gettext_lazy("The credit code contains “%(letters)s”; only digits and capital letters occur."),
    "uscc_prefix": gettext_lazy("The first eight characters of the credit code are digits: kind of body and place of registration."),
    "uscc_check": gettext_lazy(
        "The check character of the credit code does not fit: it ends in %(found)s, the characters before it give %(expected)s. "
        "A character is mistyped or two are exchanged."
    ),
}


def uscc_mistake(value: str) -> tuple[str, dict[str, Any]] | None:
    """The first thing wrong with a unified social credit code (GB 32100-2015): key of USCC_MISTAKES and its parameters."""
    code = compact_uscc(value)
    if _WELL_FORMED.fullmatch(code):
        expected = _check_character(code)
        return None if code[17] == expected else ("uscc_check", {"found": code[17], "expected": expected})
    return _malformed(code)


def _malformed(code: str) -> tuple[str, dict[str, Any]]:
    if len(code) != 18:
        return "uscc_length", {"count": len(code)}
    wrong = sorted({letter for letter in code if letter in _FORBIDDEN})
    if wrong:
        return "uscc_letters", {"letters": ", ".join(wrong), "guess": ", ".join(_FORBIDDEN[letter] for letter in wrong)}
    strange = sorted({letter for letter in code if letter not in _ALPHABET})
    if strange:
        return "uscc_characters", {"letters": "".join(strange)}
    return "uscc_prefix", {}


def compact_uscc(value: str) -> str:
    return value.upper() if value.isascii() and value.isalnum() else uscc.compact(value)


def _check_character(code: str) -> str:
    """As stdnum.cn.uscc.calc_check_digit (a test holds them equal), which cleans the text again: 20 times slower, felt in an import."""
    total = sum(map(mul, map(_VALUE.__getitem__, code[:17]), _WEIGHTS))
    return _ALPHABET[-total % 31]


def check_uscc(value: str) -> str:
    """The code in its written form; raises Invalid and names the likely mistake."""
    mistake = uscc_mistake(value)
    if mistake is not None:
        key, params = mistake
        raise Invalid(str(USCC_MISTAKES[key]) % params)
    return uscc.validate(value)


def check_identifier(scheme: str, value: str) -> str:
    """The identifier in its written form. ``scheme`` is a value of ``registry.enums.IdentifierScheme``; raises Invalid."""
    if not value.strip():
        raise Invalid(_("The identifier is empty."))
    return _CHECKS.get(scheme, _any)(value)


def fictional_uscc(division_code: str, seed: int) -> str:
    """A code for demonstrations: valid by its check character, and plainly nobody's.

    ``91`` (an enterprise registered by market regulation), the six digits of the division, ``FAKE``,
    the seed in base 31 (five characters, so 0 to 28,629,150), and the check character.
    """
    if not 0 <= seed < 31**5:
        raise ValueError(f"seed must be in 0..{31**5 - 1}")
    tail = ""
    for _position in range(5):
        seed, digit = divmod(seed, 31)
        tail = _ALPHABET[digit] + tail
    body = f"91{division_code}FAKE{tail}"
    return body + _check_character(body)


def is_fictional_uscc(code: str) -> bool:
    return code[8:12] == "FAKE"


def _any(value: str) -> str:
    text = " ".join(value.split())
    if len(text) > 40:
        raise Invalid(_("An identifier has at most 40 characters."))
    return text


def _stock(value: str) -> str:
    """Six digits; a spreadsheet that took the code for a number has dropped the zeros in front."""
    code = value.strip().split(".")[0]
    code = code.zfill(6) if code.isdigit() else code
    if not _STOCK.fullmatch(code):
        raise Invalid(_("A Chinese stock code has six digits, such as 000007."))
    return code


def _gb_company(value: str) -> str:
    code = value.replace(" ", "").upper()
    code = code.zfill(8) if code.isdigit() else code
    if not _GB_COMPANY.fullmatch(code):
        raise Invalid(_("A company number of the United Kingdom has eight digits, or two letters and six digits."))
    return code


def _by_stdnum(validate: Callable[[str], str], name: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        try:
            return validate(value)
        except exceptions.InvalidLength:
            raise Invalid(_("%(name)s: the length is wrong.") % {"name": name}) from None
        except exceptions.InvalidChecksum:
            raise Invalid(
                _("%(name)s: the check digits do not fit; a character is mistyped or two are exchanged.") % {"name": name}
            ) from None
        except exceptions.ValidationError:
            raise Invalid(_("%(name)s: this is not the form of such a number.") % {"name": name}) from None

    return check


_CHECKS: dict[str, Callable[[str], str]] = {
    "CN-USCC": check_uscc,
    "CN-STOCK": _stock,
    "XI-LEI": _by_stdnum(lei.validate, "LEI"),
    "EU-VAT": _by_stdnum(vat.validate, "EU VAT"),
    "FR-SIREN": _by_stdnum(siren.validate, "SIREN"),
    "GB-COH": _gb_company,
}
