"""Labels of states, roles, outcomes and statuses, translated in one place."""

from enum import StrEnum
from functools import lru_cache

from flask import Flask
from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from audits.agencies.rules import ProfileSection
from audits.agencies.wording import country_name
from audits.applications.personal import Personal
from audits.applications.workflow import ApplicationState
from audits.changes.rules import Consequence
from audits.changes.workflow import ChangeState
from audits.complaints.wording import SUBJECTS, VERDICTS
from audits.conditions.rules import ConditionOwner
from audits.conditions.workflow import ConditionState
from audits.core.access import Role
from audits.core.events import KINDS
from audits.deadlines.rules import DeadlineKind
from audits.decisions.basis import Part
from audits.decisions.rules import Outcome, Reason
from audits.disputes.rules import AppealOutcome
from audits.disputes.workflow import AppealState
from audits.inspections.grading import Origin
from audits.inspections.judging import Method, verdict_shape
from audits.inspections.rules import attribute_of
from audits.inspections.wording import EXTENTS, FINDING_STATES, METHODS
from audits.inspections.workflow import AuditState, RoundOutcome
from audits.links.rules import Sign
from audits.links.workflow import LinkState, LinkVerdict
from audits.people.independence import WORDS, Bar
from audits.people.rules import CompetenceKind, InterestKind
from audits.schemes.compare import ChangeKind, Upgrade
from audits.schemes.cycle import AuditKind, DecisionKind
from audits.schemes.text import RepairQuestion, Shortfall
from audits.signals.rules import Source
from audits.signals.wording import ABOUT
from audits.teams.rules import TeamRole
from audits.vault.wording import RECEIVERS
from certificates.lifecycle.rules import RELIABLE, STATUSES, Fate, Status, shape_of
from certificates.lifecycle.workflow import CertificateState
from portal.language.i18n import current_language, reader_language

