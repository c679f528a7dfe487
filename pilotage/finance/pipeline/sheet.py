"""The pipeline as a table out, and enterprises for the cultivation list in; each row that is refused is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.tables import Column, read_rows, write_xlsx
from pilotage.core.verdict import Invalid
from pilotage.finance.pipeline import rules, services
from pilotage.finance.pipeline.enums import Market
from pilotage.finance.pipeline.models import ListingProject
from pilotage.registry.models import Enterprise

MOST_ROWS = 5_000
HEADS = {
    "code": {"统一社会信用代码", "信用代码", "credit code"},
    "name": {"企业名称", "企业", "enterprise"},
    "market": {"目标市场", "拟上市板块", "market"},
    "on": {"入库日期", "列入日期", "on the list since"},
    "sponsor": {"辅导机构", "保荐机构", "sponsor"},
    "note": {"备注", "note"},
}
MARKETS = {
    "科创板": Market.STAR,
    "创业板": Market.CHINEXT,
    "北交所": Market.BSE,
    "北京证券交易所": Market.BSE,
    "新三板基础层": Market.NEEQ_BASE,
    "新三板创新层": Market.NEEQ_INNOVATION,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """``row`` as the spreadsheet numbers it."""

    row: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    made: list[ListingProject]
    refused: list[Refusal]


# --- out -------------------------------------------------------------------------------------
def workbook(rows: Iterable[ListingProject], *, with_notes: bool) -> bytes:
    """What the list shows, in its order; ``rows`` with enterprise, province and owner. Limits and notes are for those who see all."""
    columns = [
        Column(_("Number"), 14), Column(_("Enterprise"), 30), Column(_("Credit code"), 22), Column(_("Province"), 14), Column(_("Market"), 16),
        Column(_("Stage"), 16), Column(_("Since"), 12, "yyyy-mm-dd"), Column(_("Days"), 8), Column(_("Sponsor"), 24), Column(_("Owner"), 12),
        Column(_("Round of inquiry"), 8),
    ]  # fmt: skip
    private = [
        Column(_("Cause of the suspension"), 24), Column(_("Suspended until"), 12, "yyyy-mm-dd"), Column(_("Note of the enterprise"), 30),
        Column(_("Note"), 30),
    ]  # fmt: skip
    today = clock.today()
    lines = ([*_cells(row, today), *(_private(row) if with_notes else [])] for row in rows)
    return write_xlsx([*columns, *(private if with_notes else [])], lines, title=_("Listing pipeline"))


def _private(row: ListingProject) -> list[Any]:
    return [row.get_suspension_cause_display(), row.suspended_until, row.own_note, row.note]


def _cells(row: ListingProject, today: date) -> list[Any]:
    own = row.enterprise
    province = own.province.name if own.province else ""
    days = (today - row.stage_on).days
    owner = str(row.owner) if row.owner else ""
    return [
        row.number, own.name, own.uscc or "", province, row.get_market_display(), row.get_state_display(), row.stage_on, days, row.sponsor,
        owner, row.inquiry_round or None,
    ]  # fmt: skip


def template() -> bytes:
    """The columns that are read, with one example row."""
    columns = [Column(each, 24) for each in ("统一社会信用代码", "企业名称", "目标市场", "入库日期", "辅导机构", "备注")]
    return write_xlsx(columns, [["", "示例精密制造有限公司", "科创板", clock.today(), "", ""]], title="培育名单")


# --- in --------------------------------------------------------------------------------------
def import_file(*, actor: Any, path: Path) -> Imported:
    """Good rows are entered together; the others are named with the reason. Raises ``Refused``, ``Invalid`` where nothing can be read."""
    rules.can_work(actor).require()
    rows = iter(read_rows(path))
    head = next(rows, None)
    places = _places(head) if head else {}
    if "market" not in places or not {"code", "name"} & set(places):
        raise Invalid({"file": _("The first row must name the columns: credit code or enterprise, market, and since when.")})
    lines = [(row.number, {key: row.text(place) for key, place in places.items()}) for row in rows]
    if len(lines) > MOST_ROWS:
        raise Invalid({"file": _("At most %(count)s rows are read at once.") % {"count": MOST_ROWS}})
    return _entered(actor, lines)


def _places(head: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for place in range(len(head.values)):
        title = head.text(place).lower()
        key = next((key for key, names in HEADS.items() if title in names), None)
        if key is not None:
            found.setdefault(key, place)
    return found


def _entered(actor: Any, lines: list[tuple[int, dict[str, str]]]) -> Imported:
    by_code, by_name = _register(lines)
    taken = services.taken_pairs([each.pk for each in (*by_code.values(), *(one for many in by_name.values() for one in many))])
    news, refused = [], []
    for number, said in lines:
        name = said.get("name") or said.get("code", "")
        try:
            new = _new(said, by_code, by_name)
            if (new.enterprise.pk, new.market) in taken:
                raise Invalid(str(services.taken()))
        except Invalid as problem:
            refused.append(Refusal(number, name, "; ".join(problem.errors.values())))
            continue
        taken.add((new.enterprise.pk, new.market))
        news.append(new)
    return Imported(services.enter_many(actor=actor, news=news), refused)


def _register(lines: list[tuple[int, dict[str, str]]]) -> tuple[dict[str, Enterprise], dict[str, list[Enterprise]]]:
    """Two queries."""
    codes = {said.get("code", "").upper() for _number, said in lines} - {""}
    names = {said.get("name", "") for _number, said in lines if not said.get("code")} - {""}
    by_name: dict[str, list[Enterprise]] = defaultdict(list)
    for each in Enterprise.objects.filter(name_zh__in=names).order_by("pk"):
        by_name[each.name_zh].append(each)
    return {each.uscc: each for each in Enterprise.objects.filter(uscc__in=codes).order_by("pk") if each.uscc}, by_name


def _new(said: dict[str, str], by_code: dict[str, Enterprise], by_name: dict[str, list[Enterprise]]) -> services.New:
    code = said.get("code", "").upper()
    found = [by_code[code]] if code in by_code else [] if code else by_name.get(said.get("name", ""), [])
    if not found:
        raise Invalid(_("There is no such enterprise in the register."))
    if len(found) > 1:
        raise Invalid(_("Several enterprises have this name. Give the credit code."))
    return services.New(found[0], _market(said.get("market", "")), _day(said.get("on", "")), said.get("sponsor", ""), said.get("note", ""))


def _market(text: str) -> str:
    known = {**{name.lower(): value for name, value in MARKETS.items()}, **{value: value for value in Market.values}}
    known |= {str(label).lower(): value for value, label in Market.choices}
    if text.lower() not in known:
        raise Invalid(_("There is no market “%(text)s”.") % {"text": text})
    return str(known[text.lower()])


def _day(text: str) -> date:
    if not text:
        return clock.today()
    try:
        day = datetime.fromisoformat(text.replace("/", "-")).date()
    except ValueError:
        raise Invalid(_("“%(text)s” is not a day such as 2023-06-30.") % {"text": text}) from None
    if day > clock.today():
        raise Invalid(_("Give a day that is not ahead."))
    return day
