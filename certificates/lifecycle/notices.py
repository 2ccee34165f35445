"""What an agency is told of its certificate."""

from audits.core.notices import Notice


class CertificateIssued(Notice, kind="certificate_issued"):
    """It is sealed and public."""

    number: str


class CertificateChanged(Notice, kind="certificate_changed"):
    """It was suspended, given back or withdrawn (`move`), for this reason."""

    number: str
    move: str
    reason: str


class CertificateResealed(Notice, kind="certificate_resealed"):
    """Its file was made again; what it says is the same."""

    number: str
