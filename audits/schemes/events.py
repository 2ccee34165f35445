"""Events of the audit trail about schemes."""

from audits.core.errors import N_
from audits.core.events import Code, Digest, EventData


class SchemePublished(EventData, name="scheme.publish", words=N_("Version of the norm published")):
    """A scheme version was published, with the digest of its text."""

    version: Code
    sha256: Digest


class SchemeProposed(EventData, name="scheme.propose", words=N_("Version of the norm proposed")):
    """A scheme version was proposed, with the digest of its text."""

    version: Code
    sha256: Digest


class SchemeDeclined(EventData, name="scheme.decline", words=N_("Proposed version of the norm declined")):
    """A proposed scheme version was declined or withdrawn."""

    version: Code
    sha256: Digest
