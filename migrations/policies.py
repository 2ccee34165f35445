"""Generate the row policies: `python -m migrations.policies` writes migrations/walls/policies.sql.

A policy is the union of all ways by which the portal reaches a row for the person who is signed in. Settings are read in
a sub-select, once per statement instead of once per row. Child tables have the agency of their parent as a column, or
are looked up in an array, which a function of the owner gives: PostgreSQL would hash the whole parent table for EXISTS. See
docs/decisions/0014.
"""

from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).parent / "walls" / "policies.sql"

ME = "(SELECT nullif(current_setting('kw.person', true), '')::uuid)"
MINE = "(SELECT nullif(current_setting('kw.agency', true), '')::uuid)"
SEES = "(SELECT current_setting('kw.sees', true))"
GENUINE = "(SELECT is_genuine())"  # an error unless the database itself set these

OWN = f"agency_id = {MINE}"
CASES = f"{SEES} = 'cases'"
STAFF = f"{SEES} IN ('cases', 'assigned')"
PEOPLE = f"{SEES} IN ('cases', 'assigned', 'accounts')"
ANYBODY = f"{ME} IS NOT NULL"
OFFICE = f"{MINE} IS NULL AND {ANYBODY}"  # anybody of the staff
# Of an inspector; by functions of the owner: a table named here brings its own policy into every plan.
MY_AUDIT = "audit_id = ANY ((SELECT my_audits())::uuid[])"
MY_LED_AUDIT = MY_AUDIT.replace("my_audits", "my_led_audits")
MY_JUDGED_AUDIT = MY_AUDIT.replace("my_audits", "my_judged_audits")
MY_LED_FINDING = "finding_id = ANY ((SELECT my_led_findings())::uuid[])"
MY_FINDING = "finding_id = ANY ((SELECT my_findings())::uuid[])"
MY_DRAW = "(audit_id, unit) IN (SELECT audit_id, unit FROM draws_for_agency())"
MIXED = "EXISTS (SELECT FROM draw_value v WHERE v.audit_id = draw_secret.audit_id AND v.unit = draw_secret.unit)"
MY_CASES = "(SELECT my_cases())::uuid[]"
# What an agency may know of its own audits: nothing of an unannounced one before somebody tells.
KNOWN = "announced OR revealed_at IS NOT NULL OR reported_at IS NOT NULL"
MY_KNOWN_AUDIT = f"audit_id = ANY (ARRAY(SELECT id FROM audit WHERE {OWN} AND ({KNOWN})))"
MY_SUBJECT, MY_LED_SUBJECT = (each.replace("audit_id", "subject_id") for each in (MY_AUDIT, MY_LED_AUDIT))
MY_DECISION = f"decision_id = ANY (ARRAY(SELECT id FROM decision WHERE {OWN} OR {MY_AUDIT}))"
MY_CASE = f"application_id = ANY ({MY_CASES})"
DRAFTS = "(SELECT first_drafts())::uuid[]"  # with the owner's eyes: staff do not see the applications either
COLLEAGUE = f"agency_id IS NULL AND {OFFICE}"  # one of the staff for another
# A report of a change, an application, proof of a condition and an appeal open a term; taking back all but proof ends
# it, and so does accepting an agreement.
MY_REPORT = (
    f"{OWN} AND kind IN ('reported_change', 'change_decision', 'application_review', 'condition_proof', 'appeal_receipt',"
    " 'appeal_outcome', 'draft', 'agreement', 'returned')"
)
TERMS = f"{CASES} AND kind <> 'draft'"
MY_PEOPLE = f"person_id = ANY (ARRAY(SELECT id FROM person WHERE {OWN}))"
MY_COLLEAGUES = f"person_id = ANY (ARRAY(SELECT id FROM person WHERE {COLLEAGUE}))"
EVERYTHING = "true"
ADMINISTRATOR, SCHEME_MANAGER, DECIDER, PLANNER = (
    f"{ME} = ANY (ARRAY(SELECT person_id FROM person_role WHERE role = '{role}'))"
    for role in ("administrator", "scheme_manager", "decider", "planner")
)
FREE_PLANNER = f"{PLANNER} AND NOT has_interest({ME}, agency_id)"  # who plans, without an interest in the agency
VAULT = f"{PLANNER} AND {ME} = ANY (ARRAY(SELECT person_id FROM vault_reader WHERE ended_at IS NULL))"
IN_VAULT = f"{VAULT} AND NOT has_interest({ME}, agency_id)"
TOLD = f"{CASES} AND (told = 'complaint' OR {FREE_PLANNER})"  # complaint or signal
ADD, CHANGE, ALL = ("INSERT",), ("UPDATE",), ("INSERT", "UPDATE", "DELETE")
MY_EMAIL = f"(SELECT email FROM person WHERE id = {ME})"
MY_COMMENT = f"(commented_by IS NULL OR commented_by = {ME})"
MY_ANSWER = f"(answered_by IS NULL OR answered_by = {ME})"  # of the row before a change, and of the row after it


