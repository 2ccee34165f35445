"""What people do with an audit and its findings. One verb each; the caller commits."""

from audits.inspections.services.fieldwork import freeze_population, record_sheets, record_verdicts
from audits.inspections.services.repair import add_repair_evidence, answer_finding, close_finding, reject_answer
from audits.inspections.services.reporting import report_audit
from audits.inspections.services.transitions import (
    cancel_audit,
    conclude_audit,
    plan_audit,
    reopen_audit,
    review_audit,
    start_audit,
)

__all__ = [
    "add_repair_evidence",
    "answer_finding",
    "cancel_audit",
    "close_finding",
    "conclude_audit",
    "freeze_population",
    "plan_audit",
    "record_sheets",
    "record_verdicts",
    "reject_answer",
    "reopen_audit",
    "report_audit",
    "review_audit",
    "start_audit",
]
