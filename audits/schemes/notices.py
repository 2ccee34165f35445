"""Messages to scheme managers."""

from audits.core.notices import Notice


class ProposalWaiting(Notice, kind="proposal_waiting"):
    """Somebody proposed a version that another scheme manager must publish."""

    version: str
