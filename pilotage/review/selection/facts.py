"""What a selection is reckoned from, read from the records once, and its digest."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.core.verdict import Invalid
from pilotage.registry.models import Enterprise
from pilotage.review.enums import AssignmentState
from pilotage.review.experts.screening import roots_of
from pilotage.review.models import Assignment
from pilotage.review.options import review_options
from pilotage.review.panel.gates import kept_out, scored_stages, scores_by_stage, weight_of
from pilotage.review.scoring import Rubric
from pilotage.review.selection.reckoning import FORMAT, KERNELS, CannotCompare, reckon
from pilotage.review.selection.terms import ATTRIBUTES, SelectionParameters
from pilotage.review.wording import minimums_sentence

FIELDS = ("province_id", "industry_id", "level", "enterprise__size", "enterprise__ownership", "enterprise_id")


def gather(call: Call, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the kernels read, in one order. A constant number of queries, one more per stage that must be passed and level of groups."""
    candidates, weights = _candidates(call), weights_of(call)
    return {
        "format": FORMAT,
        "kernels": dict(KERNELS),
        "call": _call(call),
        "parameters": dict(parameters),
        "candidates": candidates,
        "scores": _scores(call, {each["number"] for each in candidates}),
        **({"sittings": weights} if weights else {}),
    }


def digest_of(inputs: Mapping[str, Any]) -> str:
    return digest(canonical(inputs))


def packed(inputs: Mapping[str, Any]) -> bytes:
    return zlib.compress(canonical(inputs), 6)


def _call(call: Call) -> dict[str, Any]:
    version = call.current
    raw = (version.content.get("rubrics") or {}).get(review_options(call).rubric) if version else None
    rubric = Rubric.parse(raw) if raw else None
    criteria = [[each.key, str(each.weight)] for each in rubric.criteria] if rubric else []
    return {
        "slug": call.slug,
        "year": call.year,
        "version": version.number if version else 0,
        "digest": version.digest if version else "",
        "rubric": {"scale": rubric.scale if rubric else 0, "criteria": criteria},
    }


def _candidates(call: Call) -> list[dict[str, Any]]:
    under_review = Application.objects.filter(call=call, kind=ApplicationKind.NEW, state=ApplicationState.UNDER_REVIEW)
    attributes, gates, weights = attributes_of(under_review), kept_out(call), weights_of(call)
    sat = {stage: scores for stage, scores in scores_by_stage(call).items() if stage in weights} if weights else {}
    rows = under_review.order_by("number").values_list("pk", "number", "rank")
    return [
        {"number": number, "rank": rank, "gate": list(gates[pk]) if pk in gates else None, "attributes": attributes[pk]}
        | ({"sittings": {stage: f"{scores[pk]:.3f}" for stage, scores in sat.items() if pk in scores}} if weights else {})
        for pk, number, rank in rows
    ]


def weights_of(call: Call) -> dict[str, str]:
    """Stage -> its published share of the final score, of 100, for those that have one."""
    return {stage.key: str(weight_of(stage)) for stage in scored_stages(call) if weight_of(stage)}


def attributes_of(applications: QuerySet[Application]) -> dict[int, dict[str, str]]:
    """What quotas count, by application, as the records stand now; what is not known is left out and counts under no quota."""
    groups = _groups(applications)
    names = ("province", "industry", "level", "size", "ownership", "group")
    rows = applications.order_by("pk").values_list("pk", *FIELDS)
    return {
        pk: {name: value for name, value in zip(names, (*values, groups.get(enterprise)), strict=True) if value}
        for pk, *values, enterprise in rows
    }


def _groups(applications: QuerySet[Application]) -> dict[int, str]:
    """Enterprise -> code of the top of its group, for members of a group and for a head beside its members."""
    houses = list(
        Enterprise.objects.filter(pk__in=applications.order_by().values("enterprise")).only("pk", "group_id", "name_zh", "name_en")
    )
    roots, _names = roots_of(houses)
    shared = {roots[house.pk] for house in houses if house.group_id}
    codes = {
        pk: uscc or f"enterprise-{pk}" for pk, uscc in Enterprise.objects.filter(pk__in=shared).order_by("pk").values_list("pk", "uscc")
    }
    return {house: codes[root] for house, root in roots.items() if root in codes}


def _scores(call: Call, numbers: set[str]) -> list[list[str]]:
    seats = Assignment.objects.filter(call=call, state=AssignmentState.FINISHED).order_by("id")
    rows = seats.values_list("application__number", "expert_id", "total")
    return sorted([number, pseudonym(call, expert), f"{total:.3f}"] for number, expert, total in rows if number in numbers)


def pseudonym(call: Call, expert: int) -> str:
    """One name per expert and call, the same for as long as the secret key stays; nobody without the key can go back from it."""
    found = salted_hmac("pilotage.review.pseudonym", f"{call.pk}/{expert}", algorithm="sha256").digest()
    return "E-" + hashlib.sha256(found).hexdigest()[:10]


def reckoned(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What ``reckon`` finds, or Invalid with a sentence that says what to change."""
    from pilotage.review.selecting import SelectionError

    try:
        return reckon(inputs)
    except CannotCompare as apart:
        raise Invalid({"calibrate": _apart_sentence(apart)}) from apart
    except SelectionError as error:
        raise Invalid({"quotas": _minimums(inputs) or _("These terms contradict each other: %(why)s.") % {"why": error}}) from error


def _minimums(inputs: Mapping[str, Any]) -> str:
    """Where a minimum for each value of an attribute asks for more places than there are, given the values that occur."""
    parameters = SelectionParameters.from_json(inputs["parameters"])
    for attribute in ATTRIBUTES:
        values = {each["attributes"].get(attribute) for each in inputs["candidates"]} - {None}
        values |= {line.value for line in parameters.quotas if line.attribute == attribute and line.value}
        lines = [line for value in values if value and (line := parameters.line(attribute, value))]
        if (asked := sum(line.minimum for line in lines)) > parameters.total:
            return minimums_sentence(attribute, asked, parameters.total)
    return ""


def _apart_sentence(apart: CannotCompare) -> str:
    named = _("; ").join(_named(numbers) for numbers in apart.parts[:3])
    return _(
        "%(count)s groups of applications share no expert, so their calibrated scores cannot be compared: %(groups)s. "
        "Add bridging reviews (an expert of one group on applications of the other), or select by raw means."
    ) % {"count": len(apart.parts), "groups": named}


def _named(numbers: list[str]) -> str:
    first = _(", ").join(numbers[:3])
    return first if len(numbers) <= 3 else _("%(first)s and %(more)s more") % {"first": first, "more": len(numbers) - 3}
