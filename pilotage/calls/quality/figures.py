"""The figures of a filing by path, and what to call them; the judging itself is in ``quality``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import NUMERIC_TYPES, Field, in_sequence
from pilotage.calls.forms.units import value_of
from pilotage.calls.forms.values import totals
from pilotage.calls.models import CallVersion, QualityFlag
from pilotage.calls.quality.flags import Rule, Settings
from pilotage.core.expressions import number_of


def settings_of(version: CallVersion) -> Settings:
    return Settings.of(version.content.get("quality"))


def figures_of(form: FormDef, data: Mapping[str, Any]) -> dict[str, Decimal]:
    """Numbers, both sides of effects, and the totals of tables; what is hidden, open or not asked for is left out."""
    answers = form.state(data).answers
    found: dict[str, Decimal] = {}
    for key, field in form.by_key.items():
        if form.asks(key) and answers.get(key) is not None:
            found |= {path: number for path, raw in _parts(field, answers[key]) if (number := number_of(raw)) is not None}
    return found


def _parts(field: Field, value: Any) -> list[tuple[str, Any]]:
    if field.type in NUMERIC_TYPES:
        return [(field.key, value_of(value))]
    if field.type == "before_after" and isinstance(value, Mapping):
        return [(f"{field.key}.{side}", value.get(side)) for side in ("before", "after")]
    if field.type == "table":
        return [(f"{field.key}.{column}", total) for column, total in totals(field, value).items()]
    return []


# --- words ----------------------------------------------------------------------------------
def label_of(form: FormDef, path: str) -> str:
    key, _dot, part = path.partition(".")
    field = form.by_key.get(key)
    if field is None:
        return path
    if not part:
        return field.label
    if field.type == "table":
        column = next((column.label for column in field.columns if column.key == part), part)
        return _("%(table)s, total of %(column)s") % {"table": field.label, "column": column}
    sides = {"before": _("%(field)s (before)"), "after": _("%(field)s (after)")}
    return sides.get(part, "%(field)s") % {"field": field.label}


def sentence_of(form: FormDef, flag: QualityFlag) -> str:
    """What was filed, what was expected and by which rule; for checkers, as it tells the figures of others."""
    words = {
        "field": label_of(form, flag.path),
        "value": figure(flag.value),
        "low": figure(flag.low),
        "high": figure(flag.high),
        "reference": figure(flag.reference),
        "count": flag.compared,
    }
    if flag.rule == Rule.HISTORY:
        sentence = ngettext(
            "%(field)s: %(value)s. Expected from this applicant: %(low)s to %(high)s (%(count)s earlier figure, the last %(reference)s).",
            "%(field)s: %(value)s. Expected from this applicant: %(low)s to %(high)s (%(count)s earlier figures, the last %(reference)s).",
            flag.compared,
        )
    else:
        sentence = _("%(field)s: %(value)s. Usual among others: %(low)s to %(high)s (%(count)s others, median %(reference)s).")
    return _with_slip(flag, sentence % words)


def sentence_for_applicant(form: FormDef, flag: QualityFlag) -> str:
    """The same without a word of what others filed."""
    if flag.rule == Rule.HISTORY:
        return sentence_of(form, flag)
    said = _("%(field)s: %(value)s. This is far from what is usual in this call.") % {
        "field": label_of(form, flag.path),
        "value": figure(flag.value),
    }
    return _with_slip(flag, said)


def _with_slip(flag: QualityFlag, said: str) -> str:
    return in_sequence([said, slip_of(flag)]) if flag.slip else said


def slip_of(flag: QualityFlag) -> str:
    """Named only where the figure is off by about a whole power of ten."""
    times = figure(str(10 ** abs(flag.slip)))
    if flag.slip > 0:
        return _("It is about %(times)s times as much: perhaps a wrong unit or decimal point.") % {"times": times}
    return _("It is about 1/%(times)s of it: perhaps a wrong unit or decimal point.") % {"times": times}


def figure(text: str) -> str:
    """With thousands separators; bounds are rounded to what one can read."""
    number = Decimal(text)
    if number == number.to_integral_value() or abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:,.{1 if abs(number) >= 10 else 3}f}".rstrip("0").rstrip(".")
