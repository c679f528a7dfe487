"""An import of enterprises: upload, choose columns, check, run; a run that was killed goes on after its last chunk."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.audit.services import record, transition
from pilotage.core import bulk, clock
from pilotage.core.tables import Row, Unreadable, find_header, read_rows, sheet_names, text
from pilotage.core.verdict import Conflict
from pilotage.registry import mapping as columns
from pilotage.registry import rules, selectors
from pilotage.registry.enums import ImportState
from pilotage.registry.faults import Fault
from pilotage.registry.models import EnterpriseImport, ImportFault
from pilotage.registry.rowcheck import Draft, RowReader
from pilotage.registry.services.chunks import ChunkPlan, ChunkPlanner, store_faults, write

CHUNK = 1000
MAX_BYTES = 200 * 1024 * 1024
Progress = Callable[[EnterpriseImport], None]


def upload_import(
    *, actor: Any, file: File, file_name: str, sheet: str = "", source: str = "", is_fictional: bool = False
) -> EnterpriseImport:
    """Keep the file and read its head. Raises Refused, or Unreadable with what to do; then nothing is kept."""
    rules.can_import(actor).require()
    if file.size > MAX_BYTES:
        raise Unreadable(_("The file is larger than %(limit)d MB. Split it into several files.") % {"limit": MAX_BYTES >> 20})
    with _on_disk(file) as path:
        sheets = sheet_names(path)
        head = _head(path, sheet or None)
        file_digest = f"sha256:{_sha256(path)}"
    now = clock.now()
    batch = EnterpriseImport(
        file_name=Path(file_name).name[:255],
        file_digest=file_digest,
        sheets=sheets,
        sheet=sheet,
        source=source,
        is_fictional=is_fictional,
        created_by=actor,
        created_at=now,
        updated_at=now,
        **head,
    )
    file.seek(0)
    with transaction.atomic():
        batch.file.save(f"enterprises{Path(file_name).suffix.lower()[:10]}", file, save=False)
        batch.save()
        record(batch, "enterprise_import.upload", actor=actor)
    return batch


def choose_sheet(*, actor: Any, batch: EnterpriseImport, sheet: str) -> EnterpriseImport:
    """Read another sheet of the workbook; the columns are found anew."""
    _require_open(actor, batch)
    with path_of(batch) as path:
        head = _head(path, sheet)
    return _save(batch, sheet=sheet, **head)


def choose_columns(*, actor: Any, batch: EnterpriseImport, mapping: Mapping[str, int]) -> EnterpriseImport:
    """Say which column holds which fact; raises Invalid with what is missing."""
    _require_open(actor, batch)
    return _save(batch, mapping=columns.checked(mapping, len(batch.columns)))


def begin_check(*, actor: Any, batch: EnterpriseImport) -> EnterpriseImport:
    """Close the choice of columns; what is left to do may be done in the background."""
    columns.checked(batch.mapping, len(batch.columns))
    transition(batch, "check", actor=actor, changes=_zero())
    return batch


@bulk.small_cache()
@bulk.rare_collection()
def check_import(*, actor: Any, batch: EnterpriseImport, progress: Progress | None = None) -> EnterpriseImport:
    """The dry run: read every row, name every fault, write no enterprise. May be repeated until the run."""
    begin_check(actor=actor, batch=batch)
    _forget(batch)
    ImportFault.objects.filter(batch=batch).delete()
    try:
        for plan, rows in _plans(batch, after=0):
            with transaction.atomic():
                store_faults(batch, plan.faults)
                _count(batch, plan, total_rows=(batch.total_rows or 0) + len(rows), last_row=rows[-1].number)
            if progress:
                progress(batch)
    except Unreadable as error:
        transition(batch, "fail", actor=actor, changes={"message": str(error), "updated_at": clock.now()})
        raise
    transition(batch, "report", actor=actor, changes={"updated_at": clock.now()})
    return batch


def begin_run(*, actor: Any, batch: EnterpriseImport) -> EnterpriseImport:
    """Release the import for writing, for the first time or again after it stopped. Raises Conflict when it is not ready."""
    if batch.state in {ImportState.UPLOADED, ImportState.CHECKED}:
        columns.checked(batch.mapping, len(batch.columns))
        checked = {"last_row": batch.last_row} if batch.state == ImportState.CHECKED else {}
        transition(batch, "run", actor=actor, changes={**_zero(), **checked})
    elif batch.state == ImportState.FAILED:
        transition(batch, "resume", actor=actor, changes={"message": "", "updated_at": clock.now()})
    elif batch.state == ImportState.RUNNING:
        rules.can_run_import(actor, batch).require()
    else:
        raise Conflict(_("This import is not ready to run. Reload the page to see what has happened."))
    return batch


@bulk.small_cache()
@bulk.rare_collection()
def run_import(*, actor: Any, batch: EnterpriseImport, progress: Progress | None = None) -> EnterpriseImport:
    """Write the good rows and name the bad, 1,000 rows to a transaction. After a kill, called again, it goes on after the last chunk.

    The command line may run without a check before: every row is read and checked here in any case.

    Raises Conflict when another process is running the same import.
    """
    begin_run(actor=actor, batch=batch)
    _forget(batch)
    try:
        for rows in _chunks(batch, after=batch.position):
            _write_chunk(actor, batch, rows)
            if progress:
                progress(batch)
    except Unreadable as error:
        transition(batch, "fail", actor=actor, changes={"message": str(error), "updated_at": clock.now()})
        raise
    transition(batch, "finish", actor=actor, changes={"updated_at": clock.now()})
    return batch


def _write_chunk(actor: Any, batch: EnterpriseImport, rows: Sequence[Row], attempts: int = 3) -> None:
    """All of the chunk or nothing: enterprises, faults, counts, position and one audit event."""
    try:
        with transaction.atomic():
            _claim(batch, rows[-1].number)
            reader, planner = _tools(batch)
            plan, drafts = _plan(reader, planner, rows)
            write(plan)
            ImportFault.objects.filter(batch=batch, row__gt=batch.position, row__lte=rows[-1].number).delete()
            store_faults(batch, plan.faults)
            _count(batch, plan, position=rows[-1].number, total_rows=(batch.total_rows or 0) + len(rows))
            record(batch, "enterprise_import.chunk", actor=actor, extra=_summary(rows, drafts, plan))
    except IntegrityError:
        # somebody entered one of these enterprises between our look and our write: look again
        batch.refresh_from_db()
        _forget(batch)
        if attempts <= 1:
            raise
        _write_chunk(actor, batch, rows, attempts - 1)


def _claim(batch: EnterpriseImport, position: int) -> None:
    """Compare and set: of two processes running one import, the second stops here."""
    claimed = EnterpriseImport.objects.filter(pk=batch.pk, state=ImportState.RUNNING, position=batch.position).update(position=position)
    if not claimed:
        raise Conflict(_("Another process is running this import."))


def _summary(rows: Sequence[Row], drafts: Sequence[Draft], plan: ChunkPlan) -> dict[str, Any]:
    return {
        "first_row": rows[0].number,
        "last_row": rows[-1].number,
        "created": len(plan.created),
        "updated": len(plan.updated),
        "refused": plan.refused,
        "digest": digest(canonical([draft.canonical() for draft in drafts])),
    }


# --- reading ---------------------------------------------------------------------------------


def _plans(batch: EnterpriseImport, after: int) -> Iterator[tuple[ChunkPlan, Sequence[Row]]]:
    reader, planner = _tools(batch)
    for rows in _chunks(batch, after):
        yield _plan(reader, planner, rows)[0], rows


def _tools(batch: EnterpriseImport) -> tuple[RowReader, ChunkPlanner]:
    tools = getattr(batch, "_tools", None)
    if tools is None:
        territory = rules.import_territory(batch.created_by)
        reader = RowReader(batch.mapping, batch.columns, selectors.reference(), territory)
        tools = batch._tools = (reader, ChunkPlanner(batch, clock.now(), territory))  # type: ignore[attr-defined]
    return tools


def _forget(batch: EnterpriseImport) -> None:
    """A pass over the file starts with no row before its first."""
    batch.__dict__.pop("_tools", None)


def _plan(reader: RowReader, planner: ChunkPlanner, rows: Iterable[Row]) -> tuple[ChunkPlan, list[Draft]]:
    drafts: list[Draft] = []
    faults: list[Fault] = []
    refused = repeated = 0
    for row in rows:
        if reader.is_repeat(row):
            repeated += 1
            continue
        draft, found = reader.read(row)
        faults += found
        if draft is None:
            refused += 1
        else:
            drafts.append(draft)
    plan = planner.plan(drafts)
    plan.faults = sorted([*faults, *plan.faults], key=lambda fault: fault.row)
    plan.refused += refused
    plan.merged += repeated
    return plan, drafts


def _chunks(batch: EnterpriseImport, after: int) -> Iterator[list[Row]]:
    start = max(after, batch.header_row)
    with path_of(batch) as path:
        rows = (row for row in read_rows(path, sheet=batch.sheet or None) if row.number > start)
        while chunk := list(islice(rows, CHUNK)):
            yield chunk


def _head(path: Path, sheet: str | None) -> dict[str, Any]:
    rows = list(islice(read_rows(path, sheet=sheet), 40))
    header = find_header(rows, columns.recognise)
    if header is None:
        raise Unreadable(_("The file has no row with column heads. The first rows must name the columns."))
    heads = [text(value)[:100] for value in header.values]
    sample = [[row.text(index)[:80] for index in range(len(heads))] for row in rows if row.number > header.number][:5]
    return {"header_row": header.number, "columns": heads, "sample": sample, "mapping": columns.automatic(heads)}


@contextmanager
def path_of(batch: EnterpriseImport) -> Iterator[Path]:
    """The stored file as a local path; a copy where the storage is elsewhere."""
    try:
        with batch.file.open("rb") as file, _on_disk(file) as path:
            yield path
    except FileNotFoundError as error:
        raise Unreadable(_("The uploaded file is not there any more. Upload it again.")) from error


@contextmanager
def _on_disk(file: File) -> Iterator[Path]:
    local = getattr(file, "temporary_file_path", None)
    name = str(local()) if local else getattr(getattr(file, "file", None), "name", None) or getattr(file, "name", None)
    if isinstance(name, str) and Path(name).is_absolute() and Path(name).is_file():
        yield Path(name)
        return
    with tempfile.NamedTemporaryFile(suffix=".table") as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.flush()
        yield Path(copy.name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- small writes ----------------------------------------------------------------------------


def _require_open(actor: Any, batch: EnterpriseImport) -> None:
    rules.can_run_import(actor, batch).require()
    if batch.state not in {ImportState.UPLOADED, ImportState.CHECKED}:
        raise Conflict(_("This import is running or finished; its columns cannot be changed any more."))


def _save(batch: EnterpriseImport, **facts: Any) -> EnterpriseImport:
    for name, value in facts.items():
        setattr(batch, name, value)
    batch.updated_at = clock.now()
    _forget(batch)
    batch.save(update_fields=[*facts, "updated_at"])
    return batch


def _zero() -> dict[str, Any]:
    counts = ("created_count", "updated_count", "unchanged_count", "refused_count", "warning_count", "position", "last_row", "total_rows")
    return {**dict.fromkeys(counts, 0), "message": "", "updated_at": clock.now()}


def _count(batch: EnterpriseImport, plan: ChunkPlan, **facts: Any) -> None:
    """Add the chunk's counts to the import, in the database and on the object."""
    added = {
        "created_count": len(plan.created),
        "updated_count": len(plan.updated),
        "unchanged_count": plan.merged,
        "refused_count": plan.refused,
        "warning_count": sum(fault.is_warning for fault in plan.faults),
    }
    facts["updated_at"] = clock.now()
    EnterpriseImport.objects.filter(pk=batch.pk).update(**{name: F(name) + count for name, count in added.items()}, **facts)
    for name, count in added.items():
        setattr(batch, name, getattr(batch, name) + count)
    for name, value in facts.items():
        setattr(batch, name, value)
