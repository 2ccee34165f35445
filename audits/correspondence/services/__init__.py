"""What changes in what an office and an agency ask and tell each other. The caller commits."""

from audits.correspondence.services.messages import write_message
from audits.correspondence.services.plan import answer_objection, object_to, propose_days
from audits.correspondence.services.requests import add_file, ask_evidence, give_evidence, remove_file, withdraw_request
from audits.correspondence.services.sending import send_plan

__all__ = [
    "add_file",
    "answer_objection",
    "ask_evidence",
    "give_evidence",
    "object_to",
    "propose_days",
    "remove_file",
    "send_plan",
    "withdraw_request",
    "write_message",
]
