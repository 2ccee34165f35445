"""Read the mailbox to which undeliverable mail returns: reports of RFC 3464 in a Maildir.

Reports come from strangers, so little is believed: a file of at most 256 kB, a report with an action `failed` and a
status, and a Message-ID of ours. What a report says in words is never kept or shown.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from portal.settings import current_settings
from portal.stores.messages import note_bounce

AT_ONCE, MOST_BYTES, MOST_PARTS = 100, 256 * 1024, 20
_STATUS = re.compile(r"^[45]\.\d{1,3}\.\d{1,3}$")
_OURS = re.compile(r"<([0-9a-f-]{36})@")


def read_bounces(session: Session) -> int:
    """Note which messages came back, from the mailbox `BOUNCES`; return how many. What was read is removed.

    What is no report about a message of ours is moved to `cur`, for a person to read.
    """
    folder = current_settings().bounces
    if folder is None or not (folder / "new").is_dir():
        return 0
    count = 0
    for path in islice(sorted((folder / "new").iterdir()), AT_ONCE):
        found = bounce_in(path.read_bytes()) if path.stat().st_size <= MOST_BYTES else None
        if found and note_bounce(session, *found):
            path.unlink()
            count += 1
        else:
            (folder / "cur").mkdir(exist_ok=True)
            path.rename(folder / "cur" / f"{path.name}:2,")
    return count


def bounce_in(raw: bytes) -> tuple[UUID, str] | None:
    """Return the id of the message that a report says was not delivered, and the status; None if it says no such thing.

    A delay is no failure: the server goes on trying.
    """
    report = message_from_bytes(raw, policy=policy.compat32)
    if report.get_content_type() != "multipart/report":
        return None
    parts = list(islice(report.walk(), MOST_PARTS))
    status = next((found for part in parts for found in _failures(part)), None)
    ours = next((found for part in parts[1:] for found in _OURS.findall(_message_id(part))), None)
    try:
        return (UUID(ours), status) if ours and status else None
    except ValueError:
        return None


def _failures(part: Message) -> Iterator[str]:
    """Yield the status of each address that was not reached."""
    action, status = str(part.get("Action", "")).strip().lower(), str(part.get("Status", "")).partition("(")[0].strip()
    if action == "failed" and _STATUS.match(status):
        yield status


def _message_id(part: Message) -> str:
    """Return the Message-ID of the message that came back, which is a part of the report, or headers as text."""
    if part.get_content_type() == "text/rfc822-headers":
        words = part.get_payload()
        return next((line for line in str(words).splitlines() if line.lower().startswith("message-id:")), "")
    return str(part.get("Message-ID", ""))
