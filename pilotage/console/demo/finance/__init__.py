"""Financing at the end of the year: each part is built by its own module, in the order in which one needs the other."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pilotage.console.demo.people import Offices
from pilotage.plan.models import Plan

PARTS = ("facts", "screening", "pledges", "pipeline", "matching")


def build(offices: Offices, plan: Plan, report: Callable[[str], None]) -> None:
    for name in PARTS:
        part = f"{__name__}.{name}"
        if find_spec(part) is not None:
            module: Any = import_module(part)
            module.build(offices, plan)
    report("enterprise data, screenings, pledges, listings and offers of financing entered")
