"""The people of the deadline storm: 3,000 pages that save by themselves, and those who submit; who uses how much of the machine.

They share the machine with the site they load, so they do as little as they can: one process, plain bytes over kept connections.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

TOKEN = "storm0123456789storm0123456789ab"
EVERY, PATIENCE, DRAIN = 20.0, 60.0, 60.0
QUIET = 0.1  # cores that other work may take of a machine called quiet
FIELD, SECTION = "overview", "project"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]


class Line(asyncio.Protocol):
    """One kept connection; as much of HTTP/1.1 as the site speaks, and no more work than that: it shares the machine with the site."""

    def __init__(self, port: int):
        self.port = port
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[Answer] | None = None
        self.held = b""

    async def ask(self, request: bytes) -> Answer:
        """Raises ``OSError`` or ``TimeoutError``; the line is new afterwards."""
        loop = asyncio.get_running_loop()
        if self.transport is None:  # hung up by the site while it rested
            await loop.create_connection(lambda: self, "127.0.0.1", self.port)
        assert self.transport is not None
        self.answer, self.held = loop.create_future(), b""
        limit = loop.call_later(PATIENCE, self.fail, TimeoutError())
        try:
            self.transport.write(request)
            return await self.answer
        except BaseException:
            self.hang_up()
            raise
        finally:
            limit.cancel()
            self.answer = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.fail(error if isinstance(error, OSError) else ConnectionError("the server hung up"))

    def fail(self, error: Exception) -> None:
        if self.answer and not self.answer.done():
            self.answer.set_exception(error)

    def data_received(self, data: bytes) -> None:
        self.held += data
        end = self.held.find(b"\r\n\r\n")
        if end < 0 or self.answer is None or self.answer.done():
            return
        lines = self.held[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines[1:])}
        if "content-length" not in headers:
            self.fail(ConnectionError("an answer without a length"))
        elif len(self.held) - end - 4 >= int(headers["content-length"]):
            if headers.get("connection", "").lower() == "close":
                self.hang_up()
            self.answer.set_result(Answer(int(lines[0].split()[1]), headers))

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()
        self.transport = None


@dataclass
class Person:
    pk: int
    number: str
    session: str
    text: str  # what the draft held at the beginning
    version: int = 0
    seen: str = ""  # what the page shows around the field, by name
    count: int = 0
    typed: str = ""  # the newest text, acknowledged or not
    typed_at: float = 0.0
    kept: list[str] = field(default_factory=list)  # every text the site said it had kept
    doubtful: list[str] = field(default_factory=list)  # sent, but no answer came
    submitted: bool = False

    @property
    def kept_text(self) -> str:
        return self.kept[-1] if self.kept else ""


class Storm:
    def __init__(self, port: int, people: list[dict[str, Any]], options: argparse.Namespace):
        self.port, self.options, self.dice = port, options, random.Random(2023)
        self.people = [Person(**each) for each in people]
        self.lines: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
        self.times: dict[str, list[float]] = defaultdict(list)
        self.answers: dict[str, Counter[str]] = defaultdict(Counter)
        self.saved_after: list[float] = []
        self.end = 0.0
        self.common = f"Host: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n"
        self.usage: dict[str, float] = {}

    async def blow(self) -> None:
        for _ in range(self.options.connections):
            self.lines.put_nowait(Line(self.port))
        for person in self.people[:4]:  # both processes have loaded their code before it begins
            await self.ask("warm", "GET", f"/my/{person.number}/", person)
        begin, seconds, before = time.monotonic(), self.options.minutes * 60, Usage.now()
        self.end = begin + seconds
        who = set(self.dice.sample(range(len(self.people)), min(self.options.submit, len(self.people))))
        when = {n: begin + seconds * (0.2 + 0.8 * self.dice.random()) for n in who}
        first = [begin + EVERY * self.dice.random() for _ in self.people]
        await asyncio.gather(*(self.live(person, first[n], when.get(n)) for n, person in enumerate(self.people)))
        self.usage = Usage.now().since(before)
        while not self.lines.empty():
            self.lines.get_nowait().hang_up()

    async def ask(self, kind: str, method: str, path: str, person: Person, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        """Status 0: no answer came."""
        wanted = time.monotonic()
        line = await self.lines.get()
        try:
            answer = await line.ask(self.request(method, path, person.session, fields, headers))
        except (OSError, TimeoutError) as error:
            self.answers[kind][type(error).__name__] += 1
            return Answer(0, {})
        finally:
            self.lines.put_nowait(line)
        self.answers[kind][str(answer.status)] += 1
        if answer.status in {200, 302}:
            self.times[kind].append(time.monotonic() - wanted)
        return answer

    def request(self, method: str, path: str, session: str, fields: dict[str, str] | None, headers: dict[str, str]) -> bytes:
        body = urlencode(fields or {}).encode()
        own = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        start = f"{method} {quote(path, safe='/?=&')} HTTP/1.1\r\n{self.common}Cookie: sessionid={session}; csrftoken={TOKEN}\r\n{own}"
        typed = f"X-CSRFToken: {TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n" if method == "POST" else ""
        return f"{start}{typed}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def live(self, person: Person, first: float, submits_at: float | None) -> None:
        """Type and save until the end, or until one's own submission; then see the last text safely up."""
        due, last = first, min(submits_at or self.end, self.end)
        while due < last:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += EVERY
            person.count += 1
            person.typed, person.typed_at = f"{person.text}第{person.count}稿", time.monotonic()
            self.answers["typed"]["texts"] += 1
            await self.save(person, min(due, last))
        if submits_at:
            await asyncio.sleep(max(0.0, submits_at - time.monotonic()))
            await self.submit(person)
        if not person.submitted:
            await self.save(person, self.end + DRAIN)

    async def save(self, person: Person, until: float) -> None:
        """The newest text, again and again while the site asks to wait, until it is kept or ``until`` is past."""
        while person.typed != person.kept_text:
            text = person.typed
            fields = {"do": "autosave", "seen": person.seen, "has": f"{FIELD}:{person.version}:", f"f.{FIELD}": text}
            headers = {"HX-Request": "true", "Pilotage-Autosave": "1"}
            answer = await self.ask("autosave", "POST", f"/my/{person.number}/?section={SECTION}", person, fields, **headers)
            told = json.loads(answer.headers.get("hx-trigger", "{}")).get("pilotage:saved", {})
            if FIELD in told.get("fields", {}):
                person.version, person.seen = told["version"], told["seen"]
                self.keep(person, text)
                return
            if answer.status != 503:
                person.doubtful.append(text)
                self.answers["autosave"][f"not_kept_{answer.status}"] += 1
            rest = float(answer.headers.get("retry-after", 4)) * self.dice.uniform(0.8, 1.2)
            if time.monotonic() + rest > until:
                return
            await asyncio.sleep(rest)

    def keep(self, person: Person, text: str) -> None:
        person.kept.append(text)
        self.saved_after.append(time.monotonic() - person.typed_at)

    async def submit(self, person: Person) -> None:
        if person.typed != person.kept_text:  # the button that leads to submission posts what still waits; no autosave, never shed
            fields = {"do": "check", "has": f"{FIELD}:{person.version}:", f"f.{FIELD}": person.typed}
            answer = await self.ask("form", "POST", f"/my/{person.number}/?section={SECTION}", person, fields)
            if answer.status != 302:
                person.doubtful.append(person.typed)
                return
            self.keep(person, person.typed)
        answer = await self.ask("submission", "POST", f"/my/{person.number}/submit/", person, {"statement": "true"})
        person.submitted = answer.status == 302 and "receipt" in answer.headers.get("location", "")
        if person.submitted:
            await self.ask("receipt", "GET", answer.headers["location"], person)

    # --- telling ----------------------------------------------------------------------------
    def report(self) -> None:
        for kind in ("autosave", "form", "submission", "receipt"):
            if not self.answers[kind]:
                continue
            found, times = self.answers[kind], sorted(self.times[kind])
            done, shed = len(times), found["503"] + found["429"]
            other = ",".join(f"{name}:{count}" for name, count in sorted(found.items()) if name not in {"200", "302", "503", "429"})
            self.line(
                "storm", kind=kind, wanted=self.answers["typed"]["texts"] if kind == "autosave" else sum(found.values()), done=done, shed=shed,
                other=other or 0, **spread(times, "ms", 1000),
            )  # fmt: skip
        self.line("storm_saved", texts=len(self.saved_after), **spread(sorted(self.saved_after), "s", 1))
        others = self.usage["others"]
        words = "busy_with_other_work" if others > QUIET else "quiet"
        load = f"{os.getloadavg()[0]:.1f}"
        self.line("storm_machine", **{name: f"{cores:.2f}" for name, cores in self.usage.items()}, load=load, was=words)

    def line(self, name: str, **values: Any) -> None:
        own = {"db": self.options.db, "applicants": self.options.applicants, "minutes": self.options.minutes}
        print(name, " ".join(f"{key}={value}" for key, value in (own | values).items()), flush=True)


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of processor time until now: of the whole machine, of the site with its database, of this process."""

    at: float
    machine: float
    site: float
    people: float

    @classmethod
    def now(cls) -> Usage:
        ticks = os.sysconf("SC_CLK_TCK")
        user, nice, system, _idle, _waiting, *further = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
        machine = (user + nice + system + sum(further)) / ticks
        return cls(time.monotonic(), machine, sum(descendants(os.getpid()).values()) / ticks, time.process_time())

    def since(self, before: Usage) -> dict[str, float]:
        """Cores used between the two."""
        seconds = self.at - before.at
        shares = {name: (getattr(self, name) - getattr(before, name)) / seconds for name in ("machine", "site", "people")}
        return shares | {"others": max(0.0, shares["machine"] - shares["site"] - shares["people"])}


def descendants(pid: int) -> dict[int, int]:
    """Ticks of processor time of every process started by ``pid`` or by one of those, and of those of them that have ended."""
    parents, ticks = {}, {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after = entry.read_text().rpartition(")")[2].split()
            parents[int(entry.parent.name)], ticks[int(entry.parent.name)] = int(after[1]), sum(map(int, after[11:15]))
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {child: ticks[child] for child in found - {pid}}


def spread(times: list[float], unit: str, factor: int) -> dict[str, str]:
    """Nearest rank; ``times`` is sorted."""
    if not times:
        return {f"{name}_{unit}": "–" for name in ("p50", "p99", "max")}
    ranks = {"p50": times[-(-len(times) * 50 // 100) - 1], "p99": times[-(-len(times) * 99 // 100) - 1], "max": times[-1]}
    return {f"{name}_{unit}": f"{value * factor:.{0 if factor > 1 else 1}f}" for name, value in ranks.items()}
