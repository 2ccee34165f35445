"""The three ways to disagree, explained, and the form on which anybody complains about us, without account."""

# mypy: allow-subclassing-any

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from audits.complaints.queries import complaint_state
from audits.complaints.rules import (
    ANSWER_WORKING_DAYS,
    LONGEST_CONTACT,
    LONGEST_MESSAGE,
    RECEIPT_WORKING_DAYS,
    Subject,
    answer_by,
    complaint_reference,
)
from audits.complaints.services import receive_complaint
from audits.complaints.wording import SUBJECTS
from audits.core.clock import day_of
from audits.disputes.rules import OUTCOME_WORKING_DAYS
from portal.doors.registry.caching import unkept
from portal.doors.registry.forms import OpenForm
from portal.forms.fields import radios_field, text_field, textarea_field
from portal.forms.once import SentOnce
from portal.language.i18n import current_language
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import public
from portal.web.throttle import share_throttle, visitor_waits

MOST_PER_HOUR, MOST_IN_ALL = 10, 300  # of one connection; and of all together


class ComplaintForm(SentOnce, OpenForm):
    """What somebody complains about, and how to reach them."""

    about = radios_field(
        _l("What is it about?"),
        [(subject.value, _l(words)) for subject, words in SUBJECTS.items()],
        required=_l("Choose what it is about"),
    )
    message = textarea_field(
        _l("What is your complaint?"),
        hint=_l("Say what happened, when, and what we should do about it."),
        required=_l("Write what your complaint is."),
        max_length=LONGEST_MESSAGE,
        rows=8,
    )
    contact = text_field(
        _l("How can we reach you?"),
        hint=_l("A telephone number or e-mail address. Without it you find our answer on the page that you get now."),
        max_length=LONGEST_CONTACT,
    )


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module, with a throttle that all processes share."""
    bp.get("/complaints")(complaints)
    bp.get("/complaints/about-us")(complain)
    bp.post("/complaints/about-us")(complained)
    bp.get("/complaints/<uuid:complaint_id>")(complaint)
    share_throttle(bp, "complaint", MOST_PER_HOUR, MOST_IN_ALL)


@public
def complaints() -> ResponseReturnValue:
    """Explain how to appeal, how to complain about an agency, and how to complain about us."""
    return render_template(
        "registry/complaints.html",
        receipt=RECEIPT_WORKING_DAYS,
        answer=ANSWER_WORKING_DAYS,
        outcome=OUTCOME_WORKING_DAYS,
        contact=current_settings().contact_email,
    )


@public
def complain() -> ResponseReturnValue:
    """Show the empty form."""
    return unkept(render_template("registry/complain.html", form=ComplaintForm(None)))


@public
def complained() -> ResponseReturnValue:
    """Keep a complaint, and lead to the page on which its answer will be. The visitor is not recorded."""
    form = ComplaintForm()
    if not form.validate():
        return render_template("registry/complain.html", form=form), 422
    if wait := visitor_waits("complaint"):
        form.form_errors.append(_l("Too many complaints came in just now. Try again later, or write to us."))
        return render_template("registry/complain.html", form=form), 429, {"Retry-After": str(wait)}
    contact = form.contact.data or ""
    with database.write() as session:
        complaint_id = receive_complaint(
            session,
            complaint_id=form.id_for(form.about.data, form.message.data, contact),
            about=Subject(form.about.data),
            message=form.message.data,
            contact=contact,
            language=current_language(),
        )
    return redirect(url_for("registry.complaint", complaint_id=complaint_id), 303)


@public
def complaint(complaint_id: UUID) -> ResponseReturnValue:
    """Show how far a complaint is, to whoever has its address."""
    state = complaint_state(database.read(), complaint_id)
    page = render_template(
        "registry/complaint.html",
        state=state,
        number=complaint_reference(complaint_id),
        answer_by=answer_by(day_of(state.received_at)),
        contact=current_settings().contact_email,
    )
    return unkept(page)
