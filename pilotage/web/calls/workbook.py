"""A form filled in offline: the workbook goes out, comes back, is shown change by change, and only then taken over."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.calls import rules, services, standing
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.filed import write_filed
from pilotage.calls.forms.offline import taking
from pilotage.calls.forms.ticket import Ticket, ticket_for
from pilotage.calls.forms.xlsx import MOST_BYTES, CellProblem, FormBook, read_book, write_form
from pilotage.calls.joint import rules as joint_rules
from pilotage.calls.joint import selectors as joint
from pilotage.core.filetypes import safe_name
from pilotage.core.tables import XLSX_TYPE
from pilotage.web.calls import context
from pilotage.web.calls.detail import visible_application
from pilotage.web.calls.mine import own_application
from pilotage.web.calls.papers import file_response
from pilotage.web.calls.parts import PartSheet, own_part
from pilotage.web.calls.sheet import CodeNames, Sheet, in_words

LANGUAGES = ("zh-hans", "en")
SALT = "calls.workbook"
SHOWN_FOR = 24 * 3600  # seconds for which a shown comparison may be taken over
PROBLEMS_SHOWN = 100


# --- out ------------------------------------------------------------------------------------
@contextmanager
def _in_the_asked_language(request: HttpRequest) -> Any:
    asked = request.GET.get("language", "")
    with translation.override(asked if asked in LANGUAGES else translation.get_language()):
        yield


@require_safe
def download(request: HttpRequest, number: str) -> HttpResponse:
    return _written(request, _sheet(request, number))


@require_safe
def part_download(request: HttpRequest, number: str) -> HttpResponse:
    return _written(request, _part_sheet(request, number))


def _written(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    with _in_the_asked_language(request):
        title = f"{sheet.application.call.title} {sheet.application.number}"
        asked = {key: field.entry_of for key, field in sheet.form.by_key.items() if field.entry_of}
        offered = {key: standing.entry_numbers(sheet.row.enterprise, directory) for key, directory in asked.items()}
        content = write_form(sheet.form, sheet.data, title=title, ticket=_ticket(sheet).text(), registry=sheet.registry, offered=offered)
    return file_response(f"form-{sheet.draft_key.replace('/', '-')}.xlsx", content, XLSX_TYPE)


@login_not_required
@require_safe
def blank(request: HttpRequest, slug: str) -> HttpResponse:
    """The form to prepare with, before the call opens or anybody has signed in."""
    call = get_object_or_404(context.calls_for(request).defer(None).select_related("current"), slug=slug)
    form = FormDef.parse(call.current.content["form"], call.current.content.get("codes", {}))
    with _in_the_asked_language(request):
        content = write_form(form, title=call.title, ticket=ticket_for(call.current, call.slug).text())
    return file_response(f"form-{call.slug}.xlsx", content, XLSX_TYPE)


@require_safe
def filed(request: HttpRequest, number: str, revision: int) -> HttpResponse:
    """What was filed, for reading and reckoning; for everybody who may read the filing itself."""
    application = visible_application(request, number)
    found = get_object_or_404(application.revisions.select_related("made_by"), number=revision)
    sheet = Sheet(application)
    part_form = joint.partner_form(application.version) if found.partners else None
    with _in_the_asked_language(request):
        names = CodeNames.of(sheet.form, [found.data, *(part["data"] for part in found.partners or [])])
        title = f"{application.call.title} {application.number}"
        content = write_filed(sheet.form, found, title=title, part_form=part_form, names=names.name)
    return file_response(f"filed-{number}-{revision}.xlsx", content, XLSX_TYPE)


# --- in -------------------------------------------------------------------------------------
@dataclass(slots=True)
class Shown:
    """What the page says of a workbook: its problems, or the changes it would make."""

    problems: list[CellProblem] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    token: str = ""
    file: str = ""
    is_changed_meanwhile: bool = False

    @property
    def clashes(self) -> int:
        return sum(line["clash"] for line in self.lines)


def _sheet(request: HttpRequest, number: str) -> Sheet:
    application = own_application(request, number)
    rules.can_edit(request.user, application).require()
    return Sheet(application)


def _part_sheet(request: HttpRequest, number: str) -> PartSheet:
    partner = own_part(request, number)
    joint_rules.can_edit_part(request.user, partner).require()
    return PartSheet(partner)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def workbook(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, _sheet(request, number))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part_workbook(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, _part_sheet(request, number))


def _page(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    shown, status = None, 200
    if request.method == "POST" and request.POST.get("do") == "take":
        answer = _take(request, sheet)
        if isinstance(answer, HttpResponse):
            return answer
        shown, status = answer, 409 if answer.clashes else 422
    elif request.method == "POST":
        shown = _show(request, sheet)
        status = 422 if shown.problems else 200
    values = {
        "application": sheet.application,
        "sheet": sheet,
        "is_part": sheet.is_part,
        "shown": shown,
        "problems": shown.problems[:PROBLEMS_SHOWN] if shown else [],
        "limit": MOST_BYTES >> 20,
    }
    return render(request, "calls/workbook.html", values, status=status)


def _ticket(sheet: Sheet) -> Ticket:
    application = sheet.application
    return ticket_for(application.version, application.call.slug, sheet.draft_key, sheet.row.draft_version)


def _show(request: HttpRequest, sheet: Sheet) -> Shown:
    upload = request.FILES.get("file")
    if upload is None:
        return Shown([CellProblem("", "", _("Choose the workbook first, then upload it."))])
    name = safe_name(upload.name or "") or "form.xlsx"
    if (upload.size or 0) > MOST_BYTES:
        said = _("The workbook has %(size)s MB; at most %(limit)s MB are accepted.")
        size = {"size": f"{(upload.size or 0) / 1024 / 1024:.1f}", "limit": MOST_BYTES >> 20}
        return Shown(
            [CellProblem("", "", said % size, _("Take pictures and other sheets out of it; files are added on the page."))], file=name
        )
    book, sha256 = _read(upload, sheet)
    if book.problems:
        return Shown(book.problems, file=name)
    ticket = book.ticket
    made_from = None if ticket is None or ticket.is_blank else joint.answers_at(sheet.row, ticket.draft)
    found = taking(sheet.form, book.data, sheet.data, made_from)
    source = {"file": name, "sha256": sha256}
    tried = services.take_book(
        actor=request.user, row=sheet.row, values=found.values, base_version=sheet.row.draft_version, source=source, only_try=True
    )
    if tried.errors:
        places = {key: book.places.get(key, ("", "")) for key in tried.errors}
        return Shown([CellProblem(*places[key], sentence, _correct()) for key, sentence in tried.errors.items()], file=name)
    return _compared(request, sheet.reload(), found.values, found.clashes, source)


def _correct() -> str:
    return _("Correct it in the workbook and upload it again.")


def _read(upload: UploadedFile, sheet: Sheet) -> tuple[FormBook, str]:
    sha256 = hashlib.sha256()
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        for chunk in upload.chunks():
            sha256.update(chunk)
            file.write(chunk)
        file.flush()
        return read_book(Path(file.name), sheet.form, _ticket(sheet)), sha256.hexdigest()


def _compared(
    request: HttpRequest, sheet: Sheet, values: Mapping[str, Any], clashes: frozenset[str], source: Mapping[str, str], ticked: Any = None
) -> Shown:
    """The changes line by line, against the draft as it is now; a clash is taken only when somebody ticks it."""
    changes = {change.key: change for change in sheet.form.diff(sheet.data, sheet.data | dict(values)) if change.key in values}
    last = (
        joint.last_changes(sheet.application, sorted(clashes), sheet.partner if isinstance(sheet, PartSheet) else None) if clashes else {}
    )
    wording = WordsOf(sheet, values)
    lines = [
        {
            "key": key,
            "label": change.field.label,
            "section": next((s.title for s in sheet.form.sections if change.field in s.fields), ""),
            "words": in_words(wording, change),
            "clash": key in clashes,
            "meanwhile": last.get(key),
            "ticked": key not in clashes if ticked is None else key in ticked and key not in clashes,
        }
        for key, change in changes.items()
    ]
    token = {"row": sheet.draft_key, "by": request.user.pk, "base": sheet.row.draft_version, "values": dict(values), **source}
    token["clashes"] = sorted(clashes)
    return Shown(lines=lines, token=signing.dumps(token, salt=SALT, compress=True), file=source["file"])


class WordsOf(Sheet):
    """The sheet with the names of codes that only the workbook holds."""

    def __init__(self, sheet: Sheet, values: Mapping[str, Any]):
        super().__init__(sheet.application)
        self.__dict__ |= {"form": sheet.form, "names": CodeNames.of(sheet.form, [sheet.data, values])}


def _take(request: HttpRequest, sheet: Sheet) -> HttpResponse | Shown:
    try:
        token = signing.loads(request.POST.get("token", ""), salt=SALT, max_age=SHOWN_FOR)
    except signing.BadSignature:
        token = {}
    if (token.get("row"), token.get("by")) != (sheet.draft_key, request.user.pk):
        return Shown([CellProblem("", "", _("This comparison is no longer valid."), _("Upload the workbook again."))])
    ticked = set(request.POST.getlist("take"))
    values = {key: value for key, value in token["values"].items() if key in ticked}
    if not values:
        messages.info(request, _("Nothing was taken over."))
        return redirect(sheet.edit_url)
    source = {name: token[name] for name in ("file", "sha256")}
    result = services.take_book(actor=request.user, row=sheet.row, values=values, base_version=token["base"], source=source)
    if result.errors:
        return Shown([CellProblem("", "", sentence, _correct()) for sentence in result.errors.values()], file=token["file"])
    if result.conflicts:
        shown = _compared(request, sheet.reload(), token["values"], frozenset(result.conflicts), source, ticked)
        shown.is_changed_meanwhile = True
        return shown
    count = len(result.saved)
    said = ngettext("%(count)s answer was taken over from the workbook.", "%(count)s answers were taken over from the workbook.", count)
    messages.success(request, said % {"count": count})
    return redirect(sheet.edit_url)
