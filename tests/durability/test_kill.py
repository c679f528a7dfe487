"""kill -9 in the middle of work: what was acknowledged is there, nothing is half made, the chain is whole."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from queue import Empty, Queue
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.durability.conftest import in_scene
from tests.e2e.server import Server

TYPISTS = 6
COMPLETE = 60


class Visitor:
    """One signed-in browser without the browser: a kept connection, a session, a CSRF token."""

    def __init__(self, server: Server, session: str):
        token = "durability0123456789durability01"
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.headers = {
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept-Language": "en",
        }

    def post(self, path: str, fields: dict[str, Any]) -> tuple[int, dict[str, str]]:
        self.connection.request("POST", quote(path, safe="/?=&"), urlencode(fields, doseq=True), self.headers)
        response = self.connection.getresponse()
        response.read()
        return response.status, {name.lower(): value for name, value in response.getheaders()}


class Work:
    """What people did and what the site told them it had kept."""

    def __init__(self, server: Server, scene: dict[str, Any], round_number: int):
        self.server, self.scene, self.round = server, scene, round_number
        self.sent: dict[str, str] = {}
        self.kept: dict[str, str] = {}
        self.saves = 0
        self.submitted: list[str] = []
        self.checked: list[str] = []
        self.unexpected: list[str] = []
        self.stop = threading.Event()
        self.gone = threading.Event()
        self.to_check: Queue[dict[str, Any]] = Queue()

    def run(self, job: Callable[..., None], *arguments: Any) -> threading.Thread:
        def guarded() -> None:
            try:
                job(*arguments)
            except (OSError, http.client.HTTPException) as error:
                if not self.gone.is_set():  # once it is killed, that is the experiment
                    self.unexpected.append(f"{job.__name__} {arguments}: {error!r}")

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        return thread

    def type_into(self, number: str) -> None:
        visitor, count = Visitor(self.server, self.scene["filer"]), 0
        version = self.scene["versions"][number]
        while not self.stop.is_set():
            count += 1
            title = f"5G工厂 {number} {self.round}-{count}"
            self.sent[number] = title
            status, headers = visitor.post(
                f"/my/{number}/", {"do": "autosave", "has": f"project_title:{version}:", "f.project_title": title}
            )
            told = json.loads(headers.get("hx-trigger", "{}")).get("pilotage:saved", {})
            if status != 200 or list(told.get("fields", ())) != ["project_title"]:
                self.unexpected.append(f"autosave of {number}: {status} {told}")
                return
            version = told["version"]
            self.kept[number] = title
            self.saves += 1

    def submit_all(self, rows: list[dict[str, Any]]) -> None:
        visitor = Visitor(self.server, self.scene["filer"])
        for row in rows:
            if self.stop.is_set():
                return
            status, headers = visitor.post(f"/my/{row['number']}/submit/", {"statement": "true"})
            if status != 302 or "receipt" not in headers.get("location", ""):
                self.unexpected.append(f"submission of {row['number']}: {status}")
                return
            self.submitted.append(row["number"])
            self.to_check.put(row)

    def check_all(self) -> None:
        visitor = Visitor(self.server, self.scene["officer"])
        while not self.stop.is_set():
            try:
                row = self.to_check.get(timeout=0.2)
            except Empty:
                continue
            path = f"/work/check/?call={self.scene['call']}"
            status, _headers = visitor.post(path, {"do": "check", "ids": row["id"], "opinion": "材料齐全"})
            if status != 302:
                self.unexpected.append(f"check of {row['number']}: {status}")
                return
            self.checked.append(row["number"])

    def until(self, saves: int, submitted: int, checked: int) -> None:
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and not self.unexpected:
            if self.saves >= saves and len(self.submitted) >= submitted and len(self.checked) >= checked:
                return
            time.sleep(0.02)
        raise AssertionError(
            f"too little was done: {self.saves} saves, {len(self.submitted)} submitted, {len(self.checked)} checked; {self.unexpected}"
        )


def assert_whole(row: dict[str, Any]) -> None:
    """State, columns, revision, opinion and audit events of one application tell the same story."""
    story = {"draft": (False, 0, 0, []), "submitted": (True, 1, 0, ["submit"]), "checked": (True, 1, 1, ["submit", "check"])}
    submitted, revisions, checks, verbs = story[row["state"]]
    moves = [event.removeprefix("application.") for event in row["events"] if event in {"application.submit", "application.check"}]

    assert (row["submitted"], row["revisions"], row["checks"], moves) == (submitted, revisions, checks, verbs)
    assert row["title"] == row["column"]


def test_acknowledged_work_survives_kill_9(installation: Server) -> None:
    scene = in_scene(installation, f"build({TYPISTS}, {COMPLETE})")
    submitted: list[str] = []
    checked: list[str] = []
    for round_number, killed_after in enumerate([(60, 6, 4), (40, 14, 10)]):
        before = in_scene(installation, "look()")
        scene["versions"] = {number: row["version"] for number, row in before.items()}
        installation.start()
        work = Work(installation, scene, round_number)
        waiting = [row for row in scene["complete"] if before[row["number"]]["state"] == "draft"]
        for row in scene["complete"]:
            if before[row["number"]]["state"] == "submitted":
                work.to_check.put(row)
        threads = [work.run(work.type_into, row["number"]) for row in scene["drafts"]]
        threads += [work.run(work.submit_all, waiting), work.run(work.check_all)]
        work.until(*killed_after)
        work.gone.set()
        installation.kill()
        work.stop.set()
        for thread in threads:
            thread.join(60)
        assert work.unexpected == []
        submitted += work.submitted
        checked += work.checked

        installation.start()
        after = in_scene(installation, "look()")

        for number, title in work.kept.items():
            assert after[number]["title"] in {title, work.sent[number]}, f"{number}: the site had said it kept {title}"
        assert {number for number in submitted if after[number]["state"] == "draft"} == set()
        assert {number for number in checked if after[number]["state"] != "checked"} == set()
        for row in after.values():
            assert_whole(row)
        assert "the audit chain" in installation.run("verify").stdout
        assert installation.stop() == 0


@pytest.mark.parametrize("rows", [6000])
def test_an_import_goes_on_after_kill_9(installation: Server, rows: int) -> None:
    import re
    import subprocess
    import sys
    import time
    from concurrent.futures import ThreadPoolExecutor

    from tests.durability.scene import credit_code
    from tests.e2e.server import ROOT

    installation.run("seed")
    path = installation.data_dir / "list.csv"
    lines = [f"苏州进口{n}号有限公司,{credit_code(100_000 + n)},江苏省,苏州市" for n in range(rows)]
    path.write_text("\n".join(["企业名称,统一社会信用代码,省份,城市", *lines]) + "\n", encoding="utf-8")
    position = (
        "from pilotage.registry.models import Enterprise, EnterpriseImport as I\n"
        "b = I.objects.get(); print(b.pk, b.state, b.position, Enterprise.objects.count())"
    )

    watching, started = installation.data_dir / "watching", installation.data_dir / "started"
    # the watcher kills by itself: on a fast machine the import would be over before it could say that it has seen it
    watch = (
        "import os, signal, time\nfrom pathlib import Path\nfrom pilotage.registry.models import EnterpriseImport\n"
        f"Path({str(watching)!r}).touch()\nstarted, end = Path({str(started)!r}), time.time() + 240\n"
        "while time.time() < end and not EnterpriseImport.objects.filter(position__gt=0).exists(): time.sleep(0.005)\n"
        "os.killpg(int(started.read_text()), signal.SIGKILL)\n"
    )
    with ThreadPoolExecutor() as pool:
        watcher = pool.submit(installation.shell, watch)  # up before the import, which is over in seconds
        while not watching.exists() and not watcher.done():
            time.sleep(0.05)
        importing = subprocess.Popen(
            [sys.executable, "-m", "pilotage", "import", "enterprises", str(path)],
            env=installation.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        started.write_text(str(importing.pid))
        watcher.result()
    importing.wait(20)
    pk, state, reached, written = installation.shell(position).split()

    assert (state, 0 < int(reached) <= rows + 1) == ("running", True), "the import was not killed while it wrote"
    # whole batches are committed with their position: neither more nor less than it says
    assert int(written) in {int(reached), int(reached) - 1}
    installation.run("import", "enterprises", "--resume", pk)

    _pk, state, _reached, written = installation.shell(position).split()
    assert (state, int(written)) == ("done", rows)
    assert re.search(r"audit chain of \d+ event", installation.run("verify").stdout)
