"""Fields that forms of several rooms have."""

from __future__ import annotations

from typing import Any

from django import forms


class Day(forms.DateField):
    """A day of the calendar. What stands there already is written as browsers read it, whatever the language of the page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs})
