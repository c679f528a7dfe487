"""200 people read the public site at once: what one of them waits for a page.

Reads a site that is already served (``pilotage serve --port N`` on two cores), each reader over a connection of his own, page after page
with a short rest between, half of them asking with the ``ETag`` they have. Prints one line:

    readers readers=200 seconds=20 requests=… p50_ms=… p99_ms=… max_ms=… not_modified=… failed=… load=…
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from dataclasses import dataclass, field

PAGES = ("/", "/directory/", "/notices/", "/cases/", "/news/", "/pages/about/", "/calls/", "/search/?q=5G", "/guidelines/")


@dataclass
class Read:
    times: list[float] = field(default_factory=list)
    not_modified: int = 0
    failed: int = 0


async def reader(number: int, port: int, until: float, rest: float, read: Read) -> None:
    dice, tags = random.Random(number), {}
    inward, outward = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(dice.random() * rest)
    try:
        while time.monotonic() < until:
            page = dice.choice(PAGES)
            tag = f"If-None-Match: {tags[page]}\r\n" if number % 2 and page in tags else ""
            began = time.monotonic()
            outward.write(f"GET {page} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n{tag}\r\n".encode())
            head = (await inward.readuntil(b"\r\n\r\n")).decode("latin-1")
            status = int(head.split(" ", 2)[1])
            headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in head.split("\r\n")[1:])}
            await inward.readexactly(int(headers.get("content-length", 0)) if status != 304 else 0)
            read.times.append(time.monotonic() - began)
            read.not_modified += status == 304
            read.failed += status not in {200, 304}
            tags[page] = headers.get("etag", "")
            await asyncio.sleep(rest * (0.5 + dice.random()))
    except (OSError, asyncio.IncompleteReadError):
        read.failed += 1
    finally:
        outward.close()


async def crowd(readers: int, port: int, seconds: float, rest: float) -> Read:
    read = Read()
    until = time.monotonic() + seconds
    await asyncio.gather(*(reader(number, port, until, rest, read) for number in range(readers)))
    return read


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--readers", type=int, default=200)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--rest", type=float, default=1.0, help="seconds between two pages of one reader")
    chosen = options.parse_args()
    asyncio.run(crowd(20, chosen.port, 3, 0.2))  # both processes have loaded their code before it begins
    read = asyncio.run(crowd(chosen.readers, chosen.port, chosen.seconds, chosen.rest))
    times = sorted(read.times)
    p50, p99 = times[len(times) // 2] * 1000, times[-(-len(times) * 99 // 100) - 1] * 1000
    told = f"requests={len(times)} p50_ms={p50:.0f} p99_ms={p99:.0f} max_ms={times[-1] * 1000:.0f}"
    rest = f"not_modified={read.not_modified} failed={read.failed} load={os.getloadavg()[0]:.1f}"
    print(f"readers readers={chosen.readers} seconds={chosen.seconds:.0f} {told} {rest}")


if __name__ == "__main__":
    main()
