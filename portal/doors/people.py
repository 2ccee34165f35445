"""Pages to manage people, built once for two doors: an agency's own people, and staff."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from audits.core.access import Permission, Role
from audits.core.errors import RuleError
from audits.core.languages import DEFAULT, NAMES
from audits.people import queries, services
from audits.people.models import Person
from portal.forms.fields import (
    checkboxes_field,
    email_field,
    radios_field,
    text_field,
    version_field,
)
from portal.forms.form import Form
from portal.language.labels import label
from portal.stores import database
from portal.web import security_log
from portal.web.access import current_actor, needs
from portal.web.security_log import Kind


class InviteForm(Form):
    """Name, address, language and roles of a new person."""

    name = text_field(_l("Name"), required=_l("Enter the name."), max_length=120, autocomplete="off")
    email = email_field(_l("E-mail address"), required=_l("Enter the e-mail address."), autocomplete="off")
    language = radios_field(
        _l("Language of pages and messages"),
        list(NAMES.items()),
        required=_l("Choose a language."),
        default=DEFAULT,
    )
    roles = checkboxes_field(_l("What may this person do?"), [], required=_l("Choose at least one role."))


class RolesForm(Form):
    """The roles of a person."""

    roles = checkboxes_field(_l("What may this person do?"), [], required=_l("Choose at least one role."))
    version = version_field()


F = TypeVar("F", InviteForm, RolesForm)
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class PeoplePages:
    """The views of one door."""

    door: str
    title: LazyString
    roles: tuple[Role, ...]

    def list_people(self) -> ResponseReturnValue:
        """List all people, retired ones last."""
        people = queries.list_people(database.read(), current_actor())
        return self._render("list", people=people)

    def invite(self) -> ResponseReturnValue:
        """Show the form for a new person."""
        return self._render("invite", form=self._offering(InviteForm()))

    def invite_submitted(self) -> ResponseReturnValue:
        """Create the account; a mail with a link follows."""
        form = self._offering(InviteForm())
        if form.validate_on_submit():
            try:
                with database.write() as session:
                    person = self._invite(session, form)
                    security_log.record(session, Kind.PERSON_INVITED, subject_id=person.id)
            except RuleError as error:
                form.complain(error)
            else:
                flash(_("%(email)s gets an invitation by mail.", email=form.email.data), "success")
                return self._to_list()
        return self._render("invite", form=form), 422

    def show_person(self, person_id: UUID) -> ResponseReturnValue:
        """Show one person with the present roles."""
        person = queries.get_person(database.read(), current_actor(), person_id)
        return self._person_page(person, _roles_form(person))

    def set_roles(self, person_id: UUID) -> ResponseReturnValue:
        """Set the roles; they apply from the person's next request."""
        form = self._offering(RolesForm())
        if form.validate_on_submit():
            try:
                with database.write() as session:
                    roles = [Role(value) for value in form.roles.data]
                    services.set_roles(session, current_actor(), person_id, roles, version=form.version.data)
                    security_log.record(session, Kind.ROLES_CHANGED, subject_id=person_id)
            except RuleError as error:
                form.complain(error)
            else:
                flash(_("The roles are changed."), "success")
                return self._to_list()
        return self._person_page(queries.get_person(database.read(), current_actor(), person_id), form), 422

    def invite_again(self, person_id: UUID) -> ResponseReturnValue:
        """Send the invitation again."""
        with database.write() as session:
            email = services.invite_again(session, current_actor(), person_id).email
            security_log.record(session, Kind.PERSON_INVITED, subject_id=person_id)
        flash(_("%(email)s gets an invitation by mail.", email=email), "success")
        return self._to_list()

    def retire(self, person_id: UUID) -> ResponseReturnValue:
        """Retire the person, which ends all sessions."""
        try:
            with database.write() as session:
                services.retire_person(session, current_actor(), person_id)
                security_log.record(session, Kind.ACCOUNT_ENDED, subject_id=person_id)
        except RuleError as error:
            person = queries.get_person(database.read(), current_actor(), person_id)
            form = _roles_form(person)
            form.complain(error)
            return self._person_page(person, form), 422
        flash(_("The account is ended."), "success")
        return self._to_list()

    def _invite(self, session: Session, form: InviteForm) -> Person:
        actor = current_actor()
        return services.invite_person(
            session,
            actor,
            name=form.name.data,
            email=form.email.data,
            language=form.language.data,
            roles=[Role(value) for value in form.roles.data],
            agency_id=actor.agency_id,
        )

    def _offering(self, form: F) -> F:
        form.roles.choices = [(role.value, label(role)) for role in self.roles]
        return form

    def _person_page(self, person: Person, form: RolesForm) -> str:
        own = person.id == current_actor().id
        return self._render("person", person=person, form=self._offering(form), own=own)

    def _render(self, page: str, **values: object) -> str:
        return render_template(f"people/{page}.html", door=self.door, people_title=self.title, **values)

    def _to_list(self) -> ResponseReturnValue:
        return redirect(url_for(f"{self.door}.list_people"), 303)


def people_blueprint(
    door: str, title: LazyString, prefix: str, permission: Permission, roles: tuple[Role, ...]
) -> Blueprint:
    """Build the pages for one door, under `prefix`, for actors with `permission`, who can assign `roles`."""
    bp, pages = Blueprint("people", __name__, url_prefix=prefix), PeoplePages(door, title, roles)
    routes: list[tuple[str, str, View]] = [
        ("GET", "/", pages.list_people),
        ("GET", "/invite", pages.invite),
        ("POST", "/invite", pages.invite_submitted),
        ("GET", "/<uuid:person_id>", pages.show_person),
        ("POST", "/<uuid:person_id>", pages.set_roles),
        ("POST", "/<uuid:person_id>/invite", pages.invite_again),
        ("POST", "/<uuid:person_id>/retire", pages.retire),
    ]
    for method, path, view in routes:
        bp.add_url_rule(path, view.__name__, needs(permission)(_plain(view)), methods=[method])
    return bp


def _roles_form(person: Person) -> RolesForm:
    return RolesForm(formdata=None, data={"roles": [role.value for role in person.roles], "version": person.version})


def _plain(view: View) -> View:
    """Wrap a bound method in a function, which can carry the attribute with its access rule."""

    @wraps(view)
    def plain(**values: UUID) -> ResponseReturnValue:
        return view(**values)

    return plain
