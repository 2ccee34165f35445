"""What statements that must not pass are made of."""

from dataclasses import dataclass

from portal.stores.roles import APP, REGISTER, WORKER

NO_RIGHT = "42501"


@dataclass(frozen=True)
class Attack:
    """One statement, and what answers the web and the worker; the register is never let in.

    In the web somebody is there: `by` is a role of the staff, "nobody", "inspector of" an audit, or "agency" and which.
    """

    name: str
    statement: str
    app: str
    worker: str = "as app"
    register: str = NO_RIGHT
    by: str = "decider"

    def answer(self, role: str) -> str:
        worker = self.app if self.worker == "as app" else self.worker
        return {APP: self.app, WORKER: worker, REGISTER: self.register}[role]


def moved(table: str, before: str, after: str, wall: str, key: str = "", *, by: str = "decider") -> Attack:
    statement = f"UPDATE {table} SET state = '{after}' WHERE id = :{key or f'{before}_{table}'}"
    return Attack(f"{table}: {before} to {after}", statement, f"{table}_{wall}", by=by)


EVENT = (
    "INSERT INTO event (happened_at, name, subject_id, actor_id, data)"
    " VALUES (now(), 'x.y', {subject}, gen_random_uuid(), "
    '\'{{"before": "{before}", "after": "{after}"}}\'); '
)


def told(subject: str, before: str, after: str) -> str:
    return EVENT.format(subject=subject, before=before, after=after)


def traced(subject: str, statement: str) -> str:
    """A statement, and after it an event about its subject that tells of no move."""
    return f"{statement}; {told(subject, '', '').removesuffix('; ')}"


def answered(key: str) -> str:
    return (
        "INSERT INTO answer (application_id, requirement_code, scheme_version_id, value, explanation, answered_by,"
        f" answered_at, version) SELECT :{key}, code, scheme_version_id, 'conform', '', :other_owner, now(), 1"
        " FROM requirement WHERE scheme_version_id = :other_version LIMIT 1"
    )


def beside(statement: str, finding: str) -> str:
    return statement.replace("(id,", "(finding_id, id,").replace("SELECT ", f"SELECT :{finding}, ", 1)


def filed(key: str) -> str:
    return (
        "INSERT INTO evidence (id, application_id, requirement_code, scheme_version_id, filename, media_type, size,"
        f" sha256, uploaded_by, uploaded_at) SELECT gen_random_uuid(), :{key}, code, scheme_version_id, 'x.pdf',"
        " 'application/pdf', 1, 'cd', :other_owner, now() FROM requirement WHERE scheme_version_id = :other_version"
        " LIMIT 1"
    )


