"""What does ``(research + research[1]) / (revenue + revenue[1])`` mean? The text of a metric, read into sums with whole factors.

Python's own parser reads the text; nothing is ever evaluated. Allowed: names of metrics, ``name[years back]``, whole numbers,
``+``, ``-``, a product with a number, one quotient of two sums, ``lower(a, b)``, ``total(name, years)``.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from pilotage.finance.rules.model import Lower, Metric, RuleError, Sum, Term, fault


def read_metric(text: str, metrics: Mapping[str, Metric], where: str) -> tuple[Sum, Sum]:
    """Top and bottom. The bottom of what is no quotient is 1. Raises :class:`RuleError`."""
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise _odd(where, _("“%(text)s” cannot be read."), text) from None
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
        raise fault(where, _("%(units)s cannot be added. Expected: metrics of one unit."), units=" + ".join(sorted(units)))
    if units & {"truth", "code"}:
        raise fault(where, _("A metric of the unit %(unit)s is no number. Expected: `is:` or `in:`."), unit=units.pop())
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
    raise _odd(where, _("A product of two metrics cannot be compared exactly."))


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
    raise _odd(where, _("“%(text)s(…)” is not known so."), name)


def _reference(node: ast.expr, metrics: Mapping[str, Metric], where: str) -> Term:
    match node:
        case ast.Name(name):
            term = Term(1, name)
        case ast.Subscript(ast.Name(name), ast.Constant(int(back))):
            term = Term(1, name, back)
        case _:
            raise _odd(where, _("“%(text)s” is not allowed here."), ast.unparse(node))
    return _kept(term, metrics, where)


def _kept(term: Term, metrics: Mapping[str, Metric], where: str) -> Term:
    if term.metric not in metrics:
        raise no_metric(term.metric, metrics, where)
    if not 0 <= term.back < metrics[term.metric].years:
        raise fault(
            where,
            _("“%(name)s” is kept for %(years)d years. Expected: fewer than that back."),
            name=term.metric,
            years=metrics[term.metric].years,
        )
    return term


def no_metric(name: object, metrics: Mapping[str, Metric], where: str) -> RuleError:
    return fault(where, _("There is no metric “%(name)s”. Expected: one of %(names)s."), name=name, names=", ".join(sorted(metrics)))


def _odd(where: str, sentence: str, text: str = "") -> RuleError:
    expected = _("Expected: metrics, +, -, a number times a metric, one quotient, lower(a, b) or total(metric, years).")
    return RuleError(f"{where}: {sentence % {'text': text}} {expected}")
