"""What does this small formula say, given some answers?

Data: a text such as ``devices_connected <= devices_total and sum(items.amount) > 0``; the names it may use, each
with its :class:`Kind`; answers as they are stored (numbers as text or whole numbers, days as ``YYYY-MM-DD``).
Algorithm: one walk over the tokens checks kinds and builds nested functions, so evaluating is a few calls.
Arithmetic is exact: decimal, and fractions once a quotient has no end; only ``round`` and ``rounded`` round,
half away from zero. Truth has three values (Kleene): what needs a missing answer, or divides by zero, is
unknown (None), but ``false and unknown`` is false and ``true or unknown`` is true.
Invariants: evaluating never raises and never changes the answers; equal answers give equal results.
Refuses, with the column: unknown names, kinds that do not go together, values a field can never have,
chained comparisons, more than 400 tokens or 20 levels. Nothing is ever handed to Python's own evaluation.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from pilotage.core.expression_values import (
    ARITHMETIC,
    DAY,
    MAX_DIGITS,
    MONTH,
    READ,
    Answers,
    Kind,
    Number,
    Run,
    absolute,
    add,
    answer,
    both_known,
    cells,
    constant,
    decided,
    divided,
    is_filled,
    known,
    negative,
    number_of,
    rounded,
)

__all__ = ["MAX_DEPTH", "MAX_TOKENS", "Expression", "ExpressionError", "Kind", "Name", "compile_expression", "number_of", "rounded"]

MAX_TOKENS, MAX_DEPTH = 400, 20
MAX_PLACES = 12


@dataclass(frozen=True, slots=True)
class Name:
    """What a name stands for. ``options``: the only values it can have, where it is a choice; ``columns`` of a table."""

    kind: Kind
    options: frozenset[str] = frozenset()
    columns: Mapping[str, Name] = field(default_factory=dict)


class ExpressionError(ValueError):
    """``column`` counts characters from 1; ``message`` says what is wrong there."""

    def __init__(self, column: int, message: str):
        self.column, self.message = column, message
        super().__init__(_("%(message)s (character %(column)d)") % {"message": message, "column": column})


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked formula. ``names`` are the fields it reads, in order of first use."""

    source: str
    kind: Kind
    names: tuple[str, ...]
    run: Run = field(repr=False, compare=False)

    def evaluate(self, answers: Answers) -> Decimal | Fraction | str | bool | None:
        """The result, None where it is unknown."""
        return self.run(answers)


def compile_expression(source: str, names: Mapping[str, Name]) -> Expression:
    """Raises :class:`ExpressionError` at the first fault."""
    parser = _Parser(_tokens(source), names)
    node = parser.whole()
    return Expression(source, node.kind, tuple(parser.used), node.run)


