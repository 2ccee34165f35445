"""Read a list that somebody sends as a file: text, CSV or a workbook (.xlsx)."""

from collections.abc import Mapping
from typing import Any

from audits.core.errors import N_, RuleError
from portal.reader.client import RefusedError
from portal.reader.questions import list_of

_REFUSED = {
    "no workbook": N_("This file cannot be opened as .xlsx. If it has a password, save it without."),
    "several sheets": N_("This workbook has several sheets with content. Keep only the one with the list."),
    "macros": N_("This workbook holds macros. Save it as .xlsx without them."),
}


def text_of(upload: Any, words: Mapping[str, str], unreadable: str) -> str:
    """Return what is in the list, one on each line.

    RuleError at `file` for a file that the reader refuses: in `words` for a list of this kind, else in those for all.
    """
    try:
        return list_of(upload.read(), is_table=upload.filename.lower().endswith(".csv"))
    except RefusedError as refused:
        raise RuleError((_REFUSED | dict(words)).get(refused.code, unreadable), "file") from None
