"""Write tables as CSV (RFC 4180)."""

from collections.abc import Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """Return a plain value as text: yes and no as in JSON, and nothing as an empty cell."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def csv_line(cells: Sequence[str]) -> str:
    """Return a line: every cell quoted, so that nobody takes a number for one, and none that begins a formula."""
    return ",".join(map(_quoted, cells)) + "\r\n"


def _quoted(cell: str) -> str:
    harmless = f"'{cell}" if cell.startswith(_FORMULA) else cell
    return '"' + harmless.replace('"', '""') + '"'
