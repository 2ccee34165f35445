"""Services about links: note traces, compare, ask the agency, and judge. The caller commits."""

from audits.links.services.comparing import report_links
from audits.links.services.judging import (
    answer_link,
    ask_agency,
    dismiss_links,
    heard,
    judge_link,
    refer_links,
    return_links,
    weight_that_counts,
)
from audits.links.services.noting import note_traces

__all__ = [
    "answer_link",
    "ask_agency",
    "dismiss_links",
    "heard",
    "judge_link",
    "note_traces",
    "refer_links",
    "report_links",
    "return_links",
    "weight_that_counts",
]