# Pairs, because as dictionary keys members of different enums with the same value would be equal.
LABELS: list[tuple[StrEnum, LazyString]] = [
    (Role.AGENCY_OWNER, _l("Owner of the account")),
    (Role.AGENCY_EDITOR, _l("Editor")),
    (Role.AGENCY_SIGNATORY, _l("Authorised signatory")),
    (Role.INSPECTOR, _l("Inspector")),
    (Role.PLANNER, _l("Planner")),
    (Role.REVIEWER, _l("Reviewer")),
    (Role.DECIDER, _l("Decider")),
    (Role.SCHEME_MANAGER, _l("Scheme manager")),
    (Role.ADMINISTRATOR, _l("Administrator")),
    (Role.SYSTEM, _l("Keurwerk itself")),
    (ApplicationState.DRAFT, _l("In preparation")),
    (ApplicationState.SUBMITTED, _l("Submitted")),
    (ApplicationState.ACCEPTED, _l("Accepted for audit")),
    (ApplicationState.REFUSED, _l("Not taken on")),
    (ApplicationState.WITHDRAWN, _l("Withdrawn by the agency")),
    (ApplicationState.CONCLUDED, _l("Decided")),
    (DeadlineKind.CRITICAL_FINDING, _l("Decide after a critical finding")),
    (DeadlineKind.REPORTED_CHANGE, _l("Check a reported change")),
    (DeadlineKind.CHANGE_DECISION, _l("Decide after a reported change")),
    (DeadlineKind.SPECIAL_AUDIT, _l("Plan a special audit")),
    (DeadlineKind.SUSPENSION_HEARING, _l("Hear the agency")),
    (DeadlineKind.APPLICATION_REVIEW, _l("Review an application")),
    (DeadlineKind.REPORT, _l("Report an audit")),
    (DeadlineKind.REPORT_COMMENT, _l("Comment on the draft of a report")),
    (DeadlineKind.SECOND_READING, _l("Read a report once more")),
    (DeadlineKind.DECISION, _l("Decide on an audit")),
    (DeadlineKind.SURVEILLANCE, _l("Hold a surveillance audit")),
    (DeadlineKind.SUSPENSION, _l("Lift a suspension, or withdraw")),
    (DeadlineKind.CONDITION, _l("Meet a condition")),
    (DeadlineKind.CONDITION_PROOF, _l("Judge proof of a condition")),
    (DeadlineKind.RENEWAL, _l("Renew a certificate")),
    (DeadlineKind.LINK_REPORT, _l("Judge links to other agencies")),
    (DeadlineKind.APPEAL_RECEIPT, _l("Take up an appeal")),
    (DeadlineKind.APPEAL_OUTCOME, _l("Decide on an appeal")),
    (DeadlineKind.APPEAL_FOLLOW_UP, _l("Decide anew after an appeal")),
    (DeadlineKind.DRAFT, _l("Submit an application")),
    (DeadlineKind.RETURNED, _l("Complete an application that was sent back")),
    (DeadlineKind.COMPLAINT_RECEIPT, _l("Take up a complaint")),
    (DeadlineKind.COMPLAINT_ANSWER, _l("Answer a complaint")),
    (DeadlineKind.SIGNAL_RECEIPT, _l("Take up a signal")),
    (DeadlineKind.SIGNAL_ANSWER, _l("Say what became of a signal")),
    (DeadlineKind.AGREEMENT, _l("Accept the new certification agreement")),
    (DeadlineKind.CORRECTIVE_ACTION, _l("Repair a finding")),
    (DeadlineKind.EVIDENCE_REQUEST, _l("Give what the inspector asks for")),
    (ChangeState.REPORTED, _l("Being checked")),
    (ChangeState.REFERRED, _l("With the decider")),
    (ChangeState.ACCEPTED, _l("Accepted")),
    (ChangeState.DECLINED, _l("Declined")),
    (ChangeState.WITHDRAWN, _l("Withdrawn by the agency")),
    (Consequence.AMEND, _l("Amended certificate")),
    (Consequence.SCOPE, _l("Decision on the scope of the certificate")),
    (Consequence.SPECIAL_AUDIT, _l("Special audit")),
    (Sign.SAME_BANK, _l("Same bank account")),
    (Sign.SAME_PERSON, _l("Same person")),
    (Sign.SAME_FAMILY, _l("Same family name")),
    (Sign.SAME_ADDRESS, _l("Same address")),
    (Sign.NEAR_DOOR, _l("A few doors apart")),
    (Sign.SAME_PHONE, _l("Same telephone number")),
    (Sign.SAME_MAIL, _l("Same e-mail address")),
    (Sign.SAME_DOMAIN, _l("Same website or mail domain")),
    (Sign.SAME_NAME, _l("Same name")),
    (Sign.NAME_ALIKE, _l("Names look alike")),
    (LinkVerdict.COUNTS, _l("Counts")),
    (LinkVerdict.COUNTS_NOT, _l("Does not count")),
    (LinkState.OPEN, _l("To be judged")),
    (LinkState.DISMISSED, _l("No comeback")),
    (LinkState.REFERRED, _l("With the deciders")),
    (ProfileSection.SEAT, _l("Name and address")),
    (ProfileSection.SCOPE, _l("Activities and sectors")),
    (ProfileSection.WORKERS, _l("Workers, housing and recruitment")),
    (ProfileSection.BANK, _l("Bank account")),
    (ProfileSection.BRANCHES, _l("Branches and locations")),
    (ProfileSection.CONTROLLING_PERSONS, _l("People in control")),
    (ProfileSection.CONTACTS, _l("Contact persons")),
    (ApplicationState.CLOSED, _l("Closed without a decision")),
    (AuditState.PLANNED, _l("Planned")),
    (AuditState.IN_PROGRESS, _l("In progress")),
    (AuditState.REPORTED, _l("Reported")),
    (AuditState.REVIEWED, _l("Ready for a decision")),
    (AuditState.CONCLUDED, _l("Decided")),
    (AuditState.CANCELLED, _l("Cancelled")),
    *((state, _l(text)) for state, text in FINDING_STATES.items()),
    (Origin.RANDOM, _l("By lot")),
    (Origin.REPLACEMENT, _l("Replacement")),
    (Origin.TARGETED, _l("Chosen by the inspector")),
    *((extent, _l(text)) for extent, text in EXTENTS.items()),
    *((method, _l(text)) for method, text in METHODS.items()),
    (RoundOutcome.REPLACED, _l("Answered anew before it was checked")),
    (RoundOutcome.RETURNED, _l("Sent back to the agency")),
    (RoundOutcome.ACCEPTED, _l("Accepted")),
    (Outcome.GRANT, _l("Grant the certificate")),
    (Outcome.GRANT_WITH_CONDITIONS, _l("Grant with conditions")),
    (Outcome.REFUSE, _l("Refuse")),
    (InterestKind.WORKED, _l("Worked or works there")),
    (InterestKind.ADVISED, _l("Advised or advises them")),
    (InterestKind.OTHER, _l("Family, money or something else")),
    (InterestKind.NONE, _l("No tie: this was a mistake")),
    (CompetenceKind.SECTOR, _l("Sector")),
    (CompetenceKind.LANGUAGE, _l("Language")),
    (CompetenceKind.TRAINING, _l("Training")),
    (TeamRole.MEMBER, _l("Member")),
    (TeamRole.EXPERT, _l("Expert")),
    (TeamRole.INTERPRETER, _l("Interpreter")),
    (TeamRole.OBSERVER, _l("Observer")),
    (AuditKind.INITIAL, _l("Initial audit")),
    (AuditKind.SURVEILLANCE, _l("Surveillance audit")),
    (AuditKind.RENEWAL, _l("Renewal audit")),
    (AuditKind.SPECIAL, _l("Special audit")),
    (AuditKind.FOLLOW_UP, _l("Follow-up audit")),
    (AuditKind.SCOPE_EXTENSION, _l("Audit for an extension of the scope")),
    (Fate.SUSPEND, _l("Suspend the certificate")),
    (Fate.WITHDRAW, _l("Withdraw the certificate")),
    (Fate.MAINTAIN, _l("Keep the certificate as it is")),
    (Fate.LIFT, _l("Lift the suspension")),
    (Fate.EXTEND_SCOPE, _l("Extend the scope of the certificate")),
    (Fate.CLOSE, _l("Close without effect, because the certificate is gone")),
    (DecisionKind.GRANT, _l("Certificate granted")),
    (DecisionKind.GRANT_WITH_CONDITIONS, _l("Certificate granted with conditions")),
    (DecisionKind.REFUSE, _l("Certificate refused")),
    (DecisionKind.RENEW, _l("Certificate renewed")),
    (DecisionKind.MAINTAIN, _l("Certificate kept as it is")),
    (DecisionKind.EXTEND_SCOPE, _l("Scope extended")),
    (DecisionKind.REDUCE_SCOPE, _l("Scope reduced")),
    (DecisionKind.AMEND, _l("Certificate amended")),
    (DecisionKind.SUSPEND, _l("Certificate suspended")),
    (DecisionKind.LIFT, _l("Suspension lifted")),
    (DecisionKind.WITHDRAW, _l("Certificate withdrawn")),
    (DecisionKind.END, _l("Certificate ended at the holder's request")),
    (DecisionKind.CONDITION_MET, _l("Condition met")),
    (DecisionKind.APPEAL_OUTCOME, _l("Appeal decided")),
    (DecisionKind.CLOSE, _l("Audit closed without effect")),
    (AppealState.LODGED, _l("Nobody handles it yet")),
    (AppealState.IN_HAND, _l("Being handled")),
    (AppealState.DECIDED, _l("Decided")),
    (AppealState.REFUSED, _l("Too late")),
    (AppealState.WITHDRAWN, _l("Withdrawn by the agency")),
    (AppealOutcome.UPHELD, _l("Upheld")),
    (AppealOutcome.PARTLY, _l("Upheld in part")),
    (AppealOutcome.DISMISSED, _l("Dismissed")),
    (Part.APPEAL, _l("The appeal")),
    (ConditionState.OPEN, _l("Not met yet")),
    (ConditionState.SUBMITTED, _l("Proof is being judged")),
    (ConditionState.MET, _l("Condition met")),
    (ConditionState.LAPSED, _l("Lapsed with the certificate")),
    (ConditionOwner.AGENCY, _l("The agency")),
    (ConditionOwner.OFFICE, _l("We ourselves, for example by a new check")),
    (Part.CONDITIONS, _l("The conditions that are not met yet, and their proof")),
    (Part.SCHEME, _l("The version of the norm")),
    (Part.AGENCY, _l("The details of the agency")),
    (Part.AMENDED, _l("The details of the agency after the change")),
    (Part.CHANGES, _l("The changes that the agency reported")),
    (Part.SCOPE, _l("The scope that the agency stated, and what the inspector confirmed")),
    (Part.ANSWERS, _l("The answers of the self-assessment")),
    (Part.EVIDENCE, _l("The evidence")),
    (Part.POPULATIONS, _l("The samples")),
    (Part.VERDICTS, _l("The verdicts")),
    (Part.FINDINGS, _l("The findings and their corrective actions")),
    (Part.GRADES, _l("The grades that were asked to be changed")),
    (Part.DISPUTES, _l("The disputes of findings")),
    (Part.OBJECTIONS, _l("The objections of the agency to its auditors")),
    (Part.REVIEW, _l("The checklist of the reviewer")),
    (Part.REMARKS, _l("The findings and strengths by hand")),
    (Part.WORDS, _l("The words of inspector and reviewer")),
    (Part.CERTIFICATE, _l("The certificate and its history")),
    (Part.DECISIONS, _l("The decisions about this agency")),
    (Part.AUDITS, _l("The audits of this agency")),
    (
        Reason.TIED_TEAM,
        _l("Somebody of the team declared a tie. Somebody without one must review the file again first."),
    ),
    (Reason.FAILING_FINDING, _l("A finding of a grade that rules out a certificate was made.")),
    (Reason.OPEN_BLOCKING_FINDING, _l("A finding that must be repaired first is still open.")),
    (Reason.SCORE_FAILS, _l("The points of the findings reach the fail line.")),
    (Reason.EVIDENCE_BLOCKS, _l("Too little was assessed of a requirement that must be assessed for any certificate.")),
    (Reason.SCORE_CONDITIONAL, _l("The points of the findings allow only a grant with conditions.")),
    (Reason.EVIDENCE_CONDITIONAL, _l("Too little was assessed of a requirement for a grant without conditions.")),
    (Shortfall.BLOCKS, _l("No certificate, unless more units are assessed")),
    (Shortfall.CONDITIONS, _l("A certificate with conditions only, unless more units are assessed")),
    (ChangeKind.ADDED, _l("New")),
    (ChangeKind.REMOVED, _l("Removed")),
    (ChangeKind.SEVERITY_CHANGED, _l("Weighs otherwise")),
    (ChangeKind.JUDGED_OTHERWISE, _l("Judged otherwise")),
    (ChangeKind.REWORDED, _l("Other words")),
    (ChangeKind.UNCHANGED, _l("The same")),
    (Upgrade.UNCHANGED, _l("The same")),
    (Upgrade.REWORDED, _l("Changed: look at it again")),
    (Upgrade.MERGED, _l("Merged")),
    (Upgrade.SPLIT, _l("Split")),
    (Upgrade.NEW, _l("New")),
    (Upgrade.GONE, _l("Removed")),
    (Bar.TOOK_PART, _l(WORDS[Bar.TOOK_PART])),
    (Bar.INTEREST, _l(WORDS[Bar.INTEREST])),
    *((about, _l(text)) for about, text in ABOUT.items()),
    (Personal.CITIZEN_NUMBER, _l("citizen service numbers (BSN)")),
    (Personal.BANK_ACCOUNT, _l("bank accounts (IBAN) of workers")),
    (Personal.PASSPORT, _l("lines of a passport or identity card")),
    (Source.LABOUR_INSPECTORATE, _l("Labour inspectorate")),
    (Source.ADMISSION, _l("Authority for the admission of agencies")),
    (Source.TAX, _l("Tax authority")),
    (Source.SOCIAL_INSURANCE, _l("Social insurance")),
    (Source.MUNICIPALITY, _l("Municipality")),
    (Source.POLICE, _l("Police or public prosecutor")),
    (Source.COLLECTIVE_AGREEMENT, _l("Body that enforces a collective agreement")),
    (Source.ABROAD, _l("Authority of another country")),
    (Source.OTHER, _l("Another body")),
    *((receiver, _l(text)) for receiver, text in RECEIVERS.items()),
    *((about, _l(text)) for about, text in SUBJECTS.items()),
    *((verdict, _l(text)) for verdict, text in VERDICTS.items()),
    (CertificateState.ISSUING, _l("Being issued")),
    (CertificateState.ACTIVE, _l("Active")),
    (CertificateState.PARTLY_SUSPENDED, _l("Suspended in part")),
    (CertificateState.SUSPENDED, _l("Suspended")),
    (CertificateState.WITHDRAWN, _l("Withdrawn")),
    (CertificateState.ENDED, _l("Ended at the holder's request")),
    (CertificateState.REPLACED, _l("Replaced by a newer one")),
    *((status, _l(facts.label)) for status, facts in STATUSES.items()),
]

