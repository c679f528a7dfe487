"""Submitting and withdrawing: what the enterprise does to hand its application over or take it back."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.audit.services import record, transition
from pilotage.calls import rules, standing
from pilotage.calls.eligibility import Answer
from pilotage.calls.enums import EDITABLE, ApplicationKind, ApplicationState
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import joined
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Revision
from pilotage.calls.prefill import unconfirmed
from pilotage.calls.reports.forms import form_for
from pilotage.calls.selectors import attachment_counts, form_of, registry_values, with_content
from pilotage.calls.services.common import carry_back, close_gaps, lock_list, locked
from pilotage.calls.services.invoices import keep_invoice_numbers
from pilotage.calls.services.merging import stating, write
from pilotage.calls.services.quality import judge_figures
from pilotage.calls.services.receipts import issue_receipt
from pilotage.core import clock
from pilotage.core.prepared import Prepared
from pilotage.core.search import bigrams
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid
from pilotage.registry.models import Enterprise

_as_it_stands = Prepared(
    lambda key: Application.objects.filter(pk=key)
    .select_related(
        "call", "version", "recommender", "industry", "province", "prefecture",
        "enterprise__province", "enterprise__prefecture", "enterprise__county", "enterprise__industry",
    )
    .defer("version__content")
)  # fmt: skip


_for_update = Prepared(lambda key: Application.objects.select_for_update(of=("self",)).filter(pk=key))


def submit(*, actor: Any, application: Application, statement: str = "") -> Application:
    """Hand over a draft, or a corrected application again; what was filed becomes a revision.

    ``statement`` names a statement that is made with it. The application is judged before anybody is kept waiting, and
    once more under lock where something may have changed meanwhile.
    Raises ``Refused`` (who, deadline: the draft is kept) or ``Invalid`` with a sentence per field.
    """
    seen = _as_it_stands.rows(application.pk)[0]
    with_content(seen.version)
    _verb(actor, seen)
    judged, counts = copy(seen), attachment_counts(seen)
    judged.data = seen.data | stating(seen, form_for(seen), statement, actor)
    if problems := submission_problems(judged):
        raise Invalid(problems)
    try:
        with transaction.atomic():
            fresh = _locked_as(seen)
            verb = _verb(actor, fresh)
            is_same = not _is_moved(fresh, seen) and counts == attachment_counts(fresh) and not _depends_on_others(fresh)
            if stated := stating(fresh, form_for(fresh), statement, actor):
                write(fresh, stated, actor=actor, state=fresh.state)
                record(fresh, "application.save_draft", actor=actor, extra={"fields": sorted(stated)})
            if problems := {} if is_same else submission_problems(fresh):
                raise Invalid(problems)
            _hand_over(fresh, verb, actor)
    except IntegrityError:
        # the other tab was faster with the same title: the database's own rule spoke
        raise Invalid({_title_key(form_of(application.version)): _twice()}) from None
    carry_back([application], [fresh])
    application.data = fresh.data
    return application


def _hand_over(application: Application, verb: str, actor: Any) -> None:
    typed, application.data = application.data, form_of(application.version).with_computed(application.data)
    revision = _file(application, actor)
    changes = _filed(application) | ({"data": application.data} if application.data != typed else {})
    extra = {"revision": revision.number, "digest": revision.digest}
    if marked := judge_figures(application, revision):
        changes, extra = changes | {"open_flags": len(marked)}, extra | {"marked": marked}
    event = transition(application, verb, actor=actor, changes=changes, extra=extra)
    issue_receipt(application=application, revision=revision, event=event)
    keep_invoice_numbers(application)


def _verb(actor: Any, application: Application) -> str:
    if application.state not in EDITABLE:
        raise Conflict(_("The application has been submitted already. Reload the page."))
    verb = "submit" if application.state == ApplicationState.DRAFT else "resubmit"
    may(actor, application, verb).require()
    return verb


def _locked_as(seen: Application) -> Application:
    """The row as it is now, held until the transaction ends, with what was read beside it before."""
    fresh = _for_update.rows(seen.pk)[0]
    for name in ("call", "version", "enterprise"):  # these never change
        setattr(fresh, name, getattr(seen, name))
    for name in ("recommender", "industry", "province", "prefecture"):
        if getattr(fresh, f"{name}_id") == getattr(seen, f"{name}_id"):
            setattr(fresh, name, getattr(seen, name))
    return fresh


def _is_moved(fresh: Application, seen: Application) -> bool:
    return (fresh.draft_version, fresh.updated_at, fresh.state) != (seen.draft_version, seen.updated_at, seen.state)


def _depends_on_others(application: Application) -> bool:
    """Whether what partners, a legal representative or other applications do can stand against it from one moment to the next."""
    asked = standing.rules_of(application.version)
    shared = joint.partner_wish(application.version) is not None or joint.needs_signoff(application)
    return shared or any(rule["rule"] == "one_per" for rule in asked)


def submission_problems(application: Application) -> dict[str, str]:
    """Everything that stands against submission: field key -> sentence. Five queries, and two to five for partners and signature."""
    form = form_for(application)
    counts, registry = attachment_counts(application), registry_values(application.enterprise)
    problems = form.problems(application.data, counts, registry)
    own = problems | unconfirmed(form, application.data, application.origins)
    own |= standing.foreign_entries(form, application.data, application.enterprise)
    own |= _not_eligible(application, form, problems) | _filed_before(application, form)
    return own | _against(application, form, own) | joint.partner_problems(application) | joint.signoff_problem(application)


def _against(application: Application, form: FormDef, problems: dict[str, str]) -> dict[str, str]:
    """Conditions of the call that are certainly not met, under the field they speak of; an update was eligible when it was listed."""
    if application.kind != ApplicationKind.NEW:
        return {}
    found = standing.findings(application.call, application.enterprise, application.version, application.data, form, application)
    refused = [each for each in found if each.answer == Answer.NO]
    keyed = [((each.fields[-1] if each.fields else _title_key(form)), each.sentence) for each in refused]
    return {key: sentence for key, sentence in reversed(keyed) if key not in problems}


def _not_eligible(application: Application, form: FormDef, problems: dict[str, str]) -> dict[str, str]:
    sections = (application.version.content.get("applicants") or {}).get("industry_sections") or []
    key = next((key for key, field in form.by_key.items() if field.maps_to == "industry"), "")
    if not sections or application.industry is None or key in problems or rules.section_of(application.industry) in sections:
        return {}
    sentence = _("%(field)s: this call is for industry sections %(sections)s.")
    return {key: sentence % {"field": form.by_key[key].label, "sections": joined(sections)}}


def _filed_before(application: Application, form: FormDef) -> dict[str, str]:
    if application.kind != ApplicationKind.NEW or not application.project_title:
        return {}
    other = (
        Application.objects.filter(
            call=application.call_id,
            enterprise=application.enterprise_id,
            project_title=application.project_title,
            kind=ApplicationKind.NEW,
        )
        .exclude(state__in=[ApplicationState.DRAFT, ApplicationState.WITHDRAWN])
        .exclude(pk=application.pk)
        .first()
    )
    return {_title_key(form): _twice(other.number)} if other else {}


def _twice(number: str = "") -> str:
    if number:
        return _("This project has been filed to this call already, as %(number)s.") % {"number": number}
    return _("This project has been filed to this call already.")


def _title_key(form: FormDef) -> str:
    return next((key for key, field in form.by_key.items() if field.maps_to == "project_title"), "")


def _file(application: Application, actor: Any) -> Revision:
    content = joint.handed_over(application, application.data)
    signed = joint.signoff_of(application) if joint.needs_signoff(application) else None
    if signed:
        content["signoff"] = joint.signature(signed)
    return Revision.objects.create(
        application=application,
        number=application.revisions.count() + 1,
        digest=digest(canonical(content)),
        made_by=actor,
        made_at=clock.now(),
        **content,
    )


def revision_digest(revision: Revision) -> str:
    """What the digest of an untouched revision must be."""
    content: dict[str, Any] = {"data": revision.data, "attachments": revision.attachments, "registry": revision.registry}
    further = {"partners": revision.partners, "signoff": revision.signoff}
    return digest(canonical(content | {name: value for name, value in further.items() if value is not None}))


def _filed(application: Application) -> dict[str, Any]:
    now = clock.now()
    enterprise = application.enterprise
    return {
        "submitted_at": application.submitted_at or now,
        "updated_at": now,
        "check_result": "",
        "cosign": "",
        "rank": None,
        "open_flags": 0,
        "bigrams": search_text(application, enterprise),
    }


def search_text(application: Application, enterprise: Enterprise) -> str:
    place = application.prefecture or application.province
    words = [application.number, application.project_title, enterprise.name_zh, enterprise.name_en, enterprise.short_zh]
    return bigrams(" ".join([*words, enterprise.uscc or "", place.name_zh if place else ""]))


def withdraw(*, actor: Any, application: Application, reason: str) -> Application:
    """Take the application back, up to the selection. Its rank becomes free."""
    with transaction.atomic():
        fresh = locked(application)
        was_ranked = fresh.state == ApplicationState.SHORTLISTED
        if was_ranked and fresh.recommender:
            lock_list(fresh.recommender)
        transition(fresh, "withdraw", actor=actor, reason=reason, changes={"rank": None, "updated_at": clock.now()})
        if was_ranked and fresh.recommender:
            close_gaps(fresh.call, fresh.recommender)
    carry_back([application], [fresh])
    return application
