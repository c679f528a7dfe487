"""Writing a case: its draft, versions and approvals, and its way to the public and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record, transition
from pilotage.calls.models import Application
from pilotage.calls.services.merging import FieldConflict, SaveResult
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory.models import Entry
from pilotage.publications.cases import content, publishing, rules, transitions, versions
from pilotage.publications.cases.enums import CaseState, Side
from pilotage.publications.cases.models import CaseApproval, CaseComment, CaseStudy, CaseVersion
from pilotage.publications.cases.prefill import codes_of, draft


def locked(case: CaseStudy) -> CaseStudy:
    """The row as it is now, held until the transaction ends."""
    return CaseStudy.objects.select_for_update(of=("self",)).select_related("application__call", "enterprise", "published").get(pk=case.pk)


def carry_back(case: CaseStudy, fresh: CaseStudy) -> None:
    """Let the caller's object show what was written."""
    for name in _SHOWN:
        setattr(case, name, getattr(fresh, name))


_SHOWN = (
    "data", "field_versions", "draft_version", "updated_at", "title_zh", "title_en", "key_industry", "state", "published_at", "unpublished_at",
)  # fmt: skip


def start_case(*, actor: Any, application: Application) -> CaseStudy:
    """A draft written from what was filed. The one begun before, where there is one."""
    rules.can_start(actor, application).require()
    begun = CaseStudy.objects.filter(application=application).exclude(state=CaseState.DISCARDED).first()
    if begun:
        return begun
    entry = Entry.objects.filter(application=application).first()
    form = application.version.content
    now = clock.now()
    data = draft(form, application.data, application.project_title)
    case = CaseStudy(
        application=application,
        entry=entry,
        enterprise=application.enterprise,
        enterprise_name=application.enterprise.name_zh,
        industry_id=application.industry_id,
        province_id=application.province_id,
        prefecture_id=application.prefecture_id,
        data=data,
        field_versions=dict.fromkeys(data, 0),
        codes=codes_of(form),
        title_zh=data.get("title_zh", application.number),
        key_industry=data.get("key_industry", ""),
        created_by=actor,
        created_at=now,
        updated_at=now,
        is_fictional=entry.is_fictional if entry else application.enterprise.is_fictional,
    )
    try:
        with transaction.atomic():
            case.number = _next_number(now.year)
            case.save(force_insert=True)
            record(case, "publications.case_study.start", actor=actor, extra={"application": application.number})
    except IntegrityError:
        raise Conflict(_("Somebody else began a case at the same moment. Try again.")) from None
    return case


def _next_number(year: int) -> str:
    prefix = f"CASE-{year}-"
    last = CaseStudy.objects.filter(number__startswith=prefix).order_by("-number").values_list("number", flat=True).first()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


def save_draft(*, actor: Any, case: CaseStudy, values: Mapping[str, Any], base_version: int) -> SaveResult:
    """Merge ``values`` into the draft. What somebody else changed after ``base_version`` is not overwritten but told as a conflict."""
    with transaction.atomic():
        fresh = locked(case)
        rules.can_write(actor, fresh).require()
        cleaned, errors = _cleaned(fresh, values)
        conflicts = {
            key: FieldConflict(value, fresh.data.get(key))
            for key, value in cleaned.items()
            if fresh.field_versions.get(key, 0) > base_version and fresh.data.get(key) != value
        }
        accepted = {key: value for key, value in cleaned.items() if key not in conflicts}
        changed = {key: value for key, value in accepted.items() if fresh.data.get(key) != value}
        theirs = {
            key: fresh.data.get(key) for key, version in fresh.field_versions.items() if version > base_version and key not in cleaned
        }
        if changed:
            _write(fresh, changed)
            record(fresh, "publications.case_study.save_draft", actor=actor, extra={"fields": sorted(changed)})
    carry_back(case, fresh)
    return SaveResult(fresh.draft_version, list(accepted), conflicts, errors, theirs)


