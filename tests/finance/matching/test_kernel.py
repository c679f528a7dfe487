"""Each criterion has three values; a slow reference fills in what is missing in every way and looks whether the answers agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.finance.matching.kernel import JUDGES, Asked, Criterion, Fit, Match, Wanted, compare, ordered

PROVINCES = {"320000": ("320500", "320100"), "370000": ("370700",), "210000": ("210200",)}
PLACES = [(province, city) for province, cities in PROVINCES.items() for city in cities]
SECTIONS = {"C": ("34", "39"), "I": ("65",)}
AMOUNTS, MONTHS = (1, 5, 10), (6, 12, 24)
KINDS, STAGES, PURPOSES = ("patents", "equipment", "none"), ("seed", "growth"), ("equipment", "research")


def sets(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values))


def ends(values: tuple[int, ...]) -> st.SearchStrategy[int | None]:
    return st.none() | st.sampled_from(values)


def spans(values: tuple[int, ...]) -> st.SearchStrategy[tuple[int | None, int | None]]:
    """Never with the upper end under the lower one: such an offer is refused when it is written."""
    return st.tuples(ends(values), ends(values)).map(lambda both: (both[1], both[0]) if None not in both and both[0] > both[1] else both)


@st.composite
def wanted(draw: st.DrawFn) -> Wanted:
    province, city = draw(st.sampled_from([("", ""), *((each, "") for each in PROVINCES), *PLACES]))
    section, industry = draw(st.sampled_from([("", ""), ("C", ""), ("I", ""), ("C", "34"), ("C", "39"), ("I", "65")]))
    return Wanted(
        channel=draw(st.sampled_from(("loan", "fund"))),
        amount=draw(st.sampled_from(AMOUNTS)),
        months=draw(ends(MONTHS)),
        purpose=draw(st.sampled_from(("", *PURPOSES))),
        collateral=draw(st.none() | st.frozensets(st.sampled_from(KINDS), min_size=1)),
        stage=draw(st.sampled_from(("", *STAGES))),
        province=province,
        prefecture=city,
        industry=industry,
        section=section,
        conditions=draw(st.sampled_from((True, False, None))),
    )


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    return Asked(
        channel=draw(st.sampled_from(("loan", "fund"))),
        **dict(zip(("amount_from", "amount_to"), draw(spans(AMOUNTS)), strict=True)),
        **dict(zip(("months_from", "months_to"), draw(spans(MONTHS)), strict=True)),
        purposes=draw(sets(PURPOSES)),
        collateral=draw(sets(KINDS[:2])),
        stages=draw(sets(STAGES)),
        regions=draw(sets(("320000", "320500", "320100", "370000", "370700"))),
        industries=draw(sets(("C", "I", "34", "65"))),
        has_conditions=draw(st.booleans()),
    )


# --- the reference: every way in which what is missing could be filled in ------------------------
def completions(key: str, need: Wanted) -> Iterator[Wanted]:
    """With all that the criterion looks at filled in."""
    match key:
        case "months" if need.months is None:
            yield from (replace(need, months=months) for months in (0, *MONTHS, 99))
        case "purpose" if not need.purpose:
            yield from (replace(need, purpose=purpose) for purpose in ("other", *PURPOSES))
        case "stage" if not need.stage:
            yield from (replace(need, stage=stage) for stage in ("other", *STAGES))
        case "collateral" if need.collateral is None:
            kinds = [[kind for kind, taken in zip(KINDS, bits, strict=True) if taken] for bits in product((0, 1), repeat=3) if any(bits)]
            yield from (replace(need, collateral=frozenset(each)) for each in kinds)
        case "region":
            yield from (
                replace(need, province=p, prefecture=c) for p, c in PLACES if need.province in {"", p} and need.prefecture in {"", c}
            )
        case "industry":
            trades = [(section, trade) for section, own in SECTIONS.items() for trade in own]
            yield from (replace(need, section=s, industry=t) for s, t in trades if need.section in {"", s} and need.industry in {"", t})
        case "conditions" if need.conditions is None:
            yield from (replace(need, conditions=truth) for truth in (True, False))
        case _:
            yield need


def plainly(key: str, need: Wanted, offer: Asked) -> bool:
    """The answer where everything is known, said in another way than the kernel does."""
    match key:
        case "channel":
            return need.channel == offer.channel
        case "amount":
            return need.amount in range(offer.amount_from or 0, (offer.amount_to if offer.amount_to is not None else 10**6) + 1)
        case "months":
            return (need.months or 0) in range(offer.months_from or 0, (offer.months_to if offer.months_to is not None else 10**6) + 1)
        case "purpose":
            return need.purpose in (offer.purposes or {need.purpose})
        case "stage":
            return need.stage in (offer.stages or {need.stage})
        case "collateral":
            return not offer.collateral or any(kind in offer.collateral for kind in need.collateral or ())
        case "region":
            return not offer.regions or need.province in offer.regions or need.prefecture in offer.regions
        case "industry":
            return not offer.industries or need.industry in offer.industries or need.section in offer.industries
    return not offer.has_conditions or bool(need.conditions)


def reference(need: Wanted, offer: Asked) -> dict[str, Fit]:
    found = {}
    for key, _judge in JUDGES:
        answers = {plainly(key, each, offer) for each in completions(key, need)}
        found[key] = Fit.UNKNOWN if len(answers) == 2 else Fit.FITS if True in answers else Fit.DOES_NOT
    return found


def world_knows(need: Wanted, offer: Asked) -> bool:
    """The small world of the reference holds fewer places and trades than the real one; where it decides by that alone it is not asked."""
    open_place = not need.prefecture and bool(offer.regions)
    open_trade = not need.industry and bool(offer.industries)
    return not (open_place or open_trade)


@settings(max_examples=500)
@given(wanted(), asked())
def test_kernel_and_reference_agree(need: Wanted, offer: Asked) -> None:
    found = {each.key: each.fit for each in compare(need, offer).criteria}
    expected = reference(need, offer)
    for key, fit in expected.items():
        if key in {"region", "industry"} and not world_knows(need, offer):
            continue
        assert found.get(key, Fit.FITS) is fit, key


def region(province: str, city: str, *regions: str) -> Fit | None:
    need = Wanted("loan", 1, province=province, prefecture=city)
    return compare(need, Asked("loan", regions=frozenset(regions))).of("region")


def test_a_place_that_is_not_known_may_be_one_of_those_asked_for() -> None:
    assert region("320000", "320500", "320000") is Fit.FITS
    assert region("320000", "320500", "320500", "370000") is Fit.FITS
    assert region("320000", "320500", "320100") is Fit.DOES_NOT
    assert region("320000", "", "320100") is Fit.UNKNOWN
    assert region("320000", "", "370700") is Fit.DOES_NOT
    assert region("", "", "370700") is Fit.UNKNOWN
    assert region("320000", "") is None


def industry(section: str, trade: str, *industries: str) -> Fit | None:
    return compare(Wanted("loan", 1, section=section, industry=trade), Asked("loan", industries=frozenset(industries))).of("industry")


def test_a_section_stands_for_its_categories() -> None:
    assert industry("C", "34", "C") is Fit.FITS
    assert industry("C", "34", "39") is Fit.DOES_NOT
    assert industry("C", "", "C") is Fit.FITS
    assert industry("C", "", "34") is Fit.UNKNOWN
    assert industry("C", "", "I") is Fit.DOES_NOT
    assert industry("", "", "I") is Fit.UNKNOWN
    assert industry("", "") is None


def test_the_order_is_by_gaps_then_unknowns_then_as_given() -> None:
    def match(gaps: int, unknowns: int) -> Match:
        fits = [Fit.DOES_NOT] * gaps + [Fit.UNKNOWN] * unknowns + [Fit.FITS]
        return Match(tuple(Criterion(str(number), fit) for number, fit in enumerate(fits)))

    rows = [("d", match(1, 0)), ("b", match(0, 2)), ("a", match(0, 0)), ("c", match(0, 2)), ("e", match(1, 1))]

    assert [name for name, _match in ordered(rows)] == ["a", "b", "c", "d", "e"]
    assert [match(0, 3).fits, match(1, 0).fits] == [True, False]


def test_what_the_offer_does_not_ask_is_left_out() -> None:
    assert [each.key for each in compare(Wanted("loan", 1), Asked("loan")).criteria] == ["channel"]
