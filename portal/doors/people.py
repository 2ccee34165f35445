"""Pages to manage people, for two doors: an agency's own people, and staff."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Self
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission, Role
from audits.core.errors import RuleError
from audits.core.languages import DEFAULT, NAMES
from audits.people import queries, services
from audits.people.models import Person
from audits.teams.leaving import InHand, end_account, in_hand, successors
from portal.forms.fields import (
    checkboxes_field,
    email_field,
    options,
    radios_field,
    select_field,
    text_field,
    version_field,
)
from portal.forms.form import Form
from portal.language.labels import label
from portal.stores import database
from portal.web import security_log
from portal.web.access import current_actor, needs
from portal.web.security_log import Kind


@dataclass(frozen=True, slots=True)
class Door:
    """Where the pages are: their endpoint, their title, who may open them, and which roles can be given there."""

    endpoint: str
    title: LazyString
    permission: Permission
    roles: tuple[Role, ...]


class _Roles(Form):
    """Base of the forms with the field `roles`."""

    def offer(self, roles: Iterable[Role]) -> Self:
        """Set the roles to choose from."""
        self["roles"].choices = options([(role.value, label(role)) for role in roles])
        return self

    def chosen(self) -> list[Role]:
        """Return the chosen roles."""
        return [Role(value) for value in self["roles"].data]


class InviteForm(_Roles):
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


class EndForm(Form):
    """Who takes over what somebody has in hand; without audits in hand there is nothing to ask."""

    successor = select_field(_l("Who takes over the audits"), [], required=_l("Choose who takes over the audits."))

    def offer(self, people: Iterable[Person]) -> Self:
        """Set whom to choose from."""
        listed = [(str(each.id), each.name) for each in people]
        self.successor.choices = options([("", _("Choose a person")), *listed])
        return self


class RolesForm(_Roles):
    """The roles of a person."""

    roles = checkboxes_field(_l("What may this person do?"), [], required=_l("Choose at least one role."))
    version = version_field()


def list_people(door: Door) -> ResponseReturnValue:
    """List all people, retired ones last, and the roles that wait for a second person."""
    session, actor = database.read(), current_actor()
    found = queries.list_people(session, actor)
    waiting = queries.roles_waiting(session, actor)
    said = queries.small_body(session) if actor.agency_id is None else None
    return _render(door, "list", people=found, waiting=waiting, me=actor.id, small_body=said, form=Form())


def invite(door: Door) -> ResponseReturnValue:
    """Show the form for a new person."""
    return _render(door, "invite", form=InviteForm().offer(door.roles))


def invite_submitted(door: Door) -> ResponseReturnValue:
    """Create the account; a mail with a link follows."""
    form = InviteForm().offer(door.roles)
    if form.validate_on_submit():
        try:
            person_id = _invite(form)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("%(email)s gets an invitation by mail.", email=form.email.data), "success")
            if said := _waiting_words(_asked(person_id)):
                flash(said, "success")
            return _to_list(door)
    return _render(door, "invite", form=form), 422


def show_person(door: Door, person_id: UUID) -> ResponseReturnValue:
    """Show one person with the present roles."""
    return _person_page(door, _person(person_id))


def set_roles(door: Door, person_id: UUID) -> ResponseReturnValue:
    """Set the roles; they apply from the person's next request."""
    form = RolesForm().offer(door.roles)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.set_roles(session, current_actor(), person_id, form.chosen(), version=form.version.data)
                security_log.record(session, Kind.ROLES_CHANGED, subject_id=person_id)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_waiting_words(_asked(person_id)) or _("The roles are changed."), "success")
            return _to_list(door)
    return _person_page(door, _person(person_id), form), 422


def invite_again(door: Door, person_id: UUID) -> ResponseReturnValue:
    """Send the invitation again."""
    with database.write() as session:
        email = services.invite_again(session, current_actor(), person_id).email
        security_log.record(session, Kind.PERSON_INVITED, subject_id=person_id)
    flash(_("%(email)s gets an invitation by mail.", email=email), "success")
    return _to_list(door)