def _cleaned(case: CaseStudy, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    cleaned: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, raw in values.items():
        try:
            cleaned[key] = content.clean(key, raw, case.codes)
        except Invalid as error:
            errors |= error.errors
    new = sum(key.startswith(content.EFFECT) and value is not None for key, value in {**case.data, **cleaned}.items())
    if new > content.MOST_EFFECTS:
        over = {key for key in cleaned if key.startswith(content.EFFECT) and key not in case.data}
        errors |= dict.fromkeys(over, _("At most %(most)d figures.") % {"most": content.MOST_EFFECTS})
        cleaned = {key: value for key, value in cleaned.items() if key not in over}
    return cleaned, errors


def _write(case: CaseStudy, changed: Mapping[str, Any]) -> None:
    case.data = {key: value for key, value in {**case.data, **changed}.items() if value is not None}
    case.draft_version += 1
    case.field_versions = case.field_versions | dict.fromkeys(changed, case.draft_version)
    case.updated_at = clock.now()
    names = ["data", "draft_version", "field_versions", "updated_at"]
    if case.state not in publishing.PUBLIC:  # what is public keeps its title until the next version is
        case.title_zh = case.data.get("title_zh") or case.title_zh
        case.title_en = case.data.get("title_en") or ""
        case.key_industry = case.data.get("key_industry") or ""
        names += ["title_zh", "title_en", "key_industry"]
    case.save(update_fields=names)


def keep_version(*, actor: Any, case: CaseStudy, note: str = "") -> CaseVersion:
    """The draft as it stands now; the newest version where nothing has changed since."""
    with transaction.atomic():
        fresh = locked(case)
        rules.can_write(actor, fresh).require()
        return _kept(actor, fresh, note)


def _kept(actor: Any, case: CaseStudy, note: str = "") -> CaseVersion:
    last = versions.newest(case)
    if last and versions.is_current(last, case):
        return last
    pictures = versions.picture_rows(versions.pictures_of(case))
    version = CaseVersion(
        case=case,
        number=last.number + 1 if last else 1,
        data=case.data,
        pictures=pictures,
        digest=versions.digest_of(case.data, pictures),
        note=note.strip()[:200],
        made_by=actor,
        made_at=clock.now(),
    )
    version.save(force_insert=True)
    record(version, "publications.case_version.keep", actor=actor, reason=version.note)
    return version


def restore_version(*, actor: Any, case: CaseStudy, version: CaseVersion) -> SaveResult:
    """Bring the words and figures of an earlier version back into the draft; what stood there is kept as a version first."""
    if version.case_id != case.pk:
        raise Refused(_("This version belongs to another case."))
    keep_version(actor=actor, case=case, note=_("before going back to version %(number)d") % {"number": version.number})
    fresh = CaseStudy.objects.get(pk=case.pk)
    values = dict.fromkeys(fresh.data) | version.data
    return save_draft(actor=actor, case=case, values=values, base_version=fresh.draft_version)


def approve(*, actor: Any, case: CaseStudy, base_version: int) -> CaseVersion:
    """One side approves the draft as its reader saw it. Once both have, a new case is agreed."""
    with transaction.atomic():
        fresh = locked(case)
        rules.can_write(actor, fresh).require()
        if fresh.draft_version != base_version:
            raise Conflict(_("The text has changed since you opened this page. Read it again before you approve it."))
        transitions.is_complete(fresh)
        side = rules.side_of(actor, fresh)
        version = _kept(actor, fresh)
        given = list(version.approvals.all())
        if any(approval.made_by_id == actor.pk and approval.side != side for approval in given):
            raise Refused(_("You have approved this version for the other side; it takes two people."))
        if side not in {approval.side for approval in given}:
            approval = CaseApproval(version=version, side=str(side), made_by=actor, made_at=clock.now())
            approval.save(force_insert=True)
            record(approval, "publications.case_approval.give", actor=actor, extra={"version": version.number, "case": fresh.number})
            given.append(approval)
        if fresh.state == CaseState.DRAFT and {approval.side for approval in given} == set(Side.values):
            transition(fresh, "agree", actor=actor)
    carry_back(case, fresh)
    return version


def reopen(*, actor: Any, case: CaseStudy) -> CaseStudy:
    """Back to writing: an agreed case, a published one (its version stays public meanwhile), or one that was taken down."""
    verbs = {CaseState.AGREED: "reopen", CaseState.PUBLISHED: "revise", CaseState.UNPUBLISHED: "resume"}
    with transaction.atomic():
        fresh = locked(case)
        if fresh.state not in verbs:
            raise Conflict(_("This step is not open in the present state. Reload the page to see what has happened."))
        transition(fresh, verbs[CaseState(fresh.state)], actor=actor)
    carry_back(case, fresh)
    return case


def discard(*, actor: Any, case: CaseStudy, reason: str) -> CaseStudy:
    transition(case, "discard", actor=actor, reason=reason)
    return case


def comment(*, actor: Any, case: CaseStudy, section: str, text: str) -> CaseComment:
    """Say something about a section to the other side."""
    side = rules.side_of(actor, case)
    rules.can_take_part(actor, case).require()
    words = text.strip()
    if section not in content.BY_KEY and section not in {"figures", "pictures", "tags"}:
        raise Invalid({"section": _("There is no such part of a case.")})
    if not words or len(words) > 2000:
        raise Invalid({"text": _("Write a comment of at most 2,000 characters.")})
    with transaction.atomic():
        made = CaseComment(case=case, section=section, text=words, side=str(side), made_by=actor, made_at=clock.now())
        made.save(force_insert=True)
        record(made, "publications.case_comment.make", actor=actor)
    return made


def settle(*, actor: Any, comment: CaseComment) -> CaseComment:
    transition(comment, "settle", actor=actor, changes={"settled_by": actor, "settled_at": clock.now()})
    return comment


def unsettle(*, actor: Any, comment: CaseComment) -> CaseComment:
    transition(comment, "reopen", actor=actor, changes={"settled_by": None, "settled_at": None})
    return comment
