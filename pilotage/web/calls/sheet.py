"""An application with its form, as the pages of the applicant and the dossier need it.

One :class:`Sheet` costs three queries (application loaded by the view, attachments, last year's data)
and answers everything else in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pilotage.calls import prefill, selectors, services, standing
from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.forms.definition import Change, FormDef, Judgement, SectionProgress, Violation
from pilotage.calls.forms.display import NOTHING, display
from pilotage.calls.forms.fields import COMPUTED, Field, Section
from pilotage.calls.models import Application, Attachment, Partner
from pilotage.calls.reports.forms import asks_in_part, form_for
from pilotage.calls.reports.periods import period_title
from pilotage.registry.models import Division, Industry
from pilotage.web.calls import posted
from pilotage.web.calls.fields import BoundField, Places


class Sheet:
    is_part = False

    def __init__(self, application: Application):
        self.application = application
        self.content: dict[str, Any] = application.version.content

    @property
    def row(self) -> Application | Partner:
        """Where the answers lie, with their versions and origins."""
        return self.application

    @property
    def edit_url(self) -> str:
        return reverse("calls:application-edit", args=[self.application.number])

    @property
    def uploads_url(self) -> str:
        return reverse("calls:upload-create", args=[self.application.number])

    def attach(self, actor: Any, field: str, upload: Any) -> services.AddedAttachment:
        return services.add_attachment(actor=actor, application=self.application, field=field, upload=upload)

    @property
    def workbook_url(self) -> str:
        return reverse("calls:workbook", args=[self.application.number])

    @property
    def wants_partners(self) -> bool:
        return bool(self.content.get("partners")) and not asks_in_part(self.application)

    @property
    def draft_key(self) -> str:
        """Under which name a browser keeps what was not saved yet."""
        return self.application.number

    def keep(self, actor: Any, values: Mapping[str, Any], base_version: int) -> services.SaveResult:
        return services.save_draft(actor=actor, application=self.application, values=values, base_version=base_version)

    def reload(self) -> Sheet:
        """The sheet as it stands in the database now."""
        names = ["data", "field_versions", "origins", "draft_version", "updated_at", "project_title", "state"]
        self.application.refresh_from_db(fields=names)
        return Sheet(self.application)

    def again(self) -> Sheet:
        """The sheet anew over the same row, after a service has shown on it what is kept. No query."""
        return type(self)(self.row)  # type: ignore[arg-type]

    @cached_property
    def form(self) -> FormDef:
        return form_for(self.application)

    @property
    def data(self) -> dict[str, Any]:
        return self.row.data

    @cached_property
    def attachments(self) -> list[Attachment]:
        return selectors.attachments_of(self.application)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        return Counter(attachment.field for attachment in self.attachments)

    @cached_property
    def registry(self) -> Mapping[str, str]:
        return selectors.registry_values(self.application.enterprise)

    @cached_property
    def judgement(self) -> Judgement:
        return self.form.judge(self.data, self.counts, self.registry)

    @cached_property
    def violations(self) -> list[Violation]:
        """Needs neither files nor register, so whoever shows only these reads neither."""
        return self.judgement.violations if "judgement" in self.__dict__ else self.form.violations(self.data)

    @cached_property
    def problems(self) -> dict[str, str]:
        foreign = standing.foreign_entries(self.form, self.data, self.row.enterprise)
        return self.judgement.problems | self.unconfirmed | foreign

    @cached_property
    def unconfirmed(self) -> dict[str, str]:
        return prefill.unconfirmed(self.form, self.data, self.row.origins)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """With what is computed from them at this moment."""
        return self.form.with_computed(self.data)

    @cached_property
    def notes(self) -> dict[str, tuple[str, bool]]:
        """What rules over several fields say at each: sentence, and whether it stands against submission."""
        found: dict[str, tuple[str, bool]] = {}
        for violation in sorted(self.violations, key=lambda each: not each.is_error):
            for key in violation.fields:
                found.setdefault(key, (violation.sentence, violation.is_error))
        return found

    @cached_property
    def ruled(self) -> set[str]:
        return {key for rule in self.form.rules for key in rule.fields}

    @property
    def warnings(self) -> list[str]:
        """Each broken rule that is only a warning, once."""
        return list(dict.fromkeys(each.sentence for each in self.violations if not each.is_error))

    @property
    def progress(self) -> list[SectionProgress]:
        return self.judgement.progress

    @property
    def done(self) -> int:
        return sum(section.done for section in self.progress)

    @property
    def required(self) -> int:
        return sum(section.required for section in self.progress)

    @property
    def percent(self) -> float:
        return round(100 * self.done / self.required, 1) if self.required else 100.0

    @cached_property
    def basis(self) -> Application | None:
        """The filing a renewal was prefilled from, None for a first filing."""
        application = self.application
        return selectors.basis_of(application.renews, before=application.pk) if application.renews else None

    @cached_property
    def last_year(self) -> Mapping[str, Any]:
        """What that filing held, statements apart: they are made anew each time."""
        if self.basis is None:
            return {}
        stated = {key for key, field in self.form.by_key.items() if field.type == "statement"}
        return {key: value for key, value in self.basis.data.items() if key not in stated}

    @cached_property
    def told_changes(self) -> list[ChangeWords]:
        """Against the revision that was returned, else against last year's filing."""
        if self.is_part:
            return []
        if self.application.state == ApplicationState.RETURNED:
            last = self.application.revisions.order_by("-number").first()
            return self.changes_since(last.data) if last else []
        return self.changes_since_last_year() if self.basis else []

    def navigation(self, everything: bool) -> list[dict[str, Any]]:
        lines = []
        for section, progress in zip(self.form.sections, self.progress, strict=True):
            wrong = [key for key in self.shown_problems(section, everything) if everything or self.data.get(key) not in (None, "", [], {})]
            lines.append({"section": section, "progress": progress, "problems": len(wrong), "is_unchanged": self.is_unchanged(section)})
        return lines

    def look(self, section: Section, errors: Mapping[str, str], everything: bool, *, asked: bool) -> str:
        """A short name for all that stands around the answers of a section: two looks of one name show the same.

        Whatever the partial ``saved`` of the form's template draws, time apart, has to be in here.
        """
        lines = self.navigation(everything)
        keys = [field.key for field in section.fields]
        drawn = [
            get_language(),
            [self.done, self.required, self.brought_in, asked],
            [(line["progress"].done, line["progress"].required, line["problems"], line["is_unchanged"]) for line in lines],
            list((self.shown_problems(section, everything) | dict(errors)).items()),
            [(key, *self.notes[key]) for key in keys if key in self.notes],
            sorted(self.judgement.state.hidden.intersection(keys)),
            [self.answers.get(field.key) for field in section.fields if field.type == COMPUTED or field.type == "table"],
            [(change.label, change.old, change.new) for change in self.told_changes],
        ]
        return posted.digest(drawn)

    def changes_since_last_year(self) -> list[ChangeWords]:
        stated = {key for key, field in self.form.by_key.items() if field.type == "statement"}
        return [change for change in self.changes_since(self.last_year) if change.key not in stated]

    @property
    def period(self) -> str:
        """What a report is about, in words; nothing for other filings."""
        return period_title(self.application.period)

    @property
    def follows_a_quarter(self) -> bool:
        return "Q" in self.application.period

    @cached_property
    def brought_in(self) -> int:
        """How many entries came from the register, the account or an earlier application, and still stand so."""
        asked = [field for key, field in self.form.by_key.items() if self.form.asks(key)]
        registry = sum(1 for field in asked if field.type == "registry" and self.registry.get(field.path))
        carried = sum(attachment.is_carried_over for attachment in self.attachments)
        return registry + carried + sum(self.is_brought(field.key) for field in asked)

    def is_brought(self, key: str) -> bool:
        """Whether an answer still stands as it was brought in."""
        value = self.data.get(key)
        if value in (None, "", [], {}):
            return False
        if key in self.last_year:
            return bool(self.last_year[key] == value)
        return prefill.is_brought(self.row.origins.get(key))

    def is_unchanged(self, section: Section) -> bool:
        """Of a yearly update: every answer of the section is last year's, and so are its files."""
        if self.application.kind != ApplicationKind.UPDATE or self.basis is None:
            return False
        typed = [field for field in section.fields if field.is_typed and field.type != "statement"]
        files = [field.key for field in section.fields if field.type == "attachment"]
        same = all(self.data.get(field.key) == self.last_year.get(field.key) for field in typed)
        return bool(typed or files) and same and all(each.is_carried_over for each in self.attachments if each.field in files)

    def to_confirm(self, section: Section) -> list[str]:
        """Brought-in answers of the section that nobody has confirmed yet."""
        origins = self.row.origins
        return [field.key for field in section.fields if self.is_brought(field.key) and not (origins.get(field.key) or {}).get("confirmed")]

    @cached_property
    def names(self) -> CodeNames:
        return CodeNames.of(self.form, [self.data, self.last_year])

    def words(self, field: Field, value: Any) -> str:
        return display(field, value, self.names.name)

    @property
    def shows_all_problems(self) -> bool:
        """A returned application was judged once already, so nothing is held back there."""
        return self.application.state == ApplicationState.RETURNED

    def shown_problems(self, section: Section, everything: bool) -> dict[str, str]:
        """Problems of a section that may be said: of fields saved at least once, or all after a check."""
        seen = self.row.field_versions
        return {
            field.key: self.problems[field.key]
            for field in section.fields
            if field.key in self.problems and (everything or self.shows_all_problems or field.key in seen)
        }

    def places(self) -> Places:
        sections = self.content.get("applicants", {}).get("industry_sections", [])
        return Places(self.application.enterprise.province_id or "", tuple(sections))

    def bind(
        self,
        section: Section,
        *,
        errors: Mapping[str, str],
        typed: Mapping[str, Any] | None = None,
        extra_rows: Mapping[str, int] | None = None,
        provinces: Mapping[str, str] | None = None,
    ) -> list[BoundField]:
        places, bound = self.places(), []
        hidden = self.judgement.state.hidden
        for field in section.fields:
            chosen = (provinces or {}).get(field.key)
            value = self.registry.get(field.path, "") if field.type == "registry" else self.answers.get(field.key)
            note, note_is_error = self.notes.get(field.key, ("", False))
            error = errors.get(field.key, "")
            bound.append(
                BoundField(
                    field,
                    value,
                    version=self.row.draft_version,
                    source=prefill.origin_words(self.row.origins.get(field.key)),
                    is_brought=self.is_brought(field.key),
                    is_unconfirmed=field.confirm and field.key in self.unconfirmed,
                    before=self.last_year.get(field.key),
                    last_words=self._last_words(field),
                    error="" if note_is_error and error == note else error,
                    note=note,
                    note_is_error=note_is_error,
                    is_ruled=field.key in self.ruled or bool(field.row_rules),
                    places=Places(chosen, places.sections) if chosen else places,
                    attachments=[a for a in self.attachments if a.field == field.key],
                    extra_rows=(extra_rows or {}).get(field.key, 0),
                    typed=(typed or {}).get(field.key),
                    hidden=field.key in hidden,
                    entries=standing.entry_numbers(self.row.enterprise, field.entry_of) if field.entry_of else (),
                    ask_province=bool(chosen),
                )
            )
        return bound

    def _last_words(self, field: Field) -> str:
        """Last year's answer in one line, where the field does not show it in a column of its own."""
        if field.type in {"before_after", "table", "scenarios"} or field.key not in self.last_year:
            return ""
        return Truncator(self.words(field, self.last_year[field.key])).chars(120)

    def changes_since(self, old: Mapping[str, Any]) -> list[ChangeWords]:
        return [words for change in self.form.diff(old, self.data) for words in in_words(self, change)]


