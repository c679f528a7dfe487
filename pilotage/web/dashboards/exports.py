"""Cards and whole dashboards as files, under the reader's own scope: SVG and PNG of a chart, workbooks of the figures."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pilotage.core.charts import png, with_heading
from pilotage.core.tables import Cell as BookCell
from pilotage.core.tables import Column, Sheet, Style, distinct_names, write_book, write_xlsx
from pilotage.reports.cards.kinds import Card
from pilotage.reports.cards.sources import one_page
from pilotage.web import formats
from pilotage.web.dashboards.shown import card_of, cards_of
from pilotage.web.dashboards.views import opened
from pilotage.web.downloads import workbook
from pilotage.web.plan.days import asked

WIDTH = 860
WIDE_COLUMN, COLUMN = 34, 16


@never_cache
@require_safe
def card_file(request: HttpRequest, key: str, card_id: str, form: str) -> HttpResponse:
    dashboard = opened(request, key)
    with one_page():
        card = card_of(dashboard, request.user, asked(request).day, card_id)
    if card is None or form not in {"svg", "png", "xlsx"}:
        raise Http404
    name = f"card-{card_id}-{card.as_of.isoformat()}"
    if form == "xlsx":
        return workbook(name, _workbook(card))
    if card.draw is None:
        raise Http404
    chart = with_heading(card.draw(WIDTH), card.title, _source(card))
    content, kind = (chart.svg.encode(), "image/svg+xml") if form == "svg" else (png(chart), "image/png")
    return _file(content, kind, f"{name}.{form}")


@never_cache
@require_safe
def workbook_of_all(request: HttpRequest, key: str) -> HttpResponse:
    dashboard, as_of = opened(request, key), asked(request)
    cards = [shown.card for shown in cards_of(dashboard, request.user, as_of.day)]
    names = distinct_names([card.title for card in cards])
    sheets = [_sheet(name, card) for name, card in zip(names, cards, strict=True)]
    empty = Sheet("1", [[BookCell(_("This dashboard has no cards yet."))]])
    return workbook(f"dashboard-{as_of.day.isoformat()}", write_book(sheets or [empty], {}))


def _source(card: Card) -> str:
    told = [_("As of %(day)s") % {"day": formats.day(card.as_of)}, card.note]
    return " · ".join(part for part in told if part)


def _workbook(card: Card) -> bytes:
    columns = [Column(column.title, COLUMN if column.is_number else WIDE_COLUMN) for column in card.columns]
    return write_xlsx(columns, _values(card), title=card.title, notes=[card.title, *_said(card)])


def _values(card: Card) -> list[list[object]]:
    return [[cell.value for cell in row] for row in card.rows]


def _said(card: Card) -> list[str]:
    """What stands above the figures: the day, what the card says of itself, or why it is empty."""
    figure = " ".join(part for part in (card.figure.words, card.figure.unit, card.figure.below) if part) if card.figure else ""
    return [part for part in (_source(card), figure, card.text, card.sentence) if part]


def _sheet(name: str, card: Card) -> Sheet:
    head = [[BookCell(card.title, Style.TITLE)], *([BookCell(part, Style.QUIET)] for part in _said(card))]
    heads = [[BookCell(column.title, Style.HEAD) for column in card.columns]] if card.columns else []
    rows = [[BookCell(value) for value in row] for row in _values(card)]
    widths = [COLUMN if column.is_number else WIDE_COLUMN for column in card.columns] or [80]
    return Sheet(name, [*head, *heads, *rows], widths)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
