"""What is kept, for how long, why, and which function forgets it: the one table, and the counts that prove it.

`docs/kept.md` and the page "What we keep" show it; a test holds every table of the database to a row of it. The texts
are keys of the catalogues.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core import clock
from audits.core.db import Base
from audits.core.errors import N_

JOBS_KEPT = timedelta(days=30)
MESSAGES_KEPT = timedelta(days=365)
TOLD_KEPT = timedelta(days=730)
ADDRESSES_KEPT = timedelta(days=365)
AUTHORITY_SIGNALS_KEPT = timedelta(days=365)
NOTES_KEPT = timedelta(days=7 * 365 + 2)
WORDS_KEPT = timedelta(days=7 * 365 + 2)


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data: where it is, how long it is kept and why, and the function that forgets it."""

    code: str
    what: str
    tables: tuple[str, ...]
    term: str  # may name `%(security)s` and `%(lists)s`, the settings
    ground: str
    forgets: str  # module and name; empty where nothing is personal or it is done by hand


_SECURITY = N_("Security of accounts and of the register (GDPR article 6(1)(f) and article 32)")
_CASE = N_("The agreement with the agency, and ISO/IEC 17065 clauses 7.12 and 8.4 (GDPR article 6(1)(b) and (f))")
_TRUST = N_("Anybody may check what a certificate said and when (GDPR article 6(1)(f)); it is about businesses")

