"""Is this folder a plan, and if not, what is wrong where?

Data: ``plan.yaml``, ``calls/*.yaml``, ``codes/*.csv`` and the further sections (``sections``) become one plain content tree,
``{"plan": …, "calls": {slug: …}, "codes": {name: [row, …]}, "statistics": {name: …}}``, with a digest over its canonical form.
Algorithm: every file is read with positions, then held against its schema, then against the others;
a file that failed an earlier step is left out of the later ones, so one fault is not reported twice.
Invariants: ``PlanFolder`` exists only when there is no Problem; equal content has an equal digest,
whatever the order of keys, comments or files.
Refuses: files that belong to no part of a plan folder, and links that lead out of it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document, Problem, parse, read_text
from pilotage.plan.refs.book_styles import check_styles
from pilotage.plan.refs.calls import check_call
from pilotage.plan.refs.forms import check_form
from pilotage.plan.refs.partners import check_joint
from pilotage.plan.refs.plan import check_plan, measure_codes
from pilotage.plan.refs.statistics import check_counted
from pilotage.plan.schema import did_you_mean, validate, validator
from pilotage.plan.sections import SECTIONS, Section

FOLDERS = {"calls": ".yaml", "codes": ".csv", **dict.fromkeys(SECTIONS, ".yaml")}
BESIDE = {
    section.name: (section.suffix,) if isinstance(section.suffix, str) else section.suffix
    for section in SECTIONS.values()
    if section.accompany
}
PARTS = (
    "plan.yaml",
    "README.md",
    *(f"{folder}/*{suffix}" for folder, suffix in FOLDERS.items()),
    *(f"{folder}/*/*{suffix}" for folder, suffixes in BESIDE.items() for suffix in suffixes),
)


@dataclass(frozen=True)
class PlanFolder:
    plan: dict[str, Any]
    calls: dict[str, dict[str, Any]]
    codes: dict[str, list[dict[str, str]]]
    further: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # section -> name of the file's content -> content

    @property
    def slug(self) -> str:
        return str(self.plan["plan"])

    @property
    def content(self) -> dict[str, Any]:
        return {"plan": self.plan, "calls": self.calls, "codes": self.codes, **self.further}

    @cached_property
    def digest(self) -> str:
        canonical = json.dumps(self.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()

    def section_docs(self, name: str) -> list[dict[str, Any]]:
        """The files of a section as its loader gets them: each with the code lists beside it."""
        docs = self.calls if name == "calls" else self.further.get(name, {})
        return [{**doc, "codes": self.codes} for doc in docs.values()]


@dataclass(slots=True)
class Checked:
    """``folder`` is None unless ``problems`` is empty."""

    folder: PlanFolder | None = None
    problems: list[Problem] = field(default_factory=list)


def check(path: Path, *, indicators: Collection[str] | None = None) -> Checked:
    """Read and check the folder at ``path``. ``indicators``: names that may be counted; None leaves them unchecked."""
    if not path.is_dir():
        return Checked(problems=[Problem(str(path), 1, 1, _("There is no such folder."), _("a folder with a plan.yaml"))])
    problems = _stray_files(path)
    codes = _read_codes(path, problems)
    plan = _read_yaml(path, "plan.yaml", "plan", problems)
    measures: list[str] | None = None
    if plan is not None and not plan.problems:
        check_plan(plan, indicators)
        measures = measure_codes(plan.data)
    calls = [doc for name in _names(path, "calls", ".yaml") if (doc := _read_yaml(path, name, "call", problems)) is not None]
    _check_calls(calls, measures, codes)
    further = {section.name: _read_section(path, section, plan, codes, problems) for section in SECTIONS.values()}
    if plan is not None and not plan.problems:
        check_counted(plan, further["statistics"])
    check_styles(further["books"])
    documents = [*([plan] if plan is not None else []), *calls, *(doc for docs in further.values() for doc in docs)]
    problems += [problem for document in documents for problem in document.problems]
    if problems or plan is None:
        return Checked(problems=sorted(set(problems)))
    sections = {name: {doc.data[SECTIONS[name].key]: doc.data for doc in docs} for name, docs in further.items() if docs}
    return Checked(PlanFolder(plan.data, {doc.data["call"]: doc.data for doc in calls}, codes, sections))


def _read_section(
    path: Path, section: Section, plan: Document | None, codes: dict[str, list[dict[str, str]]], problems: list[Problem]
) -> list[Document]:
    documents = [doc for name in _names(path, section.name, ".yaml") if (doc := _read_yaml(path, name, section.name, problems)) is not None]
    names: dict[str, str] = {}
    for document in documents:
        if document.problems:
            continue
        name = document.data[section.key]
        if name in names:
            document.fault(
                (section.key,), _("“%(name)s” is in %(file)s already.") % {"name": name, "file": names[name]}, _("a name of its own")
            )
        names.setdefault(name, document.file)
        section.check(document, plan.data if plan is not None and not plan.problems else None, codes)
        if section.accompany:
            section.accompany(path, document)
    return documents


def _check_calls(calls: list[Document], measures: list[str] | None, codes: dict[str, list[dict[str, str]]]) -> None:
    slugs: dict[str, str] = {}
    for document in calls:
        if document.problems:
            continue
        slug = document.data["call"]
        if slug in slugs:
            document.fault(
                ("call",), _("The call “%(slug)s” is in %(file)s already.") % {"slug": slug, "file": slugs[slug]}, _("a name of its own")
            )
        slugs.setdefault(slug, document.file)
        # without a readable plan the measures named here cannot be looked up: what is named counts as known
        named = document.data["measure"]
        known_measures = measures if measures is not None else ([named] if isinstance(named, str) else named)
        check_call(document, known_measures, codes)
        check_form(document, codes)
        check_joint(document)


def _names(path: Path, part: str, suffix: str) -> list[str]:
    return sorted(f"{part}/{found.name}" for found in (path / part).glob(f"*{suffix}") if not found.name.startswith("."))


def _stray_files(path: Path) -> list[Problem]:
    problems = []
    root = path.resolve()
    for found in sorted(path.rglob("*")):
        name = found.relative_to(path).as_posix()
        if found.is_symlink() and not found.resolve().is_relative_to(root):
            problems.append(Problem(name, 1, 1, _("A link leads out of the folder."), _("a file of its own")))
        elif found.is_file() and not found.name.startswith(".") and not _belongs(name):
            near = did_you_mean(name, ["plan.yaml", "README.md"]) or (f"{name[:-4]}.yaml" if name.endswith(".yml") else "")
            message = (
                _("This file is no part of a plan folder; did you mean “%(near)s”?") % {"near": near}
                if near
                else _("This file is no part of a plan folder.")
            )
            problems.append(Problem(name, 1, 1, message, ", ".join(PARTS)))
    return problems


def _belongs(name: str) -> bool:
    parts = name.split("/")
    if len(parts) == 1:
        return name in {"plan.yaml", "README.md"}
    if len(parts) == 3:
        return name.endswith(BESIDE.get(parts[0], "\0"))
    return len(parts) == 2 and name.endswith(FOLDERS.get(parts[0], "\0"))


def _read_yaml(path: Path, name: str, schema: str, problems: list[Problem]) -> Document | None:
    file = path / name
    if not file.is_file():
        problems.append(Problem(name, 1, 1, _("The file is missing."), _("a file %(name)s in the folder") % {"name": name}))
        return None
    text, faults = read_text(file, name)
    if text is None:
        problems.extend(faults)
        return None
    document = parse(text, name)
    if document.data is not None and not document.problems:
        validate(document, schema)
    return document


def _read_codes(path: Path, problems: list[Problem]) -> dict[str, list[dict[str, str]]]:
    codes: dict[str, list[dict[str, str]]] = {}
    for name in _names(path, "codes", ".csv"):
        text, faults = read_text(path / name, name)
        problems.extend(faults)
        codes[Path(name).stem] = _rows(text, name, problems) if text is not None else []
    return codes


def _rows(text: str, file: str, problems: list[Problem]) -> list[dict[str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, str]] = []
    try:
        head = [name.strip() for name in next(reader, [])]
        for missing in [name for name in ("code", "zh") if name not in head]:
            problems.append(Problem(file, 1, 1, _("The column “%(name)s” is missing.") % {"name": missing}, "code,zh,en,source"))
        if "code" not in head or "zh" not in head:
            return rows
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                _add_row(rows, head, cells, file, line, problems)
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            Problem(
                file, reader.line_num, 1, _("Not readable as CSV: %(why)s") % {"why": error}, _("comma-separated values, quotes closed")
            )
        )
    return rows


def _add_row(rows: list[dict[str, str]], head: list[str], cells: list[str], file: str, line: int, problems: list[Problem]) -> None:
    if len(cells) != len(head):
        message = _("The row has %(count)d cells.") % {"count": len(cells)}
        problems.append(Problem(file, line, 1, message, _("%(count)d cells") % {"count": len(head)}))
        return
    row = dict(zip(head, (cell.strip() for cell in cells), strict=True))
    if any(row["code"] == other["code"] for other in rows):
        problems.append(
            Problem(
                file, line, head.index("code") + 1, _("The code “%(code)s” is given already.") % {"code": row["code"]}, _("each code once")
            )
        )
    document = Document(file, {key: value for key, value in row.items() if value or key in {"code", "zh"}})
    document.values = {(name,): (line, index + 1) for index, name in enumerate(head)} | {(): (line, 1)}
    if next(validator("codes").iter_errors(document.data), None):
        validate(document, "codes")
    problems.extend(document.problems)
    rows.append(row)
