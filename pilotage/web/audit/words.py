"""What the record's keys are called: acts by verb, objects by model."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from pilotage.core.transitions import all_tables

PROPOSED = ".propose"
ACTS: dict[str, Any] = {
    "application.confirm_answers": pgettext_lazy("audit", "Confirm brought-in answers"),
    "application.cosign": pgettext_lazy("audit", "Give the opinion on a co-signature"),
    "application.move_rank": pgettext_lazy("audit", "Move in the ranking"),
    "application.save_draft": pgettext_lazy("audit", "Save the draft"),
    "application.start": pgettext_lazy("audit", "Start the application"),
    "application.choose_recommender": pgettext_lazy("audit", "Choose the recommender"),
    "application.hearing": pgettext_lazy("audit", "Record a defence or site visit"),
    "recommender.add": pgettext_lazy("audit", "Enter a recommender"),
    "recommender.link": pgettext_lazy("audit", "Say who acts for a recommender"),
    "assignment.create": pgettext_lazy("audit", "Assign the expert"),
    "assignment.score": pgettext_lazy("audit", "Score"),
    "assignment_run.make": pgettext_lazy("audit", "Begin an assignment run"),
    "assignment_run.begin": pgettext_lazy("audit", "Solve the run"),
    "assignment_run.present": pgettext_lazy("audit", "Show the run's seats"),
    "assignment_run.fail": pgettext_lazy("audit", "The run found no seats"),
    "seat_order.lock": pgettext_lazy("audit", "Lock an expert's seat"),
    "seat_order.forbid": pgettext_lazy("audit", "Forbid an expert a seat"),
    "seat_order.lift": pgettext_lazy("audit", "Lift a lock or ban of a seat"),
    "attachment.add": pgettext_lazy("audit", "Add an attachment"),
    "attachment.remove": pgettext_lazy("audit", "Remove an attachment"),
    "attachment.refuse": pgettext_lazy("audit", "Refuse an infected file"),
    "attachment.infected": pgettext_lazy("audit", "Keep back an infected file"),
    "calendar.make": pgettext_lazy("audit", "Make a calendar address"),
    "calendar.revoke": pgettext_lazy("audit", "Withdraw a calendar address"),
    "call.load": pgettext_lazy("audit", "Load the call"),
    "consent.give": pgettext_lazy("audit", "Give consent"),
    "consent.withdraw": pgettext_lazy("audit", "Withdraw consent"),
    "directory.edition.prepare": pgettext_lazy("audit", "Prepare the edition"),
    "directory.edition.publish": pgettext_lazy("audit", "Publish the edition"),
    "directory.edition.record": pgettext_lazy("audit", "Record the edition from public sources"),
    "directory.entry.expire": pgettext_lazy("audit", "Let the entry expire"),
    "directory.entry.label": pgettext_lazy("audit", "Set the entry's label"),
    "directory.entry.list": pgettext_lazy("audit", "List the entry"),
    "directory.entry.rectify": pgettext_lazy("audit", "Ask for rectification"),
    "directory.entry.remove": pgettext_lazy("audit", "Remove the entry"),
    "quality_flag.clear": pgettext_lazy("audit", "Clear a marked figure"),
    "quality_flag.lapse": pgettext_lazy("audit", "A marked figure was filed anew"),
    "report.remind": pgettext_lazy("audit", "Remind of a report"),
    "directory.entry.renew": pgettext_lazy("audit", "Renew the entry"),
    "directory.entry.restore": pgettext_lazy("audit", "Restore the entry"),
    "directory.entry.update": pgettext_lazy("audit", "Update the entry"),
    "directory.notice.close": pgettext_lazy("audit", "Close the notice"),
    "directory.notice.open": pgettext_lazy("audit", "Open the notice"),
    "directory.notice.prepare": pgettext_lazy("audit", "Prepare the notice"),
    "directory.objection.dismiss": pgettext_lazy("audit", "Dismiss the objection"),
    "directory.objection.receive": pgettext_lazy("audit", "Receive the objection"),
    "directory.objection.uphold": pgettext_lazy("audit", "Uphold the objection"),
    "enterprise.create": pgettext_lazy("audit", "Enter the enterprise"),
    "enterprise.identify": pgettext_lazy("audit", "Record an identifier"),
    "enterprise.unidentify": pgettext_lazy("audit", "Remove an identifier"),
    "enterprise.update": pgettext_lazy("audit", "Change the enterprise"),
    "enterprise_import.check": pgettext_lazy("audit", "Check the list"),
    "enterprise_import.chunk": pgettext_lazy("audit", "Take over part of the list"),
    "enterprise_import.fail": pgettext_lazy("audit", "Stop the import on a fault"),
    "enterprise_import.finish": pgettext_lazy("audit", "Finish the import"),
    "enterprise_import.report": pgettext_lazy("audit", "Report on the list"),
    "enterprise_import.resume": pgettext_lazy("audit", "Resume the import"),
    "enterprise_import.run": pgettext_lazy("audit", "Begin the import"),
    "enterprise_import.upload": pgettext_lazy("audit", "Upload the list"),
    "expert.available": pgettext_lazy("audit", "Mark the expert as available"),
    "expert.create": pgettext_lazy("audit", "Enter the expert"),
    "expert.unavailable": pgettext_lazy("audit", "Mark the expert as unavailable"),
    "expert.update": pgettext_lazy("audit", "Change the expert"),
    "invitation.accept": pgettext_lazy("audit", "Accept the invitation"),
    "invitation.revoke": pgettext_lazy("audit", "Revoke the invitation"),
    "invitation.send": pgettext_lazy("audit", "Send the invitation"),
    "mail.fail": pgettext_lazy("audit", "Give up sending the e-mail"),
    "mail.hold": pgettext_lazy("audit", "Hold the e-mail"),
    "mail.release": pgettext_lazy("audit", "Release the e-mail"),
    "mail.retry": pgettext_lazy("audit", "Send the e-mail again"),
    "mail.send": pgettext_lazy("audit", "Send the e-mail"),
    "membership.begin": pgettext_lazy("audit", "Give a role"),
    "membership.end": pgettext_lazy("audit", "End a role"),
    "comment.answer": pgettext_lazy("audit", "Answer the comment on a field"),
    "comment.write": pgettext_lazy("audit", "Comment on a field"),
    "organisation.create": pgettext_lazy("audit", "Enter the organisation"),
    "outbox.hold": pgettext_lazy("audit", "Hold everything that goes out"),
    "outbox.release": pgettext_lazy("audit", "Let e-mails go out again"),
    "workbook.take": pgettext_lazy("audit", "Take over a filled-in workbook"),
    "partner.ask_to_leave": pgettext_lazy("audit", "Ask to leave the consortium"),
    "partner.invite": pgettext_lazy("audit", "Invite the partner"),
    "partner.save_part": pgettext_lazy("audit", "Save the partner's part"),
    "partner.stay": pgettext_lazy("audit", "Take back the request to leave"),
    "plan.load": pgettext_lazy("audit", "Load the plan"),
    "preference.language": pgettext_lazy("audit", "Choose the language of e-mails"),
    "preference.set": pgettext_lazy("audit", "Choose what arrives how"),
    "proposal.confirm": pgettext_lazy("audit", "Confirm the proposal"),
    "proposal.withdraw": pgettext_lazy("audit", "Withdraw the proposal"),
    "publications.case.record": pgettext_lazy("audit", "Record the case"),
    "quota.set": pgettext_lazy("audit", "Set the quota"),
    "recommendation_list.send": pgettext_lazy("audit", "Send the recommendation list"),
    "registry.seed": pgettext_lazy("audit", "Load the code lists"),
    "selection.build": pgettext_lazy("audit", "Build a selection draft"),
    "selection.decision_file": pgettext_lazy("audit", "Sign the decision file"),
    "signoff.ask": pgettext_lazy("audit", "Ask for the signature"),
    "site.add": pgettext_lazy("audit", "Add a site"),
    "site.remove": pgettext_lazy("audit", "Remove a site"),
    "site.update": pgettext_lazy("audit", "Change a site"),
    "stage.set_dates": pgettext_lazy("audit", "Set the dates of a stage"),
    "title.add": pgettext_lazy("audit", "Add a title"),
    "title.remove": pgettext_lazy("audit", "Remove a title"),
    "token.create": pgettext_lazy("audit", "Make an access key"),
    "token.revoke": pgettext_lazy("audit", "Revoke an access key"),
    "user.create": pgettext_lazy("audit", "Open an account"),
}


def act(verb: str) -> str:
    """The act in words; a state table's own label where this list has none, '' for a verb nobody knows any more."""
    if verb.endswith(PROPOSED):
        known = act(verb.removesuffix(PROPOSED))
        return _("Proposed: %(act)s") % {"act": known} if known else ""
    return str(ACTS.get(verb) or _labels().get(verb, ""))


def acts() -> list[tuple[str, str]]:
    """Every act that can be filtered for, with its words."""
    return [(verb, act(verb)) for verb in sorted({*ACTS, *_labels()})]


def kind(object_type: str) -> str:
    """What an object is, '' for a model that is no more."""
    try:
        return str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return ""


def _labels() -> dict[str, Any]:
    return {table.audit_verb(row.verb): row.label for table in all_tables().values() for row in table.rows}