KEPT: tuple[Kept, ...] = (
    Kept(
        "sessions",
        N_(
            "Who is signed in, links in mails, changes of an e-mail address, forms that were sent after a session "
            "ended, failed attempts to sign in"
        ),
        ("login_session", "mail_token", "address_change", "held_form", "login_brake", "calendar_feed"),
        N_("12 hours; links until they are used, at most 7 days; the address of a calendar until it is ended"),
        _SECURITY,
        "portal.doors.account.services.clear_out",
    ),
    Kept(
        "security",
        N_("Who signed in, tried to, changed an account or read something confidential"),
        ("security_event",),
        N_("%(security)s days"),
        _SECURITY,
        "portal.web.security_log.clear_security_log",
    ),
    Kept(
        "accounts",
        N_("Account: e-mail address, password (as a hash), roles"),
        ("credential", "person_role", "role_request"),
        N_("As long as the account is used; address and password one year after it ended"),
        N_("Somebody must be able to use the portal (GDPR article 6(1)(b) and (f))"),
        "portal.work.forgetting.forget_addresses",
    ),
    Kept(
        "people",
        N_("Names of people who worked on a case, their ties with agencies, their absences and competences"),
        ("person", "tie", "absence", "competence", "small_body"),
        N_("As long as the cases in which they acted; then by hand, with the case"),
        N_("Impartiality must be shown afterwards: ISO/IEC 17065 clauses 4.2 and 7.12 (GDPR article 6(1)(f))"),
        "",
    ),
    Kept(
        "jobs",
        N_("Messages and jobs that were done"),
        ("outbox",),
        N_("30 days"),
        N_("To find out why something did not arrive (GDPR article 6(1)(f))"),
        "portal.work.forgetting.forget_jobs",
    ),
    Kept(
        "messages",
        N_("Which messages we mailed to whom, without their text, and whether they arrived"),
        ("sent_message",),
        N_("A year"),
        N_("To show that we told you, and to find out why something did not arrive (GDPR article 6(1)(f))"),
        "portal.work.forgetting.forget_messages",
    ),
    Kept(
        "told",
        N_("Complaints and signals: what somebody told us, and how to reach them"),
        ("complaint", "signal", "handling"),
        N_("Text and contact two years after our answer; what it was about and what became of it stays, as a figure"),
        N_("To handle them and to show that we did: ISO/IEC 17065 clause 7.13 (GDPR article 6(1)(f))"),
        "portal.work.forgetting.forget_told",
    ),
    Kept(
        "authority_signals",
        N_("Signals from authorities about an agency"),
        ("authority_signal",),
        N_("A year after they counted for the last time"),
        N_("To plan audits by risk and to show why: ISO/IEC 17065 clause 7.9 (GDPR article 6(1)(f))"),
        "portal.work.forgetting.forget_authority_signals",
    ),
    Kept(
        "vault",
        N_("Signals of exploitation from interviews, encrypted, and who may read them"),
        ("vault_entry", "vault_passing", "vault_reader"),
        N_("Two years after they were written; who may read them as long as they do"),
        N_("To protect people in danger (GDPR article 6(1)(f) and article 9(2)(c))"),
        "portal.work.forgetting.forget_vault",
    ),
    Kept(
        "followers",
        N_("E-mail addresses of people who follow agencies, and which agencies"),
        ("follow", "followed", "webhook"),
        N_("Until they stop it; without a yes in the mailbox a few days"),
        N_("They asked for it (GDPR article 6(1)(a)); each message has a link to stop"),
        "certificates.following.services.clear_unconfirmed",
    ),
    Kept(
        "calls",
        N_("Calls to the software of who follows agencies"),
        ("webhook_call",),
        N_("A month after the call"),
        N_("To find out why something did not arrive (GDPR article 6(1)(f))"),
        "certificates.following.webhooks.clear_calls",
    ),
    Kept(
        "lists",
        N_("Lists of workers, files and houses from which a sample is drawn, under codes"),
        ("private_note", "population", "population_list", "list_offer", "fixed_list", "draw_secret", "draw_value"),
        N_("%(lists)s days after the list was fixed, once the audit is over; the digest stays"),
        _CASE,
        "portal.work.forgetting.forget_lists",
    ),
    Kept(
        "words",
        N_("What was typed in trails and messages of cases and in sealed verdicts: reasons, notes, old values"),
        (
            "event",
            "event_note",
            "case_message",
            "question_comment",
            "sealed_entry",
            "entry_content",
            "entry_chain",
            "entry_receipt",
        ),
        N_("7 years; a salted digest stays, so that the trail still verifies"),
        _CASE,
        "portal.work.forgetting.forget_words",
    ),
    Kept(
        "notes",
        N_("Notes of the office about an agency"),
        ("staff_note",),
        N_("7 years after they were written"),
        _CASE,
        "portal.work.forgetting.forget_notes",
    ),
    Kept(
        "pictures",
        N_("Pictures and files that inspectors put beside verdicts"),
        ("cell_file",),
        N_(
            "7 years; a salted digest stays, so that the trail still verifies. A sealed report keeps the pictures that"
            " are printed in it"
        ),
        _CASE,
        "portal.work.forgetting.forget_pictures",
    ),
    Kept(
        "uploads",
        N_("Files that nobody names any more, and a note of each file that was looked at"),
        ("file_check",),
        N_("At most a day"),
        _CASE,
        "portal.stores.checking.collect_files",
    ),
    Kept(
        "cases",
        N_("Agencies and their people, applications, evidence, audits, findings, decisions, appeals, changes, links"),
        (
            *("agency", "branch", "contact", "controller", "group_statement", "agency_change", "agency_change_file"),
            *("agreement_acceptance", "answer", "appeal", "application", "submission", "evidence", "audit"),
            *("question_remark", "question_task", "file_plea"),
            *("audit_day", "audit_participant", "audit_requirement", "audit_time", "team_member", "sampled_unit"),
            *("verdict", "verdict_change", "requirement_judgement", "remark", "review_check", "finding", "dispute"),
            *("report_draft", "audit_conduct", "second_reading"),
            *("extension", "grade_change", "corrective_action", "condition", "condition_file", "condition_proof"),
            *("decision", "decision_basis", "decision_ground", "decision_proposal", "hearing_statement"),
            *("certification", "deadline", "deadline_step", "letter", "link_hit", "link_report", "link_trace"),
            *("evidence_request", "audit_tally", "requirement_tally", "note_tally"),
            *("team_objection", "proposed_day", "sent_plan"),
        ),
        N_("7 years after the last certificate or application of the agency ended; then by hand, agency by agency"),
        _CASE,
        "",
    ),
    Kept(
        "public",
        N_("The register, certificates and letters, the public log: they name agencies, no workers"),
        (
            *("certificate", "certificate_change", "register_entry", "register_slip", "document", "document_stamp"),
            *("status_list", "ledger_entry", "ledger_node", "checkpoint", "cosignature", "witnessed_log"),
        ),
        N_("For good"),
        _TRUST,
        "",
    ),
    Kept(
        "technical",
        N_("The norm, counters and the state of the machine: nothing personal"),
        ("scheme_version", "scheme_proposal", "requirement", "counter", "chore", "forgotten", "case_log_leaves"),
        N_("For good"),
        N_("Nothing personal"),
        "",
    ),
)


class Forgotten(Base):
    """How much of one kind was forgotten on one day; zero says that it was looked for."""

    __tablename__ = "forgotten"

    on_day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int]


def note_forgotten(session: Session, counts: Mapping[str, int]) -> None:
    """Add what was forgotten now to the counts of today."""
    today = clock.today()
    row = insert(Forgotten).values([{"on_day": today, "kind": kind, "rows": n} for kind, n in sorted(counts.items())])
    added = {"rows": Forgotten.rows + row.excluded.rows}
    session.execute(row.on_conflict_do_update(index_elements=["on_day", "kind"], set_=added))


def forgotten_lately(session: Session) -> Sequence[tuple[str, date, int]]:
    """Return for each kind the last day on which it was looked for, and how much was forgotten in the year before."""
    query = select(Forgotten.kind, func.max(Forgotten.on_day), func.sum(Forgotten.rows))
    query = query.where(Forgotten.on_day > clock.today() - timedelta(days=365)).group_by(Forgotten.kind)
    return [(kind, day, int(rows)) for kind, day, rows in session.execute(query.order_by(Forgotten.kind))]
