"""What monitoring finds in running pledges: raised once, told once, taken down when mended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.core import clock
from pilotage.finance.pledges import assets, monitoring, services
from pilotage.finance.pledges.models import IpAsset, Pledge, PledgeFlag
from tests.conftest import moment
from tests.factories import pledges as make

pytestmark = pytest.mark.django_db


def kinds() -> set[str]:
    return set(PledgeFlag.objects.filter(cleared_on__isnull=True).values_list("kind", flat=True))


def told() -> int:
    return AuditEvent.objects.filter(verb="finance.pledge.flag").count()


def event(cast: Any, code: str, on: date, **more: Any) -> None:
    assets.record_event(actor=cast.filer, asset=IpAsset.objects.order_by("pk")[0], code=code, on=on, **more)


def test_a_fee_is_told_sixty_days_ahead_and_taken_down_when_paid(cast: Any) -> None:
    make.disbursed(cast)  # the fee is due on 2024-03-01
    found = []
    for day in ("2023-12-31 10:00", "2024-01-01 10:00", "2024-01-02 10:00", "2024-03-01 10:00", "2024-03-02 10:00"):
        with clock.at(moment(day)):
            monitoring.watch()
            found.append((kinds(), told()))
    assert found == [(set(), 0), ({"fee_due"}, 1), ({"fee_due"}, 1), ({"fee_due"}, 1), ({"fee_unpaid"}, 2)]
    with clock.at(moment("2024-03-03 10:00")):
        event(cast, "fee_paid", date(2024, 3, 3), until=date(2025, 3, 1))
        assert monitoring.watch() == 1
        assert monitoring.watch() == 0
    assert (kinds(), told(), PledgeFlag.objects.count()) == (set(), 2, 2)
    assert verify() == []


@pytest.mark.parametrize(
    ("happened", "kind", "mended"),
    [
        ({"code": "contested"}, "invalidation", {"code": "upheld"}),
        ({"code": "IP01"}, "invalidation", None),
        ({"code": "IW01"}, "ended", None),
        ({"code": "ceased"}, "ended", {"code": "restored"}),
        ({"code": "TR01", "owners": ["受让公司"]}, "transfer", {"code": "TR01", "owners": ["苏州砚舟精密传动有限公司"]}),
        ({"code": "PP01"}, "preserved", {"code": "PD01"}),
        ({"code": "dispute"}, "preserved", {"code": "settled"}),
    ],
)
def test_what_happens_to_a_right(cast: Any, happened: dict[str, Any], kind: str, mended: dict[str, Any] | None) -> None:
    make.disbursed(cast)
    with clock.at(moment("2023-11-21 10:00")):
        event(cast, on=date(2023, 11, 21), **happened)
        monitoring.watch()
        assert kinds() == {kind}
        if mended is not None:
            event(cast, on=date(2023, 11, 21), **mended)
            monitoring.watch()
            assert kinds() == set()


def test_pledged_twice_and_a_term_beyond_the_right(cast: Any) -> None:
    """Neither can be entered here; a register elsewhere, or a later correction, may show it."""
    pledge = make.disbursed(cast)
    with clock.at(make.NOW):
        event(cast, "PE01", make.TODAY, note="他行")
        IpAsset.objects.update(expires_on=date(2026, 10, 31))
        monitoring.watch()
    assert kinds() == {"double", "life"}
    assert Pledge.objects.get(pk=pledge.pk).state == "disbursed"


def test_a_valuation_runs_out_and_the_debt_ends(cast: Any) -> None:
    make.disbursed(cast)
    with clock.at(make.NOW):
        assets.value(
            actor=cast.filer, asset=IpAsset.objects.get(), method="bank", valuer="演示银行", valued_on=make.TODAY, amount=1, valid_until=date(2024, 5, 31)
        )  # fmt: skip
        event(cast, "fee_paid", make.TODAY, until=date(2030, 1, 1))
    found = []
    for day in ("2024-05-31 10:00", "2024-06-01 10:00", "2026-10-01 10:00", "2026-10-02 10:00", "2026-11-01 10:00", "2026-11-02 10:00"):
        with clock.at(moment(day)):
            monitoring.watch()
            found.append(kinds())
    assert found == [set(), {"valuation"}, {"valuation"}, {"valuation", "debt"}, {"valuation", "debt"}, {"valuation", "overdue"}]


def test_flags_end_with_the_pledge_and_none_is_raised_before_it_is_registered(cast: Any) -> None:
    make.filled(cast, make.right(cast, "ZL7", fee_due_on=date(2023, 11, 1)))
    pledge, second = make.disbursed(cast), make.colleague(cast.finance_liaison)
    with clock.at(moment("2024-01-15 10:00")):
        monitoring.watch()
        assert list(PledgeFlag.objects.values_list("pledge", "kind")) == [(pledge.pk, "fee_due")]
        services.step(actor=cast.finance_liaison, pledge=pledge, verb="repay")
        services.propose(actor=cast.finance_liaison, pledge=pledge, verb="cancel")
        services.confirm(actor=second, pledge=pledge, verb="cancel")
        monitoring.watch()
    assert kinds() == set()


@pytest.mark.parametrize("count", [1, 4])
def test_a_round_costs_the_same_with_more_pledges(cast: Any, django_assert_max_num_queries: Any, count: int) -> None:
    second = make.colleague(cast.finance_liaison)
    for number in range(count):
        make.disbursed(cast, make.right(cast, f"ZL{number}"), second=second)
    with clock.at(moment("2024-01-15 10:00")), django_assert_max_num_queries(24):
        assert monitoring.watch() == count
