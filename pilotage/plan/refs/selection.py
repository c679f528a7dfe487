"""Do the quotas of a select stage hold together, and speak of values that exist? The schema has passed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.refs.plan import known
from pilotage.registry.enums import Ownership, Size

Codes = Mapping[str, list[dict[str, str]]]
# values each province must be among are those of the call's recommenders; groups are named by their head's credit code
DIGITS = {"province": 6, "industry": 2}


def check_quotas(document: Document, path: YamlPath, stage: dict[str, Any], recommenders: list[dict[str, str]], codes: Codes) -> None:
    """Append a Problem for each cap above the total, contradiction of a minimum, and value nobody can have."""
    provinces = {r["province"] for r in recommenders if r.get("province")}
    for code, cap in stage.get("per_province", {}).items():
        here = (*path, "per_province", code)
        if code != "default" and (provinces or not _is_code(code, 6)):
            known(document, here, code, provinces, _("default or the six digits of a province"), key=True)
        _check_cap(document, here, cap, stage)
    seen: dict[str, int] = {}
    for index, quota in enumerate(stage.get("quotas", [])):
        here = (*path, "quotas", index)
        if quota["by"] in seen:
            message = _("“%(value)s” is used already in line %(line)d.") % {"value": quota["by"], "line": seen[quota["by"]]}
            document.fault((*here, "by"), message, _("one entry for each, with all its values"))
        seen.setdefault(quota["by"], document.at((*here, "by"))[0])
        _check_quota(document, here, quota, stage, {"province": provinces, **_values(codes)})


def _values(codes: Codes) -> dict[str, set[str]]:
    return {"size": set(Size.values), "ownership": set(Ownership.values), "level": {row["code"] for row in codes.get("levels", [])}}


def _check_quota(document: Document, path: YamlPath, quota: dict[str, Any], stage: dict[str, Any], values: Mapping[str, set[str]]) -> None:
    _check_limits(document, (*path, "each"), quota.get("each") or {}, stage)
    for value, limits in (quota.get("values") or {}).items():
        here = (*path, "values", value)
        _check_limits(document, here, limits, stage)
        digits, allowed = DIGITS.get(quota["by"]), values.get(quota["by"])
        if allowed:
            known(document, here, value, allowed, _("a value of “%(name)s”") % {"name": quota["by"]}, key=True)
        elif digits and not _is_code(value, digits):
            document.fault(here, _("“%(value)s” is no code.") % {"value": value}, _("%(count)d digits") % {"count": digits}, key=True)
    asked = sum(limits.get("min") or 0 for limits in (quota.get("values") or {}).values())
    if asked > stage.get("total", asked):
        message = _("The minimums of “%(name)s” add up to %(asked)d, but %(total)d are selected.")
        document.fault(
            (*path, "values"),
            message % {"name": quota["by"], "asked": asked, "total": stage["total"]},
            _("at most %(total)d in all") % {"total": stage["total"]},
        )


def _check_limits(document: Document, path: YamlPath, limits: dict[str, Any], stage: dict[str, Any]) -> None:
    low, high = limits.get("min"), limits.get("max")
    if low is not None and high is not None and low > high:
        message = _("The minimum %(low)d is above the maximum %(high)d.") % {"low": low, "high": high}
        document.fault((*path, "min"), message, _("at most %(total)d") % {"total": high})
    for name in ("min", "max"):
        _check_cap(document, (*path, name), limits.get(name), stage)


def _check_cap(document: Document, path: YamlPath, cap: int | None, stage: dict[str, Any]) -> None:
    if cap is not None and cap > stage.get("total", cap):
        message = _("The cap %(cap)d is above the total of %(total)d.") % {"cap": cap, "total": stage["total"]}
        document.fault(path, message, _("at most %(total)d") % {"total": stage["total"]})


def _is_code(value: str, digits: int) -> bool:
    return value.isdigit() and len(value) == digits
