"""Messages about a certificate: to its holder, and to deciders."""

from datetime import date

from audits.core.notices import Notice


class CertificateIssued(Notice, kind="certificate_issued"):
    """The certificate was issued and published."""

    number: str


class CertificateChanged(Notice, kind="certificate_changed"):
    """The certificate was suspended, restored, withdrawn, ended or kept (`move`), for this reason."""

    number: str
    move: str
    reason: str


class CertificateWillChange(Notice, kind="certificate_will_change"):
    """It was decided that the certificate is suspended, withdrawn or ended (`move`) from a later day."""

    number: str
    move: str
    reason: str
    day: date


class SuspensionToReview(Notice, kind="suspension_to_review"):
    """A decider suspended a certificate at once; a second one confirms or ends that by `day`."""

    number: str
    day: date


class HolderHeard(Notice, kind="holder_heard"):
    """The holder of a certificate that was suspended at once said something; a second decider answers by `day`."""

    number: str
    day: date


class CertificateResealed(Notice, kind="certificate_resealed"):
    """The file was sealed again; its content is the same."""

    number: str
