"""Channels of the plan's folder: what a file must hold to, and what loading makes of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from pilotage.audit.models import AuditEvent
from pilotage.finance.channels import selectors
from pilotage.finance.channels.content import read
from pilotage.finance.channels.loading import load_channels
from pilotage.finance.channels.models import Channel
from pilotage.finance.facts.metrics import METRICS
from pilotage.finance.rules import AnyOf, NotInForce, RuleError, Verdict, explain, in_force, read_rule
from pilotage.plan.folder import check
from tests.factories.finance import channel, plan
from tests.factories.plan import edit, folder_copy
from tests.plan.test_folder import place_of

FILE = "channels/demo.yaml"
TEXT = """\
channel: demo
position: 1
title: {zh: 演示渠道, en: Demo channel}
authority: {zh: 演示单位, en: Demo body}
note: {zh: 演示, en: For show}
held: {metric: board, in: [star], text: {zh: 已在板, en: On the board}}
terms:
  - {from: 2020-01-01, until: 2021-12-31, text: {zh: 利率2%, en: 2 %}, citation: 公告, verified: true}
parameters:
  least:
    unit: million_yuan
    values:
      - {value: 100, in_force: 2020-01-01, until: 2024-04-29, citation: 第一条, verified: true}
      - {value: 300, in_force: 2024-04-30, citation: 第一条, verified: false}
rule:
  all:
    - text: {zh: 营业收入, en: Revenue}
      any:
        - {key: enough, text: {zh: 营业收入, en: Revenue}, metric: revenue, ">=": least}
        - {key: high_tech, text: {zh: 高企, en: High-tech}, is: title_high_tech, since: 2022-01-01}
    - {key: demo_clean, text: {zh: 无违法, en: No violation}, attest: true}
