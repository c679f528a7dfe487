"""What does a data set ask for, is this a figure it takes, and do these figures agree with each other?

Data: one file of ``statistics/`` as plain data. Figures are exact decimals by element code; None is one not given.
Algorithm: kinds and limits by element; sums where every part is given; rules as formulas (``core.expressions``) in which
``previous_<code>`` is the figure of the period before. A formula that cannot be reckoned finds nothing.
Invariants: ``faults`` and ``warnings`` never change what they are given; equal figures give equal sentences.
Refuses: nothing of its own; the folder's check has held the file against its schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.expressions import Expression, Kind, Name, compile_expression
from pilotage.core.verdict import Invalid
from pilotage.registry.models import localized
from pilotage.statistics.spans import Span, spans

Figures = Mapping[str, Decimal | None]
MOST = Decimal(10) ** 13
PLACES = 6


@dataclass(frozen=True, slots=True)
class Element:
    code: str
    title_zh: str
    title_en: str
    unit_zh: str
    unit_en: str
    help_zh: str
    help_en: str
    kind: str
    is_flow: bool
    is_required: bool
    least: Decimal | None
    most: Decimal | None
    places: int
    never_falls: bool
    sum_of: tuple[str, ...]

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)

    @property
    def unit(self) -> str:
        return localized(self.unit_zh, self.unit_en)

    @property
    def help(self) -> str:
        return localized(self.help_zh, self.help_en)

    @property
    def expected(self) -> str:
        """What may stand here, in words."""
        what = _("a whole number") if self.kind == "integer" else _("a number with at most %(places)d decimals") % {"places": self.places}
        if self.least is not None and self.most is not None:
            return _("%(what)s from %(least)s to %(most)s") % {"what": what, "least": self.least, "most": self.most}
        if self.least is not None:
            return _("%(what)s, at least %(least)s") % {"what": what, "least": self.least}
        return _("%(what)s, at most %(most)s") % {"what": what, "most": self.most} if self.most is not None else what

    def clean(self, raw: Any) -> Decimal | None:
        """The figure in what was typed, sent or read from a cell; None for a blank. Raises ``Invalid`` with what was expected."""
        text = str(raw).strip().replace(",", "").replace("，", "") if raw is not None else ""
        if not text:
            return None
        try:
            found = Decimal(text)
        except InvalidOperation:
            found = Decimal("nan")
        fits = not isinstance(raw, bool) and found.is_finite() and abs(found) < MOST and round(found, self.places) == found
        if not fits or (self.least is not None and found < self.least) or (self.most is not None and found > self.most):
            raise Invalid({self.code: _("“%(value)s” does not fit. Expected: %(what)s.") % {"value": text[:40], "what": self.expected}})
        return round(found, self.places)


@dataclass(frozen=True, slots=True)
class Check:
    key: str
    formula: Expression
    elements: tuple[str, ...]
    message_zh: str
    message_en: str
    is_warning: bool

    @property
    def message(self) -> str:
        return localized(self.message_zh, self.message_en)


@dataclass(frozen=True)
class Definition:
    content: Mapping[str, Any]

    @cached_property
    def elements(self) -> dict[str, Element]:
        return {each["code"]: _element(each) for each in self.content["elements"]}

    @cached_property
    def checks(self) -> list[Check]:
        names = {name: Name(Kind.NUMBER) for code in self.elements for name in (code, f"previous_{code}")}
        return [_check(each, names) for each in self.content.get("rules", [])]

    @property
    def help(self) -> str:
        return localized(_text(self.content, "help", "zh"), _text(self.content, "help", "en"))

    @property
    def level(self) -> str:
        return str(self.content["reports"]["level"])

    @property
    def approved_by(self) -> list[str]:
        """The levels that approve, in order; the last one's approval counts."""
        default = ["province", "secretariat"] if self.level == "city" else ["secretariat"]
        return list(self.content.get("approved_by", default))

    @property
    def period(self) -> str:
        return str(self.content["period"])

    @property
    def deadline_days(self) -> int:
        return int(self.content["deadline_days"])

    @property
    def is_public(self) -> bool:
        return bool(self.content.get("public", False))

    def spans(self, today: date) -> list[Span]:
        """The periods that are over by ``today``, oldest first."""
        last = min(today, date.fromisoformat(self.content["ends"])) if "ends" in self.content else today
        found = spans(self.period, date.fromisoformat(self.content["starts"]), last)
        return [span for span in found if span.ends_on < today]

    def takes(self, span: Span, today: date) -> bool:
        return span in self.spans(today)

    def missing(self, figures: Figures) -> list[str]:
        return [code for code, element in self.elements.items() if element.is_required and figures.get(code) is None]

    def faults(self, figures: Figures, before: Figures, after: Figures) -> dict[str, str]:
        """What cannot be saved: element code -> sentence. ``before``, ``after``: the figures of the periods around."""
        found = dict(self._falls(figures, before, after))
        found |= {code: sentence for code, sentence in self._sums(figures) if code not in found}
        for check in self._broken(figures, before):
            if not check.is_warning:
                found.setdefault(check.elements[0], check.message)
        return found

    def warnings(self, figures: Figures, before: Figures) -> list[Check]:
        return [check for check in self._broken(figures, before) if check.is_warning]

    def _broken(self, figures: Figures, before: Figures) -> list[Check]:
        answers = {code: str(value) for code, value in figures.items() if value is not None}
        answers |= {f"previous_{code}": str(value) for code, value in before.items() if value is not None}
        return [check for check in self.checks if check.formula.evaluate(answers) is False]

    def _falls(self, figures: Figures, before: Figures, after: Figures) -> Iterator[tuple[str, str]]:
        for code, element in self.elements.items():
            value, earlier, later = figures.get(code), before.get(code), after.get(code)
            if not element.never_falls or value is None:
                continue
            if earlier is not None and value < earlier:
                yield code, _("This figure never falls, but it was %(before)s in the period before.") % {"before": shown(earlier)}
            elif later is not None and value > later:
                yield code, _("This figure never falls, but it is %(after)s in the period after.") % {"after": shown(later)}

    def _sums(self, figures: Figures) -> Iterator[tuple[str, str]]:
        for code, element in self.elements.items():
            parts = [figures.get(part) for part in element.sum_of]
            value = figures.get(code)
            if not parts or value is None or None in parts:
                continue
            total = sum((part for part in parts if part is not None), Decimal(0))
            if total != value:
                names = " + ".join(self.elements[part].title for part in element.sum_of)
                yield code, _("%(names)s make %(total)s, not %(value)s.") % {"names": names, "total": shown(total), "value": shown(value)}


