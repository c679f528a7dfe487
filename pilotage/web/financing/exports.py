"""What a screening or a comparison lists, as a file: whole at any size, read in parts, of the enterprises that the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.core.tables import Column
from pilotage.core.verdict import Invalid
from pilotage.finance.channels.models import Channel
from pilotage.finance.channels.selectors import channels
from pilotage.finance.rules import Compare
from pilotage.finance.rules.walker import leaves
from pilotage.finance.screening import rules
from pilotage.finance.screening.comparing import Group, Question, walk
from pilotage.finance.screening.enums import Answer
from pilotage.finance.screening.models import Screening, ScreeningResult
from pilotage.registry.enums import IdentifierScheme
from pilotage.registry.models import Enterprise, Identifier
from pilotage.web import units
from pilotage.web.downloads import table_response
from pilotage.web.financing import runs, words
from pilotage.web.financing.comparison import asked, chosen, group_asked
from pilotage.web.formats import day

PART = 500


@require_safe
def screening(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """What is filtered, with the conditions that fail and that are unknown."""
    found = runs.visible(request, pk)
    key, answer, province = runs.asked(request, found)
    channel = Channel.objects.filter(plan=found.plan_id, key=key).first()
    results = runs.chosen(rules.visible_results(request.user, found), key, answer, province)
    columns = [
        *_body(),
        Column(pgettext("condition", "Verdict"), 14),
        Column(_("Not met"), 40),
        Column(_("Not known"), 40),
        Column(_("Rules of"), 12),
        Column(_("Facts as known on"), 12),
    ]
    rows = _screened(results, channel, found, str(Answer(answer).label))
    return table_response(kind, f"screening-{found.pk}-{key}", columns, rows, channel.title if channel else key)


def _screened(results: QuerySet[ScreeningResult], channel: Channel | None, screening: Screening, answer: str) -> Iterator[list[Any]]:
    """By number of the enterprise, as the index has them; two queries for each part."""
    last, texts = 0, runs.condition_names(channel)
    while part := list(results.filter(enterprise__gt=last).select_related("enterprise__province").order_by("enterprise")[:PART]):
        last = part[-1].enterprise_id
        codes = _stock_codes([each.enterprise_id for each in part])
        for each in part:
            failed, unknown = runs.named(each, texts, screening)
            yield [*_named(each.enterprise, codes), answer, "; ".join(failed), "; ".join(unknown), screening.rule_date, screening.facts_on]


@require_safe
def comparison(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Whose answer changes, or of whom a condition holds on one side only: the group that is asked for, else all of them."""
    rules.can_compare(request.user).require()
    channel = chosen(request, channels(with_rule=True))
    if channel is None:
        raise Http404
    try:
        question = asked(request, channel)
    except Invalid:
        raise Http404 from None
    group, condition = group_asked(request, question) or (Group.ANY, "")
    verdict = pgettext("condition", "Verdict")
    columns = [
        *_body(),
        *(Column(f"{verdict}{_(': ')}{text}", 18) for text in _sides(question)),
        Column(_("No longer holds"), 40),
        Column(_("Newly holds"), 40),
        Column(_("New that day, not met or open"), 40),
    ]
    return table_response(kind, f"comparison-{channel.key}", columns, _compared(question, group, condition), channel.title)


def _sides(question: Question) -> tuple[str, str]:
    """The day of the rules on either side, and the numbers put in."""
    parameters = question.channel.rule.parameters
    put_in = [_put_in(question.channel, name, number) for name, number in question.thresholds.items() if name in parameters]
    before, after = (_("rules of %(day)s") % {"day": day(each)} for each in question.days)
    return before, _("%(rules)s (%(numbers)s)") % {"rules": after, "numbers": pgettext("list", "; ").join(put_in)} if put_in else after


def _put_in(channel: Channel, parameter: str, number: Fraction) -> str:
    """A number that somebody tries in place of the rule's, by the first condition that reads it."""
    leaf = next(leaf for leaf in leaves(channel.rule.tree) if isinstance(leaf, Compare) and leaf.parameter == parameter)
    return f"{words.name(leaf)}{words.SIGNS[leaf.op]}{units.amount(number, channel.rule.parameters[parameter].unit)}"


def _compared(question: Question, group: Group, condition: str) -> Iterator[list[Any]]:
    texts = {leaf.key: words.name(leaf) for leaf in leaves(question.channel.rule.tree)}
    for part in _parts(walk(question, group, condition)):
        ids = [each.enterprise for each in part]
        known, codes = Enterprise.objects.select_related("province").in_bulk(ids), _stock_codes(ids)
        for each in part:
            if each.enterprise in known:
                yield [
                    *_named(known[each.enterprise], codes), str(each.before.label), str(each.after.label),
                    *("; ".join(texts[key] for key in keys) for keys in (each.lost, each.gained, each.added)),
                ]  # fmt: skip


def _parts(found: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(found)
    while part := list(islice(waiting, PART)):
        yield part


def _body() -> list[Column]:
    """Who it is; ``_named`` fills these in."""
    return [Column(_("Enterprise"), 32), Column(_("Credit code"), 22), Column(_("Stock code"), 12), Column(_("Province"), 14)]


def _named(enterprise: Enterprise, codes: dict[int, str]) -> list[Any]:
    return [enterprise.name, enterprise.uscc or "", codes.get(enterprise.pk, ""), str(enterprise.province or "")]


def _stock_codes(ids: list[int]) -> dict[int, str]:
    found = Identifier.objects.filter(scheme=IdentifierScheme.CN_STOCK, enterprise__in=ids).order_by("enterprise", "-value")
    return dict(found.values_list("enterprise_id", "value"))