@dataclass(frozen=True, slots=True)
class Policy:
    """The rows of a table that a person may read, change, and add or remove; each as a list of conditions."""

    table: str
    read: tuple[str, ...]
    write: tuple[str, ...]
    add: tuple[str, ...] | None = None  # also for removing; default: as `write`
    may: tuple[str, ...] = ("INSERT", "UPDATE")  # what the grants permit

    @property
    def ways(self) -> dict[str, str]:
        """Return the condition for each kind of statement."""
        added = self.write if self.add is None else self.add
        found = {"SELECT": self.read, "INSERT": added, "UPDATE": self.write, "DELETE": added}
        return {
            kind: " OR ".join(map(_enclosed, ways)) for kind, ways in found.items() if kind in ("SELECT", *self.may)
        }


POLICIES = (
    Policy("agency", (f"id = {MINE}", STAFF), (f"id = {MINE}", CASES), (f"id = {MINE}",)),
    Policy("contact", (OWN, STAFF), (OWN,), may=ALL),
    # The office writes what it accepted of a reported change, where walls/changes.sql asks for that; and nowhere else.
    *(Policy(table, (OWN, STAFF), (OWN, f"{CASES} AND '{part}' = ANY (fixed_parts(agency_id))"), may=ALL)
      for table, part in (("branch", "branches"), ("controller", "controlling_persons"))),
    # An agency withdraws its report, and makes no other move with it.
    Policy("agency_change", (OWN, CASES), (f"{OWN} AND state IN ('reported', 'referred', 'withdrawn')", CASES), (OWN,)),
    Policy("agency_change_file", (OWN, CASES), (), (OWN,), may=ADD),
    # An agency reads and answers what it was asked. What everybody's traces are is for the worker alone.
    Policy("link_report", (CASES,), (CASES,), may=CHANGE),
    Policy("link_hit", (CASES, f"{OWN} AND asked_at IS NOT NULL"), (CASES, f"{OWN} AND asked_at IS NOT NULL"), may=CHANGE),
    Policy("link_trace", ("false",), (), may=()),
    Policy("person", (f"id = {ME}", OWN, f"agency_id IS NULL AND {ANYBODY}", PEOPLE), (f"id = {ME}", OWN, COLLEAGUE)),
    Policy("person_role", (ANYBODY, f"{MINE} IS NOT NULL"), (MY_PEOPLE, MY_COLLEAGUES), may=ALL),
    Policy("role_request", (ADMINISTRATOR,), (f"{ADMINISTRATOR} AND {MY_ANSWER}",),
           (f"{ADMINISTRATOR} AND asked_by = {ME}",)),
    Policy("scheme_proposal", (SCHEME_MANAGER,), (f"{SCHEME_MANAGER} AND {MY_ANSWER}",),
           (f"{SCHEME_MANAGER} AND proposed_by = {ME}",)),
    Policy("small_body", (OFFICE,), (), may=()),  # said by a command
    *(Policy(table, (f"person_id = {ME}",), (f"person_id = {ME}",)) for table in ("credential", "login_session")),
    # A form is held when nobody is signed in; its person alone reads it.
    Policy("held_form", (f"person_id = {ME}",), (), (EVERYTHING,), may=ADD),
    # Asked for by who is signed in; the functions of walls/address.sql make the change.
    Policy("address_change", (f"person_id = {ME}",),
           (f"person_id = {ME} AND old_email = {MY_EMAIL} AND num_nonnulls(taken_at, ended_at) = 0",), may=ADD),
    Policy("mail_token", (f"person_id = {ME}",), (f"person_id = {ME}",), may=CHANGE),
    Policy("tie", (f"person_id = {ME}", STAFF),
           (f"person_id = {ME} AND recorded_by IS NULL", f"{CASES} AND recorded_by = {ME}"), may=ADD),
    Policy("absence", (OFFICE,), (f"recorded_by = {ME}", CASES), (f"recorded_by = {ME} AND person_id = {ME}",
                                                                  f"recorded_by = {ME} AND {CASES}")),
    # Who manages people records what others can do; who plans reads it.
    Policy("competence", (OFFICE,), (f"{ADMINISTRATOR} AND person_id <> {ME}",),
           (f"{ADMINISTRATOR} AND recorded_by = {ME} AND person_id <> {ME}",)),
    Policy("group_statement", (STAFF,), (f"{CASES} AND stated_by = {ME}",), may=ADD),
    Policy("application", (OWN, f"{CASES} AND submitted_at IS NOT NULL", f"id = ANY ({MY_CASES})"),
           (OWN, f"{CASES} AND submitted_at IS NOT NULL"), (OWN,)),
    Policy("agreement_acceptance", (OWN, CASES, MY_CASE), (f"{OWN} AND accepted_by = {ME}",), may=ADD),
    Policy("submission", (OWN, CASES, MY_CASE), (f"{OWN} AND declared_by = {ME}",), may=ADD),
    *(Policy(table, (OWN, f"{CASES} AND application_id <> ALL ({DRAFTS})", MY_CASE), (OWN,))
      for table in ("answer", "evidence")),
    # An agency asks us to take a file, or who audits it does, which it never reads; who plans and has no interest
    # answers: walls/pleas.sql.
    Policy("file_plea", (f"{OWN} AND audit_id IS NULL", FREE_PLANNER, f"asked_by = {ME} AND {MY_AUDIT}"),
           (f"answered_by = {ME} AND {FREE_PLANNER}", f"answered_by IS NULL AND {FREE_PLANNER}"),
           (f"{OWN} AND asked_by = {ME} AND audit_id IS NULL", f"asked_by = {ME} AND {MY_AUDIT}")),
    # What the people of an agency share among themselves; no staff read it.
    Policy("question_task", (OWN,), (OWN,), (f"{OWN} AND given_by = {ME}",)),
    Policy("question_comment", (OWN,), (f"{OWN} AND written_by = {ME}",), may=ADD),
    # Who plans remarks on what was handed in; the agency reads what was sent, and writes its reply: walls/remarks.sql.
    Policy("question_remark", (f"{OWN} AND sent_at IS NOT NULL", CASES, MY_CASE),
           (f"{OWN} AND sent_at IS NOT NULL", FREE_PLANNER), (f"written_by = {ME} AND {FREE_PLANNER}",)),
    Policy("audit", (f"{OWN} AND ({KNOWN})", CASES,
                     f"{SEES} = 'assigned' AND {MY_AUDIT.replace('audit_id', 'id')}"),
           # Who judges locks the audit, and no more: `audit_led` of walls/team.sql.
           (CASES, f"{SEES} = 'assigned' AND {MY_JUDGED_AUDIT.replace('audit_id', 'id')}"), (CASES,)),
    Policy("certification", (OWN, CASES, f"id = ANY ({MY_CASES})"), (), may=()),
    Policy("audit_requirement", (CASES, MY_AUDIT), (CASES,), may=ADD),
    Policy("audit_day", (CASES, MY_AUDIT, MY_KNOWN_AUDIT), (f"{CASES} AND said_by = {ME}", f"{MY_AUDIT} AND said_by = {ME}"), may=ADD),
    Policy("audit_time", (CASES, MY_AUDIT), (f"{CASES} AND said_by = {ME}",), may=ADD),
    Policy("team_member", (CASES, MY_AUDIT, MY_KNOWN_AUDIT), (CASES,)),
    Policy("audit_participant", (CASES, MY_AUDIT), (CASES,), may=ADD),
    *(Policy(table, (CASES, MY_AUDIT), (CASES, MY_LED_AUDIT), may=ADD) for table in ("population", "sampled_unit")),
    *(Policy(table, (CASES, MY_AUDIT), (CASES, MY_JUDGED_AUDIT)) for table in ("verdict", "requirement_judgement")),
    # Counted by the worker: who has cases reads all, an inspector what they led. Which notes are alike is for the worker.
    *(Policy(table, (CASES, f"{SEES} = 'assigned' AND inspector_id = {ME}"), (), may=())
      for table in ("audit_tally", "requirement_tally")),
    Policy("note_tally", ("false",), (), may=()),
    # For the audit team alone: neither the office nor who decides reads them.
    Policy("private_note", (MY_AUDIT,), (f"person_id = {ME} AND {MY_JUDGED_AUDIT}",)),
    Policy("report_draft", (OWN, CASES, MY_AUDIT), (f"{OWN} AND {MY_COMMENT}", MY_LED_AUDIT), (MY_LED_AUDIT,)),
    Policy("audit_conduct", (CASES, MY_AUDIT), (MY_LED_AUDIT,)),
    Policy("second_reading", (CASES, MY_LED_AUDIT), (CASES,), (MY_LED_AUDIT,)),
    # Pictures and files beside verdicts: an agency never reads them.
    Policy("cell_file", (CASES, MY_AUDIT), (MY_JUDGED_AUDIT,), (f"uploaded_by = {ME} AND {MY_JUDGED_AUDIT}",)),
    # A secret is shown once a value was mixed in, and never to an agency: not even its inspector can choose by it.
    Policy("fixed_list", (CASES, MY_AUDIT), (MY_LED_AUDIT,), may=ADD),
    # A list that waits: an agency sees and fills what it was asked for, and nothing else.
    Policy("list_offer", (MY_AUDIT, f"{OWN} AND asked_at IS NOT NULL"), (MY_LED_AUDIT, f"{OWN} AND asked_at IS NOT NULL"),
           (MY_LED_AUDIT,), may=ALL),
    # An agency answers what it was asked, and makes no other change: walls/requests.sql.
    Policy("evidence_request", (OWN, CASES, MY_AUDIT), (OWN, MY_LED_AUDIT), (MY_LED_AUDIT,)),
    # The office writes by who plans and has no interest; who has a part in an audit writes nothing.
    Policy("case_message", (OWN, CASES), (f"{OWN} AND from_agency AND author_id = {ME}",
           f"NOT from_agency AND author_id = {ME} AND {FREE_PLANNER}"), may=ADD),
    # An agency's say in the plan: who plans and has no interest answers. Nobody of the audit reads the objection.
    Policy("team_objection", (OWN, CASES),
           (f"answered_by = {ME} AND {FREE_PLANNER}", f"answered_by IS NULL AND {FREE_PLANNER}"),
           (f"{OWN} AND asked_by = {ME}",)),
    Policy("sent_plan", (OWN, CASES), (f"{FREE_PLANNER} AND sent_by = {ME}",), may=ADD),
    Policy("proposed_day", (OWN, CASES), (OWN,), (f"{OWN} AND proposed_by = {ME}",)),
    Policy("draw_secret", (f"({CASES} OR {MY_AUDIT}) AND {MIXED}",), (MY_LED_AUDIT,), may=ADD),
    Policy("draw_value", (MY_DRAW, CASES, MY_AUDIT),
           (f"given_by = {ME} AND {MY_DRAW}",
            f"{MY_LED_AUDIT} AND (given_by = {ME} OR given_by IS NULL)"), may=ADD),
    Policy("population_list", (CASES, MY_AUDIT), (MY_LED_AUDIT,), may=ADD),
    Policy("verdict_change", (CASES, MY_AUDIT), (), may=()),
    # Entries are written by who judges, in a chain of their own; a chain is revoked by that person or a planner.
    Policy("entry_chain", (CASES, MY_AUDIT), (f"person_id = {ME} AND {MY_AUDIT}", PLANNER),
           (f"person_id = {ME} AND {MY_JUDGED_AUDIT}",)),
    *(Policy(table, (CASES, MY_AUDIT), (MY_JUDGED_AUDIT,), may=ADD)
      for table in ("sealed_entry", "entry_content", "entry_receipt")),
    Policy("remark", (CASES, MY_AUDIT), (CASES, MY_JUDGED_AUDIT)),
    Policy("finding", (OWN, CASES, MY_AUDIT), (OWN, CASES, MY_LED_AUDIT), (CASES, MY_LED_AUDIT)),
    Policy("dispute", (OWN, CASES, MY_FINDING), (CASES,), (f"{OWN} AND asked_by = {ME}",)),
    Policy("review_check", (CASES,), (f"{CASES} AND reviewed_by = {ME}",), may=ADD),
    Policy("extension", (OWN, CASES, MY_FINDING), (CASES,), (f"{OWN} AND asked_by = {ME}",)),
    Policy("grade_change", (f"{OWN} AND granted", CASES, MY_FINDING), (CASES, MY_LED_FINDING)),
    Policy("corrective_action", (OWN, CASES, MY_FINDING), (OWN, CASES, MY_LED_FINDING)),
    # The staff see no application before it is submitted, so no term of a draft either.
    Policy("deadline", (TERMS, MY_SUBJECT, MY_REPORT), (TERMS, MY_LED_SUBJECT, MY_REPORT),
           (TERMS, MY_LED_SUBJECT, MY_REPORT)),
    Policy("deadline_step", (CASES,), (), may=()),
    Policy("decision", (OWN, CASES, MY_AUDIT), (CASES,), may=ADD),
    Policy("hearing_statement", (OWN, CASES), (f"{OWN} AND said_by = {ME}",), may=ADD),
    Policy("decision_ground", (MY_DECISION, CASES), (CASES,), may=ADD),
    # A holder hands in proof, and makes no other move with a condition.
    Policy("condition", (OWN, CASES), (f"{OWN} AND state IN ('open', 'submitted')", CASES), (CASES,)),
    Policy("condition_proof", (OWN, CASES), (CASES,), (f"{OWN} AND submitted_by = {ME}",)),
    Policy("condition_file", (OWN, CASES), (), (f"{OWN} AND uploaded_by = {ME}",), may=ADD),
    # An agency appeals and takes it back; walls/appeal.sql keeps it from more.
    Policy("appeal", (OWN, CASES), (OWN, CASES), (f"lodged_by = {ME} AND {OWN}", f"lodged_by = {ME} AND {CASES}")),
    Policy("decision_proposal", (CASES,), (f"{CASES} AND {DECIDER} AND {MY_ANSWER}",),
           (f"{CASES} AND {DECIDER} AND proposed_by = {ME}",)),
    Policy("decision_basis", (CASES,), (CASES,), may=ADD),
    # Issued certificates and their history are public.
    Policy("certificate", ("issued_at IS NOT NULL", OWN, CASES), (CASES,), may=CHANGE),
    Policy("certificate_change", (EVERYTHING,), (CASES,), may=ADD),
    Policy("document", ("kind IN ('certificate', 'register_extract')", OWN, CASES,
                        "subject_id = ANY ((SELECT my_audits())::uuid[])",
                        "subject_id = ANY ((SELECT my_decisions())::uuid[])"), (), may=()),
    Policy("letter", (OWN, CASES), (f"{CASES} AND {PLANNER}",), may=CHANGE),
    # Everybody may add events and jobs; adding an event returns its number, so its actor may read it, and so may a
    # registration, which acts for a new agency before anybody can sign in. An agency reads no
    # other event about itself: they tell of unannounced audits and of draws.
    Policy("event", (f"actor_id = {ME}", f"{OWN} AND {ME} IS NULL", CASES), (EVERYTHING,), may=ADD),
    Policy("event_note", (CASES,), (EVERYTHING,), may=ADD),
    Policy("security_event", (OFFICE,), (EVERYTHING,), may=ADD),
    # Of those who plan, without the agencies that somebody has an interest in. Added by keep_signal alone.
    Policy("signal", (FREE_PLANNER,), (), may=()),
    Policy("authority_signal", (FREE_PLANNER,),
           tuple(f"{PLANNER} AND {mine} AND NOT has_interest({ME}, agency_id)"
                 for mine in (f"ended_by = {ME}", "ended_at IS NULL")),
           (f"{PLANNER} AND noted_by = {ME} AND NOT has_interest({ME}, agency_id)",)),
    # What the office writes down about an agency: for those without an interest in it. Nobody reads another's away.
    Policy("staff_note", (f"{CASES} AND NOT has_interest({ME}, agency_id)",),
           (f"{CASES} AND written_by = {ME} AND NOT has_interest({ME}, agency_id)",)),
    # Signals of exploitation, for those who are named. Who writes one reads none. The whole staff may know who reads.
    Policy("vault_reader", (OFFICE,), (), may=()),
    Policy("vault_entry", (IN_VAULT,), (IN_VAULT,), (MY_JUDGED_AUDIT,)),
    Policy("vault_passing", ("entry_id = ANY (ARRAY(SELECT id FROM vault_entry))",),
           (f"passed_by = {ME} AND entry_id = ANY (ARRAY(SELECT id FROM vault_entry))",), may=ADD),
    # Complaints about us are added by keep_complaint alone. Who may see what was told, handles it in their own name.
    Policy("complaint", (CASES,), (), may=()),
    Policy("handling", (TOLD,), (f"{TOLD} AND handler_id = {ME}", f"{TOLD} AND answered_at IS NULL"),
           (f"{TOLD} AND handler_id = {ME}",)),
    # Who follows which agencies: no person of ours reads it, pages use functions by an id that a message holds.
    Policy("follow", ("false",), (), may=()),
    *(Policy(table, ("false",), (), may=()) for table in ("followed", "webhook", "webhook_call")),
    Policy("case_log_leaves", (OFFICE,), (), may=()),
    Policy("calendar_feed", (f"person_id = {ME}",), (f"person_id = {ME}",), may=("INSERT", "DELETE")),
    Policy("sent_message", (f"person_id = {ME}", PEOPLE), (f"person_id = {ME}",), may=CHANGE),
    Policy("forgotten", (OFFICE,), (), may=()),
    Policy("outbox", (OFFICE,), (OFFICE,), (EVERYTHING,)),
)  # fmt: skip

