"""Numbers by which people speak of a need, an offer, an introduction, a note or a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Conflict

M = TypeVar("M", bound=models.Model)
PREFIXES = {"need": "N", "offer": "P", "introduction": "I", "bondnote": "B", "relendingbatch": "L"}


def numbered(row: M, written: Callable[[M], Any]) -> M:
    """Save the new row with the next number of its year and say so to ``written``, in one transaction."""
    manager: Any = type(row)._default_manager
    prefix = f"{PREFIXES[str(row._meta.model_name)]}{clock.today().year}-"
    try:
        with transaction.atomic():
            last = manager.filter(number__startswith=prefix).order_by("-number").values_list("number", flat=True).first()
            row.number = f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}"  # type: ignore[attr-defined]
            row.save(force_insert=True)
            written(row)
    except IntegrityError:
        raise Conflict(_("Somebody else did the same at the same moment. Try again.")) from None
    return row
