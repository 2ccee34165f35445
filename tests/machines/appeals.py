"""Acts about appeals: the agency lodges one and takes it back, and who took no part takes it up, hears and decides."""

from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.disputes import services as disputes
from audits.disputes.rules import AppealOutcome
from certificates.lifecycle.services import appeal_or_propose, appealing
from tests.machines.acts import REASON, Acts


class Appeals(Acts):
    """Acts about appeals; each returns whether it was allowed."""

    def lodge(self, person: UUID, decision: UUID, late_because: str = "") -> bool:
        """Appeal in the portal, or as one of the staff on paper of today."""

        def act(session: Session, actor: Actor) -> None:
            received_on = None if actor.agency_id else clock.today()
            said = {"reasons": REASON, "late_because": late_because, "received_on": received_on}
            appealing.lodge(session, actor, decision, **said)

        return self._do(person, act)

    def take_appeal(self, person: UUID, appeal: UUID) -> bool:
        """Take an appeal up; one that came too late is admitted."""
        return self._do(person, lambda *who: appealing.take(*who, appeal, because=REASON))

    def refuse_appeal(self, person: UUID, appeal: UUID) -> bool:
        return self._do(person, lambda *who: disputes.refuse_appeal(*who, appeal, because=REASON))

    def hear_appeal(self, person: UUID, appeal: UUID) -> bool:
        return self._do(person, lambda *who: disputes.hear_agency(*who, appeal, on=clock.today(), heard=REASON))

    def take_appeal_back(self, person: UUID, appeal: UUID) -> bool:
        return self._do(person, lambda *who: appealing.take_back(*who, appeal))

    def decide_appeal(self, person: UUID, appeal: UUID, outcome: AppealOutcome) -> bool:
        """Decide, or propose to a second decider where the ground is serious."""
        said = {"outcome": outcome, "reasons": REASON, "heard": REASON}
        return self._do(person, lambda *who: appeal_or_propose(*who, appeal, **said))
