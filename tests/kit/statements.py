"""Statements that must not pass, whoever sends them, with what answers each role; and a few that must.

An answer is the name of a constraint or an SQLSTATE; "none" where no row is touched, "rows" where it is
that role's work.
"""

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
POPULATION = (
    "INSERT INTO population (audit_id, unit, members, size, digest, frozen_at, frozen_by, seed, algorithm, drawn)"
    " VALUES (:{}_audit, 'x', '[]', 0, '', now(), :inspector, '', '', 0)"
)
DECISION = (
    "INSERT INTO decision (id, audit_id, agency_id, decider_id, outcome, reasons, conditions, basis_sha256, decided_at,"
    " effective_on) VALUES (gen_random_uuid(), :reviewed_audit, :reviewed_audited, {}, 'refuse', 'x', '[]', '', now(),"
    " now())"
)
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

ATTACKS = [
    # Certificates
    moved("certificate", "withdrawn", "active", "flow"),
    moved("certificate", "withdrawn", "suspended", "flow"),
    moved("certificate", "replaced", "active", "flow"),
    moved("certificate", "issuing", "suspended", "flow"),
    moved("certificate", "issuing", "withdrawn", "flow"),
    moved("certificate", "active", "issuing", "flow"),
    moved("certificate", "suspended", "issuing", "flow"),
    moved("certificate", "active", "suspended", "trace"),
    moved("certificate", "active", "withdrawn", "trace"),
    moved("certificate", "suspended", "active", "trace"),
    Attack(
        "suspended with an event only",
        told(":active_certificate", "active", "suspended") + ACTIVE.format("state = 'suspended'"),
        "certificate_trace",
    ),
    Attack(
        "suspended with a line in the history only",
        CHANGE.format("suspended", "active_certificate") + ACTIVE.format("state = 'suspended'"),
        "certificate_trace",
    ),
    Attack(
        "suspended with the trace of another move",
        told(":active_certificate", "active", "withdrawn")
        + CHANGE.format("withdrawn", "active_certificate")
        + ACTIVE.format("state = 'suspended'"),
        "certificate_trace",
    ),
    Attack(
        "suspended with the trace of another certificate",
        told(":suspended_certificate", "active", "suspended")
        + CHANGE.format("suspended", "suspended_certificate")
        + ACTIVE.format("state = 'suspended'"),
        "certificate_trace",
    ),
    Attack("a condition is dropped", ACTIVE.format("conditions = '[]', conditional = false"), NO_RIGHT),
    Attack("valid for ever", ACTIVE.format("valid_until = '2999-01-01'"), NO_RIGHT),
    Attack("another number", ACTIVE.format("number = 'KW-2020-00001-00'"), NO_RIGHT),
    Attack("another agency's", ACTIVE.format("agency_id = :other"), NO_RIGHT),
    Attack("other facts", ACTIVE.format("printed = '{}'"), NO_RIGHT),
    Attack("another place in the lists", ACTIVE.format("status_index = 5"), NO_RIGHT),
    Attack("issued earlier", ACTIVE.format("issued_at = '2020-01-01'"), NO_RIGHT, "certificate_trace"),
    Attack("signed by the web", ACTIVE.format("credential = 'x'"), NO_RIGHT, "rows"),
    Attack(
        "touched after its end",
        "UPDATE certificate SET version = 9 WHERE id = :withdrawn_certificate",
        "certificate_frozen",
    ),
    Attack("deleted", "DELETE FROM certificate WHERE id = :withdrawn_certificate", NO_RIGHT),
    Attack("born active", CERTIFICATE.format(":decision", "active"), NO_RIGHT, "certificate_flow"),
    Attack("without a decision", CERTIFICATE.format("gen_random_uuid()", "issuing"), NO_RIGHT, "granted"),
    Attack(
        "a change that nobody decided",
        CHANGE.replace("'replace'", "'suspend'").format("suspended", "active_certificate")[:-2],
        "decided",
    ),
    Attack(
        "a change by the decision of another kind",
        DECIDED.format(":decider", "lift", "active_certificate")
        + BASIS
        + DECIDED_CHANGE.format("suspend", "suspended", ":decider", "active_certificate")[:-2],
        "decided",
    ),
    Attack(
        "a change by the decision on another certificate",
        DECIDED.format(":decider", "suspend", "suspended_certificate")
        + BASIS
        + DECIDED_CHANGE.format("suspend", "suspended", ":decider", "active_certificate")[:-2],
        "decided",
    ),
    Attack(
        "a change in the name of somebody else",
        DECIDED.format(":decider", "suspend", "active_certificate")
        + BASIS
        + DECIDED_CHANGE.format("suspend", "suspended", ":reviewer", "active_certificate")[:-2],
        "decided",
    ),
    Attack(
        "suspended by its inspector",
        DECIDED.format("(" + INSPECTOR + ")", "suspend", "active_certificate")[:-2],
        "four_eyes",
    ),
    Attack(
        "withdrawn by its planner",
        DECIDED.format("(" + INSPECTOR.replace("inspector", "planner") + ")", "withdraw", "active_certificate")[:-2],
        "four_eyes",
    ),
    Attack(
        "decided without a basis", DECIDED.format(":decider", "suspend", "active_certificate")[:-2], "decision_trace"
    ),
    Attack(
        "decided on another basis",
        DECIDED.format(":decider", "suspend", "active_certificate") + BASIS.replace("'{}'", "'[]'")[:-2],
        "basis_digest",
    ),
    Attack("another basis", "UPDATE decision_basis SET content = ''", NO_RIGHT),
    Attack("another ground", "UPDATE decision_ground SET code = 'x'", NO_RIGHT),
    Attack("history rewritten", "UPDATE certificate_change SET reason = ''", NO_RIGHT),
    Attack("history removed", "DELETE FROM certificate_change", NO_RIGHT),
    Attack(
        "history with a chosen transaction",
        "INSERT INTO certificate_change (certificate_id, agency_id, move, state, reason, changed_at, txid)"
        " VALUES (:active_certificate, :holder, 'x', 'active', '', now(), '1')",
        NO_RIGHT,
    ),
    # Applications, answers, evidence
    moved("application", "refused", "accepted", "flow"),
    moved("application", "refused", "draft", "flow"),
    moved("application", "withdrawn", "submitted", "flow"),
    moved("application", "concluded", "accepted", "flow"),
    moved("application", "accepted", "draft", "flow"),
    moved("application", "draft", "accepted", "flow", by="agency draft_applicant"),
    moved("application", "submitted", "concluded", "flow"),
    moved("application", "submitted", "accepted", "trace"),
    moved("application", "draft", "submitted", "trace", by="agency draft_applicant"),
    Attack(
        "a note without a move",
        "UPDATE application SET review_note = 'fine' WHERE id = :submitted_application",
        "application_trace",
    ),
    Attack("to another agency", "UPDATE application SET agency_id = :other WHERE id = :draft_application", NO_RIGHT),
    Attack("born accepted", INSERTED["application"].format("accepted"), "application_flow"),
    Attack("removed", "DELETE FROM application WHERE id = :draft_application", NO_RIGHT),
    Attack(
        "an answer after submission",
        "UPDATE answer SET value = 'conform' WHERE application_id = :submitted_application",
        "answer_frozen",
        by="agency submitted_applicant",
    ),
    Attack(
        "an answer after acceptance",
        "UPDATE answer SET explanation = 'x' WHERE application_id = :accepted_application",
        "answer_frozen",
        by="agency accepted_applicant",
    ),
    Attack(
        "a new answer after submission",
        answered("submitted_application"),
        "answer_frozen",
        by="agency submitted_applicant",
    ),
    Attack("an answer removed", "DELETE FROM answer WHERE application_id = :draft_application", NO_RIGHT),
    Attack(
        "a file after submission", filed("submitted_application"), "evidence_frozen", by="agency submitted_applicant"
    ),
    Attack(
        "a file after the conclusion",
        filed("concluded_application"),
        "evidence_frozen",
        by="agency concluded_applicant",
    ),
    Attack("another file under the same name", "UPDATE evidence SET sha256 = 'cd' WHERE id = :mine_evidence", NO_RIGHT),
    Attack("a file removed", "DELETE FROM evidence WHERE id = :mine_evidence", NO_RIGHT),
    Attack(
        "a note after the refusal",
        "UPDATE application SET review_note = 'x' WHERE id = :refused_application",
        "application_frozen",
    ),
    # Audits, samples, verdicts, findings
    Attack("an inspector with a tie", INSERTED["audit"].format("planned").replace(":inspector", ":reviewer"), "no_tie"),
    Attack("a list after the report", POPULATION.format("reported"), "population_frozen"),
    moved("audit", "concluded", "reviewed", "flow"),
    Attack(
        "an audit without agreement", INSERTED["audit"].format("planned").replace("concluded", "unsigned"), "agreement"
    ),
    Attack(
        "agreed in another's name",
        AGREED.replace(":unsigned_signatory", ":planner"),
        NO_RIGHT,
        "rows",
        by="agency unsigned",
    ),
    Attack("another's agreement", AGREED, NO_RIGHT, "rows", by="agency other"),
    Attack("agreed otherwise", "UPDATE agreement_acceptance SET sha256 = 'x'", NO_RIGHT),
    Attack(
        "agreed for another agency",
        AGREED.replace("(id,", "(agency_id, id,").replace("SELECT ", "SELECT :mine, "),
        NO_RIGHT,
        "rows",
        by="agency mine",
    ),
    moved("audit", "cancelled", "planned", "flow"),
    moved("audit", "concluded", "in_progress", "flow"),
    moved("audit", "reviewed", "in_progress", "flow"),
    moved("audit", "reviewed", "reported", "flow"),
    moved("audit", "planned", "reviewed", "flow"),
    moved("audit", "in_progress", "concluded", "flow"),
    moved("audit", "reported", "cancelled", "flow"),
    moved("audit", "reported", "in_progress", "trace"),
    moved("audit", "reported", "reviewed", "trace"),
    Attack(
        "moved with the event of another move",
        told(":reported_audit", "reviewed", "reviewed")
        + "UPDATE audit SET state = 'reviewed' WHERE id = :reported_audit",
        "audit_trace",
    ),
    Attack("a better score", "UPDATE audit SET score = 0 WHERE id = :reviewed_audit", "audit_trace"),
    Attack("another summary", "UPDATE audit SET summary = 'x' WHERE id = :reported_audit", "audit_trace"),
    Attack("another score after it", "UPDATE audit SET score = 0 WHERE id = :concluded_audit", "audit_frozen"),
    Attack(
        "another score with an event that moves nothing",
        told(":concluded_audit", "concluded", "concluded") + "UPDATE audit SET score = 0 WHERE id = :concluded_audit",
        "audit_frozen",
    ),
    Attack("another inspector", "UPDATE audit SET inspector_id = :inspector WHERE id = :planned_audit", "audit_trace"),
    Attack(
        "an own audit given away",
        "UPDATE audit SET inspector_id = :decider WHERE id = :planned_audit",
        NO_RIGHT,
        "audit_trace",
        by="inspector of planned_inspector",
    ),
    Attack("another planner", "UPDATE audit SET planner_id = :planner WHERE id = :planned_audit", NO_RIGHT),
    Attack("no surprise", "UPDATE audit SET announced = true WHERE id = :planned_audit", NO_RIGHT),
    Attack("born reviewed", INSERTED["audit"].format("reviewed"), "audit_flow"),
    Attack("removed", "DELETE FROM audit WHERE id = :planned_audit", NO_RIGHT),
    Attack("a late verdict", "UPDATE verdict SET value = 'conform' WHERE audit_id = :reported_audit", "verdict_frozen"),
    Attack("a later one", "UPDATE verdict SET note = 'x' WHERE audit_id = :concluded_audit", "verdict_frozen"),
    Attack(
        "a verdict more",
        "INSERT INTO verdict SELECT audit_id, requirement_code, unit, reference, scheme_version_id, value, note,"
        " recorded_by, recorded_at, version FROM verdict WHERE audit_id = :reviewed_audit LIMIT 1",
        "verdict_frozen",
    ),
    Attack(
        "a late text for the agency",
        "INSERT INTO requirement_judgement (audit_id, requirement_code, scheme_version_id, agency_text, written_by,"
        " written_at, version) SELECT audit_id, requirement_code, scheme_version_id, 'x', recorded_by, now(), 1"
        " FROM verdict WHERE audit_id = :reviewed_audit LIMIT 1",
        "requirement_judgement_frozen",
    ),
    Attack("a text less", "DELETE FROM requirement_judgement WHERE audit_id = :in_progress_audit", NO_RIGHT),
    Attack("hidden again", "UPDATE audit SET revealed_at = NULL WHERE id = :revealed_audit", "audit_frozen"),
    Attack("revealed untold", "UPDATE audit SET revealed_at = now() WHERE id = :surprise_audit", "audit_trace"),
    Attack("a verdict less", "DELETE FROM verdict WHERE audit_id = :in_progress_audit", NO_RIGHT),
    Attack(
        "a unit more",
        "INSERT INTO sampled_unit VALUES (:reported_audit, 'worker', 'friend', 99)",
        "sampled_unit_frozen",
    ),
    Attack("another unit", "UPDATE sampled_unit SET reference = 'x' WHERE audit_id = :in_progress_audit", NO_RIGHT),
    Attack("a friendlier list", "UPDATE population SET members = '[]' WHERE audit_id = :in_progress_audit", NO_RIGHT),
    Attack("he took no part", "DELETE FROM audit_participant WHERE audit_id = :reviewed_audit", NO_RIGHT),
    moved("finding", "closed", "open", "flow", "reviewed_closed_finding"),
    moved("finding", "open", "closed", "flow", "reviewed_open_finding"),
    moved("finding", "answered", "closed", "trace", "reviewed_answered_finding"),
    moved("finding", "open", "answered", "trace", "concluded_open_finding"),
    Attack(
        "an answer after the decision without its move",
        "UPDATE finding SET solution = 'x' WHERE id = :concluded_answered_finding",
        "finding_trace",
    ),
    Attack("milder", "UPDATE finding SET grade = 'minor' WHERE id = :reported_open_finding", NO_RIGHT),
    Attack("lighter", "UPDATE finding SET points = 0, blocks = false WHERE id = :reported_open_finding", NO_RIGHT),
    Attack("gone after the review", "DELETE FROM finding WHERE id = :reviewed_open_finding", "finding_frozen"),
    Attack("gone after the decision", "DELETE FROM finding WHERE id = :concluded_open_finding", "finding_frozen"),
    Attack("born closed", INSERTED["finding"].format("closed", "reported"), "finding_flow"),
    Attack("found after the decision", INSERTED["finding"].format("open", "concluded"), "finding_frozen"),
    Attack(
        "an answer after its end",
        "UPDATE finding SET solution = 'x' WHERE id = :reviewed_closed_finding",
        "finding_frozen",
    ),
    Attack("said without a move", ROUND.format("reviewed_open_finding"), "corrective_action_trace"),
    Attack(
        "accepted without a move",
        "UPDATE corrective_action SET outcome = 'accepted' WHERE finding_id = :reviewed_answered_finding",
        "corrective_action_trace",
    ),
    Attack(
        "judged otherwise later",
        "UPDATE corrective_action SET outcome = 'returned' WHERE finding_id = :reviewed_closed_finding",
        "corrective_action_frozen",
    ),
    Attack("other words", "UPDATE corrective_action SET solution = 'x'", NO_RIGHT),
    Attack("never said", "DELETE FROM corrective_action", NO_RIGHT),
    Attack(
        "a file beside a closed finding",
        beside(filed("reviewed_case"), "reviewed_closed_finding"),
        "evidence_frozen",
        by="agency reviewed_audited",
    ),
    Attack(
        "a file beside a finding of another case",
        beside(filed("accepted_application"), "reviewed_open_finding"),
        "evidence_frozen",
        by="agency accepted_applicant",
    ),
    Attack(
        "a file that was judged, removed",
        "UPDATE evidence SET removed_at = now() WHERE id = :judged_evidence",
        "evidence_frozen",
        by="agency reviewed_audited",
    ),
    # Decisions
    Attack("by whom it was about", DECISION.format(":reviewed_inspector"), "four_eyes"),
    Attack("another outcome", "UPDATE decision SET outcome = 'refuse'", NO_RIGHT, "23000"),
    Attack("other reasons", "UPDATE decision SET reasons = 'x'", NO_RIGHT),
    Attack("removed", "DELETE FROM decision", NO_RIGHT),
    # People and how they sign in
    Attack("staff of an agency", "UPDATE person SET agency_id = :other WHERE id = :decider", NO_RIGHT),
    Attack("an agency's man among the staff", "UPDATE person SET agency_id = NULL WHERE id = :other_owner", NO_RIGHT),
    Attack("another's mail", "UPDATE person SET email = 'x@example.nl' WHERE id = :administrator", NO_RIGHT),
    Attack("a decider for the agency", "INSERT INTO person_role VALUES (:other_owner, 'decider')", "role_fits"),
    Attack(
        "a role changed",
        "UPDATE person_role SET role = 'decider' WHERE person_id = :other_owner",
        "role_fits",
        by="agency other",
    ),
    Attack(
        "a decider by one person",
        "INSERT INTO person_role VALUES (:planner, 'decider')",
        "second_person",
        by="administrator",
    ),
    Attack(
        "a planner made reviewer",
        "UPDATE person_role SET role = 'reviewer' WHERE person_id = :planner",
        "second_person",
        by="administrator",
    ),
    Attack(
        "a role confirmed by its asker", f"{ASKED}; {CONFIRMED}", "ck_role_request_second_person", by="administrator"
    ),
    Attack(
        "a role confirmed at birth",
        ASKED.replace("NULL, NULL, NULL", ":decider, now(), true"),
        "23000",
        by="administrator",
    ),
    Attack(
        "an own role asked for",
        ASKED.replace(":planner", ":administrator"),
        "ck_role_request_not_own",
        by="administrator",
    ),
    Attack("a role asked for by another", ASKED, NO_RIGHT, "rows", by="decider"),
    Attack(
        "a role asked for in another's name",
        ASKED.replace(":administrator", ":decider"),
        NO_RIGHT,
        "rows",
        by="administrator",
    ),
    Attack("a role asked for", ASKED, "rows", by="administrator"),
    Attack(
        "another role than asked for",
        f"{ASKED}; UPDATE role_request SET role = 'reviewer'",
        NO_RIGHT,
        by="administrator",
    ),
    Attack("roles answered by no administrator", CONFIRMED.replace("administrator", "decider"), "none", "rows"),
    Attack("a confirmed role", f"{CONFIRMED}; {TAKEN}", "rows", by="administrator"),
    Attack("another answer", f"{CONFIRMED}; {CONFIRMED.replace('true', 'false')}", "23000", by="administrator"),
    Attack(
        "a norm proposed in another's name",
        PROPOSED.replace("scheme_manager", "decider"),
        NO_RIGHT,
        "rows",
        by="scheme_manager",
    ),
    Attack(
        "a norm answered at birth",
        PROPOSED.replace("NULL, NULL, NULL", ":decider, now(), true"),
        "23000",
        by="scheme_manager",
    ),
    Attack("a norm answered by no scheme manager", ACCEPTED.replace("scheme_manager", "decider"), "none", "rows"),
    Attack("another answer about a norm", f"{DECLINED}; {DECLINED}", "23000", by="scheme_manager"),
    Attack("a norm that nobody proposed", PUBLISHED, "second_person", "rows", by="scheme_manager"),
    Attack("a norm from a day that is over", PUBLISHED.replace("2099", "2020"), "not_backdated", by="scheme_manager"),
    Attack(
        "a decider who comes back",
        "UPDATE person SET retired_at = NULL WHERE id = :left_decider",
        "second_person",
        by="administrator",
    ),
    Attack(
        "a norm published by its author",
        f"{PROPOSED}; {ACCEPTED}",
        "ck_scheme_proposal_second_person",
        by="scheme_manager",
    ),
    Attack(
        "another text than proposed",
        f"{PROPOSED}; UPDATE scheme_proposal SET source = 'y'",
        NO_RIGHT,
        by="scheme_manager",
    ),
    Attack("removed", "DELETE FROM person WHERE id = :other_owner", NO_RIGHT),
    Attack("a tie forgotten", "DELETE FROM tie", NO_RIGHT),
    Attack("another's session", "UPDATE login_session SET person_id = :administrator", NO_RIGHT),
    Attack("signed in for longer", "UPDATE login_session SET created_at = now()", NO_RIGHT),
    # Agencies
    Attack("another legal entity", "UPDATE agency SET register_number = '1' WHERE id = :holder", NO_RIGHT),
    Attack("removed", "DELETE FROM agency WHERE id = :mine", NO_RIGHT),
    # The trail, the norm, documents, the log
    Attack("rewritten", "UPDATE event SET data = '{}'", NO_RIGHT),
    Attack("cut", "DELETE FROM event", NO_RIGHT),
    Attack(
        "an event of another transaction",
        "INSERT INTO event (happened_at, name, subject_id, actor_id, data, txid)"
        " VALUES (now(), 'x', :holder, :holder, '{}', '1')",
        NO_RIGHT,
    ),
    Attack(
        "an event in a chosen place",
        "INSERT INTO event (id, happened_at, name, subject_id, actor_id, data) OVERRIDING SYSTEM VALUE"
        " VALUES (1, now(), 'x', :holder, :holder, '{}')",
        NO_RIGHT,
    ),
    Attack("a milder norm", "UPDATE scheme_version SET fail_total = 1000", NO_RIGHT),
    Attack("a requirement less", "DELETE FROM requirement", NO_RIGHT),
    Attack("another file", "UPDATE document SET sha256 = 'x'", NO_RIGHT),
    Attack("a document removed", "DELETE FROM document", NO_RIGHT),
    Attack("a status list by the web", "UPDATE status_list SET token = 'x'", NO_RIGHT, "none"),
    Attack("a note rewritten", "UPDATE event_note SET data = '{}'", NO_RIGHT),
    Attack("a note forgotten", "DELETE FROM event_note", NO_RIGHT),
    Attack("a note forgotten by the web", "SELECT forget_note(1)", NO_RIGHT, worker="rows"),
    Attack("no trace of a break-in", "DELETE FROM security_event", NO_RIGHT, "23000"),
    Attack("another trace", "UPDATE security_event SET kind = 'signed_out'", NO_RIGHT),
    Attack("a witness made up", "INSERT INTO cosignature VALUES (1, 'x', 'x', 'x', now())", NO_RIGHT),
    Attack("the log of another made shorter", "UPDATE witnessed_log SET size = 1", NO_RIGHT),
    Attack(
        "the same by the register's own door",
        "SELECT keep_witnessed('log', 1, '', '')",
        "witnessed_log_frozen",
        register="witnessed_log_frozen",
    ),
    Attack("another leaf", "UPDATE ledger_entry SET data = ''", NO_RIGHT),
    Attack("a shorter log", "DELETE FROM ledger_entry", NO_RIGHT),
    Attack("a checkpoint by the web", "INSERT INTO checkpoint VALUES (9, '', '', '', now())", NO_RIGHT, "rows"),
    Attack("a task put off", "UPDATE chore SET due_at = '2999-01-01'", NO_RIGHT, "none"),
    Attack("done", "UPDATE outbox SET done_at = now()", NO_RIGHT, "rows"),
    Attack("all numbers again", "DELETE FROM counter", NO_RIGHT),
]

