"""The lines of the directory's list as HTML.

Made here and not in a template: a page has 20 to 50 of them, and as a template they were a quarter of its time.
What the source leaves out is a dash that says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pilotage.directory.enums import EntryState
from pilotage.directory.models import Entry
from pilotage.web.directory import words
from pilotage.web.templatetags.pilotage import state


def rows_html(entries: Iterable[Entry], *, several_editions: bool) -> SafeString:
    pattern = reverse("directory:entry", kwargs={"number": "NUMBER"})
    return SafeString("\n".join(_row(entry, pattern, several_editions) for entry in entries))


def _row(entry: Entry, pattern: str, several_editions: bool) -> str:
    number = words.short_number(entry)
    city = entry.prefecture if entry.prefecture and not entry.prefecture.is_pseudo else entry.province
    industry = escape(entry.industry.short) if entry.industry else _unknown(_("The source does not name the industry."))
    return (
        f'<tr><td class="secondary phone-hide">{number or _unknown(_("The source prints no number."))}</td>'
        f'<td class="name"><a href="{pattern.replace("NUMBER", entry.number)}">{escape(entry.title)}</a>{_marks(entry, several_editions)}'
        f'<span class="below">{_below(entry, number, several_editions)}</span></td>'
        f'<td>{escape(city.name) if city else "–"}<span class="below">{industry}</span></td>'
        f'<td class="num">{entry.scenario_count or "–"}</td></tr>'
    )


def _unknown(why: str) -> str:
    return f'<span title="{escape(why)}">–</span>'


def _marks(entry: Entry, several_editions: bool) -> str:
    marks = f' <span class="tag">{escape(entry.get_label_display())}</span>' if entry.label else ""
    if entry.state != EntryState.LISTED:
        marks += f" {state('entry', entry.state)}"
    if several_editions and entry.is_fictional:
        marks += f' <span class="tag tag-outline">{escape(_("fictional"))}</span>'
    return marks


def _below(entry: Entry, number: str, several_editions: bool) -> str:
    """The number on a phone, the enterprise, and the year where editions are mixed."""
    parts = f'<span class="phone-inline">{number} · </span>' if number else ""
    if not entry.project_title:
        parts += f'<span title="{escape(_("The source does not name the project."))}">{escape(_("Project –"))}</span>'
    elif not entry.enterprise_name:
        parts += f'<span title="{escape(_("The source does not name the enterprise."))}">{escape(_("Enterprise –"))}</span>'
    else:
        parts += escape(entry.enterprise_name)
    return parts + (f" · {entry.edition.year}" if several_editions else "")
