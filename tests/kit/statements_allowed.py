"""Statements that the walls must let pass."""

from tests.kit.statement_parts import ACTIVE, BASIS, DECIDED, DECIDED_CHANGE, filed, told
from tests.kit.statements_about_appeals import (
    ADMITTED_LAWFULLY,
    APPEALED_LAWFULLY,
    DECIDED_LAWFULLY,
    TAKEN_BACK_LAWFULLY,
    TAKEN_LAWFULLY,
)
from tests.kit.statements_about_changes import ACCEPTED_LAWFULLY, REPORTED_LAWFULLY
from tests.kit.statements_about_complaints import ANSWERED_LAWFULLY, TAKEN_UP_LAWFULLY
from tests.kit.statements_about_conditions import HANDED_IN_LAWFULLY, MET_LAWFULLY
from tests.kit.statements_about_cycles import (
    AWAY,
    CHOSEN,
    DAY,
    EXPLAINED,
    JOINED,
    LEFT,
    NOTED,
    TAKEN_BACK,
    TOLD_OTHERWISE,
    WITHOUT_APPLICATION,
)
from tests.kit.statements_about_deciders import CONFIRMED_AT_ONCE, DECLINED, PARTLY_LAWFULLY, PROPOSED, TWO_DECIDERS
from tests.kit.statements_about_entries import ENTERED
from tests.kit.statements_about_findings import ASKED_FOR_TIME, CONTESTED, FOUND_AS_IT_IS, GRADED
from tests.kit.statements_about_holders import CARRIED_OUT, CRITICAL, DONE, FATE, FOUND, REFUSED
from tests.kit.statements_about_messages import WRITTEN, WRITTEN_BACK
from tests.kit.statements_about_people import CORRECTED, RECORDED, STATED
from tests.kit.statements_about_plans import OBJECTED, REJECTED
from tests.kit.statements_about_plans import PROPOSED as DAY_PROPOSED
from tests.kit.statements_about_plans import SENT as PLAN_SENT
from tests.kit.statements_about_pleas import ANSWERED, ASKED, ASKED_BESIDE
from tests.kit.statements_about_remarks import REMARKED, REPLIED
from tests.kit.statements_about_requests import GIVEN
from tests.kit.statements_about_sharing import GIVEN as SHARED
from tests.kit.statements_about_sharing import PASSED_ON, SAID

LAWFUL = [
    ("decider", CARRIED_OUT),
    ("decider", PARTLY_LAWFULLY),
    ("agency appealing", APPEALED_LAWFULLY),
    ("agency appealing", TAKEN_BACK_LAWFULLY),
    *(("decider", each) for each in (TAKEN_LAWFULLY, ADMITTED_LAWFULLY, DECIDED_LAWFULLY)),
    *(("decider", each) for each in (TAKEN_UP_LAWFULLY, ANSWERED_LAWFULLY)),
    ("agency conditional", HANDED_IN_LAWFULLY),
    ("decider", MET_LAWFULLY),
    FOUND_AS_IT_IS,
    GRADED,
    ("decider", TWO_DECIDERS),
    ("decider", CONFIRMED_AT_ONCE),
    ("decider", PROPOSED.format("decider")),
    ("decider", DECLINED),
    ASKED_FOR_TIME,
    CONTESTED,
    ("agency changed", REPORTED_LAWFULLY),
    ("planner", ACCEPTED_LAWFULLY),
    ("agency mine", "UPDATE branch SET city = 'x' WHERE agency_id = :mine"),
    ("decider", DECIDED.format(":decider", "suspend", "active_certificate") + BASIS
     + told(":active_certificate", "active", "suspended")
     + DECIDED_CHANGE.format("suspend", "suspended", ":decider", "active_certificate")
     + ACTIVE.format("state = 'suspended'")),
    ("decider", REFUSED.format(":decider") + BASIS + FATE.format(":decider", "maintain", "weighed_certificate") + BASIS
     + DONE),
    ("planner", WITHOUT_APPLICATION.format("special", "chosen_cycle")),
    ("planner", CHOSEN.format("chosen")),
    ("planner", JOINED.format(":reviewer")),
    ("planner", LEFT),
    *((f"inspector of in_progress_{who}", each) for who in ("member", "deputy")
      for each in (ENTERED.format("x") + NOTED, TOLD_OTHERWISE, TAKEN_BACK)),
    ("inspector of in_progress_member", AWAY.format("in_progress_member", "in_progress_expert", "in_progress_member")),
    ("inspector of in_progress_member", DAY.format("in_progress", "in_progress_member", "in_progress_member")),
    ("decider", EXPLAINED.format("decider")),
    ("planner", AWAY.format("chosen_inspector", "in_progress_expert", "planner")),
    ("decider", CORRECTED.format("decider")),
    ("decider", STATED.format("decider")),
    ("inspector of found_inspector", CRITICAL + "; " + FOUND),
    ("reviewer", told(":reported_audit", "reported", "reviewed")
     + "UPDATE audit SET state = 'reviewed', recommendation = 'x' WHERE id = :reported_audit"),
    ("planner", told(":submitted_application", "submitted", "accepted")
     + "UPDATE application SET state = 'accepted' WHERE id = :submitted_application"),
    ("agency draft_applicant", told(":draft_application", "draft", "submitted")
     + "UPDATE application SET state = 'submitted', submitted_at = now() WHERE id = :draft_application"),
    ("agency mine", filed("mine_draft")),
    ("agency in_progress_audited", GIVEN),
    ("planner", REMARKED),
    ("agency shared", SHARED),
    ("agency shared", SAID),
    ("agency lent", PASSED_ON),
    ("agency planned_audited", OBJECTED),
    ("agency planned_audited", DAY_PROPOSED),
    ("planner", REJECTED),
    ("planner", PLAN_SENT),
    ("agency shared", ASKED),
    ("inspector of in_progress_inspector", ASKED_BESIDE),
    ("planner", ANSWERED),
    ("administrator", RECORDED),
    ("agency sent_back", REPLIED),
    ("agency in_progress_audited", WRITTEN),
    ("planner", WRITTEN_BACK),
    ("agency mine", "UPDATE answer SET value = 'partly' WHERE application_id = :mine_draft"),
    ("inspector of in_progress_inspector",
     ENTERED.format("x") + "UPDATE verdict SET note = 'x' WHERE audit_id = :in_progress_audit"),
    ("decider", told(":submitted_application", "submitted", "refused")
     + "UPDATE application SET state = 'refused' WHERE id = :submitted_application; "
     "UPDATE application SET review_note = 'x' WHERE id = :submitted_application"),
    ("agency concluded_audited", told(":concluded_open_finding", "open", "answered")
     + "UPDATE finding SET state = 'answered', solution = 'x' WHERE id = :concluded_open_finding"),
]  # fmt: skip
