"""Statements by somebody whose rows these are not: what they read is not there, and what they write is refused."""

from tests.kit.statement_parts import (
    ACTIVE,
    CHANGE,
    DECISION,
    INSERTED,
    NO_RIGHT,
    ROUND,
    Attack,
    answered,
    filed,
)
from tests.kit.statements_about_entries import ENTERED
from tests.kit.statements_about_holders import CRITICAL, DONE

READ = "SELECT FROM {} WHERE {}"


def unseen(by: str, table: str, where: str, worker: str = "rows", register: str = NO_RIGHT) -> Attack:
    """Rows that are there, and that this person does not see."""
    return Attack(f"{by} reads {table}: {where}", READ.format(table, where), "none", worker, register, by)


MOVED = (
    "INSERT INTO address_change (id, person_id, old_email, new_email, asked_at)"
    " SELECT gen_random_uuid(), :{}, email, 'x@example.nl', now() FROM person WHERE id = :{}"
)
CONTACT = (
    "INSERT INTO contact (id, agency_id, name, function, email, phone, version)"
    " VALUES (gen_random_uuid(), :{}, 'x', 'x', 'x@example.nl', '', 1)"
)
PERSON = (
    "INSERT INTO person (id, agency_id, name, email, language, invited_at, version)"
    " VALUES (gen_random_uuid(), {}, 'x', 'x@example.nl', 'nl', now(), 1)"
)
AGENCY = (
    "INSERT INTO agency (id, legal_name, trade_names, former_names, country, register_number, street, postcode, city,"
    " phone, website, activities, sectors, recruitment_countries, headcount, own_housing, housing_places, iban,"
    " account_holder, created_at, version) SELECT gen_random_uuid(), legal_name, trade_names, former_names, country,"
    " '1', street, postcode, city, phone, website, activities, sectors, recruitment_countries, headcount, own_housing,"
    " housing_places, iban, account_holder, now(), 1 FROM agency WHERE id = :mine"
)
OWN_NAME = (
    answered("other_draft")
    .replace("(application_id,", "(agency_id, application_id,")
    .replace("SELECT ", "SELECT :mine, ")
)
OWN_FILE = filed("other_draft").replace("(id,", "(agency_id, id,").replace("SELECT ", "SELECT :mine, ")
VERDICT = (
    "INSERT INTO verdict (audit_id, requirement_code, unit, reference, scheme_version_id, value, note, recorded_by,"
    " recorded_at, version) VALUES (:in_progress_audit, :in_progress_code, :in_progress_unit, :in_progress_unit,"
    " :other_version, 'x', '', :inspector, now(), 1)"
)
TEXT = (
    "INSERT INTO requirement_judgement (audit_id, requirement_code, scheme_version_id, agency_text, written_by,"
    " written_at, version) VALUES (:in_progress_audit, :in_progress_code, :other_version, 'x', :inspector, now(), 1)"
)
OTHERS = "application_id = :other_draft"
AGENCY_TABLES = ("branch", "controller", "contact")
AUDITED = ("audit_participant", "population", "sampled_unit", "verdict")
CHANGED = "audit_id = :in_progress_audit"

