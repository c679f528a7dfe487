from __future__ import annotations

import pytest

from pilotage.registry.services import load_reference_data


@pytest.fixture
def seeded(db):
    """Divisions and industries are loaded."""
    return load_reference_data()


@pytest.fixture
def company(seeded, cast):
    """The cast, with the full reference data under it."""
    return cast
