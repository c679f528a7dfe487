"""The same rule as one SQL expression, for a table with a row for each enterprise.

Names of columns come from the metrics of the rule and are quoted; values are bound, never written into the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pilotage.finance.rules.model import (
    All,
    AnyOf,
    AtLeast,
    Attested,
    Category,
    Compare,
    Leaf,
    Lower,
    Node,
    NoneOf,
    RuleError,
    Sum,
    Term,
    threshold,
)
from pilotage.finance.rules.resolving import Resolved
from pilotage.finance.rules.walker import leaves


class Dialect(StrEnum):
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    DUCKDB = "duckdb"


# one letter of the verdict per row: what a stored screening keeps
LETTERS = {"meets": "m", "does_not_meet": "x", "needs_attestation": "a", "cannot_determine": "u"}
MIRRORED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "="}


@dataclass(frozen=True, slots=True)
class Compiled:
    """Expressions with their parameters: the verdict's letter; bit n of the masks is leaf n of ``keys``."""

    verdict: str
    failed: str
    unknown: str
    parameters: tuple[object, ...]
    failed_parameters: tuple[object, ...]
    unknown_parameters: tuple[object, ...]
    keys: tuple[str, ...]


def compile_sql(resolved: Resolved, dialect: Dialect) -> Compiled:
    writer = _Writer(resolved, dialect)
    found = leaves(resolved.tree)
    truth, attested = writer.node(resolved.tree), _Writer(resolved, dialect, attesting=True).node(resolved.tree)
    verdict = f"CASE WHEN {truth[0]} THEN 'm' WHEN NOT ({truth[0]}) THEN 'x' WHEN {attested[0]} THEN 'a' ELSE 'u' END"
    masks = [writer.mask(found, "NOT ({})"), writer.mask(found, "({}) IS NULL")]
    return Compiled(
        verdict, masks[0][0], masks[1][0], (*truth[1], *truth[1], *attested[1]), masks[0][1], masks[1][1], tuple(leaf.key for leaf in found)
    )


Text = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class _Writer:
    resolved: Resolved
    dialect: Dialect
    attesting: bool = False

    @property
    def mark(self) -> str:
        return "%s" if self.dialect is Dialect.POSTGRESQL else "?"

    def node(self, node: Node) -> Text:
        match node:
            case All(parts):
                return self._joined(parts, " AND ")
            case AnyOf(parts):
                return self._joined(parts, " OR ")
            case NoneOf(parts):
                text, values = self._joined(parts, " OR ")
                return f"(NOT {text})", values
            case AtLeast():
                return self._at_least(node)
            case Compare():
                return self._compare(node)
            case Category():
                return self._category(node)
            case Attested():
                return (f"COALESCE({self._truth(node.key)}, {self._true})" if self.attesting else self._truth(node.key)), ()
        return self._truth(node.metric), ()

    def mask(self, found: Sequence[Leaf], when: str) -> Text:
        texts: list[str] = []
        values: list[object] = []
        for place, leaf in enumerate(found):
            text, own = self.node(leaf)
            texts.append(f"CASE WHEN {when.format(text)} THEN {1 << place} ELSE 0 END")
            values += own
        return f"({' + '.join(texts)})", tuple(values)

    # --- groups -----------------------------------------------------------------------------
    def _joined(self, parts: tuple[Node, ...], word: str) -> Text:
        texts = [self.node(part) for part in parts]
        return f"({word.join(text for text, _values in texts)})", tuple(value for _text, values in texts for value in values)

    def _at_least(self, node: AtLeast) -> Text:
        texts = [self.node(part) for part in node.parts]
        values = tuple(value for _text, own in texts for value in own)
        worth = list(zip(texts, node.worth, strict=True))
        sure = " + ".join(f"CASE WHEN {text} THEN {points} ELSE 0 END" for (text, _own), points in worth)
        possible = " + ".join(f"CASE WHEN NOT ({text}) THEN 0 ELSE {points} END" for (text, _own), points in worth)
        count = node.count
        return f"(CASE WHEN {sure} >= {count} THEN {self._true} WHEN {possible} < {count} THEN {self._false} END)", values + values

    # --- leaves -----------------------------------------------------------------------------
    def _compare(self, leaf: Compare) -> Text:
        limit = threshold(leaf, self.resolved.values[leaf.parameter])
        top, bottom = self._sum(leaf.top), self._sum(leaf.bottom)
        if leaf.bottom == (Term(1),):
            return f"({self._scaled(top, limit.denominator)} {_sql(leaf.op)} {self.mark})", (limit.numerator,)
        left, right = self._scaled(top, limit.denominator), f"({bottom}) * {self.mark}"
        text = f"(CASE WHEN {bottom} > 0 THEN {left} {_sql(leaf.op)} {right} WHEN {bottom} < 0 THEN {left} {MIRRORED[leaf.op]} {right} END)"
        return text, (limit.numerator, limit.numerator)

    def _category(self, leaf: Category) -> Text:
        codes = self.resolved.values[leaf.parameter].codes
        return f"({self._column(leaf.metric)} IN ({', '.join(self.mark for _ in codes)}))", tuple(codes)

    def _scaled(self, text: str, factor: int) -> str:
        return f"({text}) * {factor}" if factor != 1 else f"({text})"

    def _sum(self, side: Sum) -> str:
        return " + ".join(self._part(each) for each in side)

    def _part(self, each: Term | Lower) -> str:
        if isinstance(each, Lower):
            left, right = self._sum(each.left), self._sum(each.right)
            # a comparison with NULL is not true: the second arm would then be taken, so both must be known
            return f"({each.factor} * (CASE WHEN ({left}) <= ({right}) THEN {left} WHEN ({left}) > ({right}) THEN {right} END))"
        if not each.metric:
            return f"({each.factor})"
        column = self._column(self.resolved.rule.metrics[each.metric].column(each.back))
        return f"({each.factor} * {column})"

    def _column(self, name: str) -> str:
        if not name.replace("_", "").isalnum():
            raise RuleError(f"“{name}” is no name of a column")
        return f'"{name}"'

    def _truth(self, name: str) -> str:
        return self._column(name)

    @property
    def _true(self) -> str:
        return "1" if self.dialect is Dialect.SQLITE else "TRUE"

    @property
    def _false(self) -> str:
        return "0" if self.dialect is Dialect.SQLITE else "FALSE"


def _sql(op: str) -> str:
    return "=" if op == "==" else op
