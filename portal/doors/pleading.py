"""Files that look as if they hold personal numbers of several kinds: ask the office, and take what it lets in."""

from collections.abc import Iterable

from audits.applications import services
from audits.applications.pleas import plea_about
from audits.core.errors import N_, RuleError
from portal.forms import uploads
from portal.stores import database
from portal.web.access import current_actor


def let_in(sha256: str) -> str:
    """Return the reason for which the office takes a file of this agency; nothing if it does not."""
    agency_id = current_actor().agency_id
    plea = plea_about(database.read(), agency_id, sha256) if agency_id else None
    return plea.reason if plea and plea.granted else ""


def asked(refusals: Iterable[RuleError], reason: str) -> list[RuleError]:
    """Return the refusals as the person reads them; where they gave a reason, the office is asked."""
    return [_asked(each, reason) if reason and is_for_office(each) else each for each in refusals]


def may_be_false(refusal: RuleError) -> bool:
    """Return whether somebody may say that a file holds no personal numbers, to us or to the office."""
    return uploads.may_be_false(refusal) or is_for_office(refusal)


def is_for_office(refusal: RuleError) -> bool:
    """Return whether the office alone lets this file in."""
    return isinstance(refusal, uploads.PersonalError) and refusal.is_sure


def _asked(refusal: RuleError, reason: str) -> RuleError:
    assert isinstance(refusal, uploads.PersonalError)  # noqa: S101  # `is_for_office` said so
    with database.write() as session:
        plea = services.plead_file(
            session,
            current_actor(),
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
