"""Cards as a page shows them: drawn once for a wide screen and once for a phone, so that words keep their size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from pilotage.core.charts import Chart
from pilotage.reports.cards.kinds import Card, Cell, Column, built
from pilotage.reports.cards.sources import one_page
from pilotage.reports.dashboards.models import Dashboard

# what a card of one, two, three columns has room for at 1366 pixels, and on a phone
WIDE = {1: 404, 2: 852, 3: 1298}
PHONE = 326
COLUMNS = 3
FIRST_ROWS = 10


@dataclass(frozen=True, slots=True)
class ShownCard:
    id: str
    kind: str
    width: int
    card: Card
    wide: SafeString
    phone: SafeString

    @property
    def rows(self) -> list[list[tuple[Cell, Column]]]:
        """Each cell with its column."""
        return [list(zip(row, self.card.columns, strict=True)) for row in self.card.rows]

    @property
    def first_rows(self) -> list[list[tuple[Cell, Column]]]:
        return self.rows[:FIRST_ROWS]

    @property
    def further_rows(self) -> list[list[tuple[Cell, Column]]]:
        return self.rows[FIRST_ROWS:]

    @property
    def has_table(self) -> bool:
        return bool(self.card.rows)


def picture(chart: Chart) -> SafeString:
    """Drawn by the house, every word in it escaped."""
    return SafeString(chart.svg)


def cards_of(dashboard: Dashboard, actor: Any, as_of: date, entries: list[dict[str, Any]] | None = None) -> list[ShownCard]:
    """``entries``: those of its cards that are wanted, all by default."""
    with one_page():
        return [_shown(entry, built(actor, dashboard.plan, as_of, entry)) for entry in (dashboard.cards if entries is None else entries)]


def rows_of(dashboard: Dashboard) -> list[list[dict[str, Any]]]:
    """The cards by rows of three columns, as the page lays them out."""
    rows: list[list[dict[str, Any]]] = []
    room = 0
    for entry in dashboard.cards:
        if entry["width"] > room:
            rows.append([])
            room = COLUMNS
        rows[-1].append(entry)
        room -= entry["width"]
    return rows


def card_of(dashboard: Dashboard, actor: Any, as_of: date, card_id: str) -> Card | None:
    entry = next((entry for entry in dashboard.cards if entry["id"] == card_id), None)
    return None if entry is None else built(actor, dashboard.plan, as_of, entry)


def _shown(entry: dict[str, Any], card: Card) -> ShownCard:
    width = entry["width"]
    wide, phone = (picture(card.draw(pixels)) if card.draw else SafeString("") for pixels in (WIDE[width], PHONE))
    return ShownCard(entry["id"], entry["kind"], width, card, wide, phone)