def retire(door: Door, person_id: UUID) -> ResponseReturnValue:
    """Retire the person, which ends all sessions; work in hand goes to whom the form names."""
    person, actor = _person(person_id), current_actor()
    form = _end_form(person)
    if form.successor and not form.validate():
        return _person_page(door, person, ending=form), 422
    try:
        with database.write() as session:
            if person.agency_id is None:
                end_account(session, actor, person_id, UUID(form.successor.data) if form.successor else None)
            else:
                services.retire_person(session, actor, person_id)
            security_log.record(session, Kind.ACCOUNT_ENDED, subject_id=person_id)
    except RuleError as error:
        if form.successor and error.field == "successor":
            form.complain(error)
            return _person_page(door, _person(person_id), ending=form), 422
        return _person_page(door, _person(person_id), error=error), 422
    flash(_("The account is ended."), "success")
    return _to_list(door)


_PAGES: list[tuple[str, str, Callable[..., ResponseReturnValue]]] = [
    ("GET", "/", list_people),
    ("GET", "/invite", invite),
    ("POST", "/invite", invite_submitted),
    ("GET", "/<uuid:person_id>", show_person),
    ("POST", "/<uuid:person_id>", set_roles),
    ("POST", "/<uuid:person_id>/invite", invite_again),
    ("POST", "/<uuid:person_id>/retire", retire),
]


def blueprint(door: Door) -> Blueprint:
    """Return the pages of one door, under /people."""
    bp = Blueprint("people", __name__, url_prefix="/people")
    for method, path, page in _PAGES:
        view = update_wrapper(partial(page, door), page)  # Flask-WTF asks views for their name and module
        bp.add_url_rule(path, page.__name__, needs(door.permission)(view), methods=[method])
    return bp


def _invite(form: InviteForm) -> UUID:
    actor = current_actor()
    with database.write() as session:
        person = services.invite_person(
            session,
            actor,
            name=form.name.data,
            email=form.email.data,
            language=form.language.data,
            roles=form.chosen(),
            agency_id=actor.agency_id,
        )
        security_log.record(session, Kind.PERSON_INVITED, subject_id=person.id)
        return person.id


def _asked(person_id: UUID) -> set[Role]:
    return queries.roles_asked(database.read(), person_id)


def _waiting_words(roles: Iterable[Role]) -> str:
    """Return a sentence about roles that wait for a second person, or nothing if none does."""
    names = ", ".join(str(label(role)) for role in sorted(roles))
    if not names:
        return ""
    return str(_("Another administrator must confirm: %(roles)s. All administrators get a mail.", roles=names))


def _person(person_id: UUID) -> Person:
    return queries.get_person(database.read(), current_actor(), person_id)


def _stored_roles(door: Door, person: Person, asked: Iterable[Role]) -> RolesForm:
    stored = {"roles": [role.value for role in {*person.roles, *asked}], "version": person.version}
    return RolesForm(formdata=None, data=stored).offer(door.roles)


def _work_of(person: Person) -> list[InHand]:
    return in_hand(database.read(), current_actor(), person.id) if person.agency_id is None else []


def _end_form(person: Person) -> EndForm:
    form = EndForm().offer(successors(database.read(), person.id))
    if not any(each.member_id is None for each in _work_of(person)):
        del form.successor
    return form


def _person_page(
    door: Door,
    person: Person,
    form: RolesForm | None = None,
    *,
    error: RuleError | None = None,
    ending: EndForm | None = None,
) -> str:
    """Show one person; without a form that was sent, with the roles as they are and are asked for."""
    asked = _asked(person.id)
    form = form or _stored_roles(door, person, asked)
    if error:
        form.complain(error)
    own = person.id == current_actor().id
    ending = ending or _end_form(person)
    return _render(
        door,
        "person",
        person=person,
        form=form,
        own=own,
        waiting=_waiting_words(asked),
        ending=ending,
        work=_work_of(person),
        forms=[form, ending],
    )


def _render(door: Door, page: str, **values: object) -> str:
    return render_template(f"people/{page}.html", door=door.endpoint, people_title=door.title, **values)


def _to_list(door: Door) -> ResponseReturnValue:
    return redirect(url_for(f"{door.endpoint}.list_people"), 303)
