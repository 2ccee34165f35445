"""Files that look as if they hold personal numbers of several kinds: ask the office, and take what it lets in."""

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from werkzeug.datastructures import FileStorage

from audits.agencies.models import Agency
from audits.applications import services
from audits.applications.pleas import plea_about
from audits.core.errors import N_, RuleError
from portal.forms import uploads
from portal.stores import database
from portal.web.access import current_actor


class Alarmed(Protocol):
    """A form that takes files, and asks why a file holds no personal numbers once `is_alarmed`."""

    false_alarm: Any
    is_alarmed: bool


def sift(
    form: Alarmed, files: Iterable[FileStorage], agency: Agency, audit_id: UUID | None = None
) -> tuple[list[uploads.Upload], list[RuleError]]:
    """Return the chosen files that are valid, and the refusals of the others as the person reads them.

    A file that looks as if it holds personal numbers alarms the form. Where that has a reason, the office is asked: by
    the agency, or with `audit_id` by who audits it.
    """

    def let_in(sha256: str) -> str:
        plea = plea_about(database.read(), agency.id, sha256, audit_id)
        return plea.reason if plea and plea.granted else ""

    reason = form.false_alarm.data or ""
    good, refusals = uploads.sift(files, [agency.iban] if agency.iban else [], reason, let_in)
    form.is_alarmed |= any(isinstance(each, uploads.PersonalError) for each in refusals)
    return good, [_asked(each, reason, agency.id, audit_id) if reason else each for each in refusals]


def accept(
    form: Alarmed, files: Iterable[FileStorage], agency: Agency, audit_id: UUID | None = None
) -> list[uploads.Upload]:
    """Return the chosen files as `sift` does, all of them; RuleError at `files` for the first that is refused."""
    good, refusals = sift(form, files, agency, audit_id)
    if refusals:
        raise refusals[0]
    return good


def _asked(refusal: RuleError, reason: str, agency_id: UUID, audit_id: UUID | None) -> RuleError:
    """Ask the office about a file that it alone lets in, and return its answer so far; other refusals as they are."""
    if not isinstance(refusal, uploads.PersonalError) or not refusal.is_sure:
        return refusal
    with database.write() as session:
        plea = services.plead_file(
            session,
            current_actor(),
            agency_id,
            audit_id=audit_id,
            sha256=refusal.sha256,
            filename=refusal.name,
            kinds=refusal.kinds,
            reason=reason,
        )
        words = _REFUSED if plea.answered_at else _WAITS
        return RuleError(words, "files", name=refusal.name, reason=plea.answer)


_WAITS = N_(
    "We look at what you say about the file %(name)s, and you get a mail. Once we let it in, choose it once more."
    " We have not kept it."
)
_REFUSED = N_("We do not take the file %(name)s: %(reason)s")