@dataclass(frozen=True, slots=True)
class CodeNames:
    """Names of the industry and division codes that some answers hold: at most two queries."""

    industries: dict[str, str]
    divisions: dict[str, str]

    @classmethod
    def of(cls, form: FormDef, answers: list[Mapping[str, Any]]) -> CodeNames:
        codes: dict[str, set[str]] = {"industry": set(), "division": set()}
        for field in form.by_key.values():
            if field.type in codes:
                codes[field.type] |= {data[field.key] for data in answers if data.get(field.key)}
        industries = Industry.objects.filter(pk__in=codes["industry"]).order_by("code") if codes["industry"] else []
        divisions = Division.objects.filter(pk__in=codes["division"]).order_by("code") if codes["division"] else []
        return cls({i.code: f"{i.name}（{i.code}）" for i in industries}, {d.code: d.name for d in divisions})

    def name(self, kind: str, code: str) -> str:
        return (self.industries if kind == "industry" else self.divisions).get(code, code)


@dataclass(frozen=True, slots=True)
class ChangeWords:
    key: str
    section: str
    label: str
    old: str
    new: str


def in_words(sheet: Sheet, change: Change) -> list[ChangeWords]:
    """One line; an effect figure has one for each side that changed."""
    section = next((s.key for s in sheet.form.sections if change.field in s.fields), "")
    if change.field.type != "before_after":
        return [ChangeWords(change.key, section, change.field.label, *_sides(sheet, change))]
    old, new = change.old or {}, change.new or {}
    sides = {"before": _("%(field)s (before)"), "after": _("%(field)s (after)")}
    return [
        ChangeWords(change.key, section, label % {"field": change.field.label}, old.get(side) or NOTHING, new.get(side) or NOTHING)
        for side, label in sides.items()
        if old.get(side) != new.get(side)
    ]


def _sides(sheet: Sheet, change: Change) -> tuple[str, str]:
    field = change.field
    if field.type == "scenarios":
        return _scenario_sides(field, change.old or {}, change.new or {})
    if field.type == "table":
        return _table_words(field, change.old), _table_words(field, change.new)
    old, new = (Truncator(sheet.words(field, value)).chars(80) for value in (change.old, change.new))
    return old, new


def _scenario_sides(field: Field, old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, str]:
    def named(codes: list[str]) -> str:
        return display(field, dict.fromkeys(codes, ""))

    removed, added = [c for c in old if c not in new], [c for c in new if c not in old]
    reworded = [c for c in new if c in old and old[c] != new[c]]
    said = []
    if added:
        said.append(_("added: %(names)s") % {"names": named(added)})
    if reworded:
        said.append(_("reworded: %(names)s") % {"names": named(reworded)})
    return (named(removed) if removed else ""), "；".join(said) or NOTHING


def _table_words(field: Field, value: Any) -> str:
    lines = [" · ".join(display(column, row[column.key]) for column in field.columns if row.get(column.key)) for row in value or []]
    return Truncator("；".join(lines)).chars(160) or NOTHING
