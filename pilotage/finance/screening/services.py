"""Screening the register: begun by a person, reckoned in parts, done or failed as a whole; what changed since the last one is written down."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record, record_many, transition
from pilotage.core import bulk, clock
from pilotage.core.verdict import Invalid
from pilotage.finance.channels.models import Channel
from pilotage.finance.channels.selectors import channels, current_plan
from pilotage.finance.facts.models import FactRow
from pilotage.finance.facts.rows import refresh_rows
from pilotage.finance.facts.selectors import attestations_of_many, facts_of_many
from pilotage.finance.rules import Dialect, NotInForce, explain
from pilotage.finance.rules.compiler import LETTERS
from pilotage.finance.screening import rules, selectors
from pilotage.finance.screening.enums import ScreeningState
from pilotage.finance.screening.models import Screening, ScreeningResult, VerdictChange
from pilotage.finance.screening.statement import Asked, facts_with_words, for_django, select

CHUNK = 5_000
SMALL = 2_000  # so many are reckoned while one waits
COLUMNS = ("screening_id", "enterprise_id", "channel", "verdict", "failed", "unknown")


def begin(*, actor: Any, rule_date: date, facts_on: date | None = None) -> Screening:
    """Queue a screening of every enterprise with facts. ``facts_on``: as known that day; today where absent. Reckoned at once where few are."""
    rules.can_screen(actor).require()
    plan, day = current_plan(), facts_on or clock.today()
    if plan is None:
        raise Invalid(_("No channel has been loaded."))
    if day > clock.today():
        raise Invalid({"facts_on": _("What will be known on a later day cannot be said.")})
    asked = asked_on(channels(plan, with_rule=True), rule_date)
    if not asked:
        raise Invalid({"rule_date": _("No rule was in force on that day.")})
    told = {channel.key: {"version": channel.version, "digest": channel.digest, "conditions": each.keys} for channel, each in asked}
    now = clock.now()
    with transaction.atomic():
        screening = Screening.objects.create(
            plan=plan, rule_date=rule_date, facts_on=day, rules=told, made_by=actor, made_at=now, updated_at=now
        )
        record(screening, "finance.screening.begin", actor=actor)
    if FactRow.objects.count() <= SMALL:
        run(screening=screening)
    else:
        from pilotage.finance.screening.tasks import run_screening

        run_screening.enqueue(screening.pk)
    return screening


def asked_on(found: Sequence[Channel], day: date) -> list[tuple[Channel, Asked]]:
    """The channels with a rule in force on that day; columns are numbered, as keys of channels are no names."""
    asked: list[tuple[Channel, Asked]] = []
    for channel in found:
        try:
            asked.append((channel, Asked(f"channel_{len(asked)}", channel.on(day))))
        except NotInForce:
            continue
    return asked


def run(*, screening: Screening) -> Screening:
    """From the beginning; a run that was broken off leaves nothing. Each part is a transaction, so that others write between."""
    with transaction.atomic():
        transition(screening, "start", actor=None)
        ScreeningResult.objects.filter(screening=screening).delete()
    found = asked_on(channels(screening.plan, with_rule=True), screening.rule_date)
    if {channel.key: channel.digest for channel, _asked in found} != {key: told["digest"] for key, told in screening.rules.items()}:
        with transaction.atomic():
            transition(screening, "fail", actor=None, reason=_("The plan's channels were loaded anew meanwhile."))
        return screening
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    last = total = 0
    while ids := list(FactRow.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            lines = _reckoned(screening, found, ids)
            bulk.insert_rows(ScreeningResult, COLUMNS, lines)
            Screening.objects.filter(pk=screening.pk).update(updated_at=clock.now())
        for line in lines:
            counts[line[2]][line[3]] += 1
        # who became known between the list and its reckoning is among the lines
        last, total = ids[-1], total + len(lines) // len(found)
    with transaction.atomic():
        transition(screening, "finish", actor=None, changes={"counts": {key: dict(value) for key, value in counts.items()}, "total": total})
        _tell_changes(screening)
    return screening


Line = tuple[int, int, str, str, int, int]


def _reckoned(screening: Screening, found: Sequence[tuple[Channel, Asked]], ids: Sequence[int]) -> list[Line]:
    rows = (
        _by_database(found, ids, screening.facts_on) if screening.facts_on == clock.today() else _by_walker(found, ids, screening.facts_on)
    )
    return [
        (screening.pk, row[0], channel.key, row[1 + 3 * place], row[2 + 3 * place], row[3 + 3 * place])
        for row in rows
        for place, (channel, _asked) in enumerate(found)
    ]


def _by_database(found: Sequence[tuple[Channel, Asked]], ids: Sequence[int], day: date) -> list[Sequence[Any]]:
    asked, dialect = [each for _channel, each in found], Dialect(connection.vendor)
    # after midnight the tick needs a while for all rows, and a screening does not wait for it
    refresh_rows(FactRow.objects.filter(pk__gte=ids[0], pk__lte=ids[-1], known_on__lt=day).values_list("pk", flat=True))
    source = facts_with_words(asked, dialect, day, where="f.enterprise_id BETWEEN %s AND %s", bound=(ids[0], ids[-1]))
    text, values = select(asked, dialect, source, masks=True)
    with connection.cursor() as cursor:
        cursor.execute(for_django(text, dialect), values)
        return list(cursor.fetchall())


def _by_walker(found: Sequence[tuple[Channel, Asked]], ids: Sequence[int], day: date) -> list[Sequence[Any]]:
    """What was known on an earlier day stands in no wide row."""
    facts, words = facts_of_many(ids, day), attestations_of_many(ids, day)
    rows: list[Sequence[Any]] = []
    for pk in ids:
        line: list[Any] = [pk]
        for _channel, each in found:
            explanation = explain(each.resolved, {**facts[pk], **words.get(pk, {})})
            told = {one.condition.key: one.truth for one in explanation.told}
            failed = sum(1 << place for place, key in enumerate(each.keys) if told[key] is False)
            unknown = sum(1 << place for place, key in enumerate(each.keys) if told[key] is None)
            line += [LETTERS[explanation.verdict], failed, unknown]
        rows.append(line)
    return rows


def _tell_changes(screening: Screening) -> None:
    """Only of one that says how things stand now, against the one before that did."""
    before = selectors.latest(screening.plan, before=screening)
    if before is None or not screening.is_of_today:
        return
    ids = {channel.key: channel.pk for channel in Channel.objects.filter(plan=screening.plan)}
    now = clock.now()
    made = [
        VerdictChange(enterprise_id=pk, channel_id=ids[key], screening=screening, before=old, after=new, noticed_at=now)
        for pk, key, old, new in selectors.changed(before, screening)
        if key in ids
    ]
    VerdictChange.objects.bulk_create(made, batch_size=500)
    record_many([Entry(each, "finance.verdict.change") for each in made], actor=None)


def screen_today(*, actor: Any = None) -> Screening | None:
    """One screening a day, so that a change is noticed though nobody asks; None where today's is there or nothing can be screened."""
    today = clock.today()
    known = Screening.objects.filter(rule_date=today, facts_on=today).exclude(state=ScreeningState.FAILED)
    if current_plan() is None or known.exists() or not FactRow.objects.exists():
        return None
    return begin(actor=actor, rule_date=today)
