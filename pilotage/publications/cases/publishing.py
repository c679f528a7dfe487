"""To the public and back: publish a version, give and withdraw consent, take a case down.

What readers may see is asked anew each time from state and consents (``selectors.public_content``), so that a
withdrawal holds from the moment it is written. Here the facets and terms searched by follow in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record_many, transition, transition_many
from pilotage.core import bulk, clock
from pilotage.core.verdict import Invalid
from pilotage.publications.cases import content, rules, selectors, terms, versions
from pilotage.publications.cases.enums import PUBLIC, CaseState, ConsentState, TagKind
from pilotage.publications.cases.models import CaseConsent, CaseStudy, CaseTag, CaseTerm


def _locked(case: CaseStudy) -> CaseStudy:
    found = CaseStudy.objects.select_for_update(of=("self",)).select_related(
        "application__call", "enterprise", "industry", "province", "prefecture"
    )
    return found.get(pk=case.pk)


def publish(*, actor: Any, case: CaseStudy) -> CaseStudy:
    """Put the version both sides approved before the public, in place of an earlier one."""
    with transaction.atomic():
        fresh = _locked(case)
        version = versions.newest(fresh)
        verb = "republish" if fresh.state == CaseState.REVISING else "publish"
        changes = {
            "published": version,
            "published_at": clock.now(),
            "unpublished_at": None,
            "title_zh": fresh.data.get("title_zh") or fresh.title_zh,
            "title_en": fresh.data.get("title_en") or "",
            "key_industry": fresh.data.get("key_industry") or "",
        }
        transition(fresh, verb, actor=actor, changes=changes, extra={"version": version.number if version else None})
        _reckon(fresh)
    for name in ("state", *changes):
        setattr(case, name, getattr(fresh, name))
    return case


def take_down(*, actor: Any, case: CaseStudy, reason: str) -> CaseStudy:
    """The secretariat's act; the enterprise withdraws its consent."""
    with transaction.atomic():
        fresh = _locked(case)
        transition(fresh, "take_down", actor=actor, reason=reason, changes={"unpublished_at": clock.now()})
        _forget(fresh)
    for name in ("state", "unpublished_at"):
        setattr(case, name, getattr(fresh, name))
    return case


def give_consents(*, actor: Any, case: CaseStudy, items: Iterable[str]) -> list[CaseConsent]:
    """Consent to publishing these things, from now on. What is in force already stays with its own date."""
    with transaction.atomic():
        fresh = _locked(case)
        rules.can_consent(actor, fresh).require()
        wanted = dict.fromkeys(items)
        unknown = set(wanted) - set(items_of(fresh))
        if unknown:
            raise Invalid(_("There is no such part of a case."))
        known = set(fresh.consents.filter(state=ConsentState.GIVEN).values_list("item", flat=True))
        given = [CaseConsent(case=fresh, item=item, given_by=actor, given_at=clock.now()) for item in wanted if item not in known]
        for consent in given:
            consent.save(force_insert=True)
        record_many([Entry(consent, "publications.case_consent.give", "", {"case": fresh.number}) for consent in given], actor=actor)
        if given and fresh.state in PUBLIC:
            _reckon(fresh)
    return given


def withdraw_consents(*, actor: Any, case: CaseStudy, items: Iterable[str], reason: str = "") -> list[CaseConsent]:
    """From now on these things are not shown. Without consent to the text nothing is left to show: the case comes down at once."""
    with transaction.atomic():
        fresh = _locked(case)
        rules.can_consent(actor, fresh).require()
        found = list(fresh.consents.filter(state=ConsentState.GIVEN, item__in=list(items)))
        now = clock.now()
        for consent in found:
            consent.case = fresh
        transition_many(found, "withdraw", actor=actor, reason=reason, changes=lambda _one: {"withdrawn_by": actor, "withdrawn_at": now})
        if fresh.state in PUBLIC and any(consent.item == content.TEXT for consent in found):
            transition(fresh, "withdraw", actor=actor, reason=reason, changes={"unpublished_at": now})
            _forget(fresh)
        elif found and fresh.state in PUBLIC:
            _reckon(fresh)
    for name in ("state", "unpublished_at"):
        setattr(case, name, getattr(fresh, name))
    return found


def items_of(case: CaseStudy) -> list[str]:
    """What consent can be given for: the text, each figure and each picture of the draft and of what is published."""
    data = {**(case.published.data if case.published else {}), **case.data}
    figures = [content.EFFECT + key for key, _effect in content.effects_of(data)]
    return [content.TEXT, *figures, *(f"{content.PICTURE}{picture.pk}" for picture in versions.pictures_of(case))]


def _forget(case: CaseStudy) -> None:
    CaseTag.objects.filter(case=case).delete()
    CaseTerm.objects.filter(case=case).delete()


def _reckon(case: CaseStudy) -> None:
    """Tags and terms of what the public reads now."""
    _forget(case)
    shown = selectors.public_content(case)
    tags = [(TagKind.SCENARIO, code) for code in shown.scenarios] + ([(TagKind.INDUSTRY, shown.key_industry)] if shown.key_industry else [])
    bulk.insert_rows(CaseTag, ("case_id", "kind", "code"), [(case.pk, str(kind), code) for kind, code in tags])
    vector = terms.vector(selectors.searched_parts(shown))
    bulk.insert_rows(CaseTerm, ("case_id", "term", "weight"), [(case.pk, term, weight) for term, weight in sorted(vector.items())])
