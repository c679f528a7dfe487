from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pilotage.core.expressions import ExpressionError, Kind, Name, compile_expression, rounded

NUMBERS = ("a", "b", "c", "d")
FLAGS = ("p", "q", "r")
NAMES = {
    **{key: Name(Kind.NUMBER) for key in NUMBERS},
    **{key: Name(Kind.BOOLEAN) for key in FLAGS},
    "items": Name(Kind.TABLE, columns={"amount": Name(Kind.NUMBER), "remark": Name(Kind.TEXT)}),
    "effect": Name(Kind.PAIR),
    "started": Name(Kind.MONTH),
    "signed": Name(Kind.DATE),
    "level": Name(Kind.TEXT, options=frozenset({"line", "workshop", "factory"})),
    "systems": Name(Kind.CHOICES, options=frozenset({"mes", "erp"})),
    "title": Name(Kind.TEXT),
}


def value(source: str, **answers: Any) -> Any:
    return compile_expression(source, NAMES).evaluate(answers)


# --- a slow reference: Python's own reading of the same text over fractions ------------------------
class Unknown(Exception):
    pass


class Ref:
    """A number that raises once it is missing; division by zero is missing as well."""

    def __init__(self, value: Fraction | None):
        self.value = value

    @classmethod
    def of(cls, value: Any) -> Ref:
        return value if isinstance(value, Ref) else cls(Fraction(str(value)))

    def known(self) -> Fraction:
        if self.value is None:
            raise Unknown
        return self.value

    def _with(self, other: Any, act: Any) -> Ref:
        other = Ref.of(other)
        return Ref(None if self.value is None or other.value is None else act(self.value, other.value))

    def __add__(self, other: Any) -> Ref:
        return self._with(other, lambda x, y: x + y)

    def __sub__(self, other: Any) -> Ref:
        return self._with(other, lambda x, y: x - y)

    def __mul__(self, other: Any) -> Ref:
        return self._with(other, lambda x, y: x * y)

    def __truediv__(self, other: Any) -> Ref:
        return self._with(other, lambda x, y: x / y if y else None)

    def __neg__(self) -> Ref:
        return Ref(None if self.value is None else -self.value)


class Truth:
    """Three values by table; & and | are the words, as Python's own cannot be three-valued."""

    def __init__(self, value: bool | None):
        self.value = value

    def __and__(self, other: Truth) -> Truth:
        pair = {self.value, other.value}
        return Truth(False if False in pair else None if None in pair else True)

    def __or__(self, other: Truth) -> Truth:
        pair = {self.value, other.value}
        return Truth(True if True in pair else None if None in pair else False)

    def __invert__(self) -> Truth:
        return Truth(None if self.value is None else not self.value)


def compared(left: Ref, sign: str, right: Ref) -> Truth:
    if left.value is None or right.value is None:
        return Truth(None)
    return Truth(eval("x " + sign + " y", {"x": left.value, "y": right.value}))


# pairs of texts: as a form writes it, and as the reference reads it
constants = st.decimals(min_value=0, max_value=10**6, places=3).map(lambda number: (f"{number:f}", f"Ref.of('{number:f}')"))
names = st.sampled_from(NUMBERS).map(lambda name: (name, name))


