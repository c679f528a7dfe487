"""How far a selection can be relied on, in words: what is proven, what was checked, what the calibration cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.review.selection.calibrated import warning_sentence
from pilotage.review.wording import points


def proof_panel(results: Mapping[str, Any]) -> dict[str, Any] | None:
    """None for selections made before there was a proof."""
    certificate, checks = results.get("certificate"), results.get("checks")
    if not certificate or not checks:
        return None
    gap = Decimal(str(certificate["gap"]))
    return {
        "is_best": not gap,
        "word": _("proven best") if not gap else _("gap %(gap)s points") % {"gap": points(gap)},
        "sentence": _best(certificate, gap),
        "solver": _("%(solver)s, %(status)s") % {"solver": certificate["solver"], "status": certificate["status"]},
        "sound": bool(checks.get("sound")),
        "checks": _checks(checks),
        "warnings": calibration_warnings(results),
    }


def _best(certificate: Mapping[str, Any], gap: Decimal) -> str:
    values = {"value": points(certificate["value"]), "bound": points(certificate["bound"]), "gap": points(gap)}
    if gap:
        return _("Sum of scores %(value)s; no selection can exceed %(bound)s. Up to %(gap)s points are not proven.") % values
    if certificate["method"] == "lp":
        return (
            _("Sum of scores %(value)s: no other selection under these quotas has more (the bound of the linear program is met).") % values
        )
    return _("Sum of scores %(value)s: no other selection under these quotas has more (every branch was searched).") % values


def _checks(checks: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(tone, sentence) of each."""
    agree, bars, better = checks["bars_agree"], checks["bars"], checks["improving_swaps"]
    lines = [
        (
            "good" if agree == bars else "bad",
            _("%(agree)s of %(bars)s bars agree with the outcome") % {"agree": f"{agree:,}", "bars": f"{bars:,}"},
        ),
        (
            "bad" if better else "good",
            ngettext("%(better)s improving swap in %(tried)s tried", "%(better)s improving swaps in %(tried)s tried", better)
            % {"better": f"{better:,}", "tried": f"{checks['swaps_tried']:,}"},
        ),
        ("good", _("Every quota is kept")) if checks.get("quotas_kept", True) else ("bad", _("A quota is not kept")),
    ]
    if checks.get("bars_corrected"):
        count = checks["bars_corrected"]
        lines.append(
            (
                "neutral",
                ngettext("%(count)s bar was solved for by itself", "%(count)s bars were solved for by themselves", count)
                % {"count": count},
            )
        )
    return lines


def calibration_warnings(results: Mapping[str, Any]) -> list[str]:
    found = results.get("calibration") or {}
    return [warning_sentence(each["code"], each["figures"]) for each in found.get("warnings", ())]
