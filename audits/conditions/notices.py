"""Messages about conditions."""

from datetime import date

from audits.core.notices import Notice


class ProofSubmitted(Notice, kind="proof_submitted"):
    """To everybody who may decide about the certificate; links to the certificate."""

    agency: str
    day: date


class ProofReturned(Notice, kind="proof_returned"):
    """To the holder: the proof is not enough yet; links to the condition."""

    reason: str
    day: date  # on which the condition is due
