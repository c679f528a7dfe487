"""A slice of a queryset without an order fails the test when its rows are read: which they are is the database's whim.

Only slices made by our own code count, and by the tests themselves. Counting a slice is fine.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

ROOT = str(Path(__file__).resolve().parent.parent.parent)
PLACES = (f"{ROOT}/pilotage/", f"{ROOT}/tests/")


class UnorderedSlice(AssertionError):
    pass


def install() -> None:
    original, original_fetch = QuerySet.__getitem__, QuerySet._fetch_all

    def __getitem__(self: Any, key: Any) -> Any:
        unordered = self._result_cache is None and not self.ordered and sys._getframe(1).f_code.co_filename.startswith(PLACES)
        if unordered and not isinstance(key, slice):
            raise UnorderedSlice(f"one of {self.model.__name__} rows that declare no order")
        result = original(self, key)
        if unordered and isinstance(result, QuerySet):
            result.query._unordered_slice = True  # type: ignore[attr-defined]  # kept by clones of the query
        return result

    def _fetch_all(self: Any) -> None:
        if getattr(self.query, "_unordered_slice", False):
            raise UnorderedSlice(f"a slice of {self.model.__name__} rows that declare no order")
        original_fetch(self)

    QuerySet.__getitem__ = __getitem__  # type: ignore[method-assign]
    QuerySet._fetch_all = _fetch_all  # type: ignore[method-assign]
