"""Statements that must not pass about what an agency says of itself, and about the changes that it reports."""

from tests.kit.statement_parts import NO_RIGHT, Attack, moved, told

REPORTER, OFFICE = "agency changed", "planner"
REPORT = (
    "INSERT INTO agency_change (id, agency_id, section, row_id, before, after, effective_on, explanation, state,"
    " reported_by, reported_at, due_on, checked_against, consequences, reason, version) VALUES (gen_random_uuid(),"
    " :changed, '{}', :changed, '{{\"{}\": \"x\"}}', '{{\"{}\": \"y\"}}', now(), '', '{}', :changed_owner, now(),"
    " now(), '', '[]', '', 1)"
)
TASK = (
    "INSERT INTO deadline (id, kind, subject_id, agency_id, due_on, owner_role, opened_at) SELECT gen_random_uuid(),"
    " 'reported_change', id, agency_id, now(), 'planner', now() FROM agency_change WHERE agency_id = :changed"
    " AND section = 'bank' AND state = 'reported'"
)
ACCEPTED = "UPDATE agency_change SET state = 'accepted', checked_by = {}, checked_at = now() WHERE id = :{}"
DONE = "UPDATE deadline SET done_at = now() WHERE subject_id = :reported_agency_change"
FOUND_RIGHT = told(":reported_agency_change", "reported", "accepted") + ACCEPTED.format(
    ":planner", "reported_agency_change"
)
MOVED_TO = "UPDATE agency SET city = '{}' WHERE id = :changed"
BRANCH = "INSERT INTO branch (id, agency_id, name, street, postcode, city, country, version) VALUES (gen_random_uuid(),"
OWN_BRANCH = BRANCH + " :changed, 'x', 'x', 'x', 'x', 'NL', 1)"
PERSON = (
    "INSERT INTO controller (id, agency_id, name, function, since, other_agencies, version)"
    " VALUES (gen_random_uuid(), :changed, 'x', 'x', now(), '', 1)"
)
FILE = (
    "INSERT INTO agency_change_file (id, change_id, agency_id, filename, media_type, size, sha256, uploaded_by,"
    " uploaded_at) VALUES (gen_random_uuid(), :reported_agency_change, :changed, 'x.pdf', 'application/pdf', 1, 'ab',"
    " :changed_owner, now())"
)


def both(name: str, statement: str, wall: str) -> list[Attack]:
    """Neither the agency nor the office may."""
    return [Attack(f"{name}, by {by}", statement, wall, by=by) for by in (REPORTER, OFFICE)]


ABOUT_CHANGES = [
    *both("another seat", MOVED_TO.format("Breda"), "agency_fixed"),
    *both("another name", "UPDATE agency SET legal_name = 'x' WHERE id = :holder", "agency_fixed")[1:],
    *both("other former names", "UPDATE agency SET former_names = '[\"x\"]' WHERE id = :changed", "agency_fixed"),
    *both("another account", "UPDATE agency SET iban = 'x' WHERE id = :changed", "agency_fixed"),
    *both("another scope", "UPDATE agency SET sectors = '[]' WHERE id = :changed", "agency_fixed"),
    Attack("another seat than was accepted", f"{FOUND_RIGHT}; {MOVED_TO.format('Goes')}", "agency_fixed", by=OFFICE),
    Attack(
        "a seat and a name with it",
        f"{FOUND_RIGHT}; {MOVED_TO.format('Breda').replace('SET', 'SET legal_name = :x,').replace(':x', chr(39) * 2)}",
        "agency_fixed",
        by=OFFICE,
    ),
    *both("a branch more", OWN_BRANCH, "branch_fixed"),
    *both("a branch less", "DELETE FROM branch WHERE agency_id = :changed", "branch_fixed"),
    *both("another branch", "UPDATE branch SET city = 'x' WHERE agency_id = :changed", "branch_fixed"),
    *both("a person in control more", PERSON, "controller_fixed"),
    *both("a person in control less", "DELETE FROM controller WHERE agency_id = :changed", "controller_fixed"),
    *both("another person", "UPDATE controller SET name = 'x' WHERE agency_id = :changed", "controller_fixed"),
    Attack("a branch of another, by an inspector", "UPDATE branch SET city = 'x' WHERE agency_id = :other",
           "none", "rows", by="inspector of found_inspector"),
    Attack("a person of another, by an inspector", "UPDATE controller SET name = 'x' WHERE agency_id = :other",
           "none", "rows", by="inspector of found_inspector"),
    Attack("a report of fields of another section", REPORT.format("bank", "city", "city", "reported"),
           "agency_change_shape", by=REPORTER),
    Attack("a report of a row that is an agency", REPORT.format("bank", "iban", "iban", "reported")
           .replace("'bank', :changed", "'bank', gen_random_uuid()"), "agency_change_shape", by=REPORTER),
    Attack("a report that is nobody's task", REPORT.format("bank", "iban", "iban", "reported"),
           "agency_change_task", by=REPORTER),
    Attack("a report for another", REPORT.format("bank", "iban", "iban", "reported"),
           NO_RIGHT, "agency_change_task", by="agency mine"),
    Attack("a report that begins accepted", REPORT.format("bank", "iban", "iban", "accepted"),
           "agency_change_flow", by=REPORTER),
    Attack("a file after the report", FILE, "agency_change_file_frozen", by=REPORTER),
    Attack("a file for another", FILE, NO_RIGHT, "agency_change_file_frozen", by="agency mine"),
    Attack("accepted by the agency", FOUND_RIGHT, NO_RIGHT, "rows", by=REPORTER),
    Attack("accepted by nobody", FOUND_RIGHT.replace(":planner", "NULL"), "agency_change_checked", by=OFFICE),
    Attack("accepted in the name of the agency", FOUND_RIGHT.replace(":planner", ":changed_owner"),
           "agency_change_checked", by=OFFICE),
    Attack("accepted by somebody with an interest", FOUND_RIGHT.replace(":planner", ":reviewer"), "no_tie", by=OFFICE),
    Attack("accepted for a holder without a decision",
           told(":referred_agency_change", "referred", "accepted") + ACCEPTED.format(
               ":planner", "referred_agency_change"), "agency_change_decided", by=OFFICE),
    Attack("accepted, and the task left open", f"{told(':declined_agency_change', 'declined', 'reported')}"
           "UPDATE agency_change SET state = 'reported' WHERE id = :declined_agency_change",
           "agency_change_flow", by=OFFICE),
    moved("agency_change", "declined", "accepted", "flow", by=OFFICE),
    moved("agency_change", "reported", "withdrawn", "trace", by=REPORTER),
    Attack("another reason later", "UPDATE agency_change SET reason = 'x' WHERE id = :accepted_agency_change",
           "agency_change_frozen", by=OFFICE),
    Attack("another value later", "UPDATE agency_change SET after = '{}' WHERE id = :reported_agency_change",
           NO_RIGHT, by=OFFICE),
    Attack("a task about a change done too early", DONE, "deadline_done", by=OFFICE),
    Attack("another's task about a change", DONE, "none", "deadline_done", by="agency mine"),
]  # fmt: skip

REPORTED_LAWFULLY = f"{REPORT.format('bank', 'iban', 'iban', 'reported')}; {TASK}"
ACCEPTED_LAWFULLY = f"{FOUND_RIGHT}; {DONE}; {MOVED_TO.format('Breda')}"