INSERTED = {
    "application": "INSERT INTO application (id, reference, agency_id, scheme_version_id, state, created_at,"
    " declared_name, review_note, version) VALUES (gen_random_uuid(), 'X', :holder, :other_version, '{}', now(), '',"
    " '', 1)",
    "audit": "INSERT INTO audit (id, reference, application_id, agency_id, scheme_version_id, planner_id, inspector_id,"
    " state, planned_on, announced, summary, recommendation, version) SELECT gen_random_uuid(), 'X', id, agency_id,"
    " scheme_version_id, :planner, :inspector, '{}', now(), true, '', '', 1 FROM application"
    " WHERE id = :concluded_application",
    "finding": "INSERT INTO finding (id, audit_id, number, scheme_version_id, requirement_code, grade, points, blocks,"
    " population, assessed, nonconforming, observed, state, cause, extent, solution, operation, verification_note,"
    " version) SELECT gen_random_uuid(), id, 99, scheme_version_id, 'PAY-01', 'minor', 0, false, 1, 1, 1, 'x', '{}',"
    " '', '', '', '', '', 1 FROM audit WHERE id = :{}_audit",
}
ROUND = (
    "INSERT INTO corrective_action (finding_id, round, cause, extent, solution, effectiveness, submitted_by,"
    " submitted_at, note) VALUES (:{}, 9, 'x', 'x', 'x', 'x', :other_owner, now(), '')"
)
ASKED = (
    "INSERT INTO role_request (id, person_id, role, asked_by, asked_at, answered_by, answered_at, granted)"
    " VALUES (gen_random_uuid(), :planner, 'decider', :administrator, now(), NULL, NULL, NULL)"
)
CONFIRMED = "UPDATE role_request SET answered_by = :administrator, answered_at = now(), granted = true"
TAKEN = "DELETE FROM person_role WHERE person_id = :inspector AND role = 'decider'"
PROPOSED = (
    "INSERT INTO scheme_proposal (id, code, version, source, sha256, proposed_by, proposed_at, answered_by,"
    " answered_at, published) VALUES (gen_random_uuid(), 'x', '9', 'x', 'x', :scheme_manager, now(), NULL, NULL, NULL)"
)
ACCEPTED = "UPDATE scheme_proposal SET answered_by = :scheme_manager, answered_at = now(), published = true"
DECLINED = ACCEPTED.replace("true", "false")
PUBLISHED = (
    "INSERT INTO scheme_version (id, code, version, title, valid_from, published_at, published_by, source, sha256,"
    " fail_total, failing_grades) SELECT gen_random_uuid(), code, '9', title, '2099-01-01', now(), :scheme_manager,"
    " 'x', 'x', fail_total, failing_grades FROM scheme_version LIMIT 1"
)
AGREED = (
    "INSERT INTO agreement_acceptance (id, application_id, version, sha256, accepted_by, accepted_name, accepted_at)"
    " SELECT gen_random_uuid(), :unsigned_application, '1', 'x', :unsigned_signatory, 'x', now()"
)
SUBMITTED = (
    "INSERT INTO submission (id, application_id, agency_id, number, content, sha256, declared_by, declared_name,"
    " submitted_at) SELECT gen_random_uuid(), :unsigned_application, :unsigned, 9, '{}',"
    " '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a', :unsigned_signatory, 'x', now()"
)
POPULATION = (
    "INSERT INTO population (audit_id, unit, members, size, digest, frozen_at, frozen_by, seed, algorithm, drawn)"
    " VALUES (:{}_audit, 'x', '[]', 0, '', now(), :inspector, '', '', 0)"
)
DECISION = (
    "INSERT INTO decision (id, audit_id, agency_id, decider_id, outcome, reasons, conditions, basis_sha256, decided_at,"
    " effective_on) VALUES (gen_random_uuid(), :reviewed_audit, :reviewed_audited, {}, 'refuse', 'x', '[]', '', now(),"
    " now())"
)
GRANTED = "INSERT INTO decision (scope, id," + (
    DECISION.partition("(id,")[2]
    .replace("VALUES (", """VALUES ('{{"activities": [{}], "sectors": [{}], "recruitment_countries": [{}], """
                         """"own_housing": {}}}', """)
    .replace("'refuse'", "'grant'")
    .replace("{}, 'grant'", ":decider, 'grant'")
)  # fmt: skip
# A decision of some kind on a certificate, and its basis, whose digest is that of '{{}}'.
DECIDED = (
    "WITH d AS (INSERT INTO decision (id, certificate_id, agency_id, decider_id, outcome, reasons, conditions,"
    " basis_sha256, decided_at, effective_on) SELECT gen_random_uuid(), id, agency_id, {}, '{}', 'x', '[]',"
    " '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a', now(), now() FROM certificate"
    " WHERE id = :{} RETURNING id) SELECT set_config('test.decision', id::text, true) FROM d; "
)
BASIS = "INSERT INTO decision_basis VALUES (current_setting('test.decision')::uuid, '{}'); "
CERTIFICATE = (
    "INSERT INTO certificate (id, number, agency_id, decision_id, scheme_version_id, state, conditional, conditions,"
    " valid_from, valid_until, printed, status_index, numbered_at, version)"
    " SELECT gen_random_uuid(), 'KW-X', agency_id, {}, scheme_version_id, '{}', false, '[]', now(),"
    " now() + interval '1 year', '{{}}', -1, now(), 1 FROM certificate WHERE id = :active_certificate"
)
CHANGE = (
    "INSERT INTO certificate_change (certificate_id, agency_id, move, state, reason, changed_at) SELECT id, agency_id,"
    " 'replace', '{}', '', now() FROM certificate WHERE id = :{}; "
)
DECIDED_CHANGE = (
    "INSERT INTO certificate_change (certificate_id, agency_id, move, state, reason, changed_at, decision_id, actor_id)"
    " SELECT id, agency_id, '{}', '{}', '', now(), current_setting('test.decision')::uuid, {} FROM certificate"
    " WHERE id = :{}; "
)
INSPECTOR = "SELECT inspector_id FROM audit WHERE id = :decided_audit"
ACTIVE = "UPDATE certificate SET {} WHERE id = :active_certificate"

SUBMITTER, CONCLUDED = "agency submitted_applicant", "agency concluded_applicant"
