"""What does the registration file hold, and what is missing? A paper is there with its scans, or on paper when somebody says so.

Pure: reads what it is handed, queries nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pilotage.core.scanning import ScanState
from pilotage.finance.pledges.enums import OPTIONAL_PAPERS, Ground, Paper, PaperState

# the ground of refusal that nobody can answer while the paper is missing
PROVES: Mapping[str, Ground] = {
    Paper.APPLICATION: Ground.OTHER,
    Paper.CONTRACT: Ground.CONTRACT,
    Paper.IDENTITIES: Ground.OWNER,
    Paper.POWERS: Ground.OTHER,
    Paper.AGENT: Ground.OTHER,
    Paper.VALUATION: Ground.OTHER,
    Paper.CONSENT: Ground.CO_OWNERS,
}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """``files``: its scans, the infected among them."""

    paper: Paper
    state: PaperState
    files: tuple[Any, ...] = ()

    @property
    def is_settled(self) -> bool:
        return self.state == PaperState.THERE or (self.state == PaperState.NOT_NEEDED and self.paper in OPTIONAL_PAPERS)

    @property
    def is_scanned(self) -> bool:
        return any(file.scan != ScanState.INFECTED for file in self.files)


def lines(said: Mapping[str, str], files: Iterable[Any], *, shared: bool) -> list[PaperLine]:
    """``said``: what people say of each paper; what nobody says is missing. ``shared``: others own a right too, so that their consent is asked."""
    scans: dict[str, list[Any]] = {}
    for file in files:
        scans.setdefault(file.paper, []).append(file)
    asked = [paper for paper in Paper if shared or paper != Paper.CONSENT or paper in scans]
    return [_line(paper, said.get(paper, PaperState.MISSING), tuple(scans.get(paper, ()))) for paper in asked]


def _line(paper: Paper, said: str, files: tuple[Any, ...]) -> PaperLine:
    line = PaperLine(paper, PaperState(said), files)
    return PaperLine(paper, PaperState.THERE, files) if line.is_scanned else line
