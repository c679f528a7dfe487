from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.review.enums import RunState, SeatOrderKind


class AssignmentRun(models.Model):
    """One proposal of who reads what. Nobody but the secretariat and the auditors sees it before it is final.

    ``seed`` is kept secret until then; its ``commitment`` stands in the audit chain from the start. ``seats`` holds the
    new seats as [application, expert, suitability, is_locked, parts, terms], keys of both tables and why they fit.
    ``updated_at`` is the last sign of life of the worker.
    """

    call = models.ForeignKey("calls.Call", on_delete=models.PROTECT, related_name="assignment_runs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    parameters = models.JSONField()
    seed = models.CharField(max_length=100)
    commitment = models.CharField(max_length=64)
    inputs_digest = models.CharField(max_length=64, blank=True)
    phase = models.CharField(max_length=20, blank=True)
    share = models.FloatField(default=0.0)
    result = models.JSONField(default=dict)
    seats = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("assignment run")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "number"], name="run_once"),
            models.UniqueConstraint(
                fields=["call"],
                condition=models.Q(state__in=["waiting", "solving", "proposed"]),
                name="run_one_open",
                violation_error_message=_("Another run of this call is open."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.number}"

    @property
    def is_working(self) -> bool:
        return self.state in {RunState.WAITING, RunState.SOLVING}

    def audit_snapshot(self) -> dict[str, Any]:
        """All but the progress; the seed only once the run is final. The loads follow from the seats."""
        result = {key: value for key, value in self.result.items() if key not in {"loads", "timings"}}
        return {
            "call": self.call_id,
            "number": self.number,
            "state": self.state,
            "parameters": self.parameters,
            "commitment": self.commitment,
            "seed": self.seed if self.state == RunState.FINAL else "",
            "inputs_digest": self.inputs_digest,
            "result": result,
            "seats": [seat[:4] for seat in self.seats],
        }


class SeatOrder(models.Model):
    """What the secretariat wants of one pair in every run of the call: a seat for certain, or none."""

    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="seat_orders")
    expert = models.ForeignKey("review.ExpertProfile", on_delete=models.PROTECT, related_name="seat_orders")
    kind = models.CharField(max_length=6, choices=SeatOrderKind.choices)
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = pgettext_lazy("seat", "seat order")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "expert"], name="seat_order_once")]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.expert_id} · {self.kind}"
