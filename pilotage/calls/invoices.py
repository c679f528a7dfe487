"""Has this invoice been filed before, by anybody?

Data: files of the form fields marked ``invoice`` (compared by SHA-256 with every file of another application)
and table columns marked ``invoice_number`` (compared by number, ignoring spaces, case and full-width forms).
An application counts once it was submitted and as long as it is not withdrawn. A file that a renewal carried over,
and an invoice named again by a renewal of the same project, is no repetition.
Invariants: numbers of applications are only told to who may see these; everybody else learns that there is one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.calls import scope
from pilotage.calls.enums import ApplicationState
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.words import joined
from pilotage.calls.models import Application, Attachment, InvoiceLine
from pilotage.calls.selectors import attachments_of, form_of

_NAMED = 20  # one sentence names no more


@dataclass(frozen=True, slots=True)
class Repeat:
    """``what`` is a file's name or an invoice number, ``key`` its field; ``hidden`` counts the applications the reader may not see."""

    what: str
    key: str
    others: list[Application] = field(default_factory=list)
    hidden: int = 0

    @property
    def sentence(self) -> str:
        numbers = joined(other.number for other in self.others[:_NAMED])
        if not self.others:
            return _("“%(what)s”: this invoice was already filed under another project.") % {"what": self.what}
        if not self.hidden:
            return _("“%(what)s”: this invoice was already filed under %(numbers)s.") % {"what": self.what, "numbers": numbers}
        text = ngettext(
            "“%(what)s”: this invoice was already filed under %(numbers)s and under %(count)s project you may not see.",
            "“%(what)s”: this invoice was already filed under %(numbers)s and under %(count)s projects you may not see.",
            self.hidden,
        )
        return text % {"what": self.what, "numbers": numbers, "count": self.hidden}


def repeats(actor: Any, application: Application) -> list[Repeat]:
    """What stands in this application and was filed under another. At most five queries; none where the form asks for no invoices."""
    form = form_of(application.version)
    fields = {each.key for each in form.by_key.values() if each.invoice}
    files = [each for each in attachments_of(application) if each.field in fields] if fields else []
    numbers = list(dict.fromkeys(numbers_in(form, application.data)))
    if not files and not numbers:
        return []
    of_files = _by_file(files, application) if files else {}
    of_numbers = _by_number(numbers, application) if numbers else {}
    known = _visible(actor, [pk for pks in (*of_files.values(), *of_numbers.values()) for pk in pks])
    found = [_repeat(file.name, file.field, of_files.get(file.sha256, []), known) for file in files]
    found += [_repeat(number, key, of_numbers.get(number, []), known) for key, number in numbers]
    return [each for each in found if each.others or each.hidden]


def repeat_of(actor: Any, attachment: Attachment) -> Repeat | None:
    """The same for one file that was just added. Two queries."""
    keys = _by_file([attachment], attachment.application).get(attachment.sha256, [])
    found = _repeat(attachment.name, attachment.field, keys, _visible(actor, keys))
    return found if found.others or found.hidden else None


def numbers_in(form: FormDef, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field key, number) of every invoice number in the tables of a form's answers."""
    for each in form.by_key.values():
        columns = [column.key for column in each.columns if column.invoice_number]
        for row in (data.get(each.key) or []) if columns else []:
            for column in columns:
                number = plain(row.get(column))
                if number:
                    yield each.key, number


def plain(value: Any) -> str:
    """Full-width digits, spaces and case do not make another invoice of one."""
    text = unicodedata.normalize("NFKC", str(value or "")).upper()
    return "".join(character for character in text if not character.isspace())[:60]


def _filed_elsewhere(application: Application, prefix: str = "application__") -> Q:
    """Other projects: not this application, not its renewals, not what it renews."""
    origin = application.renews_id or application.pk
    same = Q(**{f"{prefix}pk__in": [application.pk, origin]}) | Q(**{f"{prefix}renews": origin})
    return Q(**{f"{prefix}submitted_at__isnull": False}) & ~Q(**{f"{prefix}state": ApplicationState.WITHDRAWN}) & ~same


def _by_file(files: Sequence[Attachment], application: Application) -> dict[str, list[int]]:
    own = {each.file.name for each in files}
    rows = (
        Attachment.objects.filter(_filed_elsewhere(application), sha256__in=[each.sha256 for each in files], removed_at__isnull=True)
        .exclude(file__in=own)
        .order_by("application_id")
        .values_list("sha256", "application_id")
    )
    return _grouped(rows)


def _by_number(numbers: Sequence[tuple[str, str]], application: Application) -> dict[str, list[int]]:
    rows = InvoiceLine.objects.filter(_filed_elsewhere(application), number__in=[number for _key, number in numbers])
    return _grouped(rows.order_by("application_id").values_list("number", "application_id"))


def _grouped(rows: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, pk in dict.fromkeys(rows):
        found.setdefault(key, []).append(pk)
    return found


def _visible(actor: Any, keys: Sequence[int]) -> dict[int, Application]:
    rows = Application.objects.filter(scope.visible(actor), pk__in=keys).select_related("enterprise").order_by("pk") if keys else []
    return {row.pk: row for row in rows}


def _repeat(what: str, key: str, keys: Sequence[int], known: Mapping[int, Application]) -> Repeat:
    others = [known[pk] for pk in keys if pk in known]
    return Repeat(what, key, others, len(keys) - len(others))
