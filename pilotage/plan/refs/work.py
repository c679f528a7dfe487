"""Do the milestones of a measure agree with it, and deliverables that are counted with the targets? The document has passed its schema."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.schema import did_you_mean
from pilotage.plan.work.enums import DELIVERABLES


def check_work(document: Document) -> None:
    """Append a Problem for every disagreement."""
    targets = {target["code"]: target for _path, measure in _measures(document) for target in measure["targets"]}
    for path, measure in _measures(document):
        _check_milestones(document, path, measure)
        for index, target in enumerate(measure["targets"]):
            if target.get("indicator") == DELIVERABLES:
                _check_counted(document, (*path, "targets", index), target, targets)


def _measures(document: Document) -> list[tuple[YamlPath, dict[str, Any]]]:
    return [
        (("areas", index, "measures", position), measure)
        for index, area in enumerate(document.data["areas"])
        for position, measure in enumerate(area["measures"])
    ]


def _check_milestones(document: Document, path: YamlPath, measure: dict[str, Any]) -> None:
    period, seen = document.data["period"], dict[str, int]()
    last = max(measure.get("due") or period["ends"], measure.get("carries_over_to", ""))
    for index, milestone in enumerate(measure.get("milestones", [])):
        here = (*path, "milestones", index)
        code, line = milestone["code"], document.at((*here, "code"))[0]
        if code in seen:
            document.fault(
                (*here, "code"),
                _("“%(value)s” is used already in line %(line)d.") % {"value": code, "line": seen[code]},
                _("a code of its own"),
            )
        seen.setdefault(code, line)
        if not period["starts"] <= milestone["due"] <= last:
            document.fault(
                (*here, "due"),
                _("The milestone is due outside the time of its measure."),
                _("a day from %(first)s to %(last)s") % {"first": period["starts"], "last": last},
            )


def _check_counted(document: Document, path: YamlPath, target: dict[str, Any], targets: dict[str, dict[str, Any]]) -> None:
    code = str(target.get("options", {}).get("target", ""))
    where = (*path, "options", "target") if code else path
    if not code:
        document.fault(where, _("It is not said for which target documents are counted."), "options: {target: …}")
    elif code not in targets:
        near = did_you_mean(code, targets)
        message = _("“%(value)s” is not known here; did you mean “%(near)s”?") if near else _("“%(value)s” is not known here.")
        document.fault(where, message % {"value": code, "near": near}, _("the code of a target of this plan"))
    elif targets[code]["kind"] != "deliverable":
        document.fault(
            where, _("“%(code)s” is no deliverable, so no documents are handed over for it.") % {"code": code}, "kind: deliverable"
        )
