"""Events of the audit trail about certificates."""

from audits.core.errors import N_
from audits.core.events import Code, Digest, EventData, Moved, forgettable


class CertificateNumbered(EventData, name="certificate.number", words=N_("Certificate numbered")):
    """A granted decision got its certificate number."""

    number: Code


class CertificateIssued(Moved, name="certificate.issue", words=N_("Certificate issued")):
    """The certificate was sealed and published."""


class CertificateSuspended(Moved, name="certificate.suspend", words=N_("Certificate suspended")):
    """The certificate was suspended, with the reason."""


class CertificatePartlySuspended(Moved, name="certificate.suspend_part", words=N_("Certificate suspended in part")):
    """The certificate was suspended for a part of its scope, with the reason."""


class SuspensionConfirmed(EventData, name="certificate.confirm", words=N_("Suspension confirmed by a second decider")):
    """A suspension at once was provisional, and is no longer."""


class HolderHeard(EventData, name="certificate.hear", words=N_("Holder said something about the suspension")):
    """The holder of a certificate that was suspended at once was heard; its words are a row of their own."""


class SuspensionLifted(Moved, name="certificate.lift", words=N_("Suspension lifted")):
    """The suspension was lifted, with the reason."""


class CertificateWithdrawn(Moved, name="certificate.withdraw", words=N_("Certificate withdrawn")):
    """The certificate was withdrawn, with the reason."""


class CertificateEnded(Moved, name="certificate.end", words=N_("Certificate ended at the holder's request")):
    """The certificate was given up by its holder, with the reason."""


class CertificateReplaced(Moved, name="certificate.replace", words=N_("Certificate replaced by a newer one")):
    """The certificate was replaced by one that is issued in the same transaction."""


class CertificateConditionMet(
    EventData, name="certificate.condition_met", words=N_("Condition of the certificate met")
):
    """One of its conditions is met; those that are left still count."""


class CertificateAppealDecided(
    EventData, name="certificate.appeal_outcome", words=N_("Appeal against a decision about the certificate decided")
):
    """An appeal against a decision about the certificate was decided; what follows from it is an event of its own."""


class CertificateResealed(EventData, name="certificate.reseal", words=N_("File of the certificate sealed anew")):
    """The file was sealed again; holds the digests of the old and the new file."""

    before: Digest
    after: Digest
    reason: str = forgettable()
