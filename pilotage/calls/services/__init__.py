"""Every write of the room, gathered from its modules."""

from pilotage.calls.services.attachments import AddedAttachment, add_attachment, remove_attachment
from pilotage.calls.services.books import take_book
from pilotage.calls.services.channel import add_recommender, choose_recommender, link_recommender
from pilotage.calls.services.checking import (
    accept_many,
    check,
    check_many,
    confirm_updates,
    decline,
    pass_up_many,
    reconsider,
    reject,
    return_for_correction,
    take_back,
)
from pilotage.calls.services.commenting import answer_comment, comment_on, drop_comment, settle_comment
from pilotage.calls.services.configuring import recommended_counts, set_quota, set_quotas, set_stage_dates, set_timetable
from pilotage.calls.services.drafts import confirm_answers, save_draft, start_application
from pilotage.calls.services.filing import submit, withdraw
from pilotage.calls.services.merging import FieldConflict, SaveResult
from pilotage.calls.services.partners import (
    ask_to_leave,
    consent,
    decline_partnership,
    invite_partner,
    leave,
    remove_partner,
    save_part,
    stay,
)
from pilotage.calls.services.quality import clear_mark
from pilotage.calls.services.recommending import cosign_many, move_rank, send_list, shortlist_many, unshortlist_many
from pilotage.calls.services.reporting import Reminded, remind_by_rule, remind_of_report
from pilotage.calls.services.signoff import ask_signoff, refuse_signoff, sign

__all__ = [
    "AddedAttachment",
    "FieldConflict",
    "Reminded",
    "SaveResult",
    "accept_many",
    "add_attachment",
    "add_recommender",
    "answer_comment",
    "ask_signoff",
    "ask_to_leave",
    "check",
    "check_many",
    "choose_recommender",
    "clear_mark",
    "comment_on",
    "confirm_answers",
    "confirm_updates",
    "consent",
    "cosign_many",
    "decline",
    "decline_partnership",
    "drop_comment",
    "invite_partner",
    "leave",
    "link_recommender",
    "move_rank",
    "pass_up_many",
    "recommended_counts",
    "reconsider",
    "refuse_signoff",
    "reject",
    "remind_by_rule",
    "remind_of_report",
    "remove_attachment",
    "remove_partner",
    "return_for_correction",
    "save_draft",
    "save_part",
    "send_list",
    "set_quota",
    "set_quotas",
    "set_stage_dates",
    "set_timetable",
    "settle_comment",
    "shortlist_many",
    "sign",
    "start_application",
    "stay",
    "submit",
    "take_back",
    "take_book",
    "unshortlist_many",
    "withdraw",
]
