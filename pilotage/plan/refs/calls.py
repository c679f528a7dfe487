"""Do the parts of a call file agree with each other, with the plan and with the code lists? It has passed its schema."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.refs.eligibility import check_eligibility
from pilotage.plan.refs.forecast import check_forecast
from pilotage.plan.refs.plan import known
from pilotage.plan.refs.reminders import check_reminders
from pilotage.plan.refs.reports import check_reports
from pilotage.plan.refs.selection import check_quotas

# Where a stage may stand: a later kind never comes before an earlier one, and these are given once.
ORDER = ("apply", "check", "recommend", "accept", "review", "defence", "site_visit", "select", "notice", "publish", "update", "re_evaluate")
ONCE = frozenset({"apply", "recommend", "accept", "select", "notice", "publish", "update", "re_evaluate"})
LEVELS = ("district", "city", "province")
OWN_OPTIONS: Mapping[str, frozenset[str]] = {
    "check": frozenset({"level", "checklist"}),
    "recommend": frozenset({"level", "cosign", "summary_columns"}),
    "review": frozenset(
        {"experts_per_application", "assignment", "conflicts", "blind", "invitations", "panel", "rubric", "medium", "discussion"}
    ),
    "defence": frozenset({"gate", "medium", "rubric", "weight"}),
    "site_visit": frozenset({"gate", "rubric", "weight"}),
    "select": frozenset({"total", "per_province", "quotas", "reserve", "tie_break", "calibrate", "draws", "lottery", "seed"}),
    "notice": frozenset({"days"}),
    "publish": frozenset({"directory", "edition", "prefix", "valid_years", "label"}),
    "update": frozenset({"every", "sections", "due_days", "late_days", "last"}),
    "re_evaluate": frozenset({"every_years"}),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "apply": ("closes",),
    "check": ("level", "closes"),
    "recommend": ("level", "closes"),
    "review": ("rubric", "experts_per_application"),
    "select": ("total",),
    "notice": ("days",),
    "publish": ("directory", "edition", "prefix"),
}
COMMON = frozenset({"key", "kind", "title", "opens", "closes", "verified", "source"})
Codes = Mapping[str, list[dict[str, str]]]


def check_call(document: Document, measures: Collection[str], codes: Codes) -> None:
    """Append a Problem for every disagreement of one call."""
    call = document.data
    _check_measures(document, call["measure"], measures)
    recommenders = _recommenders(document, call, codes)
    _check_stages(document, call, recommenders, codes)
    check_reminders(document, call)
    check_reports(document, call)
    check_forecast(document, call)
    check_eligibility(document, codes)
    for code in call.get("quotas", {}).get("limits", {}):
        known(document, ("quotas", "limits", code), code, {r["code"] for r in recommenders}, _("the code of a recommender"), key=True)
    for name, rubric in call.get("rubrics", {}).items():
        _check_rubric(document, ("rubrics", name), rubric)


def unique(document: Document, base: YamlPath, values: Iterable[str], key: str) -> None:
    """Report every item of the list at ``base`` whose ``key`` stood there before."""
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        path = (*base, index, key)
        if value in first:
            message = _("“%(value)s” is used already in line %(line)d.") % {"value": value, "line": first[value]}
            document.fault(path, message, _("a key of its own"))
        else:
            first[value] = document.at(path)[0]


def _check_measures(document: Document, named: str | list[str], measures: Collection[str]) -> None:
    what = _("a measure of plan.yaml")
    if isinstance(named, str):
        known(document, ("measure",), named, measures, what)
        return
    for index, code in enumerate(named):
        known(document, ("measure", index), code, measures, what)


def _recommenders(document: Document, call: dict[str, Any], codes: Codes) -> list[dict[str, str]]:
    name = call.get("recommenders")
    if name is None:
        if any(stage["kind"] == "recommend" for stage in call["stages"]):
            document.fault(
                (), _("There is a stage “recommend”, but nobody who may recommend."), _("recommenders: the name of a list in codes/")
            )
        return []
    known(document, ("recommenders",), name, codes, _("a list in codes/"))
    return codes.get(name, [])


def _check_stages(document: Document, call: dict[str, Any], recommenders: list[dict[str, str]], codes: Codes) -> None:
    stages = call["stages"]
    unique(document, ("stages",), (stage["key"] for stage in stages), "key")
    if stages[0]["kind"] != "apply":
        document.fault(("stages", 0, "kind"), _("A call begins with another stage than “apply”."), "apply")
    seen: set[str] = set()
    for index, stage in enumerate(stages):
        path = ("stages", index)
        if stage["kind"] in ONCE and stage["kind"] in seen:
            document.fault(
                (*path, "kind"), _("There is a stage “%(kind)s” already.") % {"kind": stage["kind"]}, _("one stage of this kind")
            )
        seen.add(stage["kind"])
        _check_stage(document, path, stage, call, recommenders, codes)
    _check_weights(document, stages)
    _check_order(document, stages)
    _check_levels(document, stages)


def _check_weights(document: Document, stages: list[dict[str, Any]]) -> None:
    """The reviews keep a share of the final score."""
    weighted = [(index, stage["weight"]) for index, stage in enumerate(stages) if "weight" in stage]
    total = sum(weight for _index, weight in weighted)
    if total >= 100:
        message = _("The stages take %(total)s of 100 and leave nothing to the review.") % {"total": total}
        document.fault(("stages", weighted[-1][0], "weight"), message, _("weights that sum to less than 100"))


def _check_levels(document: Document, stages: list[dict[str, Any]]) -> None:
    """Who checks first stands first, each level once; the points of a check list have keys of their own."""
    seen: dict[str, str] = {}
    for index, stage in enumerate(stages):
        if stage["kind"] != "check":
            continue
        level = stage.get("level", "")
        if level in seen:
            message = _("The stage “%(key)s” is a check of this level already.") % {"key": seen[level]}
            document.fault(("stages", index, "level"), message, _("one check of each level"))
        above = [other for other in seen if level in LEVELS and LEVELS.index(other) > LEVELS.index(level)]
        if above:
            message = _("The check of the level “%(level)s” stands after that of “%(above)s”.") % {"level": level, "above": above[0]}
            document.fault(("stages", index, "level"), message, _("this order: %(order)s") % {"order": ", ".join(LEVELS)})
        if level in LEVELS:
            seen.setdefault(level, stage["key"])
        unique(document, ("stages", index, "checklist"), (point["key"] for point in stage.get("checklist", [])), "key")


def _check_stage(
    document: Document, path: YamlPath, stage: dict[str, Any], call: dict[str, Any], recommenders: list[dict[str, str]], codes: Codes
) -> None:
    kind = stage["kind"]
    for option in NEEDED.get(kind, ()):
        if option not in stage:
            message = _("A stage “%(kind)s” needs “%(option)s”.") % {"kind": kind, "option": option}
            document.fault(path, message, f"{option}: …")
    for option in sorted(set(stage) - COMMON - OWN_OPTIONS.get(kind, frozenset())):
        message = _("“%(option)s” is no option of a stage “%(kind)s”.") % {"option": option, "kind": kind}
        document.fault((*path, option), message, ", ".join(sorted(COMMON | OWN_OPTIONS.get(kind, frozenset()))), key=True)
    if stage.get("opens") and stage.get("closes") and stage["closes"] <= stage["opens"]:
        document.fault((*path, "closes"), _("The stage closes before it opens."), _("a time after %(time)s") % {"time": stage["opens"]})
    if "rubric" in stage:
        known(document, (*path, "rubric"), stage["rubric"], call.get("rubrics", {}), _("a rubric of this file"))
    if "weight" in stage and "rubric" not in stage:
        message = _("A stage with a weight needs “rubric”: what is weighted is scored.")
        document.fault((*path, "weight"), message, "rubric: …", key=True)
    if kind == "notice":
        _check_notice(document, path, stage)
    sections = {section["key"] for section in call["form"]["sections"]}
    for index, section in enumerate(stage.get("sections", [])):
        known(document, (*path, "sections", index), section, sections, _("a section of the form"))
    if kind == "select":
        check_quotas(document, path, stage, recommenders, codes)


def _check_notice(document: Document, path: YamlPath, stage: dict[str, Any]) -> None:
    """A notice of six days opens on the 12th and closes on the 17th: both days count."""
    if "days" not in stage or not stage.get("opens") or not stage.get("closes"):
        return
    days = (date.fromisoformat(stage["closes"][:10]) - date.fromisoformat(stage["opens"][:10])).days + 1
    if days != stage["days"] and days > 0:
        message = _("The notice is said to last %(said)d days, but its dates make %(made)d.") % {"said": stage["days"], "made": days}
        document.fault((*path, "days"), message, str(days))


def _check_order(document: Document, stages: list[dict[str, Any]]) -> None:
    """Kinds follow ORDER; no stage closes before one of an earlier kind has opened, nor closes before an earlier one closes."""
    for index in range(1, len(stages)):
        before, stage = stages[index - 1], stages[index]
        if ORDER.index(stage["kind"]) < ORDER.index(before["kind"]):
            message = _("“%(kind)s” stands after “%(before)s”.") % {"kind": stage["kind"], "before": before["kind"]}
            document.fault(("stages", index, "kind"), message, _("this order: %(order)s") % {"order": ", ".join(ORDER)})
    latest, latest_key = "", ""
    for index, stage in enumerate(stages):
        closes = stage.get("closes") or stage.get("opens") or ""
        if closes and closes < latest:
            message = _("The stage ends before the stage “%(key)s” does.") % {"key": latest_key}
            part = "closes" if stage.get("closes") else "opens"
            document.fault(("stages", index, part), message, _("a time after %(time)s") % {"time": latest})
        elif closes:
            latest, latest_key = closes, stage["key"]


def _check_rubric(document: Document, path: YamlPath, rubric: dict[str, Any]) -> None:
    criteria = rubric["criteria"]
    unique(document, (*path, "criteria"), (criterion["key"] for criterion in criteria), "key")
    total = sum(criterion["weight"] for criterion in criteria)
    if abs(total - 100) > 1e-9:
        document.fault((*path, "criteria"), _("The weights add up to %(total)s.") % {"total": f"{total:g}"}, "100")
    for index, criterion in enumerate(criteria):
        for score in criterion.get("anchors", {}):
            if int(score) > rubric["scale"]:
                message = _("The anchor %(score)s is above the scale.") % {"score": score}
                document.fault(
                    (*path, "criteria", index, "anchors", score), message, _("0 to %(scale)d") % {"scale": rubric["scale"]}, key=True
                )
