"""Statements about people, sessions, agencies, the norm and the log that must not pass; see statements.py."""

from tests.kit.statement_parts import (
    ACCEPTED,
    ASKED,
    CONFIRMED,
    DECLINED,
    NO_RIGHT,
    PROPOSED,
    PUBLISHED,
    TAKEN,
    Attack,
    traced,
)

CORRECTED = (
    "INSERT INTO tie (id, person_id, agency_id, kind, nature, declared_at, source, recorded_by, supersedes_id)"
    " SELECT gen_random_uuid(), person_id, agency_id, 'none', 'x', now(), 'x', :{}, id FROM tie"
    " WHERE person_id = :chosen_interested"
)
STATED = (
    "INSERT INTO group_statement (agency_id, name, source, stated_by, stated_at)"
    " VALUES (:chosen_agency, '', 'x', :{}, now())"
)

SMALL = "INSERT INTO small_body (allowed, because, said_at) VALUES ({}, 'x', now())"

SPARE = "'00000000-0000-4000-8000-0000000000ae'"
ABLE = (
    "INSERT INTO competence (id, person_id, kind, value, valid_until, recorded_by, recorded_at)"
    f" VALUES ({SPARE}, :{{}}, 'language', 'pl', NULL, :{{}}, now())"
)
RECORDED = traced(SPARE, ABLE.format("planner", "administrator"))
NOT_ABLE = "UPDATE competence SET ended_at = now() WHERE id = :competence"

ABOUT_PEOPLE = [
    # People and how they sign in
    Attack("staff of an agency", "UPDATE person SET agency_id = :other WHERE id = :decider", NO_RIGHT),
    Attack("an agency's man among the staff", "UPDATE person SET agency_id = NULL WHERE id = :other_owner", NO_RIGHT),
    Attack("another's mail", "UPDATE person SET email = 'x@example.nl' WHERE id = :administrator", NO_RIGHT),
    Attack(
        "a planner who audits",
        "INSERT INTO person_role VALUES (:planner, 'inspector')",
        "roles_apart",
        by="administrator",
    ),
    Attack("a small body by an administrator", SMALL.format("true"), NO_RIGHT, "rows", by="administrator"),
    Attack(
        "a body of size while somebody plans and audits",
        SMALL.format("true") + "; INSERT INTO person_role"
        " VALUES (:planner, 'inspector'); SET CONSTRAINTS person_role_apart IMMEDIATE; " + SMALL.format("false"),
        NO_RIGHT,
        "roles_apart",
        by="administrator",
    ),
    Attack("a small body that never was", "DELETE FROM small_body", NO_RIGHT),
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
    Attack(
        "a competence recorded by a planner",
        ABLE.format("decider", "planner"),
        NO_RIGHT,
        "competence_trace",
        by="planner",
    ),
    Attack(
        "an own competence",
        ABLE.format("administrator", "administrator"),
        NO_RIGHT,
        "ck_competence_not_own",
        by="administrator",
    ),
    Attack(
        "a competence in another's name",
        ABLE.format("decider", "planner"),
        NO_RIGHT,
        "competence_trace",
        by="administrator",
    ),
    Attack(
        "a competence of somebody of an agency",
        ABLE.format("other_owner", "administrator"),
        "competence_lawful",
        by="administrator",
    ),
    Attack(
        "a competence that leaves no trace",
        ABLE.format("planner", "administrator"),
        "competence_trace",
        by="administrator",
    ),
    Attack("a competence ended by a planner", NOT_ABLE, "none", "competence_trace", by="planner"),
    Attack("a competence ended without a trace", NOT_ABLE, "competence_trace", by="administrator"),
    Attack("a competence ended twice", f"{NOT_ABLE}; {NOT_ABLE}", "23000", by="administrator"),
    Attack("another competence", "UPDATE competence SET value = 'ro'", NO_RIGHT, by="administrator"),
    Attack("a competence removed", "DELETE FROM competence", NO_RIGHT, by="administrator"),
    Attack("removed", "DELETE FROM person WHERE id = :other_owner", NO_RIGHT),
    Attack(
        "a tie of oneself, recorded by oneself",
        "INSERT INTO tie (id, person_id, agency_id, nature, declared_at, source, recorded_by)"
        " VALUES (gen_random_uuid(), :decider, :mine, 'x', now(), 'x', :decider)",
        "ck_tie_not_own",
    ),
    Attack(
        "a tie recorded without a source",
        "INSERT INTO tie (id, person_id, agency_id, nature, declared_at, source, recorded_by)"
        " VALUES (gen_random_uuid(), :planner, :mine, 'x', now(), '', :decider)",
        "ck_tie_source",
    ),
    Attack(
        "a tie recorded in the name of another",
        "INSERT INTO tie (id, person_id, agency_id, nature, declared_at, source, recorded_by)"
        " VALUES (gen_random_uuid(), :planner, :mine, 'x', now(), 'x', :reviewer)",
        NO_RIGHT,
        "rows",
    ),
    Attack("a tie forgotten", "DELETE FROM tie", NO_RIGHT),
    Attack("a tie that ended before", "UPDATE tie SET until = '2000-01-01'", NO_RIGHT),
    Attack(
        "a tie corrected by somebody with one",
        CORRECTED.format("chosen_tied_planner"),
        "no_tie",
        by="planner of chosen_tied_planner",
    ),
    Attack("a tie corrected twice", f"{CORRECTED}; {CORRECTED}".format("decider", "decider"), "uq_tie_supersedes_id"),
    Attack(
        "a tie corrected by its person",
        CORRECTED.format("decider").replace("'x', :decider, id", "'', NULL, id"),
        "ck_tie_corrected",
        by="inspector of chosen_interested",
    ),
    Attack(
        "a tie that never was",
        "INSERT INTO tie (id, person_id, agency_id, kind, nature, declared_at)"
        " VALUES (gen_random_uuid(), :decider, :mine, 'none', 'x', now())",
        "ck_tie_none",
    ),
    Attack(
        "a group stated by somebody with a tie",
        STATED.format("chosen_tied_planner"),
        "no_tie",
        by="planner of chosen_tied_planner",
    ),
    Attack("a group stated for another", STATED.format("reviewer"), NO_RIGHT, "rows"),
    Attack("a group stated by an inspector", STATED.format("inspector"), NO_RIGHT, "rows", by="inspector"),
    Attack("another group", "UPDATE group_statement SET name = 'x'", NO_RIGHT),
    Attack("no group", "DELETE FROM group_statement", NO_RIGHT),
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
