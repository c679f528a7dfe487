"""What can stand on a dashboard: kinds of cards, registered by name, each built for one reader under that reader's own scope.

A card is a title, perhaps a chart drawn in the width asked for, and always the figures behind it as a table, so that what is
shown can be read, exported and followed to its records. Where there is nothing to show it says so in words.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from pilotage.core.charts import Chart
from pilotage.core.verdict import Invalid
from pilotage.plan.indicators import CannotCount
from pilotage.plan.models import Plan

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


Choices = Callable[[Plan, Any], "Sequence[tuple[str, str]]"]
logger = logging.getLogger(__name__)


class Nothing(Exception):
    """There is nothing to show; the argument is the sentence that says so."""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` goes into a workbook, ``words`` onto the page; ``state`` is a kind and a value the pages have a sign for."""

    value: Any
    words: str = ""
    url: str = ""
    state: tuple[str, str] | None = None
    picture: Chart | None = None

    @property
    def shown(self) -> str:
        return self.words or ("" if self.value is None else str(self.value))


@dataclass(frozen=True, slots=True)
class Figure:
    """The one number of a card, with what it is measured by."""

    words: str
    unit: str = ""
    url: str = ""
    below: str = ""
    state: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """``draw(width)`` draws for that many pixels. ``is_table``: the table is what is shown, not what lies behind a chart.

    ``sentence`` says why there is nothing to see.
    """

    title: str
    as_of: date
    draw: Callable[[int], Chart] | None = None
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()
    links: Sequence[Link] = ()
    note: str = ""
    is_table: bool = False
    figure: Figure | None = None
    text: str = ""
    sentence: str = ""

    @property
    def chart(self) -> Chart | None:
        return self.draw(WIDTH) if self.draw else None


@dataclass(frozen=True, slots=True)
class Option:
    """``choices`` of the plan for the reader; without them free text of at most ``longest`` characters."""

    key: str
    label: str | _StrPromise
    choices: Choices | None = None
    is_required: bool = True
    help: str | _StrPromise = ""
    longest: int = 200
    is_long: bool = False


Build = Callable[[Any, Plan, date, Mapping[str, str]], Card]


@dataclass(frozen=True, slots=True)
class CardKind:
    """``width`` is the one it has at first, in columns of three."""

    key: str
    title: str | _StrPromise
    about: str | _StrPromise
    build: Build
    options: tuple[Option, ...] = field(default=())
    width: int = 1


WIDTH = 640  # pixels, where nobody asks for another
_kinds: dict[str, CardKind] = {}


def register(kind: CardKind) -> CardKind:
    if kind.key in _kinds:
        raise ValueError(f"card {kind.key} is registered already")
    _kinds[kind.key] = kind
    return kind


def get(key: str) -> CardKind | None:
    return _kinds.get(key)


def every() -> list[CardKind]:
    return list(_kinds.values())


def clean(kind: CardKind, actor: Any, plan: Plan, given: Mapping[str, Any]) -> dict[str, str]:
    """The options of a card as they are kept. Raises ``Invalid`` with one sentence an option."""
    found, errors = {}, {}
    for option in kind.options:
        value = str(given.get(option.key, "")).strip()
        if not value and option.is_required:
            errors[option.key] = _("This is needed.")
        elif value and option.choices and value not in {choice for choice, _words in option.choices(plan, actor)}:
            errors[option.key] = _("Choose one of the list.")
        elif len(value) > option.longest:
            errors[option.key] = _("At most %(count)d characters.") % {"count": option.longest}
        elif value:
            found[option.key] = value
    if errors:
        raise Invalid(errors)
    return found


def built(actor: Any, plan: Plan, as_of: date, laid_out: Mapping[str, Any]) -> Card:
    """The card of this entry of a dashboard for this reader; with a sentence where it cannot be shown. Never raises."""
    kind = get(laid_out["kind"])
    named = laid_out.get("title", "")
    if kind is None:
        return Card(
            named or str(laid_out["kind"]), as_of, sentence=_("There is no card of this kind any more. Remove it, or choose another.")
        )
    try:
        card = kind.build(actor, plan, as_of, laid_out.get("options", {}))
    except (Nothing, CannotCount) as nothing:
        return Card(named or str(kind.title), as_of, sentence=str(nothing))
    except PermissionDenied as refused:
        return Card(named or str(kind.title), as_of, sentence=str(refused) or _("You may not see this card."))
    except Exception:  # one broken card must not take the others with it
        logger.exception("a card of kind %s could not be built", kind.key)
        return Card(
            named or str(kind.title),
            as_of,
            sentence=_("This card could not be built. The fault was written to the log; the other cards are not affected."),
        )
    return replace(card, title=named) if named else card
