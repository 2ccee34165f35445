"""Services that change a certificate; the caller commits."""

from certificates.lifecycle.services.agreements import ask_agreements
from certificates.lifecycle.services.amending import ISSUED_ANEW, amend_certificate, reduce_scope
from certificates.lifecycle.services.changing import (
    confirm_suspension,
    end_certificate,
    lift_suspension,
    maintain_certificate,
    suspend_certificate,
    withdraw_certificate,
)
from certificates.lifecycle.services.conditions import meet_condition
from certificates.lifecycle.services.deciding import decide_on_audit, decide_on_holder
from certificates.lifecycle.services.expiry import log_expired
from certificates.lifecycle.services.hearing import say_in_hearing
from certificates.lifecycle.services.issuing import is_held, issue_certificate, number_certificate
from certificates.lifecycle.services.proposing import (
    CHANGES,
    appeal_or_propose,
    change_or_propose,
    confirm_proposal,
    decide_or_propose,
    decline_proposal,
    end_audit_or_propose,
    reference_of,
)
from certificates.lifecycle.services.resealing import (
    Signed,
    certificate_to_reseal,
    enqueue_replacements,
    replace_document,
)
from certificates.lifecycle.services.waiting import carry_out_due, earliest_effect

__all__ = [
    "CHANGES",
    "ISSUED_ANEW",
    "Signed",
    "amend_certificate",
    "appeal_or_propose",
    "ask_agreements",
    "carry_out_due",
    "certificate_to_reseal",
    "change_or_propose",
    "confirm_proposal",
    "confirm_suspension",
    "decide_on_audit",
    "decide_on_holder",
    "decide_or_propose",
    "decline_proposal",
    "earliest_effect",
    "end_audit_or_propose",
    "end_certificate",
    "enqueue_replacements",
    "is_held",
    "issue_certificate",
    "lift_suspension",
    "log_expired",
    "maintain_certificate",
    "meet_condition",
    "number_certificate",
    "reduce_scope",
    "reference_of",
    "replace_document",
    "say_in_hearing",
    "suspend_certificate",
    "withdraw_certificate",
]
