"""A device of an inspector as a test plays it: it holds a key, seals entries one after the other, and sends them."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audits.core import clock
from audits.inspections import entries, services
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.entries import EntryKind, Written
from audits.inspections.private import private_digest
from audits.inspections.services import Sent
from audits.inspections.standing import standing_on

SALT = bytes(32)
CELL = "IDW-01/personnel_file/1"
UNDER = "The copy is not in the file."  # a note, without which no unit falls short


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def outcomes(received):
    """Return what became of each entry that was sent."""
    return [each.outcome.value for each in received.answers]


def why(received):
    """Return why entries were refused."""
    return [str(each.why) for each in received.answers if each.why]


class TestDevice:
    """One device of one person in one audit."""

    __test__ = False

    def __init__(self, session, actor, audit, label="Tablet"):
        self.session, self.actor, self.audit = session, actor, audit
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = base64url(point)
        chain = services.enrol_device(session, actor, audit.id, key=self.public, label=label)
        self.chain, self.previous, self.number = chain.id, chain.digest, 0
        self.scheme = scheme_of_audit(audit).sha256
        self.seen = {}  # what stands on each cell, as far as this device knows
        self.log = []

    def look(self):
        """Take over what stands at the portal, as a download does; what was not sent stays on top."""
        stands = standing_on(self.session, self.audit.id)
        self.seen |= {cell: [each.digest for each in stand] for cell, stand in stands.items()}
        return self

    def seal(self, cell, value="conform", *, note="", reason="", typed=(), kind=EntryKind.VERDICT, **other):
        """Seal an entry on a cell; keep it, and return what is sent. `typed` are other words than note and reason."""
        words = {name: text for name, text in {"note": note, "reason": reason, **dict(typed)}.items() if text}
        said = {
            "audit": self.audit.id,
            "scheme": self.scheme,
            "chain": self.chain,
            "person": self.actor.id,
            "number": self.number + 1,
            "previous": self.previous,
            "kind": kind,
            "cell": cell,
            "parents": tuple(self.seen.get(cell, ())) if kind.judges else (),
            "value": value,
            "content": entries.content_digest(SALT, words) if words else None,
            "wall": entries.moment(clock.now()),
        }
        data = Written(**said | other).data()
        sent = Sent(data, self.sign(data), SALT if words else b"", words)
        self.number, self.previous = self.number + 1, entries.digest_of(data)
        if kind.judges:
            self.seen[cell] = [self.previous]
        self.log.append(sent)
        return sent

    def picture(self, cell, sha256="ab" * 32):
        """Seal a picture on a cell."""
        return self.seal(cell, "added", kind=EntryKind.PHOTO, typed={"sha256": sha256, "name": "room.jpg"})

    def private(self, cell, text, seen=""):
        """Seal a private note on a cell that replaces `seen`."""
        typed = {"private": text, "seen": private_digest(seen)}
        return self.seal(cell, "private", kind=EntryKind.PRIVATE, typed=typed)

    def sign(self, data):
        numbers = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return base64url(b"".join(number.to_bytes(32, "big") for number in numbers))

    def send(self, *sent):
        """Send these entries, or all."""
        return services.receive_entries(
            self.session, self.actor, self.audit.id, self.chain, sent or self.log, written=self.number
        )
