"""Rights of enterprises, what happened to them, what they are worth, and the loans they are pledged for."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pilotage.core.scanning import ScanState
from pilotage.finance.pledges.enums import OUTSTANDING, SECURED, EventCode, FlagKind, IpKind, Method, Paper, PledgeState


class AppendOnly(models.Model):
    """Written once: a correction is a further row."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("this row is not changed: write a further one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("this row is not removed")


class IpAsset(models.Model):
    """A right as its register entry was when it was entered; what happened since stands in its events.

    ``owners``: names as registered. ``has_pair`` None: nobody has said whether a same-day application exists.
    """

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="ip_assets", db_index=False)
    kind = models.CharField(max_length=16, choices=IpKind.choices)
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    owners = models.JSONField(default=list)
    filed_on = models.DateField(null=True, blank=True)
    granted_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    fee_due_on = models.DateField(null=True, blank=True)
    has_pair = models.BooleanField(null=True, blank=True)
    pair_number = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=300)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("IP right")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "number"],
                name="ip_asset_once",
                violation_error_message=_("This right is entered already."),
            ),
            models.CheckConstraint(condition=Q(granted_on__isnull=True) | Q(granted_on__gte=F("filed_on")), name="ip_asset_grant"),
            models.CheckConstraint(condition=Q(expires_on__isnull=True) | Q(expires_on__gt=F("filed_on")), name="ip_asset_life"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class IpEvent(AppendOnly):
    """``owners`` after a transfer; ``until``: the next fee is due then; ``pledge``: written by its registration here."""

    asset = models.ForeignKey(IpAsset, on_delete=models.PROTECT, related_name="events", db_index=False)
    code = models.CharField(max_length=12, choices=EventCode.choices)
    on = models.DateField()
    owners = models.JSONField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    pledge = models.ForeignKey("Pledge", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("event of a right")
        ordering: ClassVar = ["on", "id"]
        indexes: ClassVar = [models.Index(fields=["asset", "on", "id"], name="ip_event_of_asset")]

    def __str__(self) -> str:
        return f"{self.asset} · {self.code} {self.on}"


class Valuation(AppendOnly):
    """What a right was worth on a day, whole yuan, and until when that may be relied upon."""

    asset = models.ForeignKey(IpAsset, on_delete=models.PROTECT, related_name="valuations", db_index=False)
    method = models.CharField(max_length=10, choices=Method.choices)
    valuer = models.CharField(max_length=200)
    valued_on = models.DateField()
    value = models.BigIntegerField()
    valid_until = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("valuation")
        ordering: ClassVar = ["-valued_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["asset", "-valued_on", "-id"], name="valuation_of_asset")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(value__gt=0), name="valuation_value"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valued_on")), name="valuation_days"),
        ]

    def __str__(self) -> str:
        return f"{self.asset} · {self.valued_on}"


