"""The columns in which a bank wants a re-lending list: which fields there are, whether a template can be used, and the cells of a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pilotage.core.verdict import Invalid
from pilotage.finance.matching.paper_models import RelendingBatch, RelendingLine

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Cell = Callable[[RelendingBatch, RelendingLine], Any]
MOST = 30
# field -> what it is, width, cell; only what the register and the published titles say, so that no consent is touched
FIELDS: Mapping[str, tuple[str | _StrPromise, int, Cell]] = {
    "position": (gettext_lazy("number in the list"), 8, lambda _batch, line: line.position),
    "name": (gettext_lazy("name of the enterprise"), 36, lambda _batch, line: line.enterprise_name),
    "uscc": (gettext_lazy("unified social credit code"), 22, lambda _batch, line: line.uscc),
    "province": (gettext_lazy("province"), 14, lambda _batch, line: line.province),
    "city": (gettext_lazy("city"), 14, lambda _batch, line: line.city),
    "industry": (gettext_lazy("industry"), 24, lambda _batch, line: line.industry),
    "project": (pgettext_lazy("column", "project"), 40, lambda _batch, line: line.project),
    "ground": (gettext_lazy("title or list that counts"), 28, lambda _batch, line: line.ground),
    "ground_number": (gettext_lazy("batch or number of it"), 20, lambda _batch, line: line.ground_number),
    "ground_from": (gettext_lazy("valid from"), 12, lambda _batch, line: line.ground_from),
    "ground_until": (gettext_lazy("valid until"), 12, lambda _batch, line: line.ground_until),
    "as_of": (gettext_lazy("day of the list"), 12, lambda batch, _line: batch.as_of),
    "batch": (gettext_lazy("number of the list"), 14, lambda batch, _line: batch.number),
    "blank": (gettext_lazy("left blank for the bank"), 16, lambda _batch, _line: None),
}
# for a bank that has set none; ours
USUAL = (
    ("position", "序号"),
    ("name", "企业名称"),
    ("uscc", "统一社会信用代码"),
    ("province", "省份"),
    ("city", "城市"),
    ("industry", "所属行业"),
    ("project", "项目名称"),
    ("ground", "入选依据"),
    ("ground_number", "批次或编号"),
    ("ground_until", "有效期至"),
)
NEEDED = ("name", "uscc")


def checked(columns: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """In order, as they are kept. Raises ``Invalid`` that names the column."""
    found: list[dict[str, str]] = []
    for number, column in enumerate(columns, 1):
        field, title = str(column.get("field") or ""), str(column.get("title") or "").strip()
        if field not in FIELDS:
            raise Invalid({"columns": _("Column %(number)d: there is no field “%(field)s”.") % {"number": number, "field": field}})
        if not title or len(title) > 60:
            raise Invalid({"columns": _("Column %(number)d: give a title of at most 60 characters.") % {"number": number}})
        if title in {each["title"] for each in found}:
            raise Invalid({"columns": _("Column %(number)d: “%(title)s” stands twice.") % {"number": number, "title": title}})
        if field != "blank" and field in {each["field"] for each in found}:
            raise Invalid({"columns": _("Column %(number)d: the field “%(field)s” stands twice.") % {"number": number, "field": field}})
        found.append({"field": field, "title": title})
    missing = [field for field in NEEDED if field not in {each["field"] for each in found}]
    if missing:
        raise Invalid({"columns": _("Every list needs the name of the enterprise and its credit code.")})
    if len(found) > MOST:
        raise Invalid({"columns": _("At most %(count)d columns.") % {"count": MOST}})
    return found


def usual() -> list[dict[str, str]]:
    return [{"field": field, "title": title} for field, title in USUAL]


def cells(batch: RelendingBatch, line: RelendingLine, columns: Sequence[Mapping[str, str]]) -> list[Any]:
    return [FIELDS[column["field"]][2](batch, line) for column in columns]
