"""Asking a ClamAV daemon about a file, over its own socket (INSTREAM: the daemon needs no access to our folders)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings

BLOCK = 64 * 1024
PATIENCE_SECONDS = 30.0


class ScannerSilent(Exception):
    """The daemon cannot be reached or did not answer with a verdict; ``str()`` says what happened."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``signature`` is the name of what was found; blank: nothing."""

    signature: str = ""

    @property
    def is_clean(self) -> bool:
        return not self.signature


def is_configured() -> bool:
    return bool(settings.CLAMAV)


def scan(file: BinaryIO) -> Answer:
    """Send the file from its beginning and rewind it. Raises :class:`ScannerSilent`."""
    file.seek(0)
    try:
        with _connection() as daemon:
            daemon.sendall(b"zINSTREAM\0")
            while block := file.read(BLOCK):
                daemon.sendall(struct.pack("!I", len(block)) + block)
            daemon.sendall(struct.pack("!I", 0))
            return _judged(_line(daemon))
    except OSError as error:
        raise ScannerSilent(str(error)) from error
    finally:
        file.seek(0)


@contextmanager
def _connection() -> Iterator[socket.socket]:
    parts = urlsplit(settings.CLAMAV)
    if parts.scheme == "unix":
        with socket.socket(socket.AF_UNIX) as daemon:
            daemon.settimeout(PATIENCE_SECONDS)
            daemon.connect(parts.path)
            yield daemon
        return
    with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), timeout=PATIENCE_SECONDS) as daemon:
        yield daemon


def _line(daemon: socket.socket) -> str:
    answer = b""
    while not answer.endswith((b"\0", b"\n")) and (part := daemon.recv(4096)):
        answer += part
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _judged(line: str) -> Answer:
    """``stream: OK`` or ``stream: Eicar-Signature FOUND``; anything else is no verdict."""
    said = line.partition(": ")[2] or line
    if said == "OK":
        return Answer()
    if said.endswith(" FOUND"):
        return Answer(said.removesuffix(" FOUND"))
    raise ScannerSilent(line or "the daemon closed the connection without an answer")
