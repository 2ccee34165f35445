"""The part of a finding's page where two people weigh it otherwise: its inspector, and a reviewer who took no part."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.findings import services
from audits.findings.models import GradeChange
from audits.findings.queries import grade_changes
from audits.inspections.assignment import hand_in
from audits.inspections.models import Finding
from audits.inspections.workflow import AuditState
from audits.people.independence import bar_of
from audits.schemes.queries import scheme_of_version
from portal.forms.fields import options, radios_field, textarea_field
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor


class ProposalForm(Form):
    """Another grade for a finding, and why."""

    grade = radios_field(_l("Grade that you propose"), [], required=_l("Choose another grade than the finding has."))
    reason = textarea_field(
        _l("Why it should weigh otherwise"),
        hint=_l("The agency reads this once somebody else agrees."),
        required=_l("Give the reason."),
        rows=4,
    )

    def offer(self, finding: Finding) -> "ProposalForm":
        """Offer the other grades of the scheme."""
        severities = scheme_of_version(finding.audit.scheme_version).severities.values()
        self.grade.choices = options(
            [(each.code, each.name.in_(current_language())) for each in severities if each.code != finding.grade]
        )
        return self


class GradeAnswerForm(Form):
    """The answer of a second person."""

    agreed = radios_field(
        _l("Do you agree?"),
        [("yes", _l("Yes: the finding gets this grade")), ("no", _l("No: the finding keeps its grade"))],
        required=_l("Choose whether you agree."),
    )
    grade_answer = textarea_field(
        _l("Why"), hint=_l("The agency reads this if the grade changes."), required=_l("Give the reason."), rows=4
    )


@dataclass(frozen=True, slots=True)
class Weighing:
    """Every proposal about the grade of a finding, and the form that this person can fill in now."""

    changes: list[GradeChange]
    form: ProposalForm | GradeAnswerForm | None

    @property
    def open(self) -> GradeChange | None:
        """Return the proposal that waits for an answer."""
        return next((each for each in self.changes if each.answered_at is None), None)


def weigh(finding: Finding, *, filled: ProposalForm | GradeAnswerForm | None = None) -> Weighing:
    """Return the proposals about a finding, with the form `filled` or an empty one if this person can act."""
    changes = grade_changes(database.read(), finding.id)
    weighing = Weighing(changes, filled)
    if filled is not None or not _may_weigh(finding):
        return weighing
    if weighing.open is None:
        return Weighing(changes, ProposalForm(formdata=None).offer(finding))
    mine = weighing.open.asked_by == current_actor().id
    return Weighing(changes, None if mine else GradeAnswerForm(formdata=None))


def weigh_submitted(finding: Finding) -> ProposalForm | GradeAnswerForm | None:
    """Propose a grade, or answer what is proposed; return the form if it is refused."""
    asked = weigh(finding).open
    form = GradeAnswerForm() if asked else ProposalForm().offer(finding)
    if not form.validate_on_submit():
        return form
    try:
        with database.write() as session:
            if asked:
                granted = form["agreed"].data == "yes"
                services.answer_grade(
                    session, current_actor(), asked.id, granted=granted, answer=form["grade_answer"].data
                )
            else:
                services.propose_grade(
                    session, current_actor(), finding.id, grade=form["grade"].data, reason=form["reason"].data
                )
    except RuleError as error:
        form.complain(error)
        return form
    return None


def _may_weigh(finding: Finding) -> bool:
    actor, audit = current_actor(), finding.audit
    if audit.state is not AuditState.REPORTED or not finding.stands:
        return False
    if hand_in(database.read(), actor, audit).leads:
        return actor.has(Permission.AUDIT_CONDUCT)
    return actor.has(Permission.AUDIT_REVIEW) and bar_of(database.read(), audit.agency_id, actor.id) is None