# The rows that the role of the register reads of these tables.
REGISTER = {
    "certificate": "issued_at IS NOT NULL",
    "certificate_change": EVERYTHING,
    "document": "kind IN ('certificate', 'register_extract')",
}


def text_of() -> str:
    """Return the content of the file."""
    lines = ["-- Made by migrations/policies.py; change them there."]
    for policy in POLICIES:
        lines += [_statement(policy.table, kind, "kw_app", way) for kind, way in policy.ways.items()]
        lines.append(f"CREATE POLICY {policy.table}_worker ON {policy.table} TO kw_worker USING (true);")
        if policy.table in REGISTER:
            lines.append(_statement(policy.table, "SELECT", "kw_register", REGISTER[policy.table]))
    return "\n".join(lines) + "\n"


def _statement(table: str, kind: str, role: str, way: str) -> str:
    name = f"{table}_{'register' if role == 'kw_register' else kind.lower()}"
    if role == "kw_app" and way != EVERYTHING:
        way = f"{GENUINE} AND ({way})"
    condition = f"WITH CHECK ({way})" if kind == "INSERT" else f"USING ({way})"
    return f"CREATE POLICY {name} ON {table} FOR {kind} TO {role} {condition};"


def _enclosed(way: str) -> str:
    return f"({way})" if " AND " in way else way


if __name__ == "__main__":
    PATH.write_text(text_of())
