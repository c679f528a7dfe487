from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilotage.core.signing import KeyUnusable
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory.enums import EditionState
from pilotage.directory.models import Edition
from pilotage.publications.certificates import selectors, services
from pilotage.publications.certificates.models import CertificateKey


class Command(BaseCommand):
    help = "Change the keys that certificates are signed with, or issue what is missing.\n\nExample: pilotage certificates rotate --reason 'yearly change'"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        verbs.add_parser("keys", help="print the published keys (a DID document), to be kept by whoever checks offline")
        rotate = verbs.add_parser("rotate", help="sign with a new key from now on; what the old one signed stays valid")
        rotate.add_argument("--reason", required=True)
        withdraw = verbs.add_parser(
            "withdraw-key", help="somebody else may hold the key: nothing it signed counts; issue anew what is in force"
        )
        withdraw.add_argument("number", type=int, help="the number of the key, as `keys` prints it")
        withdraw.add_argument("--reason", required=True)
        verbs.add_parser("issue-missing", help="issue certificates for published entries that hold none")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        acts = {"keys": self._keys, "rotate": self._rotate, "withdraw-key": self._withdraw, "issue-missing": self._issue}
        try:
            acts[what](**options)
        except (Refused, Conflict, Invalid, KeyUnusable) as error:
            raise CommandError(str(error)) from error

    def _keys(self, **options: Any) -> None:
        self.stdout.write(json.dumps(selectors.did_document(), indent=1))

    def _rotate(self, *, reason: str, **options: Any) -> None:
        key = services.rotate(actor=None, reason=reason)
        self.stdout.write(f"{key.method} signs from now on: {key.public_key}")

    def _withdraw(self, *, number: int, reason: str, **options: Any) -> None:
        key = CertificateKey.objects.filter(number=number).first()
        if key is None:
            raise CommandError(f"there is no key {number}")
        made = services.withdraw_key(actor=None, key=key, reason=reason)
        self.stdout.write(f"{key.method} does not count any more; {len(made)} certificate(s) issued anew")

    def _issue(self, **options: Any) -> None:
        for edition in Edition.objects.filter(state=EditionState.PUBLISHED, is_complete=True).select_related("directory", "call"):
            self.stdout.write(f"{edition}: {len(services.issue_missing(actor=None, edition=edition))} certificate(s) issued")
