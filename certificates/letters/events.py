"""Events of the audit trail about letters."""

from datetime import date

from audits.core.errors import N_
from audits.core.events import Code, EventData


class LetterForPost(EventData, name="letter.by_post", words=N_("Letter to be sent by post as well")):
    """Somebody of the office wants the letter on paper too."""

    number: Code


class LetterPosted(EventData, name="letter.post", words=N_("Letter sent by post")):
    """The letter was posted on a day."""

    number: Code
    posted_on: date
