"""What is kept about the flow of applications, so that any past day can be shown and nobody counts a million rows.

``Move`` and ``BuildingSpan`` are the record; ``FlowDay``, ``StateDay``, ``BuildingDay`` and ``PlanBuildingDay`` are sums of it, kept in the
transaction of each act (``services.flow``) and compared with a recount by ``pilotage recount --check``. Days are local days;
a province is its code, '' where an application has none.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.calls.enums import ApplicationKind, ApplicationState


class Move(models.Model):
    """One change of state of one application. The key is the number of its audit event; rows brought in without events count down from -1."""

    event = models.BigIntegerField(primary_key=True)
    application = models.ForeignKey("calls.Application", on_delete=models.CASCADE, related_name="moves", db_index=False)
    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=ApplicationKind.choices)
    province = models.CharField(max_length=12, blank=True)
    from_state = models.CharField(max_length=20, choices=ApplicationState.choices)
    to_state = models.CharField(max_length=20, choices=ApplicationState.choices)
    # where it was and is then (flow_steps); of what ended, where it ended
    step_before = models.CharField(max_length=12, blank=True)
    step = models.CharField(max_length=12, blank=True)
    day = models.DateField()
    # since it entered the step it left, or is in still (flow_steps)
    waited_days = models.IntegerField()

    class Meta:
        verbose_name = _("change of state")
        ordering: ClassVar = ["event"]
        # the state of one application on a day
        indexes: ClassVar = [models.Index(fields=["application", "day", "event"], name="move_application")]


class FlowDay(models.Model):
    """How many applications of a call changed state so on a day, by how long they had waited."""

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=ApplicationKind.choices)
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    day = models.DateField()
    waited_days = models.IntegerField()
    count = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("changes of state on a day")
        ordering: ClassVar = ["call", "kind", "from_state", "to_state", "day", "waited_days"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "kind", "from_state", "to_state", "day", "waited_days"], name="flow_day_once")
        ]


class StateDay(models.Model):
    """By how many the applications of a call in a state and step grew on a day, in one province. Drafts are not counted."""

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=ApplicationKind.choices)
    step = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=20)
    province = models.CharField(max_length=12, blank=True)
    day = models.DateField()
    change = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("change of a state on a day")
        ordering: ClassVar = ["call", "kind", "step", "state", "province", "day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "kind", "step", "state", "province", "day"], name="state_day_once")
        ]


class BuildingSpan(models.Model):
    """From which day to before which an application stood for an enterprise under construction or built, as it was last filed.

    Of an enterprise with several in the calls of one plan, all that stand at once carry the province of the first: it counts once.
    """

    application = models.ForeignKey("calls.Application", on_delete=models.CASCADE, related_name="building_spans")
    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="+", db_index=False)
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.CASCADE, related_name="+", db_index=False)
    province = models.CharField(max_length=12, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("enterprise building")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # what else of the enterprise stands in the call; distinct enterprises of several calls on a day
            models.Index(fields=["call", "enterprise", "since", "until"], name="building_span_call")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application"], condition=models.Q(until__isnull=True), name="building_span_one_open")
        ]


class BuildingDay(models.Model):
    """By how many the enterprises of :class:`BuildingSpan` grew on a day in one province, each counted once."""

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="+", db_index=False)
    province = models.CharField(max_length=12, blank=True)
    day = models.DateField()
    change = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("change of enterprises building on a day")
        ordering: ClassVar = ["call", "province", "day"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "province", "day"], name="building_day_once")]


class PlanBuildingDay(models.Model):
    """The same over all calls of a plan: an enterprise that stands in several counts once."""

    plan = models.ForeignKey("plan.Plan", on_delete=models.CASCADE, related_name="+", db_index=False)
    province = models.CharField(max_length=12, blank=True)
    day = models.DateField()
    change = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("change of enterprises building in a plan on a day")
        ordering: ClassVar = ["plan", "province", "day"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "province", "day"], name="plan_building_day_once")]