SEEN_BY_OTHERS = [
    # An agency and what is another's
    unseen("agency mine", "agency", "id = :other"),
    *(unseen("agency mine", table, "agency_id = :other") for table in AGENCY_TABLES),
    unseen("agency mine", "person", "id = :other_owner"),
    unseen("agency mine", "credential", "person_id = :other_owner"),
    unseen("agency mine", "login_session", "person_id = :administrator"),
    unseen("agency mine", "mail_token", "person_id = :administrator"),
    unseen("agency mine", "address_change", "person_id = :administrator"),
    unseen("agency mine", "held_form", "person_id = :administrator"),
    unseen("agency mine", "tie", "true"),
    unseen("agency mine", "group_statement", "true"),
    unseen("agency mine", "absence", "true"),
    unseen("agency mine", "competence", "true"),
    unseen("agency mine", "audit_day", "audit_id NOT IN (SELECT id FROM audit WHERE agency_id = :mine)"),
    unseen("agency mine", "audit_time", "true"),
    unseen("agency mine", "small_body", "true"),
    unseen("agency mine", "application", "id = :other_draft"),
    unseen("agency mine", "answer", OTHERS),
    unseen("agency mine", "agreement_acceptance", "agency_id = :agreed"),
    unseen("agency mine", "submission", "agency_id = :agreed"),
    unseen("agency mine", "hearing_statement", "decision_id = :at_once"),
    unseen("agency mine", "evidence", OTHERS),
    unseen("agency mine", "audit", "id = :concluded_audit"),
    unseen("agency mine", "finding", "audit_id = :concluded_audit"),
    unseen("agency mine", "corrective_action", "finding_id = :reviewed_answered_finding"),
    unseen("agency mine", "decision", "id = :decision"),
    unseen("agency mine", "decision_ground", "decision_id = :decision"),
    unseen("agency holder", "decision_basis", "decision_id = :decision"),
    unseen("inspector", "decision_basis", "decision_id = :decision"),
    unseen("agency weighed_holder", "deadline", "id = :task"),
    unseen("inspector", "deadline", "id = :task"),
    unseen("agency mine", "deadline_step", "true"),
    unseen("agency mine", "letter", "true"),
    unseen("inspector", "letter", "true"),
    unseen("inspector", "deadline_step", "true"),
    unseen("agency mine", "agency_change", "id = :reported_agency_change"),
    unseen("agency mine", "agency_change_file", "change_id = :reported_agency_change"),
    unseen("inspector of found_inspector", "agency_change", "id = :reported_agency_change"),
    unseen("inspector of found_inspector", "agency_change_file", "change_id = :reported_agency_change"),
    unseen("agency mine", "event", "agency_id = :other"),
    unseen("agency other", "event_note", "true"),
    unseen("agency mine", "outbox", "true"),
    unseen("agency mine", "security_event", "true"),
    unseen("agency mine", "certificate", "id = :issuing_certificate", register="none"),
    unseen("agency mine", "document", "kind = 'decision_letter'", register="none"),
    # An agency and what staff keep of its own case
    *(unseen("agency concluded_audited", table, "audit_id = :concluded_audit") for table in AUDITED),
    unseen("agency surprised", "audit", "id = :surprise_audit"),
    # Signals: those who plan, without the agencies that they have an interest in
    *(unseen(by, "signal", "true") for by in (
        "agency other", "agency concluded_audited", "inspector of concluded_inspector", "reviewer", "decider",
        "administrator", "scheme_manager", "nobody")),
    unseen("planner", "signal", "agency_id = :other"),
    Attack("planner reads signals", "SELECT FROM signal", "rows", by="planner"),
    # Staff and what no agency has handed in; inspectors and what is not assigned to them; others
    unseen("planner", "application", "id = :mine_draft"),
    unseen("planner", "answer", "application_id = :mine_draft"),
    unseen("decider", "evidence", "application_id = :mine_draft"),
    unseen("decider", "credential", "person_id = :administrator"),
    unseen("inspector", "application", "id = :submitted_application"),
    unseen("inspector", "answer", "application_id = :submitted_application"),
    unseen("inspector", "audit", "id = :in_progress_audit"),
    unseen("agency mine", "certification", "id = :chosen_cycle"),
    unseen("inspector", "certification", "id = :chosen_cycle"),
    *(unseen(by, "team_member", "audit_id = :chosen_audit") for by in ("inspector", "agency mine")),
    *(unseen(by, "audit_requirement", "audit_id = :chosen_audit") for by in ("inspector", "agency chosen_agency")),
    *(unseen("inspector", table, "audit_id = :reported_audit") for table in (*AUDITED, "finding")),
    *(unseen(by, table, CHANGED) for by in ("inspector", "agency in_progress_audited")
      for table in ("verdict_change", "requirement_judgement")),
    unseen("agency surprised", "event", "subject_id = :surprise_audit"),
    unseen("agency in_progress_audited", "event", "subject_id = :in_progress_audit"),
    unseen("inspector", "decision", "id = :decision"),
    unseen("inspector", "document", "kind = 'decision_letter'", register="none"),
    *(unseen("scheme_manager", table, "true") for table in ("agency", "application", "answer", "audit", "finding")),
    *(unseen("administrator", table, "true") for table in ("agency", "application", "evidence", "verdict", "decision")),
    unseen("scheme_manager", "person", "agency_id IS NOT NULL"),
    unseen("administrator", "event", "agency_id = :other"),
    unseen("inspector", "event_note", "true"),
    unseen("scheme_manager", "role_request", "true"),
    unseen("decider", "role_request", "true"),
    unseen("administrator", "scheme_proposal", "true"),
    # Nobody
    *(unseen("nobody", table, "true") for table in (
        "agency", "person", "person_role", "credential", "application", "answer", "evidence", "audit", "verdict",
        "finding", "decision", "corrective_action", "event", "event_note", "outbox", "security_event",
        *AGENCY_TABLES,
    )),
    unseen("nobody", "certificate", "id = :issuing_certificate", register="none"),
    unseen("nobody", "document", "kind = 'decision_letter'", register="none"),
]  # fmt: skip

