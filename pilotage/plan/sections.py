"""Further parts of a plan folder, beside the plan, its calls and code lists: one folder of YAML files each.

A section is a folder, a schema of the same name, the key that names a file's content, and a check of
whether the file agrees with itself and with the plan. What its files mean is for the room that
registers the section's loader (see ``loading``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilotage.plan.positions import Document
from pilotage.plan.refs.book_styles import SUFFIXES, check_style, read_files
from pilotage.plan.refs.channels import check_channel
from pilotage.plan.refs.guidelines import check_guideline, read_chapters
from pilotage.plan.refs.pages import check_page, read_texts
from pilotage.plan.refs.statistics import check_data_set
from pilotage.plan.refs.work_reports import check_work_report

# (document, plan, codes): appends Problems; ``plan`` is None where plan.yaml itself could not be read
Check = Callable[[Document, Mapping[str, Any] | None, Mapping[str, list[dict[str, str]]]], None]


# (the plan's folder, document): puts what stands in other files into the document's data, or appends Problems
Accompany = Callable[[Path, Document], None]


@dataclass(frozen=True, slots=True)
class Section:
    """``key``: the line of a file that names it; each name once in the folder.

    ``accompany`` reads the files of ``suffix`` (or of several) that stand in a folder named as the file.
    """

    name: str
    key: str
    check: Check
    accompany: Accompany | None = None
    suffix: str | tuple[str, ...] = ""


SECTIONS = {
    section.name: section
    for section in (
        Section("statistics", "data_set", check_data_set),
        Section("reports", "report", check_work_report),
        Section("guidelines", "guideline", check_guideline, read_chapters, ".md"),
        Section("channels", "channel", check_channel),
        Section("books", "style", check_style, read_files, SUFFIXES),
        Section("pages", "page", check_page, read_texts, ".md"),
        Section("news", "page", check_page, read_texts, ".md"),
    )
}
