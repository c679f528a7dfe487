from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilotage.core import signing
from pilotage.review.selection import decision

DIFFERENT, REFUSED = 1, 2


class Command(BaseCommand):
    help = (
        "Reckon a selection again from its decision file alone; no database is needed. Prints identical, or names the first "
        "difference and exits 1; a file that was tampered with, or is none of ours, is refused with exit 2."
        "\n\nExample: pilotage replay decision-5g-factory-directory-2023-1.zip"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", default="", help="the public key to trust instead of this installation's, 64 hexadecimal digits")

    def handle(self, *args: Any, file: Path, key: str, **options: Any) -> None:
        if key and not re.fullmatch(r"[0-9a-fA-F]{64}", key):
            raise CommandError("--key takes 64 hexadecimal digits, as `pilotage receipt key` prints them", returncode=REFUSED)
        try:
            archive = decision.opened(file.read_bytes(), key.lower() or signing.public_key())
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=REFUSED) from error
        except (decision.Untrusted, signing.KeyUnusable) as error:
            raise CommandError(f"{file}: {error}.", returncode=REFUSED) from error
        self._replay(archive)

    def _replay(self, archive: decision.Archive) -> None:
        said = archive.manifest
        self.stdout.write(f"signature and digests fit: {said['call']}, selection {said['selection']}, confirmed {said['confirmed_at']}")
        for name, (then, now) in decision.other_kernels(archive).items():
            self.stdout.write(f"note: reckoned with version {then} of {name}, now {now}")
        found = decision.replayed(archive)
        if found is not None:
            where = f"application {found.where}" if found.where else "the selection as a whole"
            told = f"{found.figure} was {_short(found.archived)}, now {_short(found.now)}"
            solver = archive.parts["solver.json"]["solver"]
            raise CommandError(f"different: {where}, {told} (archived with {solver})", returncode=DIFFERENT)
        self.stdout.write(f"identical: {len(archive.parts['rows.json'])} applications, every figure comes out the same")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
