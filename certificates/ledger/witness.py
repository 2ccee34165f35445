"""Act as witness for other logs (C2SP tlog-witness): cosign only what extends the tree cosigned before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.ledger.notes import LONGEST_NOTE, Checkpoint, Note, NoteError, Vkey, cosign, parse_number
from certificates.ledger.proof import parse_path
from certificates.ledger.tree import EMPTY, consistent

# Functions, because the role of the register may not write the table itself. The first one locks the row.
LAST_WITNESSED = text("SELECT size, root FROM last_witnessed(:log, :empty)")
KEEP_WITNESSED = text("SELECT keep_witnessed(:log, :size, :root, :note)")


class Refusal(StrEnum):
    """Reasons to refuse a checkpoint."""

    UNKNOWN_LOG = "unknown_log"
    NOT_SIGNED = "not_signed"
    MALFORMED = "malformed"
    OTHER_SIZE = "other_size"
    INCONSISTENT = "inconsistent"


class RefusedError(Exception):
    """The checkpoint is refused; for OTHER_SIZE it holds the size that was cosigned last."""

    def __init__(self, refusal: Refusal, size: int = 0) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.size = size


@dataclass(frozen=True, slots=True)
class Submission:
    """A request of a log: the size that we cosigned last, the consistency proof, and the new checkpoint."""

    old: int
    path: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, data: str) -> "Submission":
        """Parse the body of an add-checkpoint request; NoteError if it is malformed."""
        head, gap, note = data.partition("\n\n")
        first, *lines = head.split("\n")
        if len(data) > 2 * LONGEST_NOTE or not gap or not first.startswith("old "):
            raise NoteError("this is no submission")
        parsed = Note.parse(note)
        old = parse_number(first.removeprefix("old "))
        return cls(old, parse_path(lines), parsed, Checkpoint.parse(parsed.text))


def cosign_checkpoint(
    session: Session, data: str, logs: Iterable[Vkey], name: str, key: Callable[[], Ed25519PrivateKey]
) -> str:
    """Verify a submission against the log's keys and the last size; return our signature line, or raise RefusedError.

    The row with the last size stays locked until the caller commits, so that no two submissions are judged by the same
    size. `key` is called only when all checks have passed.
    """
    try:
        submission = Submission.parse(data)
    except NoteError as error:
        raise RefusedError(Refusal.MALFORMED) from error
    new = submission.checkpoint
    _authenticate(submission, [log for log in logs if log.name == new.origin])
    if submission.old > new.size:
        raise RefusedError(Refusal.MALFORMED)
    size, root = session.execute(LAST_WITNESSED, {"log": new.origin, "empty": EMPTY}).one()
    if submission.old != size or (size == new.size and root != new.root):
        raise RefusedError(Refusal.OTHER_SIZE, size)
    if not consistent(size, new.size, root, new.root, submission.path):
        raise RefusedError(Refusal.INCONSISTENT)
    kept = {"log": new.origin, "size": new.size, "root": new.root, "note": str(submission.note)}
    session.execute(KEEP_WITNESSED, kept)
    return str(cosign(submission.note.text, name, key(), int(clock.now().timestamp())))


def _authenticate(submission: Submission, keys: list[Vkey]) -> None:
    if not keys:
        raise RefusedError(Refusal.UNKNOWN_LOG)
    try:
        submission.note.verified(keys)
    except NoteError as error:
        raise RefusedError(Refusal.NOT_SIGNED) from error
