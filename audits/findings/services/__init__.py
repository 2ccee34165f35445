"""Services that ask and answer questions about a finding; the caller commits."""

from audits.findings.services.grading import answer_grade, propose_grade
from audits.findings.services.reviewing import review_audit

__all__ = ["answer_grade", "propose_grade", "review_audit"]
