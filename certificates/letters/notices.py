"""Messages about letters. They say nothing of a case."""

from audits.core.notices import Notice


class LetterWritten(Notice, kind="letter_written"):
    """To an agency: there is a letter in the portal."""

    number: str
