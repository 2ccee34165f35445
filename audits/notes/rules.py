"""How long a note may be. Pure."""

LONGEST_NOTE = 4000
