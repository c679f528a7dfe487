"""Which column of a file holds which fact of an enterprise?

Column heads are compared without spaces, punctuation, case and what stands in brackets; Chinese and English heads
of this programme's own exports and of common lists are known. A column is used once; the first fitting head wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pilotage.core.verdict import Invalid
from pilotage.registry.enums import IdentifierScheme

_NOISE = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]|[\s_\-—/·.,:;：；、，。*＊\"'“”]+")


@dataclass(frozen=True, slots=True)
class Target:
    key: str
    label: str | Promise
    heads: tuple[str, ...]
    scheme: str = ""


TARGETS = (
    Target(
        "name_zh",
        _("name"),
        ("企业名称", "单位名称", "企业全称", "公司名称", "公司全称", "申报主体", "名称", "name", "full_name", "company name", "enterprise"),
    ),
    Target(
        "uscc",
        _("unified social credit code"),
        ("统一社会信用代码", "信用代码", "社会信用代码", "uscc", "credit code", "unified social credit code", "CN-USCC"),
        IdentifierScheme.USCC,
    ),
    Target("stock_code", _("stock code (China)"), ("股票代码", "证券代码", "stock code", "CN-STOCK"), IdentifierScheme.CN_STOCK),
    Target(
        "lei",
        _("legal entity identifier"),
        ("法人机构识别编码", "全球法人识别编码", "lei", "legal entity identifier", "XI-LEI"),
        IdentifierScheme.LEI,
    ),
    Target("vat", _("VAT number (EU)"), ("欧盟增值税号", "vat", "vat number", "EU-VAT"), IdentifierScheme.EU_VAT),
    Target("siren", _("SIREN (France)"), ("siren", "FR-SIREN"), IdentifierScheme.FR_SIREN),
    Target("company_number", _("company number (United Kingdom)"), ("company number", "GB-COH"), IdentifierScheme.GB_COH),
    Target("other_identifier", _("other identifier"), ("其他标识", "其他代码", "other identifier", "OTHER"), IdentifierScheme.OTHER),
    Target("name_en", _("English name"), ("英文名称", "企业英文名称", "name en", "english name")),
    Target("short_zh", _("short name"), ("简称", "企业简称", "证券简称", "short name", "short zh")),
    Target("division", _("division code"), ("行政区划代码", "区划代码", "division code", "division")),
    Target("province", _("province"), ("省份", "省", "所在省", "省市区", "所属省份", "province")),
    Target("prefecture", _("city"), ("城市", "市", "地市", "地级市", "所在市", "city", "prefecture")),
    Target(
        "county", _("county or district"), ("区县", "县区", "县", "区", "县市区", "所在区县", "county", "district", "county or district")
    ),
    Target("address", _("address"), ("地址", "注册地址", "企业地址", "住所", "registered address", "address")),
    Target("industry", _("industry"), ("行业", "行业代码", "所属行业", "行业大类", "国民经济行业", "industry", "industry code")),
    Target("ownership", _("ownership"), ("所有制", "企业性质", "所有制性质", "经济类型", "ownership")),
    Target("size", _("size"), ("规模", "企业规模", "size")),
    Target("is_legal_person", _("legal person"), ("独立法人", "是否独立法人", "legal person")),
)
BY_KEY = {target.key: target for target in TARGETS}
SCHEME_OF_KEY = {target.key: target.scheme for target in TARGETS if target.scheme}


def plain(head: str) -> str:
    return _NOISE.sub("", head).lower()


_KEY_OF_HEAD = {plain(head): target.key for target in reversed(TARGETS) for head in (target.key, *target.heads)}


def recognise(head: str) -> str | None:
    """The key of the fact a column head names."""
    return _KEY_OF_HEAD.get(plain(head))


def automatic(heads: Sequence[str]) -> dict[str, int]:
    """key -> column index."""
    found: dict[str, int] = {}
    for index, head in enumerate(heads):
        key = recognise(head)
        if key is not None:
            found.setdefault(key, index)
    return found


def checked(mapping: Mapping[str, int], width: int) -> dict[str, int]:
    """The mapping, if it can be imported: a name, an identifier, each column once; raises Invalid."""
    unknown = [key for key in mapping if key not in BY_KEY]
    if unknown:
        raise Invalid({"mapping": _("Unknown field: %(keys)s.") % {"keys": ", ".join(unknown)}})
    if any(not 0 <= index < width for index in mapping.values()):
        raise Invalid({"mapping": _("A field points to a column that the file does not have.")})
    if len(set(mapping.values())) != len(mapping):
        raise Invalid({"mapping": _("A column is used for two fields. Choose one field for each column.")})
    if "name_zh" not in mapping:
        raise Invalid({"name_zh": _("Choose the column with the name of the enterprise.")})
    if not any(key in SCHEME_OF_KEY for key in mapping):
        raise Invalid({"uscc": _("Choose a column with an identifier: the credit code, or another one.")})
    return dict(mapping)


def from_words(words: Sequence[str], heads: Sequence[str]) -> dict[str, int]:
    """``field=column`` as typed at the command line; the column by its head, its letter or its number from 1; raises Invalid."""
    found: dict[str, int] = {}
    for word in words:
        key, equals, column = word.partition("=")
        if not equals or key not in BY_KEY:
            raise Invalid(
                {
                    "mapping": _("“%(word)s”: expected field=column with one of the fields %(keys)s.")
                    % {"word": word, "keys": ", ".join(BY_KEY)}
                }
            )
        found[key] = _column_of(column, heads)
    return found


def _column_of(column: str, heads: Sequence[str]) -> int:
    if column in heads:
        return list(heads).index(column)
    if column.isdigit() and 0 < int(column) <= len(heads):
        return int(column) - 1
    if column.isalpha() and column.isascii() and len(column) <= 3:
        index = 0
        for letter in column.upper():
            index = index * 26 + ord(letter) - 64
        if index <= len(heads):
            return index - 1
    raise Invalid(
        {"mapping": _("The file has no column “%(column)s”; its columns are: %(heads)s.") % {"column": column, "heads": ", ".join(heads)}}
    )