KEEP = "SELECT keep_signal(gen_random_uuid(), :other, '{}', 'nl', 'x', '', now())"

WRITTEN_BY_OTHERS = [
    Attack("a signal by hand", "INSERT INTO signal SELECT * FROM signal", NO_RIGHT, by="planner"),
    Attack("a signal in other words", "UPDATE signal SET message = 'x'", NO_RIGHT, by="planner"),
    Attack("a signal dropped", "DELETE FROM signal", NO_RIGHT, by="planner"),
    Attack("a signal about what nobody knows", KEEP.format("x"), "ck_signal_about", register="ck_signal_about"),
    Attack("a signal kept", KEEP.format("pay"), "rows", register="rows", by="nobody"),
    Attack("another's town", "UPDATE agency SET city = 'x' WHERE id = :other", "none", "rows", by="agency mine"),
    Attack("another's name", "UPDATE person SET name = 'x' WHERE id = :other_owner", "none", "rows", by="agency mine"),
    Attack("retired by another", "UPDATE person SET retired_at = now() WHERE id = :decider", "none", "rows",
           by="agency mine"),
    Attack("another's contact", CONTACT.format("other"), NO_RIGHT, "rows", by="agency mine"),
    Attack("a contact by staff", CONTACT.format("other"), NO_RIGHT, "rows", by="planner"),
    Attack("one more at another", PERSON.format(":other"), NO_RIGHT, "rows", by="agency mine"),
    Attack("one more of the staff", PERSON.format("NULL"), NO_RIGHT, "rows", by="agency mine"),
    Attack("one of an agency by staff", PERSON.format(":other"), NO_RIGHT, "rows", by="administrator"),
    Attack("one of nobody", PERSON.format("NULL"), NO_RIGHT, "rows", by="nobody"),
    Attack("a role at another", "INSERT INTO person_role VALUES (:other_owner, 'agency_editor')", NO_RIGHT, "rows",
           by="agency mine"),
    Attack("another's roles", "DELETE FROM person_role WHERE person_id = :other_owner", "none", "rows",
           by="agency mine"),
    Attack("another's answers", "UPDATE answer SET value = 'partly' WHERE " + OTHERS, "none", "rows", by="agency mine"),
    Attack("answers by staff", "UPDATE answer SET value = 'partly' WHERE application_id = :mine_draft", "none", "rows",
           by="planner"),
    Attack("another's file", "UPDATE evidence SET removed_at = now() WHERE " + OTHERS, "none", "rows",
           by="agency mine"),
    Attack("another's case", "UPDATE application SET version = 9 WHERE id = :other_draft", "none", "application_trace",
           by="agency mine"),
    Attack("another's password", "UPDATE credential SET password_hash = 'x' WHERE person_id = :administrator", "none",
           "rows", by="agency mine"),
    Attack("signed in as another", "INSERT INTO login_session (digest, person_id, created_at, seen_at)"
           " VALUES ('x', :administrator, now(), now())", NO_RIGHT, "rows", by="agency mine"),
    Attack("signed out by another", "UPDATE login_session SET ended_at = now() WHERE person_id = :administrator",
           "none", "rows", by="agency mine"),
    Attack("an audit by its agency", "UPDATE audit SET summary = 'x' WHERE id = :in_progress_audit", "none",
           "audit_trace", by="agency in_progress_audited"),
    Attack("verdicts by its agency", "UPDATE verdict SET note = 'x' WHERE audit_id = :in_progress_audit",
           "none", "verdict_sealed", by="agency in_progress_audited"),
    Attack("verdicts by another inspector", "UPDATE verdict SET note = 'x' WHERE audit_id = :in_progress_audit",
           "none", "verdict_sealed", by="inspector"),
    *(Attack(f"a text for the agency by {by}", "UPDATE requirement_judgement SET agency_text = 'x'", "none", "rows",
             by=by)
      for by in ("inspector", "agency in_progress_audited")),
    Attack("a text by another inspector", TEXT, NO_RIGHT, "pk_requirement_judgement", by="inspector"),
    Attack("what a verdict was, untold", ENTERED.format("x") + "UPDATE verdict SET value = 'x', reason = 'x'"
           " WHERE audit_id = :in_progress_audit; "
           "SELECT 1 / count(*) FROM verdict_change WHERE audit_id = :in_progress_audit AND value = 'x'",
           "rows", by="inspector of in_progress_inspector"),
    *(Attack(f"a changed history: {verb}", f"{verb} WHERE audit_id = :in_progress_audit", NO_RIGHT,
             by="inspector of in_progress_inspector")
      for verb in ("UPDATE verdict_change SET reason = 'x'", "DELETE FROM verdict_change")),
    Attack("a made up change", "INSERT INTO verdict_change (audit_id, requirement_code, unit, reference, value_before,"
           " note_before, value, note, reason, changed_by, changed_at) SELECT audit_id, requirement_code, unit,"
           " reference, value, note, value, note, 'x', recorded_by, now() FROM verdict", NO_RIGHT,
           by="inspector of in_progress_inspector"),
    Attack("a finding by its agency", INSERTED["finding"].format("open", "reported"), NO_RIGHT, "rows",
           by="agency reported_audited"),
    Attack("an answer to another's finding", ROUND.format("reviewed_open_finding"), NO_RIGHT,
           "corrective_action_trace", by="agency mine"),
    Attack("another's answer taken for replaced", "UPDATE corrective_action SET outcome = 'replaced'"
           " WHERE finding_id = :reviewed_answered_finding", "none", "corrective_action_trace", by="agency mine"),
    Attack("tried again by an agency", "UPDATE outbox SET attempts = 0", "none", "rows", by="agency mine"),
    Attack("a public word by an agency", CHANGE.format("active", "active_certificate")[:-2], NO_RIGHT, "rows",
           by="agency holder"),
    Attack("a suspension by its holder", ACTIVE.format("state = 'suspended'"), "none", "certificate_trace",
           by="agency holder"),
    Attack("a letter by anybody", "INSERT INTO document (id, kind, subject_id, agency_id, language, printed, sha256,"
           " size, created_at, because) VALUES (gen_random_uuid(), 'decision_letter', gen_random_uuid(), :holder, 'nl',"
           " '{}', 'x', 1, now(), '')", NO_RIGHT, "rows", by="decider"),
    Attack("a tie of another", "INSERT INTO tie (id, person_id, agency_id, nature, declared_at)"
           " VALUES (gen_random_uuid(), :decider, :holder, 'x', now())", NO_RIGHT, "rows", by="planner"),
    Attack("an application of another", INSERTED["application"].format("draft"), NO_RIGHT, "rows", by="agency mine"),
    Attack("one more agency", AGENCY, NO_RIGHT, "rows", by="agency mine"),
    Attack("another's branch", "INSERT INTO branch (id, agency_id, name, street, postcode, city, country, version)"
           " VALUES (gen_random_uuid(), :other, 'x', 'x', 'x', 'x', 'NL', 1)", NO_RIGHT, "rows", by="agency mine"),
    Attack("another's owner", "INSERT INTO controller (id, agency_id, name, function, since, other_agencies, version)"
           " VALUES (gen_random_uuid(), :other, 'x', 'x', now(), '', 1)", NO_RIGHT, "rows", by="agency mine"),
    Attack("a first password for another", "INSERT INTO credential (person_id, password_hash, changed_at)"
           " VALUES (:in_progress_inspector, 'x', now())", NO_RIGHT, "rows", by="agency mine"),
    Attack("another's link used", "UPDATE mail_token SET used_at = now()", "none", "rows", by="agency mine"),
    Attack("a link for oneself", "INSERT INTO mail_token (digest, person_id, purpose, expires_at)"
           " VALUES ('x', :administrator, 'reset', now())", NO_RIGHT, "rows", by="administrator"),
    Attack("another address for another", MOVED.format("administrator", "administrator"), NO_RIGHT, by="agency mine"),
    Attack("an address that was never the own", MOVED.format("administrator", "decider"), NO_RIGHT, by="administrator"),
    Attack("a change nobody confirmed", "UPDATE address_change SET taken_at = now()", NO_RIGHT, by="administrator"),
    Attack("an answer for another", answered("other_draft"), NO_RIGHT, "pk_answer", by="agency mine"),
    Attack("an answer for another under one's own name", OWN_NAME, NO_RIGHT, "pk_answer", by="agency mine"),
    Attack("a file for another", filed("other_draft"), NO_RIGHT, "rows", by="agency mine"),
    Attack("a file for another under one's own name", OWN_FILE, NO_RIGHT, "rows", by="agency mine"),
    Attack("an audit planned by its agency", INSERTED["audit"].format("planned"), NO_RIGHT, "rows",
           by="agency concluded_applicant"),
    Attack("a part for somebody else", "INSERT INTO audit_participant VALUES (:in_progress_audit, :decider, now())",
           NO_RIGHT, "rows", by="inspector of in_progress_inspector"),
    Attack("a unit by another inspector", "INSERT INTO sampled_unit VALUES (:in_progress_audit, 'x', 'y', 1)",
           NO_RIGHT, "rows", by="inspector"),
    Attack("a verdict by another inspector", VERDICT, NO_RIGHT, "pk_verdict", by="inspector"),
    Attack("a task done by the inspector", DONE, "deadline_done", by="inspector of weighed_inspector"),
    Attack("a task by another inspector", CRITICAL, NO_RIGHT, "rows", by="inspector"),
    Attack("a decision by an inspector", DECISION.format(":decider"), NO_RIGHT, "decision_trace",
           by="inspector of reviewed_inspector"),
    Attack("a basis by an inspector", "INSERT INTO decision_basis VALUES (:decision, '{}')", NO_RIGHT,
           "pk_decision_basis", by="inspector"),
    Attack("a ground by an inspector", "INSERT INTO decision_ground VALUES (:decision, 'y', 1, '{}')",
           NO_RIGHT, "rows", by="inspector"),
    Attack("an application by its inspector", "UPDATE application SET version = 9 WHERE id = :reported_case", "none",
           "application_trace", by="inspector of reported_inspector"),
    Attack("answers by the inspector", "UPDATE answer SET value = 'x' WHERE application_id = :reported_case", "none",
           "answer_frozen", by="inspector of reported_inspector"),
    Attack("files by the inspector", "UPDATE evidence SET removed_at = now() WHERE application_id = :returned", "none",
           "rows", by="planner"),
    Attack("a contact by an inspector", "UPDATE contact SET name = 'x' WHERE agency_id = :other", "none", "rows",
           by="inspector"),
    Attack("a branch by staff", "UPDATE branch SET name = 'x' WHERE agency_id = :other", "none", "rows", by="planner"),
    Attack("an owner by staff", "UPDATE controller SET name = 'x' WHERE agency_id = :other", "none", "rows",
           by="planner"),
    Attack("a contact less", "DELETE FROM contact WHERE agency_id = :other", "none", "rows", by="planner"),
    Attack("a branch less", "DELETE FROM branch WHERE agency_id = :other", "none", "rows", by="planner"),
    Attack("an owner less", "DELETE FROM controller WHERE agency_id = :other", "none", "rows", by="planner"),
    Attack("an agency by an inspector", "UPDATE agency SET city = 'x' WHERE id = :other", "none", "rows",
           by="inspector"),
    Attack("roles by another", "UPDATE person_role SET role = 'agency_editor' WHERE person_id = :other_owner", "none",
           "rows", by="agency mine"),
]  # fmt: skip
