from __future__ import annotations

from typing import Any

import pytest

from tests.factories import review as make


@pytest.fixture
def call(db: None, at: Any) -> Any:
    at(make.IN_REVIEW)
    return make.review_call()


@pytest.fixture
def me(cast: Any) -> Any:
    """The expert of the cast as a member of the pool."""
    return make.expert("0417", "210000", user=cast.expert)
