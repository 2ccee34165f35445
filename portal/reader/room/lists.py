"""Read lists of references: plain text with one per line, or the first column of a CSV file or a workbook."""

import csv
import encodings.utf_8_sig  # noqa: F401  # import it now; a confined process cannot
import io

from portal.reader.room import sheets
from portal.reader.room.refusal import RefusedError


def lines(data: bytes, *, is_table: bool) -> str:
    """Return the references, one per line. A workbook is known by its content, not by a name."""
    if sheets.is_workbook(data):
        return sheets.lines(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError("no text") from error
    if not is_table:
        return text
    delimiter = max(";,\t", key=text.split("\n", 1)[0].count)
    return "\n".join(row[0] if row else "" for row in csv.reader(io.StringIO(text), delimiter=delimiter))
