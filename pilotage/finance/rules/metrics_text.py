"""What does ``(research + research[1]) / (revenue + revenue[1])`` mean? The text of a metric, read into sums with whole factors.

Python's own parser reads the text; nothing is ever evaluated. Allowed: names of metrics, ``name[years back]``, whole numbers,
``+``, ``-``, a product with a number, one quotient of two sums, ``lower(a, b)``, ``total(name, years)``.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from pilotage.finance.rules.model import Lower, Metric, RuleError, Sum, Term

EXPECTED = "Expected: metrics, +, -, a number times a metric, one quotient, lower(a, b) or total(metric, years)"


def read_metric(text: str, metrics: Mapping[str, Metric], where: str) -> tuple[Sum, Sum]:
    """Top and bottom. The bottom of what is no quotient is 1. Raises :class:`RuleError`."""
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise RuleError(f"{where}: “{text}” cannot be read. {EXPECTED}") from None
    if isinstance(body, ast.BinOp) and isinstance(body.op, ast.Div):
        found = _sum(body.left, metrics, where), _sum(body.right, metrics, where)
    else:
        found = _sum(body, metrics, where), (Term(1),)
    for side in found:
        unit_of(side, metrics, where)
    return found


def unit_of(side: Sum, metrics: Mapping[str, Metric], where: str) -> str:
    """The one unit of all metrics in a sum; blank for a number. Money and heads cannot be added."""
    units = {metrics[term.metric].unit for term in flat(side) if term.metric}
    if len(units) > 1:
        raise RuleError(f"{where}: {' and '.join(sorted(units))} cannot be added. Expected: metrics of one unit")
    if units & {"truth", "code"}:
        raise RuleError(f"{where}: a {units.pop()} is no number. Expected: `is:` or `in:`")
    return units.pop() if units else ""


def flat(side: Sum) -> list[Term]:
    found: list[Term] = []
    for each in side:
        found += [each] if isinstance(each, Term) else [*each.left, *each.right]
    return found


def _sum(node: ast.expr, metrics: Mapping[str, Metric], where: str) -> Sum:
    match node:
        case ast.BinOp(left, ast.Add(), right):
            return (*_sum(left, metrics, where), *_sum(right, metrics, where))
        case ast.BinOp(left, ast.Sub(), right):
            return (*_sum(left, metrics, where), *_times(_sum(right, metrics, where), -1))
        case ast.UnaryOp(ast.USub(), inner):
            return _times(_sum(inner, metrics, where), -1)
        case ast.BinOp(left, ast.Mult(), right):
            return _product(left, right, metrics, where)
        case ast.Constant(int(number)) if not isinstance(number, bool):
            return (Term(number),)
        case ast.Call(ast.Name(name), arguments, []):
            return _call(name, arguments, metrics, where)
    return (_reference(node, metrics, where),)


def _product(left: ast.expr, right: ast.expr, metrics: Mapping[str, Metric], where: str) -> Sum:
    for number, other in ((left, right), (right, left)):
        if isinstance(number, ast.Constant) and isinstance(number.value, int):
            return _times(_sum(other, metrics, where), number.value)
    raise RuleError(f"{where}: a product of two metrics cannot be compared exactly. {EXPECTED}")


def _times(side: Sum, factor: int) -> Sum:
    return tuple(replace(each, factor=each.factor * factor) for each in side)


def _call(name: str, arguments: list[ast.expr], metrics: Mapping[str, Metric], where: str) -> Sum:
    if name == "lower" and len(arguments) == 2:
        sides = [_sum(each, metrics, where) for each in arguments]
        plain = [tuple(term for term in side if isinstance(term, Term)) for side in sides]
        if [len(side) for side in sides] == [len(side) for side in plain]:
            return (Lower(1, plain[0], plain[1]),)
    if name == "total" and len(arguments) == 2 and isinstance(arguments[1], ast.Constant) and isinstance(arguments[1].value, int):
        first = _reference(arguments[0], metrics, where)
        terms = tuple(Term(1, first.metric, first.back + back) for back in range(arguments[1].value))
        for term in terms:
            _kept(term, metrics, where)
        return terms
    raise RuleError(f"{where}: “{name}(…)” is not known so. {EXPECTED}")


def _reference(node: ast.expr, metrics: Mapping[str, Metric], where: str) -> Term:
    match node:
        case ast.Name(name):
            term = Term(1, name)
        case ast.Subscript(ast.Name(name), ast.Constant(int(back))):
            term = Term(1, name, back)
        case _:
            raise RuleError(f"{where}: “{ast.unparse(node)}” is not allowed here. {EXPECTED}")
    return _kept(term, metrics, where)


def _kept(term: Term, metrics: Mapping[str, Metric], where: str) -> Term:
    if term.metric not in metrics:
        raise RuleError(f"{where}: there is no metric “{term.metric}”. Expected: one of {', '.join(sorted(metrics))}")
    if not 0 <= term.back < metrics[term.metric].years:
        raise RuleError(f"{where}: “{term.metric}” is kept for {metrics[term.metric].years} years. Expected: fewer than that back")
    return term
