import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from pilotage.core.charts.provinces import PROVINCES, class_limits
from pilotage.core.keyset import Page
from pilotage.web import charts
from pilotage.web.states import LOOKS, look
from tests.conftest import moment


def show(source, **context):
    return Template(source).render(Context(context)).strip()


def test_times_are_marked_up_and_unknown_is_a_dash():
    when = moment("2023-08-31 17:00")
    assert show("{{ d|day }}", d=when) == '<time datetime="2023-08-31T17:00+08:00">2023年8月31日</time>'
    assert show("{{ d|moment }}", d=when) == '<time datetime="2023-08-31T17:00+08:00">2023年8月31日17:00</time>'
    assert show("{{ d|day }}", d=when.date()) == '<time datetime="2023-08-31">2023年8月31日</time>'
    assert show("{{ d|daytext }}", d=when) == "2023年8月31日"
    assert show("{{ d|day }}|{{ d|shortday }}|{{ d|moment }}|{{ d|daytext }}|{{ d|left }}", d=None) == "–|–|–|–|"


def test_a_state_is_icon_and_word_in_its_tone():
    html = show('{% state "application" "returned" %}')
    assert html.startswith('<span class="st st-warn"><svg class="icon" aria-hidden="true"')
    assert "icons.svg#arrow-back-up" in html
    assert html.endswith("退回补正</span>")
    with override("en"):
        assert show('{% state "application" "returned" %}').endswith("Returned</span>")
    assert show('{% pill "entry" "listed" "有效" %}').startswith('<span class="pill pill-good">')


def test_a_label_is_escaped():
    assert "&lt;b&gt;" in show('{% state "sign" "met" label %}', label="<b>")


def test_every_state_has_an_icon_of_the_sprite():
    from pathlib import Path

    import pilotage.web

    names = set((Path(pilotage.web.__file__).parent / "static/vendor/icons/icons.txt").read_text().split())
    assert {found.icon for kind in LOOKS.values() for found in kind.values()} - names == set()
    assert {found.tone for kind in LOOKS.values() for found in kind.values()} == {"good", "accent", "warn", "bad", "neutral"}


def test_every_value_of_every_state_enum_has_a_look():
    from pilotage.audit.models import ProposalState
    from pilotage.calls.enums import ApplicationState, CheckResult, CosignDecision
    from pilotage.directory.enums import EditionState, EntryState, NoticeState, ObjectionState
    from pilotage.plan.enums import TargetStatus
    from pilotage.registry.enums import ImportState
    from pilotage.review.enums import AssignmentState, Outcome, SelectionState

    enums = {
        "application": ApplicationState, "assignment": AssignmentState, "selection": SelectionState, "outcome": Outcome,
        "check": CheckResult, "cosign": CosignDecision, "notice": NoticeState, "objection": ObjectionState,
        "edition": EditionState, "entry": EntryState, "target": TargetStatus, "proposal": ProposalState, "import": ImportState,
    }  # fmt: skip
    assert {kind: set(LOOKS[kind]) for kind in enums} == {kind: set(enum.values) for kind, enum in enums.items()}


def test_an_unknown_value_says_itself():
    assert (look("entry", "melted").tone, str(look("entry", "melted").label)) == ("neutral", "melted")


def test_quota_bar_shows_use_preview_and_fullness():
    html = show("{% quota_bar 36 40 3 %}")
    assert 'class="bar-fill" width="90%"' in html
    assert 'class="bar-preview" width="97.5%"' in html
    assert 'aria-label="名额40，已用36，选中后39"' in html
    assert "满" not in html
    assert ">满<" in show("{% quota_bar 40 40 %}")
    assert ">超出<" in show("{% quota_bar 39 40 3 %}")
    assert show("{% quota_bar 12 None %}") == ""
    assert show("{% quota_bar 12 0 %}") == ""


def test_target_bar_puts_every_target_at_the_same_place():
    for value, target in ((281, 300), (2864, 3000)):
        assert 'class="bar-tick" x="85.5%"' in show("{% target_bar value target %}", value=value, target=target)
    html = show('{% target_bar 281 300 "met" 302 335 label="281 of 300" %}')
    assert 'class="target-bar tone-good" role="img" aria-label="281 of 300"' in html
    assert 'class="bar-box" x="86.1%"' in html
    assert 'class="bar-fill" y="6" width="80.1%"' in html
    assert 'class="bar-fill" y="6" width="100%"' in show("{% target_bar 500 100 %}")  # never beyond the track
    assert "bar-tick" not in show("{% target_bar 3 0 %}")


def test_target_bar_of_a_deliverable_shows_steps():
    html = show('{% target_bar 0 0 "in_progress" steps=6 steps_done=4 %}')
    assert (html.count('class="bar-fill"'), html.count('class="bar-track"')) == (4, 2)


def test_tile_map_has_every_province_once_and_links_those_that_count():
    html = show('{% tile_map counts "?province={code}" "320000" %}', counts={"320000": 97, "370000": 32})
    map_part = html.split('<ul class="tile-legend"')[0]
    assert map_part.count("<li ") == 34
    assert map_part.count("<a ") == 31  # Hong Kong, Macao and Taiwan take no part
    assert '<a class="tile tone-5" href="?province=320000" aria-current="true">' in map_part
    assert '<td><a href="?province=320000">江苏省</a></td><td class="num">97</td>' in html
    with override("en"):
        assert ">JS</span>" in show("{% tile_map counts %}", counts={"320000": 97})


@pytest.mark.parametrize(
    ("unit", "chinese"),
    [("enterprises", "本页2家，共97家"), ("events", "本页2条，共97条"), ("people", "本页2人，共97人"), ("", "本页2条，共97条")],
)
def test_a_pager_counts_each_kind_in_its_own_word(unit, chinese):
    pager = '{% include "components/pager.html" %}'
    page = Page([1, 2], None, None, 2)
    assert chinese in show(pager, page=page, total=97, unit=unit)
    with override("en"):
        assert "2 on this page, 97 in all" in show(pager, page=page, total=97, unit=unit)


def test_tiles_do_not_share_a_place():
    places = [(row, column) for _code, row, column, *_ in PROVINCES]
    assert len(set(places)) == 34
    assert (min(places), max(r for r, _ in places), max(c for _, c in places)) == ((1, 7), 8, 7)


@pytest.mark.parametrize(
    ("values", "limits"),
    [([], []), ([0, 0], []), ([3, 1], [1, 2, 3]), ([97, 32, 1], [1, 2, 5, 15, 40]), ([1260], [1, 5, 15, 80, 300]), ([6], [1, 2, 3, 5])],
)
def test_class_limits_come_from_the_data(values, limits):
    assert class_limits(values) == limits
    assert limits == sorted(set(limits))


def test_legend_names_what_each_shade_holds():
    assert [entry.label for entry in charts.legend({"320000": 97, "110000": 1})] == ["0", "1", "2—4", "5—14", "15—39", "≥40"]
    with override("en"):
        assert [entry.label for entry in charts.legend({"320000": 3})] == ["0", "1", "2", "3"]


def test_with_query_keeps_the_other_filters():
    request = RequestFactory().get("/x/", {"province": "320000", "after": "abc"})
    assert show('{% with_query industry="34" after=None %}', request=request) == "?province=320000&amp;industry=34"


def test_mapping_by_variable_key():
    assert show("{{ m|of:k }}|{{ m|of:other }}|{{ nothing|of:k }}", m={"a": 1}, k="a", other="b", nothing=None) == "1||"
