"""Who files to each call of the model plan, with what, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

SUZHOU, SHENYANG = "320505", "210102"
FACTORY = "5g-factory-directory-2023"
BENCHMARK = "5g-factory-benchmark-2023"
BUILT = {"building_state": "built"}


@dataclass(frozen=True)
class Case:
    """``counted``: target -> growth. ``again``: what a second filing in the window meets; ``later``: one while the entry is in force."""

    directory: str
    number: str
    kind: str = "enterprise"
    place: str = SUZHOU
    industry: str = "34"
    answers: dict[str, Any] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    again: str = ""
    later: str = ""
    valid_until: date | None = None
    partner: str = ""
    honour: str = ""


ONE = "The applicant has filed to this call already; one application is possible."


def same(label: str) -> str:
    return f"The applicant has filed with the same answer to “{label}”; one is possible."


def in_force(number: str, name: str, *more: str) -> str:
    return " ".join([f"{number} in “{name}” is in force; a repeat is not possible.", *more])


CASES = {
    FACTORY: Case("5g-factory", "5GF-2023-0001", answers=BUILT, counted={"M02-1": 1, "M03-1": 1, "M05-1": 1}),
    BENCHMARK: Case(
        "5g-factory-benchmark", "5GFB-2023-0001", answers={"entry_number": "5GF-2023-0001"}, counted={"M04-1": 1},
        again=ONE, later=in_force("5GFB-2023-0001", "5G factory pilot benchmarks", ONE),
    ),
    "civil-explosives-pilot-2023": Case(
        "civil-explosives-pilot", "CEP-2023-0001", industry="26", answers=BUILT, again=same("Name of the site")
    ),
    "demonstration-base-2023": Case(
        "demonstration-base", "IIB-2023-0001", kind="park", counted={"M08-1": 1},
        again=ONE, later=in_force("IIB-2023-0001", "Industrial-internet demonstration bases", ONE),
    ),
    "pilot-area-2023": Case(
        "pilot-area", "PIA-2024-0001", kind="city", place="320500", partner="320200",
        again=ONE, later=in_force("PIA-2024-0001", "“5G + Industrial Internet” integrated-application pilot areas", ONE),
    ),
    "pilot-demonstration-2023": Case(
        "pilot-demonstration", "PDP-2023-0001", answers={**BUILT, "bonus_programme": False}, counted={"M11-1": 1},
        again=same("Type"), valid_until=date(2026, 5, 31),
        later="PDP-2023-0001 in “Industrial-internet pilot demonstration projects” is valid until 2026-05-31; "
        "while it is, no new application is possible.",
    ),
    "platform-cases-2023": Case(
        "platform-case", "PAC-2023-0001", answers=BUILT, counted={"M12-1": 1},
        again=same("Model"), later=in_force("PAC-2023-0001", "Leading application cases of platform innovation"),
    ),
    "provincial-5g-factory-2023": Case(
        "provincial-5g-factory", "P5GF-2023-0001", place=SHENYANG, answers={**BUILT, "is_branch": False}, honour="智能制造示范工厂",
        again=ONE, later=in_force("P5GF-2023-0001", "Provincial 5G factory (model)", ONE),
    ),
    "scenarios-2023": Case(
        "transformation-scenario", "DTS-2023-0001", later=in_force("DTS-2023-0001", "Digital-transformation scenarios in key industries")
    ),
}  # fmt: skip
