"""What is told of a certificate."""

from audits.core.errors import N_
from audits.core.events import Code, Digest, EventData, Moved, forgettable


class CertificateNumbered(EventData, name="certificate.number", words=N_("Certificate numbered")):
    """A grant got its number."""

    number: Code


class CertificateIssued(Moved, name="certificate.issue", words=N_("Certificate issued")):
    """Sealed, and public."""


class CertificateSuspended(Moved, name="certificate.suspend", words=N_("Certificate suspended")):
    """With the reason."""


class SuspensionLifted(Moved, name="certificate.lift", words=N_("Suspension lifted")):
    """With the reason."""


class CertificateWithdrawn(Moved, name="certificate.withdraw", words=N_("Certificate withdrawn")):
    """With the reason."""


class CertificateReplaced(Moved, name="certificate.replace", words=N_("Certificate replaced by a newer one")):
    """By the one that is issued in the same transaction."""


class CertificateResealed(EventData, name="certificate.reseal", words=N_("File of the certificate sealed anew")):
    """The digests of the old file and of the new one."""

    before: Digest
    after: Digest
    reason: str = forgettable()
