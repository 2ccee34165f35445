"""Show the letter of a decision, or of a term, before it is sent: as a draft without number and seal."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from flask import request
from flask.typing import ResponseReturnValue

from audits.core import clock
from audits.core.errors import N_, RuleError
from certificates.documents.stages import DocumentKind
from certificates.letters.queries import drafts_of
from portal.doors.downloads import attachment
from portal.printer.client import printer
from portal.settings import current_settings
from portal.stores import database

ASKED = "draft"
"""The name of the button that asks for the letter instead of the act."""


class DraftAsked(Exception):  # noqa: N818  # not an error: it undoes the act
    """The act was asked for its letters only; it is rolled back."""

    def __init__(self, letters: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self.letters = letters


@contextmanager
def deciding() -> Iterator[Any]:
    """Open the transaction of a decision. If the form asks for its letter first, undo all and raise DraftAsked."""
    begun = clock.now()
    with database.write() as session:
        yield session
        if ASKED in request.form:
            session.flush()
            letters = drafts_of(session, since=begun, body=current_settings().body)
            if not letters:
                raise RuleError(
                    N_("A second decider must confirm this. The letter can be read on the page of the proposal.")
                )
            raise DraftAsked(letters)


def send_drafts(asked: DraftAsked) -> ResponseReturnValue:
    """Send the letters that a decision would bring: a PDF, or several in a ZIP file."""
    files = [draft_of(DocumentKind.DECISION_LETTER, facts) for facts in asked.letters]
    if len(files) == 1:
        return attachment(files[0], "draft.pdf", "application/pdf")
    out = BytesIO()
    with ZipFile(out, "w") as folder:
        for place, file in enumerate(files, 1):
            folder.writestr(f"draft-{place}.pdf", file)
    return attachment(out.getvalue(), "drafts.zip", "application/zip")


def draft_of(kind: DocumentKind, facts: Mapping[str, Any]) -> bytes:
    """Print a letter that has no number, without the place of a seal."""
    settings = current_settings()
    along = {"language": facts["language"], "fonts": settings.fonts_dir, "compiled": False}
    return printer.prepare(kind, facts, None, **along)
