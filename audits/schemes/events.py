"""What is told of the norm."""

from audits.core.errors import N_
from audits.core.events import Code, Digest, EventData


class SchemePublished(EventData, name="scheme.publish", words=N_("Version of the norm published")):
    """Which version, and the digest of its text."""

    version: Code
    sha256: Digest
