"""Read a list that somebody sends as a file: text, CSV, a workbook (.xlsx), or an Open Document spreadsheet."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from audits.core.errors import N_, RuleError
from audits.inspections.tables import Table
from portal.reader.client import RefusedError
from portal.reader.questions import list_of, table_in

LIST_FILES = ".txt,.csv,.xlsx,.ods,text/plain,text/csv"
LIST_HINT = _l(
    "An export of the payroll system, or a list of your own: .xlsx, .ods, .csv or .txt. Take out columns with dates of"
    " birth, citizen numbers and e-mail addresses first."
)
_REFUSED = {
    "no workbook": N_("This file cannot be opened as .xlsx. If it has a password, save it without."),
    "locked": N_("This file has a password, or is of Excel before 2007. Save it as .xlsx without a password."),
    "no sheet": N_("We find no sheet in this workbook. Save it as an ordinary .xlsx."),
    "no text": N_("This file is not plain text. Save the list as .csv in UTF-8, or as .xlsx."),
    "mixed": N_("This file mixes two ways to write letters. Save the list as .csv in UTF-8, or as .xlsx."),
    "too large": N_("This list is too large: at most 50,000 rows and 60 columns."),
    "several sheets": N_("This workbook has several sheets with content. Keep only the one with the list."),
    "macros": N_("This workbook holds macros. Save it as .xlsx without them."),
}
_UNREADABLE = N_("This file cannot be read as a table. Save it as .xlsx or .csv.")


def text_of(upload: Any, words: Mapping[str, str], unreadable: str) -> str:
    """Return what is in the list, one on each line.

    RuleError at `file` for a file that the reader refuses: in `words` for a list of this kind, else in those for all.
    """
    try:
        return list_of(upload.read(), is_table=upload.filename.lower().endswith(".csv"))
    except RefusedError as refused:
        raise RuleError((_REFUSED | dict(words)).get(refused.code, unreadable), "file") from None


def table_of(upload: Any) -> Table:
    """Return the table in a file, with the kinds of its cells. RuleError at `file` for one that cannot be read."""
    try:
        return Table(**table_in(upload.read(), is_table=upload.filename.lower().endswith(".csv")))
    except RefusedError as refused:
        raise RuleError(_REFUSED.get(refused.code, _UNREADABLE), "file") from None
