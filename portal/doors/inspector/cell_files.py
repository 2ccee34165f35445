"""Pictures and files beside one verdict: look at them, add more, take one back with a reason."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import services
from audits.inspections.cell_files import CellFile, cell_files, get_cell_file
from audits.inspections.cells import reference_at
from audits.schemes.text import Requirement, Unit
from portal.doors import pleading
from portal.doors.downloads import attachment, noted_evidence, viewing_copy_of
from portal.doors.file_pages import LOOKED_AT
from portal.doors.inspector.case import Case, bp, open_case
from portal.forms import uploads
from portal.forms.fields import UNREMARKED, date_field, false_alarm_field, file_field, text_field, textarea_field
from portal.forms.form import Form, refused
from portal.reader.client import RefusedError
from portal.reader.questions import picture_to_print
from portal.signing import receipts
from portal.stores import database
from portal.stores import files as kept
from portal.web.access import current_actor, needs

_PATH = "/audits/<uuid:audit_id>/cells/<code>/<int:place>/files"
_FILE = "/audits/<uuid:audit_id>/files/<uuid:cell_file_id>"


class CellFileForm(Form):
    """Pictures or files, and when and where they were taken."""

    files = file_field(
        _l("Picture or file"),
        hint=_l("No faces and no names. A picture is made smaller on this device before it is sent."),
        required=_l("Choose a picture or file."),
        accept=f"image/*,{uploads.ACCEPT}",
        multiple=True,
    )
    false_alarm = false_alarm_field()
    place = text_field(
        _l("Where"), hint=_l("For example: room 4, first floor."), required=UNREMARKED, max_length=services.PLACE_LIMIT
    )
    taken_on = date_field(_l("Day on which it was taken"), required=UNREMARKED)
    taken_time = text_field(_l("Time"), hint=_l("For example: 14:30."), required=UNREMARKED, width=5)
    is_alarmed = False

    def taken(self) -> services.Taken:
        """Return when and where, as far as that was said; RuleError for a time without a day, or one that is none."""
        typed, day = (self.taken_time.data or "").replace(".", ":"), self.taken_on.data
        if typed and not day:
            raise RuleError("Give the day too.", "taken_on")
        try:
            hour = time.fromisoformat(typed.zfill(5)) if typed else time()
        except ValueError:
            raise RuleError("Give a time such as 14:30.", "taken_time") from None
        moment = datetime.combine(day, hour, clock.AMSTERDAM) if day else None
        return services.Taken(moment, self.place.data or "")


class WithdrawForm(Form):
    """Why a file is taken back."""

    reason = textarea_field(
        _l("Why you take it back"),
        hint=_l("Reviewer and decider read this."),
        required=_l("Say why you take it back."),
        rows=2,
    )


class CaptionForm(Form):
    """What is to be seen in a picture that stands in the report."""

    caption = text_field(
        _l("Caption"),
        hint=_l(
            "What is to be seen, for example: mould on the wall of room 4. The agency reads it under the picture, and"
            " who cannot see the picture hears it. No names."
        ),
        required=_l("Say what is to be seen."),
        max_length=services.CAPTION_LIMIT,
    )


@dataclass(frozen=True, slots=True)
class Spot:
    """One requirement at one unit."""

    case: Case
    item: Requirement
    reference: str
    place: int

    @property
    def unit(self) -> Unit:
        """Return the kind of unit."""
        return self.case.scheme.units[self.item.unit]

    @property
    def href(self) -> str:
        """Return the address of the page with its files."""
        return url_for("inspector.show_cell_files", audit_id=self.case.audit.id, code=self.item.code, place=self.place)

    @property
    def back(self) -> str:
        """Return the address of its verdict."""
        return url_for(
            "inspector.show_unit",
            audit_id=self.case.audit.id,
            unit=self.item.unit,
            place=self.place,
            _anchor=f"{self.item.code}-{self.place}-cell",
        )


@bp.get(_PATH)
@needs(Permission.FIELDWORK_VIEW)
def show_cell_files(audit_id: UUID, code: str, place: int) -> ResponseReturnValue:
    """Show the pictures and files beside a verdict."""
    withdraw, show = (request.args.get(act, type=UUID) for act in ("withdraw", "show"))
    return _page(_spot(audit_id, code, place), CellFileForm(), withdraw=withdraw, show=show)


@bp.post(_PATH)
@needs(Permission.AUDIT_CONDUCT)
@uploads.takes_files
def add_cell_files(audit_id: UUID, code: str, place: int) -> ResponseReturnValue:
    """Put pictures or files beside a verdict, and go back to it."""
    spot, form = _spot(audit_id, code, place), CellFileForm()
    if form.validate_on_submit():
        try:
            _keep(spot, form)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("It is kept and sealed."), "success")
            return redirect(spot.back, 303)
    return refused(_page(spot, form), form)


@bp.post(f"{_FILE}/withdraw")
@needs(Permission.AUDIT_CONDUCT)
def withdraw_cell_file(audit_id: UUID, cell_file_id: UUID) -> ResponseReturnValue:
    """Take a file back; that it was there stays."""
    spot, form = _spot_of(_file(audit_id, cell_file_id)), WithdrawForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.withdraw_file(session, current_actor(), audit_id, cell_file_id, form.reason.data)
                receipts.confirm(session, audit_id)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("It is taken back."), "success")
            return redirect(spot.href, 303)
    return _page(spot, CellFileForm(formdata=None), form, withdraw=cell_file_id), 422


@bp.post(f"{_FILE}/report")
@needs(Permission.AUDIT_CONDUCT)
def show_in_report(audit_id: UUID, cell_file_id: UUID) -> ResponseReturnValue:
    """Let a picture stand in the report under a caption, as a copy without metadata."""
    file, form = _file(audit_id, cell_file_id), CaptionForm()
    spot = _spot_of(file)
    if form.validate_on_submit():
        try:
            services.check_showable(spot.case.audit, file)
            printed = _printed(file)
            with database.write() as session:
                services.show_picture(
                    session,
                    current_actor(),
                    audit_id,
                    cell_file_id,
                    caption=form.caption.data,
                    printed_sha256=kept.keep(session, printed),
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("It stands in the report if the verdict here falls short."), "success")
            return redirect(spot.href, 303)
    return refused(_page(spot, CellFileForm(formdata=None), form, show=cell_file_id), form)


@bp.post(f"{_FILE}/leave-out")
@needs(Permission.AUDIT_CONDUCT)
def leave_out_of_report(audit_id: UUID, cell_file_id: UUID) -> ResponseReturnValue:
    """Leave a picture out of the report again; it stays beside the verdict."""
    spot = _spot_of(_file(audit_id, cell_file_id))
    with database.write() as session:
        services.leave_out_picture(session, current_actor(), audit_id, cell_file_id)
    flash(_("It does not stand in the report."), "success")
    return redirect(spot.href, 303)


@bp.get(_FILE)
@needs(Permission.FIELDWORK_VIEW)
def cell_file(audit_id: UUID, cell_file_id: UUID) -> ResponseReturnValue:
    """Send a file as it came in, as attachment."""
    file = _file(audit_id, cell_file_id)
    return noted_evidence(attachment(kept.store().get(file.sha256), file.filename, file.media_type), cell_file_id)


@bp.get(f"{_FILE}/copy")
@needs(Permission.FIELDWORK_VIEW)
def cell_file_copy(audit_id: UUID, cell_file_id: UUID) -> ResponseReturnValue:
    """Send a copy to look at, without what the camera wrote into the picture."""
    file = _file(audit_id, cell_file_id)
    return noted_evidence(viewing_copy_of(kept.store().get(file.sha256), file.filename, file.extension), cell_file_id)


def _file(audit_id: UUID, cell_file_id: UUID) -> CellFile:
    open_case(audit_id)
    return get_cell_file(database.read(), audit_id, cell_file_id)


def _spot(audit_id: UUID, code: str, place: int) -> Spot:
    case = open_case(audit_id)
    item = case.requirement(code)
    return Spot(case, item, reference_at(database.read(), audit_id, item.unit, place), place)


def _spot_of(file: CellFile) -> Spot:
    case = open_case(file.audit_id)
    return Spot(case, case.requirement(file.requirement_code), file.reference, int(file.entry.cell.split("/")[-1]))


def _printed(file: CellFile) -> bytes:
    """Return the copy of a picture that is printed, or raise RuleError."""
    try:
        return picture_to_print(kept.store().get(file.sha256), file.extension)
    except RefusedError:
        raise RuleError("This picture cannot be printed. Save it as JPEG and add it once more.", "caption") from None


def _keep(spot: Spot, form: CellFileForm) -> None:
    """Store what was chosen, all of it or nothing."""
    taken, audit = form.taken(), spot.case.audit
    good = pleading.accept(form, form.files.data, audit.agency, audit.id)
    cell = spot.item.code, spot.reference
    with database.write() as session:
        for each in good:
            file = each.store(session)
            services.attach_file(
                session,
                current_actor(),
                audit.id,
                cell,
                file,
                taken=taken,
            )
        receipts.confirm(session, audit.id)


def _page(
    spot: Spot, form: CellFileForm, sent: Form | None = None, *, withdraw: UUID | None = None, show: UUID | None = None
) -> str:
    """Return the page of a verdict's files; `sent` is the form about the file that is taken back or shown."""
    audit, item = spot.case.audit, spot.item
    found = cell_files(database.read(), audit.id, item.unit, reference=spot.reference, code=item.code)
    files = found.get((item.code, spot.reference), ())
    captions = {file.id: file.caption for file in files}
    about = sent or (CaptionForm(caption=captions.get(show)) if show else WithdrawForm())
    return render_template(
        "inspector/cell_files.html",
        spot=spot,
        audit=audit,
        files=files,
        looked_at=LOOKED_AT,
        form=form,
        about=about,
        withdrawing=withdraw,
        showing=show,
        forms=[form, about] if request.method == "POST" else [form],
    )
