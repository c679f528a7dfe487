from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from pilotage.calls.papers import receipts
from pilotage.core import signing


class Command(BaseCommand):
    help = (
        "Check a receipt that somebody shows, or print the public key.\n\nExample: pilotage receipt verify receipt-5GF-2023-苏-0001-1.pdf"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        verify = verbs.add_parser("verify", help="check signature and record of a receipt, JSON or PDF; exit 1 when either does not fit")
        verify.add_argument("file", type=Path)
        verify.add_argument("--key", default="", help="a public key to trust instead of this installation's, 64 hexadecimal digits")
        verbs.add_parser("key", help="print this installation's public key, to be published and kept elsewhere")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        try:
            if what == "key":
                self.stdout.write(signing.public_key())
            else:
                self._verify(**options)
        except signing.KeyUnusable as error:
            raise CommandError(str(error)) from error

    def _verify(self, *, file: Path, key: str, **options: Any) -> None:
        if key and not re.fullmatch(r"[0-9a-fA-F]{64}", key):
            raise CommandError("--key takes 64 hexadecimal digits, as `pilotage receipt key` prints them")
        try:
            with override("en"):
                checked = receipts.check(file.read_bytes(), trusted=key.lower())
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except receipts.NotAReceipt as error:
            raise CommandError(f"{file}: {error}") from error
        said = checked.said
        if not checked.is_signed:
            raise CommandError(f"{file}: the signature does not fit: the content was changed, or another key signed it.")
        self.stdout.write(f"signature fits: {said['application']} version {said['revision']}, filed {said['filed_at']}, {said['digest']}")
        if checked.record:
            if key and not checked.is_recorded:
                self.stdout.write(f"record: {checked.record}")
                return
            raise CommandError(f"{file}: signed, but {checked.record}")
        self.stdout.write("record fits: the platform holds the same receipt.")
