"""Whoever writes to one SQLite file waits for a turn: in the order of arrival, across processes, whatever dies meanwhile."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from pilotage.core import write_queue
from pilotage.core.queued_sqlite.base import DatabaseWrapper
from pilotage.core.write_queue import Busy, Place, standing_back

pytestmark = pytest.mark.skipif(not write_queue.IS_POSSIBLE, reason="this system has no open file description locks")
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0

# a process that says when it stands in the queue, writes its name when its turn comes, and ends
WRITER = """
import sys, time
from pathlib import Path
from pilotage.core import write_queue
queue, log, name, lane, holds = sys.argv[1:]
line_up = write_queue.Place._line_up
def told(place, file):
    arrival = line_up(place, file)
    print("waits", flush=True)
    return arrival
write_queue.Place._line_up = told
place = write_queue.Place(queue)
if lane == "second":
    with write_queue.standing_back(60.0):
        place.take(60.0)
else:
    place.take(60.0)
with Path(log).open("a") as file:
    file.write(name + "\\n")
print("writes", flush=True)
time.sleep(float(holds))
place.give_up()
"""


class Queue:
    def __init__(self, folder: Path):
        self.path, self.log = folder / "x.sqlite3-queue", folder / "order"
        self.processes: list[subprocess.Popen[str]] = []

    def enter(self, name: str, lane: str = "first", holds: float = 0.0, until: str = "waits") -> subprocess.Popen[str]:
        """Start a writer and come back when it stands in the queue (or has its turn)."""
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(self.path), str(self.log), name, lane, str(holds)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.processes.append(process)
        assert process.stdout
        while process.stdout.readline().strip() != until:
            assert process.poll() is None
        return process

    def order(self) -> list[str]:
        for process in self.processes:
            process.wait(PATIENCE)
        return self.log.read_text().split() if self.log.exists() else []


@pytest.fixture
def queue(tmp_path: Path) -> Any:
    queue = Queue(tmp_path)
    yield queue
    for process in queue.processes:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_processes_write_in_the_order_in_which_they_came(queue: Queue) -> None:
    holder = Place(queue.path)
    holder.take(1)
    for name in "abcd":
        queue.enter(name)
    holder.give_up()

    assert queue.order() == ["a", "b", "c", "d"]


def test_who_stands_back_writes_after_everybody_else_and_in_order_too(queue: Queue) -> None:
    holder = Place(queue.path)
    holder.take(1)
    for name, lane in (("save 1", "second"), ("submission 1", "first"), ("save 2", "second"), ("submission 2", "first")):
        queue.enter(name.replace(" ", "-"), lane)
    holder.give_up()

    assert queue.order() == ["submission-1", "submission-2", "save-1", "save-2"]


def test_threads_of_one_process_write_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    path, order = tmp_path / "queue", []
    holder = Place(path)
    holder.take(1)

    def write(name: int) -> None:
        place = Place(path)
        place.take(PATIENCE)
        order.append(name)
        place.close()

    threads = []
    for name in range(5):
        threads.append(threading.Thread(target=write, args=(name,)))
        threads[-1].start()
        wait_until(lambda count=name + 1: len(write_queue._waiting[str(path)]) == count)
    holder.give_up()
    for thread in threads:
        thread.join(PATIENCE)

    assert order == [0, 1, 2, 3, 4]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_killed_holder_and_a_killed_waiter_hold_nobody_up(queue: Queue) -> None:
    holder = queue.enter("holder", holds=600, until="writes")
    waiter = queue.enter("waiter")
    queue.enter("next")
    waiter.kill()
    waiter.wait()
    holder.kill()

    assert queue.order() == ["holder", "next"]


def test_nobody_waits_longer_than_told_and_leaves_no_place_behind(tmp_path: Path) -> None:
    holder, late, later = (Place(tmp_path / "queue") for _each in range(3))
    holder.take(1)

    with pytest.raises(Busy):
        late.take(0.01)
    with standing_back(0.01), pytest.raises(Busy):
        late.take(PATIENCE)
    holder.give_up()
    later.take(0)

    assert (late.has_turn, later.has_turn) == (False, True)


@pytest.fixture
def place(transactional_db: None) -> Callable[[], bool]:
    """Whether this connection has the turn."""
    if connection.vendor != "sqlite":
        pytest.skip("a queue of SQLite only")
    wrapper: Any = connections["default"]
    return lambda: bool(wrapper._place and wrapper._place.has_turn)


def test_the_outermost_transaction_takes_the_turn_and_gives_it_up(place: Callable[[], bool]) -> None:
    with transaction.atomic():
        assert place()
        with transaction.atomic():
            assert place()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert place()
    assert not place()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    assert not place()


def test_a_connection_that_is_closed_in_a_transaction_leaves_the_queue(place: Callable[[], bool]) -> None:
    other = Place(f"{connection.settings_dict['NAME']}-queue")
    with transaction.atomic():
        connection.close()
        other.take(PATIENCE)
        other.close()


def test_a_turn_that_does_not_come_is_told_and_nothing_is_begun(place: Callable[[], bool]) -> None:
    other = Place(f"{connection.settings_dict['NAME']}-queue")
    other.take(PATIENCE)

    with standing_back(0.01), pytest.raises(Busy), transaction.atomic():
        raise AssertionError("written without a turn")
    other.close()

    with transaction.atomic():
        assert place()


def test_a_database_in_memory_has_no_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wrapper = DatabaseWrapper({**connection.settings_dict, "NAME": ":memory:", "OPTIONS": {}}, "memory")
    wrapper._take_turn()

    assert (wrapper._place, list(tmp_path.iterdir())) == (None, [])