def _numbers(inner: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    two = st.tuples(inner, st.sampled_from("+-*/"), inner)
    return st.one_of(
        two.map(lambda t: (f"({t[0][0]} {t[1]} {t[2][0]})", f"({t[0][1]} {t[1]} {t[2][1]})")),
        # without brackets the text alone decides what binds first, here and there
        two.map(lambda t: (f"{t[0][0]} {t[1]} {t[2][0]}", f"{t[0][1]} {t[1]} {t[2][1]}")),
        inner.map(lambda t: (f"-{t[0]}" if t[0][0] not in "-+" else f"-({t[0]})", f"-{t[1]}" if t[0][0] not in "-+" else f"-({t[1]})")),
    )


numeric = st.recursive(st.one_of(constants, names), _numbers, max_leaves=8)
comparison = st.tuples(numeric, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numeric).map(
    lambda t: (f"{t[0][0]} {t[1]} {t[2][0]}", f"compared({t[0][1]}, '{t[1]}', {t[2][1]})")
)
flag = st.sampled_from(FLAGS).map(lambda name: (name, name))


def _truths(inner: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    two = st.tuples(inner, st.sampled_from([("and", "&"), ("or", "|")]), inner)
    return st.one_of(
        two.map(lambda t: (f"({t[0][0]} {t[1][0]} {t[2][0]})", f"({t[0][1]} {t[1][1]} {t[2][1]})")),
        two.map(lambda t: (f"{t[0][0]} {t[1][0]} {t[2][0]}", f"{t[0][1]} {t[1][1]} {t[2][1]}")),
        inner.map(lambda t: (f"not ({t[0]})", f"~({t[1]})")),
    )


logical = st.recursive(st.one_of(comparison, flag), _truths, max_leaves=8)
figures = st.one_of(st.none(), st.integers(-1000, 1000), st.decimals(-1000, 1000, places=2).map(lambda number: f"{number:f}"))
answers = st.fixed_dictionaries({**dict.fromkeys(NUMBERS, figures), **dict.fromkeys(FLAGS, st.one_of(st.none(), st.booleans()))})


def reference(text: str, given_answers: dict[str, Any]) -> Any:
    known = {key: Ref(None if given_answers[key] is None else Fraction(str(given_answers[key]))) for key in NUMBERS}
    flags = {key: Truth(given_answers[key]) for key in FLAGS}
    return eval(text, {"Ref": Ref, "compared": compared, **known, **flags}).value


@given(numeric, answers)
def test_arithmetic_is_that_of_fractions(text: tuple[str, str], given_answers: dict[str, Any]) -> None:
    found = compile_expression(text[0], NAMES).evaluate(given_answers)
    expected = reference(text[1], given_answers)
    assert (None if found is None else Fraction(found)) == expected


@given(logical, answers)
def test_truth_is_that_of_kleene(text: tuple[str, str], given_answers: dict[str, Any]) -> None:
    assert compile_expression(text[0], NAMES).evaluate(given_answers) is reference(text[1], given_answers)


@given(st.fractions(-(10**6), 10**6), st.integers(0, 6))
def test_rounding_is_half_away_from_zero(number: Fraction, places: int) -> None:
    found = rounded(number, places)
    assert abs(Fraction(found) - number) * 2 <= Fraction(1, 10**places)
    assert abs(found) >= 0 if number == 0 else (found * (1 if number > 0 else -1)) >= 0
    half = Fraction(2 * int(number) + (1 if number >= 0 else -1), 2)
    assert rounded(half, 0) == int(number) + (1 if number >= 0 else -1)


@given(st.text(max_size=30))
def test_any_text_is_compiled_or_refused_with_its_column(source: str) -> None:
    refused: ExpressionError | None = None
    try:
        compile_expression(source, NAMES)
    except ExpressionError as error:
        refused = error
    assert refused is None or (1 <= refused.column <= len(source) + 1 and bool(refused.message))


@given(
    st.dictionaries(
        st.sampled_from(sorted(NAMES)), st.one_of(st.none(), st.text(max_size=5), st.integers(), st.floats(), st.lists(st.text(max_size=2)))
    )
)
def test_any_answers_are_endured(given_answers: dict[str, Any]) -> None:
    texts = [
        "a + b * c / d",
        "sum(items.amount) > 0",
        "before(effect) < after(effect)",
        "year(started)",
        "count(systems)",
        "level == 'line'",
    ]
    for source in texts:
        compile_expression(source, NAMES).evaluate(given_answers)


@pytest.mark.parametrize(
    ("source", "given_answers", "expected"),
    [
        ("a + 0.1", {"a": "0.2"}, Decimal("0.3")),
        ("1 / 3 * 3 == 1", {}, True),
        ("a / b", {"a": 1, "b": 0}, None),
        ("a / 0 == 1 or p", {"a": 1, "p": True}, True),
        ("a < 5 and p", {"p": False}, False),
        ("a < 5 and p", {"p": True}, None),
        ("not p", {}, None),
        ("p", {"p": {"agreed": True, "by": "甲"}}, True),
        ("2 + 3 * 4 - 6 / 2", {}, Decimal(11)),
        ("-(2 - 5)", {}, Decimal(3)),
        ("a", {"a": {"value": "32000", "typed": "3.2", "unit": "yi"}}, Decimal(32000)),
        ("sum(items.amount)", {"items": [{"amount": "1.5"}, {"amount": "2"}]}, Decimal("3.5")),
        ("sum(items.amount)", {"items": [{"amount": "1.5"}, {"amount": None}]}, None),
        ("sum(items.amount)", {}, None),
        ("max(items.amount)", {"items": [{"amount": "1.5"}, {"amount": "2"}]}, Decimal(2)),
        ("count(items)", {"items": [{}, {}]}, Decimal(2)),
        ("count(systems)", {"systems": ["mes"]}, Decimal(1)),
        ("has(systems, 'mes')", {"systems": ["mes"]}, True),
        ("has(systems, 'erp')", {"systems": ["mes"]}, False),
        ("before(effect)", {"effect": {"before": "3", "after": None}}, Decimal(3)),
        ("after(effect) > before(effect)", {"effect": {"before": "3", "after": None}}, None),
        ("filled(title)", {}, False),
        ("filled(items) or filled(title)", {"title": "x"}, True),
        ("year(signed) + year(started)", {"signed": "2023-08-31", "started": "2022-01"}, Decimal(4045)),
        ("started <= '2023-06'", {"started": "2023-06"}, True),
        ('signed > "2023-06-30"', {"signed": "2023-06-30"}, False),
        ("level == 'line'", {"level": "line"}, True),
        ("title != 'x'", {"title": "y"}, True),
        ("min(a, b, 3)", {"a": 5, "b": "2.5"}, Decimal("2.5")),
        ("min(a, b)", {"a": 5}, None),
        ("abs(a)", {"a": "-5"}, Decimal(5)),
        ("round(2.5)", {}, Decimal(3)),
        ("round(-2.5)", {}, Decimal(-3)),
        ("round(2 / 3, 4)", {}, Decimal("0.6667")),
        ("p == false", {"p": False}, True),
        ("a", {"a": "1E999999"}, None),
        ("a", {"a": True}, None),
    ],
)
def test_what_a_formula_says(source: str, given_answers: dict[str, Any], expected: Any) -> None:
    found = value(source, **given_answers)
    assert (found, type(found) is type(expected) or isinstance(found, Fraction)) == (expected, True)


@pytest.mark.parametrize(
    ("source", "column", "message"),
    [
        ("", 1, "A value is missing here."),
        ("a <", 4, "A value is missing here."),
        ("a + levl", 5, "“levl” is not known here. Did you mean “level”?"),
        ("a + title", 5, "This is a text; a number is needed."),
        ("a and p", 1, "This is a number; yes or no is needed."),
        ("not a", 5, "This is a number; yes or no is needed."),
        ("a < b < c", 7, "Compare two values at a time, and join the comparisons with “and”."),
        ("a = b", 3, "“=” is not used in formulas; write “==”."),
        ("a ≤ b", 3, "“≤” is not used in formulas; write “<=”."),
        ("a # b", 3, "“#” is not used in formulas."),
        ("title == \"x", 10, "The quotation mark is not closed."),
        ("(a + b", 7, "“)” is missing."),
        ("a b", 3, "“b” does not follow here."),
        ("a == title", 3, "A number cannot be compared with a text."),
        ("level < 'line'", 7, "A text has no order; only == and != can be asked."),
        ("level == 'lin'", 10, "The field never has the value “lin”. Did you mean “line”?"),
        ("has(systems, 'nes')", 14, "The field never has the value “nes”. Did you mean “mes”?"),
        ("started > '2023-06-30'", 11, "“2023-06-30” is not written as 2023-08, so it never fits."),
        ("sum(items)", 5, "This is a table; a column of a table is needed."),
        ("sum(items.amout)", 11, "The table “items” has no column “amout”. Did you mean “amount”?"),
        ("sum(items.remark)", 11, "The column “remark” holds no numbers."),
        ("sum(a.amount)", 5, "“a” is no table and has no columns."),
        ("summ(items.amount)", 1, "There is no function “summ”. Did you mean “sum”?"),
        ("max(a)", 1, "“max” takes 2, here are 1."),
        ("filled(a + b)", 8, "“filled” asks about a field; name one."),
        ("round(a, b)", 10, "The number of decimals is a whole number from 0 to 12."),
        ("items", 1, "This is a table; a number, a text, a day or yes and no is needed."),
        ("(" * 21 + "a" + ")" * 21, 22, "The formula is nested too deep; at most 20 levels."),
        ("a" + " + a" * 250, 801, "The formula is too long; at most 400 parts."),
        ("__import__('os')", 1, "There is no function “__import__”."),
        ("a.real", 1, "“a” is no table and has no columns."),
        ("1.2.3", 1, "“1” is not used in formulas."),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_column(source: str, column: int, message: str) -> None:
    with translation.override("en"), pytest.raises(ExpressionError) as refused:
        compile_expression(source, NAMES)
    assert (refused.value.column, refused.value.message) == (column, message)


def test_a_formula_names_the_fields_it_reads_once() -> None:
    assert compile_expression("b + a - b + sum(items.amount)", NAMES).names == ("b", "a", "items")