_BY_KEY = {(type(member).__name__, member.value): text for member, text in LABELS}


def methods() -> list[tuple[str, str]]:
    """Return the ways to come to a verdict, with their words."""
    return [(method.value, label(method)) for method in Method]


def label(value: StrEnum) -> str:
    """Return the label of a state, role, outcome or status, in the reader's language."""
    language = reader_language()
    key = type(value).__name__, value.value
    return str(_BY_KEY[key]) if language is None else _words(*key, language)


@lru_cache(maxsize=4096)
def _words(kind: str, value: str, language: str) -> str:  # noqa: ARG001  # the language of whoever asks first
    return str(_BY_KEY[kind, value])


def consequence(code: str) -> str:
    """Return the label of a stored consequence of a reported change."""
    return label(Consequence(code))


def event_words(name: str) -> str:
    """Return the words of an event kind; a kind of a newer release is shown by its name."""
    return gettext(KINDS[name].words) if name in KINDS else name


def answer(status: Status) -> str:
    """Return whether a hirer can rely on an agency of this status, as a sentence."""
    return str(gettext(STATUSES[status].answer))


def country(code: str) -> str:
    """Return the name of a country by its ISO 3166-1 alpha-2 code, in the reader's language."""
    return country_name(code, current_language())


def question_label(question: RepairQuestion) -> str:
    """Return the label of a question about a corrective action, in the reader's language.

    Version 1.0 of the norm calls the effectiveness of a solution "Operation", which nobody recognises. What is
    published cannot change; later versions use the term that is shown here.
    """
    if question.code != attribute_of(question.code):
        return str(gettext("Effectiveness"))
    return question.label.in_(current_language())


def init_app(app: Flask) -> None:
    """Add the functions to the templates."""
    filters = {
        "label": label,
        "consequence": consequence,
        "event_words": event_words,
        "country": country,
        "attribute_of": attribute_of,
    }
    app.jinja_env.filters.update(filters, answer=answer, reliable=RELIABLE.__contains__, question_label=question_label)
    app.jinja_env.globals.update(shape_of=shape_of, verdict_shape=verdict_shape, methods=methods)