"""


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = folder_copy(tmp_path)
    (found / "channels").mkdir(exist_ok=True)
    for other in (found / "channels").glob("*.yaml"):
        other.unlink()
    (found / FILE).write_text(TEXT, encoding="utf-8")
    return found


FAULTS = {
    "unknown metric": ("metric: revenue,", "metric: revenues,", "there is no metric “revenues”", "metric: revenues"),
    "mixed units": ("metric: revenue,", "metric: revenue + staff,", "cannot be added", "metric: revenue + staff"),
    "a product": ("metric: revenue,", "metric: revenue * staff,", "product of two metrics", "metric: revenue * staff"),
    "a unit that does not fit": ("unit: million_yuan", "unit: persons", "compared with the parameter “least” in persons", "key: enough"),
    "yuan a share of what is no share": ("metric: revenue,", "metric: revenue / net_assets,", "percent is compared with", "key: enough"),
    "overlap": ("until: 2024-04-29", "until: 2024-04-30", "overlap", "unit: million"),
    "contradiction": ("in_force: 2024-04-30", "in_force: 2020-01-01", "contradict each other", "unit: million"),
    "no such parameter": ('">=": least}', '">=": most}', "there is no parameter “most”", "key: enough"),
    "an end before the beginning": ("since: 2022-01-01", "since: 2022-01-01, until: 2021-01-01", "ends on 2021-01-01", "key: high_tech"),
    "a key given twice": ("key: high_tech", "key: enough", "used twice", "key: enough, text: {zh: 高企"),
    "a foreign name for what is attested": ("key: demo_clean", "key: clean", "carries the name of its channel", "key: clean"),
    "a term that ends early": ("until: 2021-12-31", "until: 2019-12-31", "ends before it begins", "until: 2019-12-31"),
    "no rule": (TEXT[TEXT.index("rule:"):], "", "parameters and no rule", "parameters:"),
    "no citation": (", citation: 第一条, verified: false", ", verified: false", "“citation” is missing", "value: 300"),
    "published late": ("in_force: 2024-04-30,", "published: 2024-05-30, in_force: 2024-04-30,", "before it was published", "value: 300"),
    "years that are not kept": ("metric: revenue,", 'metric: "revenue[3]",', "kept for 3 years", "key: enough"),
    "another name": ("channel: demo\n", "channel: other\n", "The file is called “demo”", "channel: other"),
    "held by what is no code": ("held: {metric: board", "held: {metric: revenue", "not one of the metrics that are codes", "held:"),
    "held by an unknown code": ("in: [star]", "in: [moon]", "“moon” is not one of the codes", "held:"),
    "a text that is run": ("metric: revenue,", 'metric: "__import__(revenue)",', "not known so", "key: enough"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_is_named_by_file_and_line(folder: Path, case: str):
    before, after, sentence, near = FAULTS[case]
    edit(folder, FILE, before, after)
    problems = check(folder).problems
    assert [problem.file for problem in problems[:1]] == [FILE], problems
    told = next(problem for problem in problems if sentence.lower() in problem.message.lower())
    assert told.line == place_of(folder, FILE, near)[0]


def test_a_circle_is_named(folder: Path):
    edit(folder, FILE, "rule:\n  all:\n", "rule: &circle\n  all:\n    - *circle\n")
    [problem] = [each for each in check(folder).problems if each.file == FILE]
    assert "anchor" in problem.message


def test_a_nest_without_end_is_refused():
    node: dict = {"all": []}
    node["all"].append(node)
    with pytest.raises(RuleError, match="nested deeper"):
        read_rule({"key": "demo", "rule": node}, METRICS)


@pytest.mark.django_db
def test_loading_keeps_versions_and_retires():
    content = check(Path(settings.PLAN_DIR)).folder.further["channels"]
    own = plan()
    notes = load_channels(own, list(content.values()), None)
    assert len(notes) == len(content) == 11
    assert load_channels(own, list(content.values()), None) == []
    assert [each.key for each in selectors.channels(own)][:3] == ["sci-tech-relending", "sci-tech-bond", "ip-pledge"]
    assert "pe-vc" not in [each.key for each in selectors.channels(with_rule=True)]
    changed = [{**doc, "position": 50} if doc["channel"] == "chinext" else doc for doc in content.values() if doc["channel"] != "pe-vc"]
    assert len(load_channels(own, changed, None)) == 2
    chinext = Channel.objects.get(key="chinext")
    assert (chinext.version, chinext.position, Channel.objects.get(key="pe-vc").is_used) == (2, 50, False)
    assert AuditEvent.objects.filter(verb="channel.load").count() == 12
    assert selectors.current_plan() == own


def test_who_is_there_already_is_told_so():
    found = Channel(content={"held": {"metric": "board", "in": ["star"], "text": {"zh": "已在板", "en": "On the board"}}})
    assert [found.held(facts) for facts in ({"board": "star"}, {"board": "none"}, {})] == ["On the board", "", ""]
    assert Channel(content={}).held({"board": "star"}) == ""


@pytest.mark.django_db
def test_a_rule_is_read_once_and_asked_by_day():
    own = channel()
    assert own.rule is Channel.objects.get(pk=own.pk).rule
    assert own.changed_on() == [date(2020, 1, 1), date(2024, 4, 30)]
    facts = {"revenue": 200_000_000, "demo_channel_word": True}
    assert explain(own.on(date(2024, 4, 29)), facts).verdict is Verdict.MEETS
    assert explain(own.on(date(2024, 4, 30)), facts).verdict is Verdict.DOES_NOT_MEET
    assert own.is_verified is False
    with pytest.raises(NotInForce):
        channel("later", rule={"all": [{"key": "revenue_enough", "metric": "revenue", ">=": "least_revenue"}]}).on(date(2019, 12, 31))


@pytest.mark.django_db
def test_a_third_standard_counts_from_the_day_practice_began():
    load_channels(plan(), list(check(Path(settings.PLAN_DIR)).folder.further["channels"].values()), None)
    chinext = Channel.objects.get(key="chinext")
    keys = {each.key for each in [told.condition for told in explain(chinext.on(date(2025, 6, 17)), {}).told]}
    assert "cap_third" not in keys
    assert "cap_third" in {told.condition.key for told in explain(chinext.on(date(2025, 6, 18)), {}).told}
    assert "cap_third" in {told.condition.key for told in explain(chinext.on(date(2020, 6, 12), operated=False), {}).told}
    relending = Channel.objects.get(key="sci-tech-relending")
    assert [term["until"] for term in relending.terms_on(date(2024, 4, 7))] == ["2025-05-06"]
    assert relending.terms_on(date(2024, 4, 6)) == []


def test_headings_of_groups_survive_the_day(folder: Path):
    found = check(folder).folder
    tree = in_force(read(found.further["channels"]["demo"]), date(2021, 1, 1)).tree
    assert isinstance(tree.parts[0], AnyOf)
    assert (tree.parts[0].zh, len(tree.parts[0].parts)) == ("营业收入", 1)