# --- tokens ---------------------------------------------------------------------------------
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?![\w.]))|(?P<name>[A-Za-z_]\w*)|(?P<text>"[^"\n]*"|'[^'\n]*')"""
    r"""|(?P<sign><=|>=|==|!=|[-+*/<>(),.]))""",
    re.ASCII,
)
_MEANT = {
    "=": "==", "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "÷": "/", "−": "-", "（": "(", "）": ")", "，": ",", "“": '"', "”": '"',
    "&": "and", "|": "or", "!": "not",
}  # fmt: skip
_WORDS = frozenset({"and", "or", "not", "true", "false"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def _tokens(source: str) -> list[_Token]:
    found: list[_Token] = []
    position = 0
    while position < len(source.rstrip()):
        match = _TOKEN.match(source, position)
        if match is None:
            _bad_character(source, position)
        kind = str(match.lastgroup)
        text = match[kind]
        found.append(_Token("word" if text in _WORDS else kind, text, match.start(kind) + 1))
        position = match.end()
        if len(found) > MAX_TOKENS:
            raise ExpressionError(found[-1].column, _("The formula is too long; at most %(limit)d parts.") % {"limit": MAX_TOKENS})
    return [*found, _Token("end", "", len(source.rstrip()) + 1)]


def _bad_character(source: str, position: int) -> NoReturn:
    while source[position].isspace():
        position += 1
    character = source[position]
    if character in "\"'":
        raise ExpressionError(position + 1, _("The quotation mark is not closed."))
    if character in _MEANT:
        message = _("“%(found)s” is not used in formulas; write “%(meant)s”.") % {"found": character, "meant": _MEANT[character]}
        raise ExpressionError(position + 1, message)
    raise ExpressionError(position + 1, _("“%(found)s” is not used in formulas.") % {"found": character})


# --- parsing --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Node:
    kind: Kind
    run: Run
    column: int
    literal: str | None = None
    name: Name | None = None
    key: str = ""


_KIND_WORDS: dict[Kind, Callable[[], str]] = {
    Kind.NUMBER: lambda: _("a number"),
    Kind.TEXT: lambda: _("a text"),
    Kind.BOOLEAN: lambda: _("yes or no"),
    Kind.DATE: lambda: _("a day"),
    Kind.MONTH: lambda: _("a month"),
    Kind.CHOICES: lambda: _("several choices"),
    Kind.PAIR: lambda: _("a figure before and after"),
    Kind.TABLE: lambda: _("a table"),
    Kind.COLUMN: lambda: _("a column of a table"),
}
_DAYS = frozenset({Kind.DATE, Kind.MONTH})
_EQUAL: dict[str, Callable[[Any, Any], bool]] = {"==": lambda a, b: a == b, "!=": lambda a, b: a != b}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_COMPARE = _EQUAL | _ORDER


class _Parser:
    """Precedence as usual: or, and, not, comparison, + -, * /, sign."""

    def __init__(self, tokens: list[_Token], names: Mapping[str, Name]):
        self.tokens, self.names = tokens, names
        self.index = self.depth = 0
        self.used: dict[str, None] = {}

    @property
    def token(self) -> _Token:
        return self.tokens[self.index]

    def taken(self, *texts: str) -> _Token | None:
        """The next token if it is one of the signs or words ``texts``."""
        token = self.token
        if token.kind in {"sign", "word"} and token.text in texts:
            self.index += 1
            return token
        return None

    def need(self, text: str) -> None:
        if self.taken(text) is None:
            raise ExpressionError(self.token.column, _("“%(sign)s” is missing.") % {"sign": text})

    def whole(self) -> _Node:
        node = self.any_of()
        if self.token.kind != "end":
            raise ExpressionError(self.token.column, _("“%(text)s” does not follow here.") % {"text": self.token.text})
        if node.kind not in {Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN, Kind.DATE, Kind.MONTH}:
            self.refuse(node, _("a number, a text, a day or yes and no"))
        return node

    def refuse(self, node: _Node, wanted: str) -> NoReturn:
        message = _("This is %(found)s; %(wanted)s is needed.") % {"found": _KIND_WORDS[node.kind](), "wanted": wanted}
        raise ExpressionError(node.column, message)

    def of_kind(self, node: _Node, kind: Kind) -> _Node:
        if node.kind is not kind:
            self.refuse(node, _KIND_WORDS[kind]())
        return node

    def deeper(self, inner: Callable[[], _Node]) -> _Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(self.token.column, _("The formula is nested too deep; at most %(limit)d levels.") % {"limit": MAX_DEPTH})
        node = inner()
        self.depth -= 1
        return node

    # truth
    def any_of(self) -> _Node:
        return self.joined(self.all_of, "or", True)

    def all_of(self) -> _Node:
        return self.joined(self.negated, "and", False)

    def joined(self, inner: Callable[[], _Node], word: str, decisive: bool) -> _Node:
        first = inner()
        runs = [first.run]
        while self.taken(word):
            self.of_kind(first, Kind.BOOLEAN)
            runs.append(self.of_kind(inner(), Kind.BOOLEAN).run)
        return first if len(runs) == 1 else _Node(Kind.BOOLEAN, decided(tuple(runs), decisive), first.column)

    def negated(self) -> _Node:
        token = self.taken("not")
        if token is None:
            return self.comparison()
        run = self.of_kind(self.deeper(self.negated), Kind.BOOLEAN).run
        return _Node(Kind.BOOLEAN, known(lambda value: not value, run), token.column)

    def comparison(self) -> _Node:
        left = self.sum()
        sign = self.taken(*_COMPARE)
        if sign is None:
            return left
        right = self.sum()
        self.check_comparable(left, sign, right)
        if self.token.text in _COMPARE and self.token.kind == "sign":
            raise ExpressionError(self.token.column, _("Compare two values at a time, and join the comparisons with “and”."))
        return _Node(Kind.BOOLEAN, both_known(_COMPARE[sign.text], left.run, right.run), left.column)

    def check_comparable(self, left: _Node, sign: _Token, right: _Node) -> None:
        for one, other in ((left, right), (right, left)):
            if other.literal is not None and one.literal is None:
                self.check_literal(one, other)
        kinds = {left.kind, right.kind}
        dated = kinds & _DAYS and Kind.TEXT in kinds and (left.literal is not None or right.literal is not None)
        if len(kinds) == 2 and not dated:
            message = _("%(left)s cannot be compared with %(right)s.")
            words = {"left": _KIND_WORDS[left.kind](), "right": _KIND_WORDS[right.kind]()}
            raise ExpressionError(sign.column, _first_upper(message % words))
        if left.kind in {Kind.CHOICES, Kind.PAIR, Kind.TABLE, Kind.COLUMN}:
            self.refuse(left, _("one value"))
        if sign.text in _ORDER and left.kind in {Kind.TEXT, Kind.BOOLEAN} and not dated:
            message = _("%(kind)s has no order; only == and != can be asked.") % {"kind": _KIND_WORDS[left.kind]()}
            raise ExpressionError(sign.column, _first_upper(message))

    def check_literal(self, node: _Node, literal: _Node) -> None:
        text = str(literal.literal)
        if node.kind in _DAYS and not (DAY if node.kind is Kind.DATE else MONTH).fullmatch(text):
            form = "2023-08-31" if node.kind is Kind.DATE else "2023-08"
            raise ExpressionError(
                literal.column, _("“%(text)s” is not written as %(form)s, so it never fits.") % {"text": text, "form": form}
            )
        if node.name is not None:
            self.check_option(node.name, literal)

    def check_option(self, name: Name, literal: _Node) -> None:
        text = str(literal.literal)
        if name.options and text not in name.options:
            message = _("The field never has the value “%(value)s”.") % {"value": text}
            raise ExpressionError(literal.column, message + _near(text, name.options))

    # numbers
    def sum(self) -> _Node:
        return self.chained(self.product, "+", "-")

    def product(self) -> _Node:
        return self.chained(self.signed, "*", "/")

    def chained(self, inner: Callable[[], _Node], *signs: str) -> _Node:
        node = inner()
        while sign := self.taken(*signs):
            self.of_kind(node, Kind.NUMBER)
            right = self.of_kind(inner(), Kind.NUMBER)
            calculate = divided if sign.text == "/" else ARITHMETIC[sign.text]
            node = _Node(Kind.NUMBER, both_known(calculate, node.run, right.run), node.column)
        return node

    def signed(self) -> _Node:
        sign = self.taken("-", "+")
        if sign is None:
            return self.primary()
        run = self.of_kind(self.deeper(self.signed), Kind.NUMBER).run
        return _Node(Kind.NUMBER, known(negative, run) if sign.text == "-" else run, sign.column)

    def primary(self) -> _Node:
        if self.taken("("):
            node = self.deeper(self.any_of)
            self.need(")")
            return node
        token = self.token
        self.index += 1
        if token.kind == "number":
            return self.number(token)
        if token.kind == "text":
            text = token.text[1:-1]
            return _Node(Kind.TEXT, constant(text), token.column, literal=text)
        if token.text in {"true", "false"}:
            return _Node(Kind.BOOLEAN, constant(token.text == "true"), token.column)
        if token.kind == "name":
            return self.deeper(lambda: self.called(token)) if self.taken("(") else self.named(token)
        self.index -= 1
        raise ExpressionError(token.column, _("A value is missing here."))

    def number(self, token: _Token) -> _Node:
        if len(token.text) > MAX_DIGITS:
            raise ExpressionError(token.column, _("The number is too long."))
        return _Node(Kind.NUMBER, constant(Decimal(token.text)), token.column)

    def named(self, token: _Token) -> _Node:
        name = self.names.get(token.text)
        if name is None:
            near = _near(token.text, [*self.names, *_FUNCTIONS])
            raise ExpressionError(token.column, _("“%(name)s” is not known here.") % {"name": token.text} + near)
        self.used.setdefault(token.text)
        if self.taken("."):
            return self.column_of(token, name)
        return _Node(name.kind, answer(token.text, READ[name.kind]), token.column, name=name, key=token.text)

    def column_of(self, table: _Token, name: Name) -> _Node:
        token = self.token
        if name.kind is not Kind.TABLE:
            raise ExpressionError(table.column, _("“%(name)s” is no table and has no columns.") % {"name": table.text})
        column = name.columns.get(token.text) if token.kind == "name" else None
        if column is None:
            message = _("The table “%(table)s” has no column “%(column)s”.") % {"table": table.text, "column": token.text}
            raise ExpressionError(token.column, message + _near(token.text, name.columns))
        if column.kind is not Kind.NUMBER:
            message = _("The column “%(column)s” holds no numbers.") % {"column": token.text}
            raise ExpressionError(token.column, message)
        self.index += 1
        return _Node(Kind.COLUMN, cells(table.text, token.text), table.column)

    # functions
    def called(self, function: _Token) -> _Node:
        make = _FUNCTIONS.get(function.text)
        if make is None:
            message = _("There is no function “%(name)s”.") % {"name": function.text}
            raise ExpressionError(function.column, message + _near(function.text, _FUNCTIONS))
        arguments = [] if self.token.text == ")" else [self.any_of()]
        while arguments and self.taken(","):
            arguments.append(self.any_of())
        self.need(")")
        return make(self, function, arguments)

    def arguments(self, function: _Token, found: list[_Node], *kinds: frozenset[Kind]) -> list[_Node]:
        """The arguments if they are as many and of the kinds given."""
        if len(found) != len(kinds):
            message = _("“%(name)s” takes %(wanted)d, here are %(count)d.")
            raise ExpressionError(function.column, message % {"name": function.text, "wanted": len(kinds), "count": len(found)})
        for node, allowed in zip(found, kinds, strict=True):
            if node.kind not in allowed:
                self.refuse(node, " / ".join(_KIND_WORDS[kind]() for kind in sorted(allowed)))
        return found


def _first_upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _near(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, [str(each) for each in known], n=1, cutoff=0.6)
    return _(" Did you mean “%(near)s”?") % {"near": near[0]} if near else ""


# --- functions ------------------------------------------------------------------------------
_LISTS = frozenset({Kind.TABLE, Kind.CHOICES})
_NUMBERS = frozenset({Kind.NUMBER})
_Make = Callable[[_Parser, _Token, list[_Node]], _Node]


def _total(parser: _Parser, function: _Token, found: list[_Node]) -> _Node:
    [node] = parser.arguments(function, found, frozenset({Kind.COLUMN}))

    def add_up(figures: list[Number]) -> Number:
        total = figures[0]
        for cell in figures[1:]:
            total = add(total, cell)
        return total

    return _Node(Kind.NUMBER, known(add_up, node.run), function.column)


def _count(parser: _Parser, function: _Token, found: list[_Node]) -> _Node:
    [node] = parser.arguments(function, found, _LISTS)
    return _Node(Kind.NUMBER, known(lambda rows: Decimal(len(rows)), node.run), function.column)


def _side(side: str) -> _Make:
    def make(parser: _Parser, function: _Token, found: list[_Node]) -> _Node:
        [node] = parser.arguments(function, found, frozenset({Kind.PAIR}))
        return _Node(Kind.NUMBER, known(lambda pair: number_of(pair.get(side)), node.run), function.column)

    return make


def _filled(parser: _Parser, function: _Token, found: list[_Node]) -> _Node:
    [node] = parser.arguments(function, found, frozenset(Kind) - {Kind.COLUMN})
    if not node.key:
        raise ExpressionError(node.column, _("“filled” asks about a field; name one."))
    return _Node(Kind.BOOLEAN, answer(node.key, is_filled), function.column)


def _has(parser: _Parser, function: _Token, found: list[_Node]) -> _Node:
    choices, wanted = parser.arguments(function, found, frozenset({Kind.CHOICES}), frozenset({Kind.TEXT}))
    if wanted.literal is not None and choices.name is not None:
        parser.check_option(choices.name, wanted)
    return _Node(Kind.BOOLEAN, both_known(lambda chosen, value: value in chosen, choices.run, wanted.run), function.column)


def _year(parser: _Parser, function: _Token, found: list[_Node]) -> _Node:
    [node] = parser.arguments(function, found, _DAYS)
    return _Node(Kind.NUMBER, known(lambda day: Decimal(day[:4]), node.run), function.column)


def _extreme(choose: Callable[[Any], Any]) -> _Make:
    def make(parser: _Parser, function: _Token, found: list[_Node]) -> _Node:
        if len(found) == 1 and found[0].kind is Kind.COLUMN:
            return _Node(Kind.NUMBER, known(choose, found[0].run), function.column)
        nodes = parser.arguments(function, found, *[_NUMBERS] * max(len(found), 2))
        runs = tuple(node.run for node in nodes)

        def run(answers: Answers) -> Number | None:
            values = [each(answers) for each in runs]
            return None if None in values else choose(values)

        return _Node(Kind.NUMBER, run, function.column)

    return make


def _abs(parser: _Parser, function: _Token, found: list[_Node]) -> _Node:
    [node] = parser.arguments(function, found, _NUMBERS)
    return _Node(Kind.NUMBER, known(absolute, node.run), function.column)


def _round(parser: _Parser, function: _Token, found: list[_Node]) -> _Node:
    if len(found) == 1:
        [node], places = parser.arguments(function, found, _NUMBERS), 0
    else:
        node, literal = parser.arguments(function, found, _NUMBERS, _NUMBERS)
        wanted = literal.run({})
        if wanted is None or wanted not in range(MAX_PLACES + 1):
            raise ExpressionError(literal.column, _("The number of decimals is a whole number from 0 to %(most)d.") % {"most": MAX_PLACES})
        places = int(wanted)
    return _Node(Kind.NUMBER, known(lambda value: rounded(value, places), node.run), function.column)


_FUNCTIONS: dict[str, _Make] = {
    "sum": _total,
    "count": _count,
    "before": _side("before"),
    "after": _side("after"),
    "filled": _filled,
    "has": _has,
    "year": _year,
    "min": _extreme(min),
    "max": _extreme(max),
    "abs": _abs,
    "round": _round,
}
