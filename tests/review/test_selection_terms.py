"""Terms as they are typed, what contradicts in them, the stored inputs, and what other terms would change."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pilotage.core.verdict import Conflict, Invalid
from pilotage.review.models import Selection, SelectionInputs
from pilotage.review.options import QuotaLine, SelectionParameters
from pilotage.review.selection import facts as selection_facts
from pilotage.review.selection import selections
from pilotage.review.selection.posted_terms import clean_parameters
from pilotage.review.selectors import what_if
from tests.factories import review as make
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db


def line(attribute="size", value="", minimum="", maximum=""):
    return {"attribute": attribute, "value": value, "minimum": minimum, "maximum": maximum}


def cleaned(call, **raw):
    return clean_parameters(call, {"total": "10", **raw})


def test_typed_lines_replace_those_of_the_call_and_blank_ones_are_left_out(call):
    found = cleaned(call, quotas=[line(value="small", minimum="2"), line("group", maximum="3"), line("industry", "34")], calibrate="on")
    assert found.quotas == (QuotaLine("size", "small", 2, None), QuotaLine("group", None, 0, 3))
    assert (found.calibrate, found.lottery, found.draws, found.seed) == (True, False, 100, call.slug)


def test_caps_of_provinces_change_the_lines_of_the_call(call):
    found = cleaned(call, total="200", default_cap="", caps={"370000": "5", "320000": ""})
    assert found.quotas == (QuotaLine("province", "370000", 0, 5),)
    assert cleaned(call).quotas == (QuotaLine("province", None, 0, 40), QuotaLine("province", "320000", 0, 97))


@pytest.mark.parametrize(
    ("raw", "field", "words"),
    [
        ({"quotas": [line(value="small", minimum="4", maximum="3")]}, "quota-0-minimum", "4"),
        ({"quotas": [line(value="small", minimum="x")]}, "quota-0-minimum", "0"),
        ({"quotas": [line("group", maximum="3"), line(value="micro", maximum="-1")]}, "quota-1-maximum", "0"),
        ({"quotas": [line("colour", maximum="3")]}, "quota-0-attribute", ""),
        ({"quotas": [line(value="small", minimum="6"), line(value="micro", minimum="5")]}, "quotas", "11"),
        ({"quotas": [line(value="small", minimum="6"), line(value="small", maximum="7")]}, "quotas", "small"),
        ({"draws": "1001"}, "draws", "1000"),
        ({"tie_break": ["beauty"]}, "tie_break", "beauty"),
        ({"caps": {"320000": "many"}}, "cap-320000", "0"),
    ],
)
def test_what_contradicts_is_named_at_its_field(call, raw, field, words):
    with pytest.raises(Invalid) as problem:
        cleaned(call, **raw)
    assert list(problem.value.errors) == [field]
    assert words in problem.value.errors[field]


@pytest.fixture
def field(call, cast, me, at):
    """Four applications, 90 to 60 points; two are of one group, one of it the head."""
    experts = [me, make.expert("E2")]
    head = enterprise("苏州演示集团有限公司", "320505", size="large")
    member = enterprise("苏州演示零件有限公司", "320505", size="small", group=head)
    houses = [head, member, enterprise("潍坊演示机床有限公司", "370700"), enterprise("潍坊演示齿轮有限公司", "370700", size="small")]
    for i, house in enumerate(houses):
        make.reviewed(call, cast.secretariat, [9 - i, 9 - i], experts, number=f"A-{i}", enterprise=house, province=house.province_id)
    at(make.AFTER_REVIEW)
    return houses


def built(call, cast, **terms):
    parameters = SelectionParameters(**{"total": 2, "reserve": 1, "required_reviews": 2, "draws": 0, "seed": "s", **terms})
    return selections.build_selection(actor=cast.secretariat, call=call, parameters=parameters)


def outcomes(selection):
    return dict(selection.rows.order_by("position").values_list("application__number", "outcome"))


def test_each_attribute_is_read_from_the_records(call, field):
    attributes = [each["attributes"] for each in selection_facts.gather(call, {})["candidates"]]
    code = field[0].uscc or f"enterprise-{field[0].pk}"
    assert attributes[0] == {"province": "320000", "industry": "34", "level": "factory", "size": "large", "group": code}
    assert (attributes[1]["group"], attributes[1]["size"]) == (code, "small")
    assert [name for name in ("group", "size", "ownership") if name in attributes[2]] == []


def test_quotas_of_group_and_size_decide_and_are_named(call, cast, field):
    selection = built(call, cast, quotas=(QuotaLine("group", None, 0, 1), QuotaLine("size", "small", 1, None)))
    assert outcomes(selection) == {"A-0": "selected", "A-1": "not_selected", "A-2": "reserve", "A-3": "selected"}
    row = selection.rows.get(application__number="A-1")
    assert (row.reason, [blocker["attribute"] for blocker in row.figures["blockers"]]) == ("quota_maximum", ["group"])
    assert {(q["attribute"], q["value"]): q["used"] for q in selection.results["quotas"]}["size", "small"] == 1


def test_the_inputs_are_kept_and_give_the_same_again(call, cast, field):
    selection = built(call, cast)
    kept = SelectionInputs.objects.get(selection=selection).read()
    assert selection_facts.digest_of(kept) == selection.inputs_digest
    found = selection_facts.reckoned(kept)
    assert found["results"] == selection.results
    assert [row["figures"] for row in found["rows"]] == list(selection.rows.order_by("position").values_list("figures", flat=True))


def test_a_changed_size_stops_a_draft(call, cast, field):
    selection = built(call, cast)
    field[1].size = "micro"
    field[1].save()
    with pytest.raises(Conflict):
        selections.propose_selection(actor=cast.secretariat, selection=selection)


def test_what_if_says_who_enters_and_leaves_and_writes_nothing(call, cast, field, django_assert_num_queries):
    selection = Selection.objects.get(pk=built(call, cast).pk)
    parameters = SelectionParameters.from_json(selection.parameters)
    with django_assert_num_queries(2):
        found = what_if(selection, replace(parameters, quotas=(QuotaLine("province", "320000", 0, 1),)))
    assert [row.application.number for row in found.entering] == ["A-2"]
    assert [row.application.number for row in found.leaving] == ["A-1"]
    assert (found.cost, found.results["line"]) == ("-10.000", "70.000")
    assert (Selection.objects.count(), outcomes(selection)["A-1"]) == (1, "selected")
    with pytest.raises(Invalid) as problem:
        what_if(selection, replace(parameters, quotas=(QuotaLine("province", None, 2, None),)))
    assert list(problem.value.errors) == ["quotas"]
    assert "4" in problem.value.errors["quotas"]


def test_a_selection_without_stored_inputs_is_told_so(call, cast, field):
    selection = built(call, cast)
    SelectionInputs.objects.all().delete()
    with pytest.raises(Invalid) as problem:
        what_if(Selection.objects.get(pk=selection.pk), SelectionParameters(total=1))
    assert list(problem.value.errors) == ["quotas"]


def test_calibrated_scores_that_cannot_be_compared_are_refused_with_what_to_do(call, cast, me, at):
    panels = [[me, make.expert("E2")], [make.expert("E3"), make.expert("E4")]]
    for i in range(4):
        make.reviewed(call, cast.secretariat, [9 - i, 8 - i], panels[i // 2], number=f"A-{i}", province="370000")
    at(make.AFTER_REVIEW)
    with pytest.raises(Invalid) as problem:
        built(call, cast, calibrate=True)
    assert all(number in problem.value.errors["calibrate"] for number in ("A-0", "A-1", "A-2", "A-3"))
    assert Selection.objects.count() == 0
    raw = built(call, cast)
    assert raw.results["calibration"]["warnings"][0]["code"] == "several_components"
    assert raw.rows.order_by("position").first().mean == Decimal("85")