LAWFUL = [
    ("decider", DECIDED.format(":decider", "suspend", "active_certificate") + BASIS
     + told(":active_certificate", "active", "suspended")
     + DECIDED_CHANGE.format("suspend", "suspended", ":decider", "active_certificate")
     + ACTIVE.format("state = 'suspended'")),
    ("reviewer", told(":reported_audit", "reported", "reviewed")
     + "UPDATE audit SET state = 'reviewed', recommendation = 'x' WHERE id = :reported_audit"),
    ("planner", told(":submitted_application", "submitted", "accepted")
     + "UPDATE application SET state = 'accepted' WHERE id = :submitted_application"),
    ("agency mine", filed("mine_draft")),
    ("agency mine", "UPDATE answer SET value = 'partly' WHERE application_id = :mine_draft"),
    ("inspector of in_progress_inspector", "UPDATE verdict SET note = 'x' WHERE audit_id = :in_progress_audit"),
    ("decider", told(":submitted_application", "submitted", "refused")
     + "UPDATE application SET state = 'refused' WHERE id = :submitted_application; "
     "UPDATE application SET review_note = 'x' WHERE id = :submitted_application"),
    ("agency concluded_audited", told(":concluded_open_finding", "open", "answered")
     + "UPDATE finding SET state = 'answered', solution = 'x' WHERE id = :concluded_open_finding"),
]  # fmt: skip
