"""Checks of a project's steps that need its history."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.verdict import Invalid
from pilotage.finance.pipeline.history import effective, rounds


def is_asked(project: Any) -> None:
    found = rounds(effective(project.steps.all()))
    if not found or not found[-1].is_open:
        raise Invalid(_("No questions wait for answers."))


def has_a_step_before(project: Any) -> None:
    if not project.came_from:
        raise Invalid(_("The first entry cannot be taken back. Withdraw the project instead."))
