"""Forms for staff: intake, planning, review, decision, certificates, schemes."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField

from audits.agencies.rules import StatedScope
from audits.changes.rules import Choice
from audits.conditions.rules import MOST_CONDITIONS
from audits.decisions.rules import GRANTS, Outcome
from audits.findings.rules import points_of
from audits.inspections.workflow import ON_APPLICATION, BackTo
from audits.schemes.cycle import AuditKind, DecisionKind, Ground
from audits.schemes.text import SchemeText
from audits.teams.rules import TeamRole
from certificates.lifecycle.rules import Fate
from portal.doors.office.condition_forms import ConditionForm
from portal.forms.fields import (
    UNREMARKED,
    checkbox_field,
    checkboxes_field,
    date_field,
    file_field,
    hidden_field,
    options,
    radios_field,
    select_field,
    text_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form
from portal.forms.grounds import grounds_field
from portal.language.i18n import current_language
from portal.language.labels import label
from portal.language.scopes import item_in_words

_GROUP = "check_"  # and the code of a chapter: the name of a field


class IntakeForm(Form):
    outcome = radios_field(
        _l("What do you do with this application?"),
        [
            ("accept", _l("Accept it: an audit can be planned")),
            ("refuse", _l("Do not take it on")),
        ],
        required=_l("Choose what to do with the application."),
    )
    note = textarea_field(_l("Explanation for the agency"), hint=_l("Needed when you do not take it on."), rows=4)


class PlanForm(Form):
    inspector = select_field(_l("Inspector"), [], required=_l("Choose an inspector."))
    planned_on = date_field(_l("First day of the audit"), required=_l("Enter the first day of the audit."))
    despite = textarea_field(
        _l("Why this inspector, if a competence is missing?"),
        hint=_l("For example: an interpreter goes along. The reason is kept in the file."),
        required=UNREMARKED,
        max_length=1000,
        rows=2,
    )
    unannounced = checkbox_field(_l("Unannounced: do not tell the agency the date"))
    risks = checkboxes_field(
        _l("Risks of this agency"),
        [],
        hint=_l("Each asks for more time, and adds requirements to an audit that does not look at all of them."),
        required=UNREMARKED,
    )

    def offer(self, inspectors: Sequence[tuple[str, str]]) -> None:
        """Fill the list of inspectors, without those who declared an interest."""
        self.inspector.choices = options([("", _l("Choose an inspector")), *inspectors])

    def offer_risks(self, scheme: SchemeText) -> None:
        """Offer the risks that the scheme names."""
        risks = scheme.cycle.risks.values() if scheme.cycle else ()
        self.risks.choices = options([(risk.code, risk.name.in_(current_language())) for risk in risks])


class HolderAuditForm(PlanForm):
    kinds = tuple(kind for kind in AuditKind if kind not in ON_APPLICATION)

    kind = radios_field(_l("Kind of audit"), [], required=_l("Choose a kind of audit."))
    occasion = textarea_field(
        _l("Why is it held?"),
        hint=_l("Only staff read this. A surveillance audit needs no reason."),
        required=UNREMARKED,
        rows=3,
    )
    by_hand = text_field(
        _l("More requirements"),
        hint=_l("Codes of the norm, with a space between them. Not for a surveillance audit."),
        required=UNREMARKED,
        autocomplete="off",
    )

    def offer_scheme(self, scheme: SchemeText) -> None:
        """Offer the kinds of audit of a holder."""
        self.kind.choices = options([(kind.value, label(kind)) for kind in self.kinds])
        self.offer_risks(scheme)


class ReplanForm(PlanForm):
    """The same, to change it; whether the audit is announced stays as it is."""

    unannounced = risks = None
    reason = textarea_field(_l("Reason"), required=_l("Give the reason."), rows=3)


def _recommendation() -> Any:
    return textarea_field(
        _l("Recommendation to the decider"),
        hint=_l("Is the file complete, are the verdicts supported, and what do you recommend?"),
        required=_l("Write a recommendation."),
    )


class TeamForm(Form):
    person = select_field(_l("Person"), [], required=_l("Choose a person."))
    role = radios_field(_l("Role"), [], required=_l("Choose a role."))

    def offer(self, people: Sequence[tuple[str, str]]) -> None:
        """Fill the list of people, without those who declared an interest, and the roles."""
        self.person.choices = options([("", _l("Choose a person")), *people])
        self.role.choices = options([(role.value, label(role)) for role in TeamRole])


class LeaveForm(Form):
    """Who leaves a team, and why."""

    member = select_field(_l("Person"), [], required=_l("Choose a person."))
    reason = textarea_field(_l("Reason"), required=_l("Give the reason."), rows=3)

    def offer(self, members: Sequence[tuple[str, str]]) -> None:
        """Fill the list of those who go along."""
        self.member.choices = options([("", _l("Choose a person")), *members])


class ObjectionForm(Form):
    """Whether somebody goes along to whom the agency objects."""

    upheld = radios_field(
        _l("Does this person audit?"),
        [("yes", _l("No: the objection is upheld, and the person leaves the team")), ("no", _l("Yes: it is rejected"))],
        required=_l("Choose whether this person audits."),
    )
    answer = textarea_field(
        _l("Answer to the agency"), hint=_l("Needed when you reject it: say why."), max_length=2000, rows=4
    )


class ReviewForm(Form):
    """A review; `review_form` adds the checklist of a scheme that has one."""

    recommendation = _recommendation()

    def ticked(self) -> set[tuple[str, str]]:
        """Return chapter and code of every point that is ticked."""
        groups = {name.removeprefix(_GROUP): said for name, said in self.data.items() if name.startswith(_GROUP)}
        return {(chapter, code) for chapter, codes in groups.items() for code in codes or ()}


def review_form(scheme: SchemeText) -> ReviewForm:
    """Return the form of a review, with the points of each chapter if the scheme has a checklist."""
    language = current_language()
    fields = {
        f"{_GROUP}{code}": checkboxes_field(
            f"{code} {scheme.chapters[code].title.in_(language)}",
            [(point, text.in_(language)) for point, text in scheme.chapters[code].checklist.items()],
            required=UNREMARKED,
            small=True,
        )
        for code in dict.fromkeys(chapter for chapter, _ in points_of(scheme))
    }
    if not fields:
        return ReviewForm()
    why = textarea_field(
        _l("What you did not tick, and why"), hint=_l("Needed if a point is not ticked."), required=UNREMARKED, rows=4
    )
    fields |= {"remark": why, "recommendation": _recommendation()}
    form: ReviewForm = type("ChecklistForm", (ReviewForm,), fields)()
    return form


class ReasonForm(Form):
    reason = textarea_field(_l("Reason"), required=_l("Give the reason."), rows=3)
    move = hidden_field()


class SendBackForm(Form):
    to = radios_field(
        _l("Whom do you ask?"),
        [
            (BackTo.INSPECTOR.value, _l("The inspector: something about the audit")),
            (BackTo.AGENCY.value, _l("The agency: corrective action or proof")),
        ],
        required=_l("Choose whom you ask."),
    )
    reason = textarea_field(_l("What do you need?"), required=_l("Give the reason."), rows=4)


class DecisionForm(Form):
    basis = hidden_field()
    outcome = radios_field(_l("Decision"), [], required=_l("Choose a decision."))
    scope = checkboxes_field(
        _l("Scope of the certificate"),
        [],
        hint=_l("What the certificate covers if you grant it. Take out what you decline."),
        small=True,
        required=UNREMARKED,
        validate_choice=False,
    )
    grounds = grounds_field(small=True)
    reasons = textarea_field(
        _l("Reasons"),
        hint=_l("The agency reads these in the decision letter."),
        required=_l("Give the reasons for the decision."),
    )
    condition = FieldList(FormField(ConditionForm), min_entries=3, max_entries=MOST_CONDITIONS)
    fate = radios_field(
        _l("If you refuse: what becomes of the certificate that the agency holds?"),
        [],
        hint=_l("It is a decision of its own, with a letter of its own."),
        required=UNREMARKED,
    )
    fate_reasons = textarea_field(
        _l("Reasons for what becomes of the certificate"),
        hint=_l("Needed to keep it. If you leave this empty otherwise, the letter has the reasons above."),
        required=UNREMARKED,
        rows=3,
    )

    def offer(
        self,
        outcomes: Sequence[Outcome],
        grounds: Mapping[Outcome | Fate, Sequence[Ground]],
        shown: str = "",
        fates: Sequence[Fate] = (),
    ) -> None:
        """Offer only the outcomes that the findings allow, and conditions only where they can be set.

        `grounds` are those of each decision, `shown` is what the page shows of the basis, `fates` are for a holder.
        """
        self.basis.data = shown or self.basis.data
        self.fate.choices = options([(fate.value, label(fate)) for fate in fates])
        if not fates:
            del self.fate, self.fate_reasons
        self.grounds.choices = options(_grounds_in_words(grounds))
        self.outcome.choices = options([(outcome.value, label(outcome)) for outcome in outcomes])
        if Outcome.GRANT_WITH_CONDITIONS not in outcomes:
            del self.condition
        if shown and not self.grounds.choices:
            del self.grounds

    def offer_requirements(self, requirements: Sequence[tuple[str, str]]) -> None:
        """Offer the requirements that a condition can be about: code and title."""
        for entry in self.condition or ():
            entry.form.offer(requirements)

    def offer_scope(self, scope: StatedScope, scheme: SchemeText, outcomes: Sequence[Outcome]) -> None:
        """Offer what can be granted of the stated scope, item by item; all of it is ticked at first."""
        if not any(DecisionKind(outcome) in GRANTS for outcome in outcomes):
            del self.scope
            return
        self.scope.choices = options([(item, item_in_words(item, scope, scheme)) for item in scope.items()])
        if not self.is_submitted():
            self.scope.data = list(scope.items())


def ground_in_words(ground: Ground) -> str:
    """Return the public words of a ground, and whether it takes two deciders."""
    words = ground.text.in_(current_language())
    return words + " " + _l("Takes two deciders.") if ground.serious else words


def _grounds_in_words(grounds: Mapping[Any, Sequence[Ground]]) -> list[tuple[str, str]]:
    """Return each ground once, with the decisions that it fits."""
    fit: dict[Ground, list[str]] = {}
    for kind, listed in grounds.items():
        for ground in listed:
            fit.setdefault(ground, []).append(label(kind))
    return [(ground.code, f"{ground_in_words(ground)} ({', '.join(names)})") for ground, names in fit.items()]


class HolderDecisionForm(Form):
    """The end of an audit of a holder: what becomes of the certificate."""

    basis = hidden_field()
    fate = radios_field(_l("Decision"), [], required=_l("Choose a decision."))
    scope = checkboxes_field(
        _l("What the certificate covers more"),
        [],
        hint=_l("Only if you extend the scope. Tick what was audited and is in order."),
        small=True,
        required=UNREMARKED,
        validate_choice=False,
    )
    grounds = grounds_field()
    reasons = textarea_field(
        _l("Reasons"),
        hint=_l("The agency reads these in the decision letter. They are not public."),
        required=_l("Give the reasons for the decision."),
        rows=5,
    )

    def offer(self, grounds: Mapping[Outcome | Fate, Sequence[Ground]], shown: str = "") -> None:
        """Offer what may become of the certificate, with the grounds of each; `shown` is what the page shows."""
        self.basis.data = shown or self.basis.data
        self.fate.choices = options([(fate.value, label(fate)) for fate in grounds])
        self.grounds.choices = options(_grounds_in_words(grounds))
        if shown and not self.grounds.choices:
            del self.grounds

    def offer_scope(self, scope: StatedScope, scheme: SchemeText) -> None:
        """Offer what an extension can add, item by item; nothing without such an audit."""
        self.scope.choices = options([(item, item_in_words(item, scope, scheme)) for item in scope.items()])
        if not scope.items():
            del self.scope


class CheckForm(Form):
    """What the office makes of a reported change."""

    outcome = radios_field(
        _l("What do you find?"),
        [("accept", _l("It is right: accept the change")), ("decline", _l("It is not right: decline the change"))],
        required=_l("Choose what you find."),
    )
    checked_against = text_field(
        _l("What did you check it against?"),
        hint=_l("For example: extract of the trade register of 27 March 2027. Needed to accept the change."),
        required=UNREMARKED,
        max_length=2000,
    )
    consequences = checkboxes_field(
        _l("What must follow besides?"), [], hint=_l("Only if you accept the change."), required=UNREMARKED
    )
    reason = textarea_field(
        _l("Explanation for the agency"),
        hint=_l("Needed to decline the change."),
        required=UNREMARKED,
        rows=3,
        max_length=2000,
    )
    version = version_field()

    def offer(self, choice: Choice) -> None:
        """Offer the consequences that the office may choose; those that must follow need no choice."""
        if not choice.offered:
            del self.consequences
        elif self.consequences:
            self.consequences.choices = options([(each.value, label(each)) for each in sorted(choice.offered)])


class SchemeForm(Form):
    source = file_field(_l("Scheme file (YAML)"), accept=".yaml,.yml", required=_l("Choose a scheme file."))
    propose = checkbox_field(_l("Propose this version if it holds. Another scheme manager must publish it."))


class SecurityLogForm(Form):
    since = date_field(_l("From"), required=UNREMARKED)
    until = date_field(_l("Until"), required=UNREMARKED)
    kind = select_field(_l("What"), [], required=UNREMARKED)
    person = text_field(_l("Name or e-mail address"), required=UNREMARKED, width=20, autocomplete="off")
    visitor = text_field(_l("Code of the visitor"), required=UNREMARKED, width=20, autocomplete="off")
