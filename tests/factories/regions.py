"""A plan with applications and entries in three provinces. All bodies are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Call
from pilotage.calls.services.recounting import recount as recount_flow
from pilotage.core import clock
from pilotage.directory.models import Edition, Entry
from pilotage.directory.services import recount
from pilotage.plan.models import Plan, PlanVersion
from tests.factories import calls
from tests.factories import directory as make
from tests.factories.accounts import Cast, division, enterprise

GROUPS = [
    {
        "code": "delta",
        "zh": "演示城市群",
        "en": "Demo group",
        "source": "https://example.org/group",
        "verified": "false",
        "divisions": "320500 370700",
    }
]
KEYS = [
    {"code": "equipment", "zh": "装备制造", "en": "Equipment", "divisions": "34 39", "divisions_verified": "false"},
    {"code": "appliances", "zh": "家电", "en": "Home appliances", "divisions": ""},
]


@dataclass
class Layout:
    plan: Plan
    call: Call
    edition: Edition


def effect(key: str, before: str, after: str, better: str = "higher") -> dict[str, Any]:
    label = {"zh": f"指标{key}", "en": f"Figure {key}"}
    return {"key": key, "label": label, "unit": {"zh": "件", "en": "pieces"}, "better": better, "before": before, "after": after}


def entry(layout: Layout, place: str = "320500", industry: str = "34", scenarios: tuple[str, ...] = ("04",), **fields: Any) -> Entry:
    """One listed project; ``effects`` are its figures."""
    calls.industry(industry)
    division(place)
    effects = fields.pop("effects", [])
    facts = {"fields": [], "effects": effects, "scenarios": dict.fromkeys(scenarios, "说明")}
    number = Entry.objects.count() + 1
    defaults = {"province_id": f"{place[:2]}0000", "prefecture_id": place, "industry_id": industry, "facts": facts}
    return make.entry(layout.edition, f"{number}号5G工厂", f"演示{number}号有限公司", scenarios, **{**defaults, **fields})


def layout(cast: Cast) -> Layout:
    """Jiangsu: two applications, one recommended, three entries. Shandong: one of each. Liaoning: one that is only filed."""
    call = calls.call()
    PlanVersion.objects.create(
        plan=call.plan, number=1, digest="x", content={"codes": {"city_groups": GROUPS, "key_industries": KEYS}}, loaded_at=clock.now()
    )
    edition = make.edition(call=call)
    found = Layout(call.plan, call, edition)
    states = ApplicationState
    for county, state in (("320505", states.LISTED), ("320505", states.SUBMITTED), ("370700", states.LISTED), ("210200", states.SUBMITTED)):
        calls.application(call, cast.filer, enterprise(f"演示{county}{state}有限公司", county), state)
    for place, industry, label in (("320500", "34", "benchmark"), ("320500", "34", ""), ("320100", "39", ""), ("370700", "34", "")):
        entry(found, place, industry, label=label, labelled_on=date(2023, 12, 1) if label else None)
    refresh(found)
    return found


def refresh(found: Layout) -> None:
    """Rows made directly came without the acts that keep the counts."""
    recount(found.edition)
    recount_flow()
