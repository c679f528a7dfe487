"""Every write of facts: stating, staying on a tier, attesting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock, incoming
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.facts import importing, rules, stating
from pilotage.finance.facts.enums import Tier
from pilotage.finance.facts.importing import Doubtful as Doubtful
from pilotage.finance.facts.importing import Imported as Imported
from pilotage.finance.facts.importing import import_file as import_file
from pilotage.finance.facts.lines import Line
from pilotage.finance.facts.listed import load_listed_companies as load_listed_companies
from pilotage.finance.facts.models import Attestation, Fact, TierStay
from pilotage.finance.facts.rows import refresh_rows as refresh_rows
from pilotage.finance.facts.stating import Statement
from pilotage.registry.models import Enterprise

MOST_BYTES = 10 * 1024 * 1024
EVIDENCE = ("pdf", "png", "jpg")


def state(
    *,
    actor: Any,
    enterprise: Enterprise,
    lines: Sequence[Line],
    source: str,
    known_from: date | None = None,
    is_audited: bool = False,
    is_public: bool = False,
    sure: bool = False,
) -> list[Fact]:
    """State what is known of one enterprise; returns what was written, without lines that say what is known already.

    ``known_from``: the day of publication, today when absent. ``sure``: figures that look like something else have been looked at.
    Raises ``Refused``, or ``Invalid`` by line (``"<number>"``, from 0), ``source`` or ``known_from``; ``Doubtful`` where only ``sure`` is missing.
    """
    rules.can_state(actor, enterprise).require()
    statement = Statement(enterprise, lines, source, known_from or clock.today(), is_audited, is_public)
    stating.check(statement)
    importing.check_figures(statement, sure=sure)
    return stating.write([statement], actor=actor)


# --- tiers ----------------------------------------------------------------------------------
def enter_tier(*, actor: Any, enterprise: Enterprise, tier: str, from_on: date, source: str) -> TierStay:
    """From that day the enterprise is on this tier; a stay that is open ends the day before. Raises ``Refused``, ``Invalid``, ``Conflict``."""
    rules.can_state(actor, enterprise).require()
    if tier not in set(Tier.values) - {Tier.NONE}:
        raise Invalid({"tier": _("There is no such tier.")})
    if not source.strip():
        raise Invalid({"source": _("Say where this is published.")})
    with transaction.atomic():
        _leave(enterprise, from_on)
        try:
            with transaction.atomic():
                stay = TierStay.objects.create(
                    enterprise=enterprise, tier=tier, from_on=from_on, source=source.strip()[:300], stated_by=actor, stated_at=clock.now()
                )
        except IntegrityError as error:
            raise Conflict(_("The enterprise is on a tier already. End that stay first.")) from error
        refresh_rows([enterprise.pk])
        record(enterprise, "facts.enter_tier", actor=actor, extra={"tier": tier, "from": from_on, "source": source})
    return stay


def leave_tier(*, actor: Any, enterprise: Enterprise, until_on: date, source: str) -> TierStay:
    """The open stay ends on that day, inclusive."""
    rules.can_state(actor, enterprise).require()
    with transaction.atomic():
        stay = TierStay.objects.select_for_update().filter(enterprise=enterprise, until_on__isnull=True).order_by("id").first()
        if stay is None:
            raise Invalid(_("The enterprise is on no tier."))
        if until_on < stay.from_on:
            raise Invalid({"until_on": _("A stay cannot end before it began.")})
        stay.until_on = until_on
        stay.save(update_fields=["until_on"])
        refresh_rows([enterprise.pk])
        record(enterprise, "facts.leave_tier", actor=actor, extra={"tier": stay.tier, "until": until_on, "source": source})
    return stay


def _leave(enterprise: Enterprise, from_on: date) -> None:
    for stay in TierStay.objects.select_for_update().filter(enterprise=enterprise, until_on__isnull=True).order_by("id"):
        if stay.from_on >= from_on:
            raise Invalid({"from_on": _("The enterprise entered its present tier on a later day.")})
        stay.until_on = date.fromordinal(from_on.toordinal() - 1)
        stay.save(update_fields=["until_on"])


# --- attestations ---------------------------------------------------------------------------
def attest(
    *,
    actor: Any,
    enterprise: Enterprise,
    channel: str,
    condition: str,
    holds: bool | None,
    ground: str,
    valid_until: date | None = None,
    evidence: UploadedFile | None = None,
) -> Attestation:
    """A named person's word on a condition; ``holds`` None takes back what was attested. ``evidence``: a PDF or picture up to 10 MB.

    Raises ``Refused``, or ``Invalid`` by ground, valid_until or evidence.
    """
    rules.can_attest(actor, enterprise).require()
    errors = {}
    if not ground.strip():
        errors["ground"] = _("Say on what ground.")
    if valid_until is not None and valid_until < clock.today():
        errors["valid_until"] = _("This day is past.")
    if errors:
        raise Invalid(errors)
    columns = _evidence(actor, enterprise, evidence) if evidence is not None else {}
    with transaction.atomic():
        made = Attestation.objects.create(
            **columns,
            enterprise=enterprise,
            channel=channel,
            condition=condition,
            holds=holds,
            ground=ground.strip(),
            valid_until=valid_until,
            stated_by=actor,
            stated_on=clock.today(),
            stated_at=clock.now(),
        )
        record(made, "attestation.state", actor=actor, reason=ground.strip())
    return made


def _evidence(actor: Any, enterprise: Enterprise, upload: UploadedFile) -> dict[str, Any]:
    """The columns of the file. Raises ``Invalid`` under ``evidence``."""
    taken = incoming.take(
        upload,
        key="evidence",
        accepted=EVIDENCE,
        max_bytes=MOST_BYTES,
        refused=lambda found: record(enterprise, "attestation.refuse_evidence", actor=actor, extra=found),
    )
    upload.seek(0)
    return {"evidence": upload, "evidence_name": taken.name, "evidence_sha256": taken.sha256, "evidence_scan": taken.scan}
