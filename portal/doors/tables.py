"""Write tables as CSV (RFC 4180)."""

from collections.abc import Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_line(cells: Sequence[str]) -> str:
    """Return a line: every cell quoted, so that nobody takes a number for one, and none that begins a formula."""
    return ",".join(map(_quoted, cells)) + "\r\n"


def _quoted(cell: str) -> str:
    harmless = f"'{cell}" if cell.startswith(_FORMULA) else cell
    return '"' + harmless.replace('"', '""') + '"'
