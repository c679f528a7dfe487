"""From the files of a plan's ``channels`` folder to rows, and the faults of a rule for ``pilotage plan check``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.audit.services import record
from pilotage.finance.channels.content import read
from pilotage.finance.channels.models import Channel
from pilotage.finance.facts.lines import CODES
from pilotage.finance.rules import RuleError
from pilotage.plan.models import Plan


def faults(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """``(place in the file, sentence)``: the faults of ``held``, then the first fault of the rule; none where all can be read."""
    yield from _held_faults(content.get("held"))
    try:
        read(content)
    except RuleError as error:
        where, _colon, sentence = str(error).partition(": ")
        yield where, sentence


def _held_faults(held: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    if held is None:
        return
    codes = CODES.get(held["metric"])
    if codes is None:
        told = _("“%(metric)s” is not one of the metrics that are codes: %(metrics)s.")
        yield "held.metric", told % {"metric": held["metric"], "metrics": ", ".join(sorted(CODES))}
        return
    for place, code in enumerate(held["in"]):
        if code not in codes:
            told = _("“%(code)s” is not one of the codes: %(codes)s.")
            yield f"held.in[{place}]", told % {"code": code, "codes": ", ".join(sorted(codes))}


def load_channels(plan: Plan, docs: list[dict[str, Any]], actor: Any) -> list[str]:
    """Runs inside the plan's load transaction; returns a sentence per change. What the plan names no more is kept and no longer shown."""
    known = {channel.key: channel for channel in Channel.objects.select_for_update().filter(plan=plan).order_by("key")}
    changes = []
    for doc in docs:
        content = {key: value for key, value in doc.items() if key != "codes"}
        changes += _load(plan, known.get(content["channel"]), content, actor)
    gone = [channel for key, channel in known.items() if channel.is_used and key not in {doc["channel"] for doc in docs}]
    for channel in gone:
        channel.is_used = False
        channel.save(update_fields=["is_used"])
        record(channel, "channel.retire", actor=actor)
        changes.append(_("The channel %(name)s is no longer shown.") % {"name": channel.key})
    return changes


def _load(plan: Plan, channel: Channel | None, content: dict[str, Any], actor: Any) -> list[str]:
    found = digest(canonical(content))
    if channel is not None and channel.is_used and channel.digest == found:
        return []
    if channel is None:
        channel = Channel(plan=plan, key=content["channel"], version=0)
    channel.position, channel.content, channel.digest, channel.is_used = content["position"], content, found, True
    channel.version += 1
    for name in ("title", "authority", "note"):
        for language in ("zh", "en"):
            setattr(channel, f"{name}_{language}", content[name][language])
    channel.save()
    record(channel, "channel.load", actor=actor, extra={"version": channel.version, "digest": found})
    return [_("The channel %(name)s is loaded as version %(number)d.") % {"name": channel.key, "number": channel.version}]
