"""What enterprises need, what institutions offer, and who was introduced to whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pilotage.finance.matching.enums import (
    ACTIVE,
    Collateral,
    FundingStage,
    IntroductionState,
    NeedState,
    OfferKind,
    OfferState,
    Purpose,
    Side,
)
from pilotage.registry.models import localized


def packed(codes: Any) -> str:
    """Codes as one text in which each can be looked for with its bars: ``|patents|equipment|``; blank where nothing was said."""
    wanted = set(codes)
    kept = [code for code in Collateral.values if code in wanted]
    return f"|{'|'.join(kept)}|" if kept else ""


def unpacked(text: str) -> list[str]:
    return [code for code in text.split("|") if code]


class Need(models.Model):
    """Money that an enterprise looks for. ``amount`` in whole yuan. ``months`` None and ``stage`` blank: not said.

    ``purpose_text`` may name the enterprise; institutions read it only once introduced.
    """

    number = models.CharField(max_length=20, unique=True)
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="financing_needs", db_index=False)
    channel = models.SlugField(max_length=80, db_index=False)
    amount = models.BigIntegerField()
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    purpose_text = models.TextField(blank=True, max_length=1000)
    collateral = models.CharField(max_length=120, blank=True)
    stage = models.CharField(max_length=16, choices=FundingStage.choices, blank=True)
    valid_until = models.DateField()
    state = models.CharField(max_length=12, choices=NeedState.choices, default=NeedState.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("financing need")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # what an offer is compared with
            models.Index(fields=["channel", "state", "amount"], name="need_to_match"),
            # an enterprise's own; who was in need on a day
            models.Index(fields=["enterprise", "-id"], name="need_own"),
            # what runs out
            models.Index(fields=["valid_until"], condition=Q(state="open"), name="need_ending"),
            models.Index(fields=["state", "-id"], name="need_listed"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="need_amount", violation_error_message=_("The amount must be above zero.")
            ),
            models.CheckConstraint(condition=~Q(state="open") | Q(opened_at__isnull=False), name="need_opened_at"),
            models.CheckConstraint(
                condition=~Q(state__in=["met", "withdrawn", "expired"]) | Q(ended_at__isnull=False), name="need_ended_at"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def collateral_codes(self) -> list[str]:
        return unpacked(self.collateral)


class Offer(models.Model):
    """A product of a bank or the thesis of a fund. Amounts in whole yuan, rates in basis points; an empty list asks nothing.

    ``conditions`` is described in ``matching.conditions``. The dates are inclusive.
    """

    number = models.CharField(max_length=20, unique=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="financing_offers", db_index=False)
    kind = models.CharField(max_length=10, choices=OfferKind.choices, default=OfferKind.PRODUCT)
    channel = models.SlugField(max_length=80, db_index=False)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    note_zh = models.TextField(blank=True, max_length=1000)
    note_en = models.TextField(blank=True, max_length=2000)
    amount_from = models.BigIntegerField(null=True, blank=True)
    amount_to = models.BigIntegerField(null=True, blank=True)
    months_from = models.PositiveSmallIntegerField(null=True, blank=True)
    months_to = models.PositiveSmallIntegerField(null=True, blank=True)
    rate_from = models.PositiveIntegerField(null=True, blank=True)
    rate_to = models.PositiveIntegerField(null=True, blank=True)
    purposes = models.JSONField(default=list, blank=True)
    collateral = models.JSONField(default=list, blank=True)
    stages = models.JSONField(default=list, blank=True)
    regions = models.JSONField(default=list, blank=True)
    industries = models.JSONField(default=list, blank=True)
    conditions = models.JSONField(default=dict, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    state = models.CharField(max_length=12, choices=OfferState.choices, default=OfferState.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("offer of financing")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-id"], name="offer_own"),
            # what a need is compared with
            models.Index(fields=["channel", "state", "-id"], name="offer_to_match"),
            models.Index(fields=["state", "-id"], name="offer_listed"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="offer_days"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}_from__isnull": True})
                    | Q(**{f"{name}_to__isnull": True})
                    | Q(**{f"{name}_to__gte": F(f"{name}_from")}),
                    name=f"offer_{name}_order",
                )
                for name in ("amount", "months", "rate")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return localized(self.name_zh, self.name_en)

    @property
    def note(self) -> str:
        return localized(self.note_zh, self.note_en)


class Introduction(models.Model):
    """An institution and an enterprise about one need. Before consent the institution does not know who it is.

    ``asked_by``: which side wished for it. ``amount`` and ``closed_on`` are of the contract, whole yuan; ``rate`` in basis points.
    ``moved_at`` is the last step; reminders count from it. ``reminded_on``: the last reminder since.
    """

    number = models.CharField(max_length=20, unique=True)
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="introductions")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="introductions")
    asked_by = models.CharField(max_length=12, choices=Side.choices)
    state = models.CharField(max_length=16, choices=IntroductionState.choices, default=IntroductionState.ASKED)
    # how it fitted when it was asked for: criteria with their fit
    reasons = models.JSONField(default=list)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    reminded_on = models.DateField(null=True, blank=True)
    consent = models.ForeignKey("accounts.EnterpriseConsent", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    rate = models.PositiveIntegerField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)
    declined_by = models.CharField(max_length=12, choices=Side.choices, blank=True, default="")

    class Meta:
        verbose_name = _("introduction")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["state", "moved_at"], name="introduction_waiting"),
            # amounts by quarter
            models.Index(fields=["closed_on"], condition=Q(state="closed"), name="introduction_closed"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["need", "offer"],
                condition=Q(state__in=ACTIVE),
                name="introduction_once",
                violation_error_message=_("The two are in touch about this already."),
            ),
            models.CheckConstraint(condition=~Q(state="closed") | Q(amount__gt=0, closed_on__isnull=False), name="introduction_outcome"),
        ]

    def __str__(self) -> str:
        return self.number
