"""The page that each kind of message links to."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app

from audits.applications import notices as applications
from audits.changes import notices as changes
from audits.conditions import notices as conditions
from audits.core.notices import Notice
from audits.correspondence import notices as correspondence
from audits.decisions import notices as decisions
from audits.disputes import notices as disputes
from audits.findings import notices as findings
from audits.inspections import notices as inspections
from audits.links import notices as links
from audits.people import notices as people
from audits.schemes import notices as schemes
from audits.teams import notices as teams
from audits.vault import notices as vault
from audits.worklists import notices as worklists
from certificates.letters import notices as letters
from certificates.lifecycle import notices as certificates
from portal.doors.account import notices as account
from portal.doors.account.rules import Purpose


@dataclass(frozen=True, slots=True)
class Link:
    """An endpoint, and the name of its argument for the subject of the message."""

    endpoint: str
    subject: str = ""
    secret: Purpose | None = None  # purpose of the token in the link, if any


_HOME = Link("agency.home")
_AUDIT = Link("inspector.show_audit", "audit_id")
_FINDING = Link("agency.findings.show_finding", "finding_id")
_APPEAL = Link("agency.appeals.show_appeal", "appeal_id")
PAGES: dict[type[Notice], Link] = {
    account.Reset: Link("account.link", secret=Purpose.RESET),
    account.AddressAsked: Link("account.new_address", secret=Purpose.ADDRESS),
    account.AddressLeft: Link("account.link", secret=Purpose.OBJECTION),
    account.Daily: Link("account.notices"),
    people.Invitation: Link("account.link", secret=Purpose.INVITATION),
    people.AccountKnown: Link("account.login"),
    people.SecondPersonNeeded: Link("office.people.list_people"),
    people.RolesChanged: Link("office.people.list_people"),
    people.SmallBodySet: Link("office.people.list_people"),
    schemes.ProposalWaiting: Link("office.schemes.show_proposal", "proposal_id"),
    applications.ApplicationSubmitted: _HOME,
    applications.SigningAsked: Link("agency.declaration", "application_id"),
    applications.FilePleaded: Link("office.pleas.show_plea", "plea_id"),
    applications.PleaAnswered: _HOME,
    applications.QuestionsShared: Link("agency.shared_questions", "application_id"),
    applications.ApplicationReturned: _HOME,
    applications.ApplicationAccepted: _HOME,
    applications.ApplicationRefused: _HOME,
    changes.ChangeReported: Link("office.changes.show_change", "change_id"),
    changes.ChangeReferred: Link("office.changes.show_change", "change_id"),
    changes.ChangeJudged: Link("agency.changes.show_change", "change_id"),
    applications.ApplicationClosed: _HOME,
    applications.ApplicationLapsed: _HOME,
    applications.ApplicationTakenBack: Link("office.applications.show_application", "application_id"),
    people.InterestRecorded: Link("account.interests"),
    people.StandsIn: Link("account.absence"),
    people.DeputyAway: Link("office.absences.list_absences"),
    people.InterestInAudit: Link("office.audits.show_audit", "audit_id"),
    inspections.AuditAssigned: _AUDIT,
    inspections.AuditTaken: Link("inspector.home"),
    inspections.AuditPlanned: _HOME,
    vault.VaultFilled: Link("office.vault.list_all"),
    teams.TeamJoined: Link("account.show_account"),
    teams.WorkTakenOver: Link("office.audits.show_audit", "audit_id"),
    teams.TeamLeft: Link("account.show_account"),
    inspections.AuditRevealed: _HOME,
    inspections.ListAsked: _HOME,
    inspections.ListGiven: _AUDIT,
    correspondence.EvidenceAsked: Link("agency.evidence_request", "asked_id"),
    correspondence.OfficeWrote: Link("agency.show_messages", "application_id"),
    correspondence.AgencyWrote: Link("office.messages.show_messages", "application_id"),
    correspondence.EvidenceGiven: Link("inspector.list_requests", "audit_id"),
    correspondence.TeamObjected: Link("office.team.show_team", "audit_id"),
    correspondence.ObjectionUpheld: Link("agency.audit_plan", "audit_id"),
    correspondence.ObjectionRejected: Link("agency.audit_plan", "audit_id"),
    correspondence.DaysProposed: Link("office.days.show_days", "audit_id"),
    inspections.AuditReopened: _AUDIT,
    inspections.AuditSentBack: _AUDIT,
    inspections.AuditToReview: Link("office.audits.show_audit", "audit_id"),
    inspections.MoreAsked: Link("agency.findings.list_findings"),
    inspections.ReportDrafted: Link("agency.show_draft", "audit_id"),
    inspections.DraftCommented: Link("inspector.show_draft", "audit_id"),
    inspections.AuditReported: Link("agency.findings.list_findings"),
    inspections.AuditReviewed: Link("office.audits.show_audit", "audit_id"),
    inspections.CriticalFinding: Link("office.certificates.show_certificate", "certificate_id"),
    inspections.FindingAnswered: Link("inspector.show_finding", "finding_id"),
    inspections.FindingRejected: _FINDING,
    inspections.FindingPlanAccepted: _FINDING,
    inspections.FindingClosed: _FINDING,
    findings.ExtensionGranted: _FINDING,
    findings.ExtensionRefused: _FINDING,
    findings.DisputeUpheld: _FINDING,
    findings.DisputeDismissed: _FINDING,
    findings.QuestionAnswered: Link("inspector.show_finding", "finding_id"),
    worklists.Terms: Link("account.start"),
    worklists.AgencyTerms: _HOME,
    links.LinksFound: Link("office.links.show_report", "report_id"),
    links.LinksAsked: Link("agency.links.list_questions"),
    links.LinksReferred: Link("office.links.show_report", "report_id"),
    decisions.DecisionTaken: _HOME,
    decisions.SecondDeciderNeeded: Link("office.proposals.show_proposal", "proposed_id"),
    decisions.ProposalAnswered: Link("office.proposals.show_proposal", "proposed_id"),
    conditions.ProofSubmitted: Link("office.certificates.show_certificate", "certificate_id"),
    conditions.ProofReturned: Link("agency.conditions.show_condition", "condition_id"),
    disputes.AppealReceived: Link("office.appeals.show_appeal", "appeal_id"),
    disputes.AppealTaken: _APPEAL,
    disputes.AppealRefused: _APPEAL,
    disputes.AppealHearing: _APPEAL,
    disputes.AppealDecided: _APPEAL,
    letters.LetterWritten: Link("agency.letters.list_letters"),
    certificates.CertificateIssued: _HOME,
    certificates.CertificateChanged: _HOME,
    certificates.CertificateWillChange: _HOME,
    certificates.CertificateResealed: _HOME,
    certificates.SuspensionToReview: Link("office.certificates.show_certificate", "certificate_id"),
    certificates.HolderHeard: Link("office.certificates.show_certificate", "certificate_id"),
}
_BY_KIND = {notice.kind: link for notice, link in PAGES.items()}


def purpose_of(kind: str) -> Purpose | None:
    """Return the purpose of the token in the link of this message, or None."""
    return _BY_KIND[kind].secret


def path_of(kind: str, subject_id: str | None = None, token: str | None = None) -> str:
    """Return the path of the page that a message links to."""
    link = _BY_KIND[kind]
    values: dict[str, Any] = {}
    if link.subject:
        values[link.subject] = UUID(subject_id)
    if link.secret:
        values |= {"purpose": link.secret.value, "token": token}
    return current_app.url_map.bind("").build(link.endpoint, values, append_unknown=False)
