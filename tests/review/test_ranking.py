import itertools
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.review import ranking
from pilotage.review.ranking import NOT_SELECTED, RESERVE, SELECTED, Candidate, Terms

scores = st.none() | st.integers(0, 6).map(lambda n: Decimal(n * 10))


@st.composite
def cases(draw, size=7):
    count = draw(st.integers(0, size))
    candidates = [Candidate(f"n{i}", draw(scores), draw(st.integers(0, 3)), draw(st.sampled_from("abc"))) for i in range(count)]
    caps = draw(st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 3)))
    terms = Terms(
        total=draw(st.integers(0, 4)),
        reserve=draw(st.integers(0, 3)),
        default_cap=draw(st.none() | st.integers(0, 3)),
        caps=caps,
        required_reviews=draw(st.integers(0, 2)),
        least_mean=draw(st.none() | st.just(Decimal(20))),
    )
    return candidates, terms


def allowed(chosen, terms: Terms) -> bool:
    counts = Counter(c.group for c in chosen)
    return all((cap := terms.cap(group)) is None or n <= cap for group, n in counts.items())


def best_set(pool, size: int, terms: Terms):
    """Every subset: the largest allowed one within the size whose ranks read best place by place."""
    best: tuple[int, ...] | None = None
    for count in range(min(size, len(pool)), -1, -1):
        found = [c for c in itertools.combinations(range(len(pool)), count) if allowed([pool[i] for i in c], terms)]
        if found:
            best = min(found)
            break
    return {pool[i].key for i in best or ()}


@settings(max_examples=200, deadline=None)
@given(cases())
def test_greedy_equals_the_best_of_all_sets(case):
    candidates, terms = case
    places = ranking.rank(candidates, terms)
    ranked = [p.candidate for p in places if p.reason not in {"few_reviews", "below_least"}]
    taken = {p.candidate.key for p in places if p.outcome in {SELECTED, RESERVE}}
    assert taken == best_set(ranked, terms.total + terms.reserve, terms)
    assert {p.candidate.key for p in places if p.outcome == SELECTED} == best_set(ranked, terms.total, terms)
    total = sum(c.mean for c in ranked if c.key in taken)
    every = (c for n in range(len(ranked) + 1) for c in itertools.combinations(ranked, n))
    assert total == max(sum(c.mean for c in s) for s in every if len(s) <= terms.total + terms.reserve and allowed(s, terms))


@settings(max_examples=200, deadline=None)
@given(cases(size=12))
def test_every_exclusion_is_true(case):
    candidates, terms = case
    places = ranking.rank(candidates, terms)
    assert sorted(p.candidate.key for p in places) == sorted(c.key for c in candidates)
    assert [p.position for p in places] == list(range(1, len(places) + 1))
    selected = [p.candidate for p in places if p.outcome == SELECTED]
    taken = [p.candidate for p in places if p.outcome in {SELECTED, RESERVE}]
    for place in places:
        c, figures = place.candidate, place.figures
        if place.reason == "few_reviews":
            assert c.mean is None or c.finished < terms.required_reviews
        elif place.reason == "below_least":
            assert c.mean < terms.least_mean
        elif place.reason == "province_cap":
            held = [t for t in taken if t.group == c.group]
            assert len(held) == terms.cap(c.group) == figures["used"] + figures["reserve_used"]
            assert all(t.mean >= c.mean for t in held)
        elif place.reason == "below_line":
            assert len(taken) == terms.total + terms.reserve
            assert all(c.mean < t.mean for t in taken)
        elif place.reason == "tie_at_line":
            assert c.mean == taken[-1].mean
        else:
            assert place.reason == place.outcome
    assert ranking.national_line(places) == (selected[-1].mean if selected else None)


def test_order_of_input_is_without_effect():
    candidates = [Candidate(f"n{i}", Decimal(50), 3, "a") for i in range(5)]
    assert ranking.rank(candidates, Terms(2)) == ranking.rank(candidates[::-1], Terms(2))


def test_ties_are_broken_as_published_and_recorded():
    more = Candidate("n2", Decimal(80), 3, "a", spread=Decimal(9))
    fewer = Candidate("n1", Decimal(80), 2, "a", spread=Decimal(1))
    first, second = ranking.rank([fewer, more], Terms(1, tie_break=("mean", "finished_count", "number")))
    assert (first.candidate, second.reason, second.figures["tie"]) == (more, "tie_at_line", "finished_count")
    first, second = ranking.rank([fewer, more], Terms(1, tie_break=("spread",)))
    assert (first.candidate, second.figures["tie"]) == (fewer, "spread")


def test_a_full_province_says_its_figures():
    candidates = [Candidate(f"n{i}", Decimal(90 - i), 3, "320000" if i < 3 else "370000") for i in range(5)]
    places = ranking.rank(candidates, Terms(3, caps={"320000": 2}))
    third = places[2]
    assert (third.outcome, third.reason) == (NOT_SELECTED, "province_cap")
    assert third.figures == {"mean": Decimal(88), "line": Decimal(87), "cap": 2, "used": 2, "reserve_used": 0, "last_selected": Decimal(89)}


def test_reserve_continues_under_the_same_caps():
    candidates = [Candidate(f"n{i}", Decimal(90 - i), 3, group) for i, group in enumerate("aaabb")]
    outcomes = [p.outcome for p in ranking.rank(candidates, Terms(2, reserve=2, default_cap=2))]
    assert outcomes == [SELECTED, SELECTED, NOT_SELECTED, RESERVE, RESERVE]


@pytest.mark.parametrize(
    ("terms", "message"),
    [(Terms(-1), "negative"), (Terms(1, caps={"a": -1}), "negative"), (Terms(1, tie_break=("beauty",)), "beauty")],
)
def test_impossible_terms_are_refused(terms, message):
    with pytest.raises(ValueError, match=message):
        ranking.rank([], terms)


def test_two_candidates_with_one_key_are_refused():
    with pytest.raises(ValueError, match="same key"):
        ranking.rank([Candidate("a", Decimal(1), 1), Candidate("a", Decimal(2), 1)], Terms(1))