class Pledge(models.Model):
    """Rights of an enterprise as security for a loan of a bank. Amounts in whole yuan, ``rate`` in basis points a year.

    ``papers``: what stands in the registration file, by ``Paper``. ``consents``, ``is_complete``, ``is_free``, ``knows_pair`` and
    ``knows_contest`` answer what no register shows: co-owners consent, the contract has the items of article 8, no other ground
    applies, both sides accept a same-day pair and a pending invalidation. None: not said.
    """

    number = models.CharField(max_length=20, unique=True)
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="pledges", db_index=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="pledges", db_index=False)
    assets = models.ManyToManyField(IpAsset, related_name="pledges")
    state = models.CharField(max_length=12, choices=PledgeState.choices, default=PledgeState.OFFERED)
    purpose = models.CharField(max_length=300, blank=True)
    amount = models.BigIntegerField()
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    rate = models.PositiveIntegerField(null=True, blank=True)
    debt_ends_on = models.DateField(null=True, blank=True)
    contract_number = models.CharField(max_length=80, blank=True)
    contracted_on = models.DateField(null=True, blank=True)
    papers = models.JSONField(default=dict, blank=True)
    consents = models.BooleanField(null=True, blank=True)
    is_complete = models.BooleanField(null=True, blank=True)
    is_free = models.BooleanField(null=True, blank=True)
    knows_pair = models.BooleanField(null=True, blank=True)
    knows_contest = models.BooleanField(null=True, blank=True)
    filed_on = models.DateField(null=True, blank=True)
    registration_number = models.CharField(max_length=80, blank=True)
    registered_on = models.DateField(null=True, blank=True)
    published_on = models.DateField(null=True, blank=True)
    disbursed_on = models.DateField(null=True, blank=True)
    defaulted_on = models.DateField(null=True, blank=True)
    loss = models.BigIntegerField(null=True, blank=True)
    claim = models.BigIntegerField(null=True, blank=True)
    recovered = models.BigIntegerField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("pledge")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["enterprise", "-id"], name="pledge_own"),
            # a bank's portfolio, and its part in one state
            models.Index(fields=["organisation", "state", "-id"], name="pledge_portfolio"),
            models.Index(fields=["debt_ends_on"], condition=Q(state__in=OUTSTANDING), name="pledge_ending"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="pledge_amount", violation_error_message=_("The amount must be above zero.")
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SECURED) | (Q(registered_on__isnull=False) & ~Q(registration_number="")), name="pledge_registered"
            ),
        ]

    def __str__(self) -> str:
        return self.number


def pledge_file_path(file: PledgeFile, _name: str) -> str:
    """Under its digest: the name and its ending say nothing about what is in it."""
    return f"pledges/{file.pledge.number}/{file.sha256}"


class PledgeFile(models.Model):
    """A scan of a paper of the registration file; what was taken off stays in the store for the record."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="files")
    paper = models.CharField(max_length=12, choices=Paper.choices)
    file = models.FileField(upload_to=pledge_file_path, max_length=200)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.UNSCANNED)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("scan of a paper")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pledge", "paper", "sha256"], condition=Q(removed_at__isnull=True), name="pledge_file_once")
        ]

    def __str__(self) -> str:
        return self.name


class PledgeChange(AppendOnly):
    """A change of what was registered (PM01): ``before`` and ``after`` hold the terms that differ."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="changes")
    changed_on = models.DateField()
    agreement = models.CharField(max_length=80)
    before = models.JSONField()
    after = models.JSONField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of a pledge")
        ordering: ClassVar = ["changed_on", "id"]

    def __str__(self) -> str:
        return f"{self.pledge} · {self.changed_on}"


class PledgeFlag(models.Model):
    """Something to look at in a pledge; ``cleared_on`` None while it stands. ``asset`` None: of the pledge as a whole."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="flags")
    asset = models.ForeignKey(IpAsset, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=FlagKind.choices)
    raised_on = models.DateField()
    day = models.DateField(null=True, blank=True)
    cleared_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("flag of a pledge")
        ordering: ClassVar = ["raised_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pledge", "asset", "kind"], condition=Q(cleared_on__isnull=True, asset__isnull=False), name="pledge_flag_once"
            ),
            models.UniqueConstraint(
                fields=["pledge", "kind"], condition=Q(cleared_on__isnull=True, asset__isnull=True), name="pledge_flag_whole_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge} · {self.kind}"


class CompensationTerm(AppendOnly):
    """Which part of a loss a region's fund bears, from a day on. There is no national number; what nobody verified says so.

    ``share`` in basis points of the lost principal; ``most`` in whole yuan for one loan, None: no limit is known.
    """

    region = models.ForeignKey("registry.Division", on_delete=models.PROTECT, related_name="+")
    in_force = models.DateField()
    until = models.DateField(null=True, blank=True)
    share = models.PositiveIntegerField()
    most = models.BigIntegerField(null=True, blank=True)
    source = models.CharField(max_length=500)
    verified = models.BooleanField(default=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("term of risk compensation")
        ordering: ClassVar = ["region", "-in_force", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=10_000), name="compensation_share"),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("in_force")), name="compensation_days"),
        ]

    def __str__(self) -> str:
        return f"{self.region} · {self.in_force}"
