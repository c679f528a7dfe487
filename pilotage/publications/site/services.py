"""Every write to a page or a piece of news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core import clock, markup
from pilotage.core.verdict import Conflict, Invalid
from pilotage.publications.site.enums import PageKind, PagePlace
from pilotage.publications.site.models import SitePage
from pilotage.publications.site.rules import can_edit

LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Text:
    """What a writer gives."""

    title_zh: str
    body_zh: str
    title_en: str = ""
    body_en: str = ""
    summary_zh: str = ""
    summary_en: str = ""
    place: str = ""


def create(*, actor: Any, kind: str, slug: str, text: Text, is_fictional: bool = False, folder_digest: str = "") -> SitePage:
    """A draft. Raises ``Invalid`` by field."""
    can_edit(actor).require()
    _check(text, kind)
    _check_slug(slug)
    page = SitePage(kind=kind, slug=slug, is_fictional=is_fictional, folder_digest=folder_digest, folder_version=1 if folder_digest else 0)
    _write(page, text, actor)
    try:
        with transaction.atomic():
            page.save(force_insert=True)
            audit.record(page, "publications.page.create", actor=actor)
    except IntegrityError:
        raise Invalid({"slug": _("This address is taken. Choose another.")}) from None
    return page


def edit(*, actor: Any, page: SitePage, text: Text, base_version: int, folder_digest: str | None = None) -> SitePage:
    """Change the text. ``Conflict`` when somebody changed it since ``base_version``: nothing is overwritten."""
    can_edit(actor, page).require()
    _check(text, page.kind)
    with transaction.atomic():
        page = SitePage.objects.select_for_update().get(pk=page.pk)
        if page.version != base_version:
            raise Conflict(
                _("Somebody else changed this page meanwhile. Your text was not saved; open the page anew and put both together.")
            )
        _write(page, text, actor)
        page.version += 1
        if folder_digest is not None:
            page.folder_digest, page.folder_version = folder_digest, page.version
        page.save()
        audit.record(page, "publications.page.edit", actor=actor)
    return page


def publish(*, actor: Any, page: SitePage, on: date | None = None) -> SitePage:
    """At once. The date shown is ``on``, else the first day of publication."""
    day = on or page.published_on or clock.today()
    audit.transition(page, "publish", actor=actor, changes={"published_on": day})
    return page


def withdraw(*, actor: Any, page: SitePage, reason: str) -> SitePage:
    audit.transition(page, "withdraw", actor=actor, reason=reason)
    return page


def _write(page: SitePage, text: Text, actor: Any) -> None:
    for name in ("title_zh", "title_en", "summary_zh", "summary_en", "body_zh", "body_en"):
        setattr(page, name, getattr(text, name).replace("\r\n", "\n").strip())
    page.place = text.place if page.kind == PageKind.PAGE else PagePlace.NOWHERE
    page.changed_at, page.changed_by = clock.now(), actor


def _check_slug(slug: str) -> None:
    try:
        validate_slug(slug)
    except Exception:  # Django's sentence speaks of "slug"
        raise Invalid({"slug": _("An address holds small letters, digits and hyphens only.")}) from None


def _check(text: Text, kind: str) -> None:
    problems: dict[str, str] = {}
    for name, most in (
        ("title_zh", 300),
        ("title_en", 300),
        ("summary_zh", 300),
        ("summary_en", 300),
        ("body_zh", LONGEST),
        ("body_en", LONGEST),
    ):
        value = getattr(text, name).strip()
        if len(value) > most:
            problems[name] = _("At most %(count)d characters.") % {"count": most}
        elif not value and name in {"title_zh", "body_zh"}:
            problems[name] = _("This is needed in Chinese; English may follow.")
    for name in ("body_zh", "body_en"):
        if name not in problems and (fault := fault_of(getattr(text, name))):
            problems[name] = fault
    if kind not in PageKind.values or text.place not in PagePlace.values:
        problems["place"] = _("Choose one of the list.")
    if problems:
        raise Invalid(problems)


def fault_of(body: str) -> str:
    """Why the text cannot be read as Markdown, '' where it can."""
    try:
        markup.parse(body)
    except markup.MarkupError as error:
        return _("Line %(line)d: %(why)s") % {"line": error.line, "why": error.sentence}
    return ""
