"""Whom a planner can choose for an audit, who is left out for which reason, and what the others lack for it."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _

from audits.agencies.rules import StatedScope
from audits.core import clock
from audits.core.access import Role
from audits.people.independence import rotated_out
from audits.people.models import Person
from audits.people.queries import Counting, competences_kept, held_by, interests_in, people_with
from audits.people.rules import Lack, demands_of, lacking
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import SchemeText
from portal.doors.office.forms import PlanForm
from portal.language.competences import lack_words
from portal.language.dates import date_text
from portal.language.labels import label
from portal.stores import database
from portal.web.access import current_actor


class LeftOut(NamedTuple):
    """Somebody who cannot be chosen, and why, in the reader's words."""

    name: str
    why: str


def offer_inspectors(form: PlanForm, agency_id: UUID, version_id: UUID, audit_id: UUID | None = None) -> list[LeftOut]:
    """Offer everybody who may inspect an agency by this version of the norm, and return who may not.

    `audit_id` is the audit that is given to somebody else, if there is one.
    """
    session, actor = database.read(), current_actor()
    rotated = rotated_out(session, agency_id, version_id, audit_id)
    free, left_out = sort_out(people_with(session, Role.INSPECTOR), agency_id, rotated)
    form.offer([(str(person.id), person.name) for person in free if person.id != actor.id])
    planner = [LeftOut(person.name, _("Plans the audit.")) for person in free if person.id == actor.id]
    return [*left_out, *planner]


def sort_out(
    people: Iterable[Person], agency_id: UUID, rotated: Iterable[UUID] = ()
) -> tuple[list[Person], list[LeftOut]]:
    """Return who may take part in an audit of an agency, and who is left out."""
    interested, long_enough = interests_in(database.read(), agency_id), set(rotated)
    free, left_out = [], []
    for person in people:
        if person.id in interested:
            left_out.append(LeftOut(person.name, interest_words(interested[person.id], agency_id)))
        elif person.id in long_enough:
            left_out.append(LeftOut(person.name, rotation_words()))
        else:
            free.append(person)
    return free, left_out


class Lacking(NamedTuple):
    """What people lack for an audit on a day, in the reader's words."""

    day: date
    lines: list[LeftOut]


def show_lacks(form: PlanForm, scope: StatedScope, version: SchemeVersion, day: date | None = None) -> Lacking:
    """Return what those who can be chosen lack for an audit of a scope, on the day of the form, `day`, or today.

    A body that keeps no competences is asked for no reason either.
    """
    session, day, scheme = database.read(), form.planned_on.data or day or clock.today(), scheme_of_version(version)
    names = {UUID(choice.value): choice.label for choice in form.inspector.choices if choice.value}
    held = held_by(session, names)
    if not competences_kept(session):
        del form.despite
    demands = demands_of(scope.sectors, scope.recruitment_countries)
    lacks = {name: lacking(demands, held[each], day) for each, name in names.items() if each in held}
    return Lacking(day, [LeftOut(name, lacks_words(found, scheme)) for name, found in lacks.items() if found])


def lacks_words(lacks: Iterable[Lack], scheme: SchemeText) -> str:
    """Return what is missing, as a list in a sentence."""
    return "; ".join(lack_words(each, scheme.sectors) for each in lacks)


def rotation_words() -> str:
    """Return why somebody is left out who judged this agency too often."""
    return str(_("Judged as many audits of this agency in a row as the norm permits."))


def interest_words(counting: Counting, agency_id: UUID) -> str:
    """Return what ties somebody to an agency, and until when it counts."""
    interest = counting.interest
    words = f"{label(interest.kind)}{_period(interest.since, interest.until)}"
    if interest.agency_id != agency_id:
        words = _("%(tie)s: %(agency)s, of the same group", tie=words, agency=interest.agency.legal_name)
    if counting.until:
        return str(_("%(tie)s. Counts until %(day)s.", tie=words, day=date_text(counting.until)))
    return f"{words}."


def _period(since: date | None, until: date | None) -> str:
    if since and until:
        words = _("from %(since)s until %(until)s", since=date_text(since), until=date_text(until))
    elif since:
        words = _("from %(day)s", day=date_text(since))
    else:
        words = _("until %(day)s", day=date_text(until)) if until else ""
    return f" ({words})" if words else ""
