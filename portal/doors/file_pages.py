"""Pages about one file of evidence: when it came, what it is about, its versions, and a copy to look at."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications import services
from audits.applications.models import Evidence
from audits.applications.queries import get_application
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections.evidence import get_evidence, versions_of
from portal.doors import pleading
from portal.doors.downloads import bp, noted_evidence, viewing_copy_of
from portal.forms import uploads
from portal.forms.fields import UNREMARKED, date_field, false_alarm_field, file_field
from portal.forms.form import Form, refused
from portal.stores import database, files
from portal.web.access import current_actor, needs

_PATH = "/evidence/<uuid:evidence_id>"
LOOKED_AT = frozenset({"pdf", "jpg", "jpeg", "jfif", "png", "tif", "tiff", "webp", "heic", "heif"})


class PeriodForm(Form):
    """The period that a file is about."""

    covers_from = date_field(_l("First day"), required=UNREMARKED)
    covers_until = date_field(_l("Last day"), required=UNREMARKED)


class VersionForm(Form):
    """A newer version of a file."""

    files = file_field(_l("The newer file"), required=_l("Choose a file."), accept=uploads.ACCEPT)
    false_alarm = false_alarm_field()
    is_alarmed = False


@bp.get(_PATH + "/about")
@needs(Permission.APPLICATION_VIEW)
def about(evidence_id: UUID) -> ResponseReturnValue:
    """Show what is known of a file, and its earlier versions."""
    found = get_evidence(database.read(), current_actor(), evidence_id)
    return _page(found, PeriodForm(obj=found), VersionForm())


@bp.post(f"{_PATH}/period")
@needs(Permission.APPLICATION_EDIT)
def say_period(evidence_id: UUID) -> ResponseReturnValue:
    """Say which period a file is about."""
    found, form = get_evidence(database.read(), current_actor(), evidence_id), PeriodForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                days = form.covers_from.data, form.covers_until.data
                services.date_evidence(session, current_actor(), evidence_id, *days)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The period is saved."), "success")
            return redirect(url_for("files.about", evidence_id=evidence_id), 303)
    return _page(found, form, VersionForm()), 422


@bp.post(f"{_PATH}/version")
@needs(Permission.APPLICATION_EDIT)
@uploads.takes_files
def add_version(evidence_id: UUID) -> ResponseReturnValue:
    """Put a newer version in the place of a file."""
    found, form = get_evidence(database.read(), current_actor(), evidence_id), VersionForm()
    if form.validate_on_submit():
        try:
            newer_id = _renew(found, form)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The newer version is saved. The earlier one stays readable."), "success")
            return redirect(url_for("files.about", evidence_id=newer_id), 303)
    return refused(_page(found, PeriodForm(formdata=None, obj=found), form), form)


@bp.get(f"{_PATH}/copy")
@needs(Permission.APPLICATION_VIEW)
def viewing_copy(evidence_id: UUID) -> ResponseReturnValue:
    """Send a copy to look at, without metadata; the original never opens in a browser."""
    found = get_evidence(database.read(), current_actor(), evidence_id)
    copy = viewing_copy_of(files.store().get(found.sha256), found.filename, _extension(found))
    return noted_evidence(copy, evidence_id)


def _renew(found: Evidence, form: VersionForm) -> UUID:
    application = get_application(database.read(), current_actor(), found.application_id)
    good, refusals = pleading.sift(form, [form.files.data], application.agency)
    if refusals:
        raise refusals[0]
    with database.write() as session:
        file = good[0].store(session)
        return services.renew_evidence(session, current_actor(), found.id, file).id


def _extension(found: Evidence) -> str:
    return found.filename.rpartition(".")[2].lower()


def _page(found: Evidence, period: PeriodForm, version: VersionForm) -> str:
    actor, session = current_actor(), database.read()
    may_edit = False
    if actor.agency_id and actor.has(Permission.APPLICATION_EDIT) and found.finding_id is None:
        may_edit = found.removed_at is None and get_application(session, actor, found.application_id).is_draft
    return render_template(
        "file.html",
        file=found,
        versions=versions_of(session, found),
        may_edit=may_edit,
        may_look=_extension(found) in LOOKED_AT,
        period=period,
        version=version,
        forms=[period, version],
    )
