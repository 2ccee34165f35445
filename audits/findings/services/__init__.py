"""Services that ask and answer questions about a finding; the caller commits."""

from audits.findings.services.disputing import answer_dispute, dispute_finding, may_be_disputed
from audits.findings.services.extending import answer_extension, ask_extension
from audits.findings.services.grading import answer_grade, propose_grade
from audits.findings.services.reviewing import review_audit

__all__ = [
    "answer_dispute",
    "answer_extension",
    "answer_grade",
    "ask_extension",
    "dispute_finding",
    "may_be_disputed",
    "propose_grade",
    "review_audit",
]
