"""Numbers by which people speak of a project, a batch or a round."""

from __future__ import annotations

from typing import Any

from pilotage.core import clock

PREFIXES = {"listingproject": "U", "recommendationbatch": "R", "tierround": "T"}


def next_numbers(model: Any, count: int = 1) -> list[str]:
    """The next numbers of this year. Called inside the transaction that saves the rows; the unique column refuses a double."""
    prefix = f"{PREFIXES[str(model._meta.model_name)]}{clock.today().year}-"
    last = model.objects.filter(number__startswith=prefix).order_by("-number").values_list("number", flat=True).first()
    first = int(last.removeprefix(prefix)) + 1 if last else 1
    return [f"{prefix}{first + step:05d}" for step in range(count)]
