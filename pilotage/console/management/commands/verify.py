from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilotage.console import health
from pilotage.publications.certificates import checking, proof, selectors

_SAID = {
    checking.Result.IN_FORCE: "genuine and in force",
    checking.Result.GENUINE: "genuine; whether it is still in force is not known",
    checking.Result.REVOKED: "genuine, but replaced or revoked since",
    checking.Result.CHANGED: "changed after it was issued: the signature does not fit",
    checking.Result.UNKNOWN_KEY: "signed with a key that is none of those trusted",
    checking.Result.KEY_WITHDRAWN: "signed with a key that does not count any more",
    checking.Result.UNREADABLE: "no certificate as it was handed out",
}


class Command(BaseCommand):
    help = (
        "With a file: check a certificate, PDF or JSON; exit 1 unless it is genuine and not known to be revoked. With --keys no database\n"
        "and no network is asked. Without a file: check database, audit chain and attachments; exit 1 when something is wrong.\n\n"
        "Example: pilotage verify 5GF-2023-0001-C1.pdf --keys keys.json --status status-1.json"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="a certificate; without one the installation itself is checked")
        parser.add_argument(
            "--keys", type=Path, help="the platform's published keys (/certificates/keys.json), fetched once from a place you trust"
        )
        parser.add_argument(
            "--status", type=Path, action="append", default=[], help="a status list (/certificates/status/1/); may be given again"
        )

    def handle(self, *args: Any, file: Path | None, keys: Path | None, status: list[Path], **options: Any) -> None:
        if file is None:
            if keys or status:
                raise CommandError("--keys and --status are for the check of a file; name one")
            self._installation()
            return
        if status and not keys:
            raise CommandError("--status needs --keys: a list counts only with the keys it is signed with")
        self._certificate(file, _offline(file, keys, status) if keys else selectors.check(_bytes(file)))

    def _certificate(self, file: Path, answer: checking.Answer) -> None:
        sentence = f"{file}: {_SAID[answer.result]}"
        if not answer.is_good:
            raise CommandError(sentence + (f" ({answer.note})" if answer.note else ""))
        said = answer.credential["credentialSubject"]
        self.stdout.write(sentence + (f" (status of {answer.status_at})" if answer.status_at else f" ({answer.note})"))
        self.stdout.write(f"says: {json.dumps(said, ensure_ascii=False)}")
        if answer.result is checking.Result.GENUINE:
            self.stderr.write("give the status list with --status to learn whether it was revoked")

    def _installation(self) -> None:
        self.check()
        faults = 0
        for finding in health.findings():
            self.stdout.write(f"{finding.level:<7} {finding.text}")
            faults += finding.level is health.Level.FAULT
        if faults:
            raise CommandError(f"{faults} fault(s) found; they are listed above")


def _offline(file: Path, keys: Path, lists: list[Path]) -> checking.Answer:
    try:
        trusted = checking.keys_in(proof.read(_bytes(keys)))
        held = {str(found.get("id")): found for found in (proof.read(_bytes(each)) for each in lists)}
    except proof.Unreadable as error:
        raise CommandError(f"the keys or a status list cannot be used: {error}") from error
    return checking.check(_bytes(file), keys=trusted, listed=held.get)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
