"""From a snapshot of plain values to the bytes of a PDF. Knows no database and no web."""
