"""Messages to people about their accounts."""

from datetime import date

from audits.core.notices import Notice


class Invitation(Notice, kind="invitation"):
    """An account was created; the link sets the first password."""


class AccountKnown(Notice, kind="account_known"):
    """Somebody registered an agency with the address of an existing account."""


class SecondPersonNeeded(Notice, kind="second_person_needed"):
    """To administrators: a role was asked for that one of them must confirm."""


class InterestRecorded(Notice, kind="interest_recorded"):
    """To somebody of the staff: the office recorded an interest of theirs."""


class StandsIn(Notice, kind="stands_in"):
    """To the deputy of somebody who is away."""

    first_day: date
    last_day: date


class DeputyAway(Notice, kind="deputy_away"):
    """To planners: who stands in for somebody is away too, so nobody does their work."""

    first_day: date
    last_day: date


class InterestInAudit(Notice, kind="interest_in_audit"):
    """To planners: somebody with a part in an audit declared an interest in its agency; links to the audit."""

    reference: str


class RolesChanged(Notice, kind="roles_changed"):
    """To administrators: somebody got or lost a role that needs a second person."""


class SmallBodySet(Notice, kind="small_body_set"):
    """To administrators: from now on a planner may also audit, or no longer (`allowed`)."""

    allowed: bool
    because: str
