"""Services about reported changes: report, withdraw, check, and accept by a decision. The caller commits."""

from audits.changes.services.checking import (
    accept_change,
    decide_changes,
    decline_change,
    return_change,
    withdraw_change,
)
from audits.changes.services.reporting import report_details, report_row

__all__ = [
    "accept_change",
    "decide_changes",
    "decline_change",
    "report_details",
    "report_row",
    "return_change",
    "withdraw_change",
]
