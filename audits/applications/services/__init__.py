"""Services that change an application."""

from audits.applications.services.agreeing import accept_changed_agreement
from audits.applications.services.answering import save_answer, save_answers, start_application, take_over
from audits.applications.services.drafts import begin_draft_terms, lapse_drafts
from audits.applications.services.evidence import (
    add_evidence,
    date_evidence,
    remove_evidence,
    renew_evidence,
    share_files,
    take_over_files,
)
from audits.applications.services.pleading import answer_plea, plead_file
from audits.applications.services.remarking import remark_on, reply_to_remarks
from audits.applications.services.sharing import comment_on, give_questions
from audits.applications.services.transitions import (
    accept_application,
    ask_to_sign,
    close_application,
    conclude_application,
    refuse_application,
    return_application,
    submit_application,
    withdraw_application,
)

__all__ = [
    "accept_application",
    "accept_changed_agreement",
    "add_evidence",
    "answer_plea",
    "ask_to_sign",
    "begin_draft_terms",
    "close_application",
    "comment_on",
    "conclude_application",
    "date_evidence",
    "give_questions",
    "lapse_drafts",
    "plead_file",
    "refuse_application",
    "remark_on",
    "remove_evidence",
    "renew_evidence",
    "reply_to_remarks",
    "return_application",
    "save_answer",
    "save_answers",
    "share_files",
    "start_application",
    "submit_application",
    "take_over",
    "take_over_files",
    "withdraw_application",
]
