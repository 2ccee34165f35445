"""Know from a sample which words many names have, so that an index is asked for the rare words of a text alone.

The index of words reads every word that begins as a typed one does: "industrie" begins two hundred thousand of two
million names that are written as one word. Entries with the rare words are few; the others are looked for in those.
What a process knows decides how it searches, never what it finds.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

SAMPLE = 5_000  # entries
_FEWEST = 3  # of the sample: at two million entries a word of twelve hundred
_COMMON = text("""
SELECT word FROM (SELECT unnest(words) AS word FROM register_entry TABLESAMPLE SYSTEM (
  (SELECT least(100, 100.0 * :sample / greatest(reltuples, 1)) FROM pg_class WHERE oid = 'register_entry'::regclass)
)) sampled GROUP BY word HAVING count(*) >= :fewest
""")


@dataclass(slots=True)
class Common:
    """The common words, in order."""

    words: list[str] = field(default_factory=list)

    def learn(self, connection: Connection) -> None:
        """Take a sample of the register."""
        found = connection.execute(_COMMON, {"sample": SAMPLE, "fewest": _FEWEST}).scalars()
        self.words = sorted(found)

    def has(self, word: str, *, begins: bool = False) -> bool:
        """Return whether this is a common word, or the begin of one."""
        place = bisect_left(self.words, word)
        if place == len(self.words):
            return False
        return self.words[place].startswith(word) if begins else self.words[place] == word

    def any(self, words: Iterable[tuple[str, bool]]) -> bool:
        """Return whether one of some words is common, each with whether it may also only begin so."""
        return any(self.has(word, begins=begins) for word, begins in words)


common = Common()
"""What this process knows. Nothing at first: then no word is common, and the index is asked for all."""
