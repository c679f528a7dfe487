"""What the installation under test has sent: it stands in the year of a scene, so its mails are files."""

from __future__ import annotations

import email
import re
import time
from pathlib import Path

from tests.e2e.server import PATIENCE


def code_for(data_dir: Path, address: str) -> str:
    """The newest code sent to ``address``; waits for the worker that takes the outbox away."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for path in sorted((data_dir / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True):
            for text in reversed(path.read_bytes().split(b"-" * 79)):
                message = email.message_from_bytes(text.strip())
                body = bytes(message.get_payload(decode=True) or b"").decode()
                found = re.search(r"^\d{6}$", body, re.MULTILINE)
                if found and address in str(message["To"]):
                    return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no code was sent to {address}")