def shown(value: Decimal | None) -> str:
    """A figure without idle zeros and never in powers of ten."""
    return "" if value is None else f"{value.normalize():f}"


def _text(content: Mapping[str, Any], key: str, language: str) -> str:
    return str((content.get(key) or {}).get(language, ""))


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _element(content: Mapping[str, Any]) -> Element:
    is_whole = content["kind"] == "integer"
    return Element(
        code=content["code"],
        title_zh=_text(content, "title", "zh"),
        title_en=_text(content, "title", "en"),
        unit_zh=_text(content, "unit", "zh") or ("%" if content["kind"] == "percent" else ""),
        unit_en=_text(content, "unit", "en") or ("%" if content["kind"] == "percent" else ""),
        help_zh=_text(content, "help", "zh"),
        help_en=_text(content, "help", "en"),
        kind=content["kind"],
        is_flow=content.get("counts") == "flow",
        is_required=bool(content.get("required", True)),
        least=_number(content.get("min")),
        most=_number(content.get("max")),
        places=0 if is_whole else int(content.get("places", 2)),
        never_falls=bool(content.get("never_falls", False)),
        sum_of=tuple(content.get("sum_of", ())),
    )


def _check(content: Mapping[str, Any], names: Mapping[str, Name]) -> Check:
    return Check(
        key=content["key"],
        formula=compile_expression(content["check"], names),
        elements=tuple(content["elements"]),
        message_zh=content["message"]["zh"],
        message_en=content["message"]["en"],
        is_warning=content.get("severity") == "warning",
    )
