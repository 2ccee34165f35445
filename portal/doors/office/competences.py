"""The page of what somebody of the staff can do: sectors, languages and trainings, recorded by who manages people."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.core.languages import SPOKEN, WORKERS, language_name
from audits.people import queries, services
from audits.people.models import Person
from audits.people.rules import CompetenceKind
from audits.schemes.queries import list_versions, scheme_of_version
from audits.schemes.words import Text
from portal.forms.fields import UNREMARKED, RequiredWhere, date_field, options, radios_field, select_field, text_field
from portal.forms.form import Form
from portal.language.competences import competence_words
from portal.language.i18n import current_language
from portal.language.labels import label
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("competences", __name__, url_prefix="/people")


def _needed(kind: CompetenceKind, message: str) -> RequiredWhere:
    return RequiredWhere(message, lambda form: form.kind.data == kind)


class CompetenceForm(Form):
    """A competence: one of three kinds, each with a field of its own."""

    kind = radios_field(_l("Kind of competence"), [], required=_l("Choose a kind of competence."))
    sector = select_field(_l("Sector"), [], required=_needed(CompetenceKind.SECTOR, _l("Choose a sector.")))
    language = select_field(_l("Language"), [], required=_needed(CompetenceKind.LANGUAGE, _l("Choose a language.")))
    training = text_field(
        _l("Training"),
        hint=_l("Use the same name again when it is renewed."),
        required=_needed(CompetenceKind.TRAINING, _l("Enter the name of the training.")),
        max_length=120,
        autocomplete="off",
    )
    valid_until = date_field(_l("Valid until"), hint=_l("Leave this empty if it does not end."), required=UNREMARKED)

    def offer(self, sectors: Mapping[str, Text]) -> None:
        """Offer the kinds, the sectors of the norm, and languages: those of workers first."""
        rest = sorted((_named(code) for code in SPOKEN - WORKERS.keys()), key=lambda pair: pair[1].casefold())
        named = [(code, words.in_(current_language())) for code, words in sectors.items()]
        self.kind.choices = options([(kind.value, label(kind)) for kind in CompetenceKind])
        self.sector.choices = options([("", _("Choose a sector")), *named])
        self.language.choices = options([("", _("Choose a language")), *map(_named, WORKERS), *rest])


@bp.get("/<uuid:person_id>/competences")
@needs(Permission.PERSON_MANAGE)
def show(person_id: UUID) -> ResponseReturnValue:
    """List what was recorded of a person, with a form for more."""
    return _page(_person(person_id), CompetenceForm(formdata=None))


@bp.post("/<uuid:person_id>/competences")
@needs(Permission.PERSON_MANAGE)
def record(person_id: UUID) -> ResponseReturnValue:
    """Record a competence of somebody else."""
    person, form = _person(person_id), CompetenceForm()
    form.offer(_sectors())
    if form.validate_on_submit():
        kind = CompetenceKind(form.kind.data)
        said = {"kind": kind, "value": form[kind].data, "valid_until": form.valid_until.data}
        try:
            with database.write() as session:
                services.record_competence(session, current_actor(), person_id, **said)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The competence is on record."), "success")
            return redirect(url_for("office.competences.show", person_id=person_id), 303)
    return _page(person, form), 422


@bp.post("/<uuid:person_id>/competences/<uuid:competence_id>/end")
@needs(Permission.PERSON_MANAGE)
def end(person_id: UUID, competence_id: UUID) -> ResponseReturnValue:
    """End a competence: it counts no longer, or never did."""
    with database.write() as session:
        services.end_competence(session, current_actor(), person_id, competence_id)
    flash(_("The competence has ended. It stays on record."), "success")
    return redirect(url_for("office.competences.show", person_id=person_id), 303)


def _person(person_id: UUID) -> Person:
    return queries.get_person(database.read(), current_actor(), person_id)


def _sectors() -> dict[str, Text]:
    """Return the sectors of every version of the norm, as the newest names them."""
    found: dict[str, Text] = {}
    for version in reversed(list_versions(database.read())):
        found |= scheme_of_version(version).sectors
    return found


def _named(code: str) -> tuple[str, str]:
    return code, language_name(code, current_language())


def _page(person: Person, form: CompetenceForm) -> str:
    actor, sectors = current_actor(), _sectors()
    form.offer(sectors)
    return render_template(
        "office/competences.html",
        person=person,
        competences=queries.competences_of(database.read(), actor, person.id),
        words=lambda each: competence_words(each.kind, [each.value], sectors),
        may_change=person.id != actor.id and not person.retired_at,
        today=clock.today(),
        form=form,
        plain=Form(formdata=None),
    )
