# How long may this take, how far is it, and what took how long?
from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Progress = Callable[[str, float], None]


@dataclass(slots=True)
class Run:
    """Stages: candidates, flow, auction, certificate, repair, reasons. ``progress`` gets the stage and its share done."""

    seed: str = ""
    time_limit: float | None = None
    progress: Progress | None = None
    started: float = field(default_factory=time.perf_counter)
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def left(self) -> float:
        return float("inf") if self.time_limit is None else self.time_limit - (time.perf_counter() - self.started)

    def tell(self, stage: str, share: float) -> None:
        if self.progress:
            self.progress(stage, min(max(share, 0.0), 1.0))

    def tick(self, stage: str) -> Callable[[float], None]:
        return lambda share: self.tell(stage, share)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.tell(name, 0.0)
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - begun
        self.tell(name, 1.0)
