"""Messages to an agency about its certificate."""

from audits.core.notices import Notice


class CertificateIssued(Notice, kind="certificate_issued"):
    """The certificate was issued and published."""

    number: str


class CertificateChanged(Notice, kind="certificate_changed"):
    """The certificate was suspended, restored, withdrawn, ended or kept (`move`), for this reason."""

    number: str
    move: str
    reason: str


class CertificateResealed(Notice, kind="certificate_resealed"):
    """The file was sealed again; its content is the same."""

    number: str
