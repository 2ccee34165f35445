"""Statements that must not pass about the cycle of a certificate, and about what an audit of a holder looks at."""

from tests.kit.statement_parts import NO_RIGHT, Attack

WITHOUT_APPLICATION = (
    "INSERT INTO audit (id, reference, kind, certification_id, agency_id, scheme_version_id, planner_id, inspector_id,"
    " state, planned_on, announced, summary, recommendation, version) SELECT gen_random_uuid(), 'X', '{}', id,"
    " agency_id, scheme_version_id, :planner, :inspector, 'planned', now(), true, '', '', 1 FROM certification"
    " WHERE id = :{}"
)
CHOSEN = (
    "INSERT INTO audit_requirement (audit_id, requirement_code, scheme_version_id, reasons)"
    " SELECT id, 'GOV-01', scheme_version_id, '[]' FROM audit WHERE id = :{}_audit"
)
SEEN = (
    "INSERT INTO verdict (audit_id, requirement_code, unit, reference, scheme_version_id, value, note, recorded_by,"
    " recorded_at, version) SELECT a.id, '{}', s.unit, s.reference, a.scheme_version_id, 'conform', '', inspector_id,"
    " now(), 1 FROM audit a JOIN sampled_unit s ON s.audit_id = a.id WHERE a.id = :narrow_audit"
)

JOINED = (
    "INSERT INTO team_member (id, audit_id, person_id, role, joined_at, left_at)"
    " VALUES (gen_random_uuid(), :chosen_audit, {}, 'expert', now(), NULL)"
)
LEFT = "UPDATE team_member SET left_at = now() WHERE audit_id = :chosen_audit"

ABOUT_CYCLES = [
    Attack("somebody with an interest goes along", JOINED.format(":chosen_interested"), "no_tie"),
    Attack(
        "goes along by the inspector", JOINED.format(":reviewer"), NO_RIGHT, "rows", by="inspector of chosen_inspector"
    ),
    Attack("leaves by the inspector", LEFT, "none", "rows", by="inspector of chosen_inspector"),
    Attack("leaves once more", LEFT.replace("chosen", "narrow"), "team_member_frozen"),
    Attack("went along as another", "UPDATE team_member SET role = 'observer'", NO_RIGHT),
    Attack("never went along", "DELETE FROM team_member WHERE audit_id = :chosen_audit", NO_RIGHT),
    Attack(
        "an audit without application of who holds no certificate",
        WITHOUT_APPLICATION.format("special", "concluded_case"),
        "audit_of_holder",
    ),
    Attack(
        "an audit in the cycle of another",
        WITHOUT_APPLICATION.format("special", "chosen_cycle").replace(
            " agency_id, scheme_version_id, :pl", " :narrow_agency, scheme_version_id, :pl"
        ),
        "audit_of_holder",
    ),
    Attack(
        "a renewal without application",
        WITHOUT_APPLICATION.format("renewal", "chosen_cycle"),
        "ck_audit_application",
    ),
    Attack("another kind", "UPDATE audit SET kind = 'renewal' WHERE id = :chosen_audit", NO_RIGHT),
    Attack("another occasion", "UPDATE audit SET occasion = 'x' WHERE id = :chosen_audit", NO_RIGHT),
    Attack("another cycle", "UPDATE audit SET certification_id = :narrow_cycle WHERE id = :chosen_audit", NO_RIGHT),
    Attack("a cycle by hand", "INSERT INTO certification VALUES (:mine_draft, :mine, :mine_version)", NO_RIGHT),
    Attack("more to look at after the start", CHOSEN.format("narrow"), "requirements_chosen"),
    Attack(
        "more to look at by the inspector",
        CHOSEN.format("chosen"),
        NO_RIGHT,
        "rows",
        by="inspector of chosen_inspector",
    ),
    Attack("less to look at", "DELETE FROM audit_requirement WHERE audit_id = :chosen_audit", NO_RIGHT),
    Attack("for another reason", "UPDATE audit_requirement SET reasons = '[]'", NO_RIGHT),
    Attack("a verdict on what is not looked at", SEEN.format("GOV-01"), "requirement_covered"),
]
