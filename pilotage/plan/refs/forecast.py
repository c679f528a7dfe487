"""Do the expectations of a call file agree with themselves and with its stages? The document has passed its schema."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document
from pilotage.plan.refs.plan import known


def check_forecast(document: Document, call: dict[str, Any]) -> None:
    """Append a Problem for a range upside down, a step that the call does not have, and waits upside down."""
    stated = call.get("forecast", {})
    low, high = stated.get("expected", (0, 0))
    if low > high:
        document.fault(("forecast", "expected", 1), _("The range ends below where it begins."), _("at least %(value)s") % {"value": low})
    steps = {"building", *(stage["kind"] for stage in call["stages"])}
    for step, prior in stated.get("priors", {}).items():
        known(document, ("forecast", "priors", step), step, steps, _("building or the kind of a stage of this call"), key=True)
        if prior["days_90"] < prior["days"]:
            message = _("Nine of ten would wait a shorter time than half of them.")
            document.fault(("forecast", "priors", step, "days_90"), message, _("at least %(value)s") % {"value": prior["days"]})
