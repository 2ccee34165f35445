"""Pages of the own account: name and language, password, sessions, and for staff the declared interests."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.people import queries as people
from audits.people.services import declare_interest, edit_profile
from portal.doors.account import held, new_address, services, throttle
from portal.doors.account import login as browser
from portal.doors.account.door import bp
from portal.doors.account.forms import ALL, ChangePasswordForm, EndSessionsForm, NewAddressForm, ProfileForm
from portal.doors.account.own_data import own_data
from portal.doors.account.rules import own_path
from portal.doors.interests import InterestForm
from portal.forms.form import Form
from portal.stores import database, messages
from portal.web import security_log
from portal.web.access import current_actor, needs, signed_in
from portal.web.paging import Page, asked_page
from portal.web.security_log import Kind


@bp.get("/account")
@signed_in
def show_account() -> ResponseReturnValue:
    """Show the own data and sessions."""
    sessions = services.sessions_of(database.read(), current_actor().id)
    return render_template(
        "account/show.html",
        person=current_user.person,
        sessions=sessions,
        here=current_user.digest,
        unread=messages.count_unread(database.read(), current_actor().id),
        form=Form(),
    )


@bp.get("/account/notices")
@signed_in
def notices() -> ResponseReturnValue:
    """List what was mailed to the person, newest first."""
    session, page, own = database.read(), asked_page(), current_actor().id
    found = Page(messages.notices_of(session, own, page), page, messages.PAGE_SIZE)
    unread = messages.count_unread(session, own)
    return render_template("account/notices.html", notices=found, unread=unread, form=Form())


@bp.post("/account/notices")
@signed_in
def notices_seen() -> ResponseReturnValue:
    """Note that the person has seen all notices."""
    with database.write() as session:
        messages.mark_read(session, current_actor().id)
    return redirect(url_for("account.notices"), 303)


@bp.get("/account/data.json")
@signed_in
def data() -> ResponseReturnValue:
    """Give everything that is kept of the own person as a file."""
    named = {"Content-Disposition": "attachment; filename=my-data.json", "Cache-Control": "no-store"}
    return Response(own_data(database.read(), current_actor().id), mimetype="application/json", headers=named)


@bp.get("/start")
@signed_in
def start() -> ResponseReturnValue:
    """Lead to the own start page, which depends on the roles; for links in messages to anybody."""
    return redirect(browser.start_page(current_user.roles), 303)


@bp.post("/account/stay")
@signed_in
def stay() -> ResponseReturnValue:
    """Count as activity, for scripts, while somebody types; return for how many seconds the session stays open."""
    return jsonify(left=browser.seconds_left())


@bp.post("/account/held/drop")
@signed_in
def drop_held() -> ResponseReturnValue:
    """Drop what was sent after the session had ended, and show the page as it is stored."""
    page = held.page()
    held.forget()
    flash(_("What you typed before is thrown away."), "success")
    return redirect(own_path(page) or url_for("account.show_account"), 303)


@bp.get("/account/profile")
@signed_in
def profile() -> ResponseReturnValue:
    """Show the form for name and language."""
    return render_template("account/profile.html", form=ProfileForm(obj=current_user.person))


@bp.post("/account/profile")
@signed_in
def profile_submitted() -> ResponseReturnValue:
    """Save name and language; the next page is in the new language."""
    form = ProfileForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                edit_profile(
                    session,
                    current_actor(),
                    name=form.name.data,
                    language=form.language.data,
                    version=form.version.data,
                    daily_mail=form.daily_mail.data,
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Your details are saved."), "success")
            return redirect(url_for("account.show_account", lang=None), 303)
    return render_template("account/profile.html", form=form), 422


@bp.get("/account/password")
@signed_in
def password() -> ResponseReturnValue:
    """Ask for the current password and a new one."""
    return render_template("account/password.html", form=ChangePasswordForm())


@bp.post("/account/password")
@signed_in
def password_submitted() -> ResponseReturnValue:
    """Replace the password and end all other sessions."""
    form, own = ChangePasswordForm(), (current_actor().id, current_user.digest)
    if not form.validate_on_submit():
        return render_template("account/password.html", form=form), 422

    def change(session: Session) -> None:
        services.change_password(session, own[0], current=form.current.data, password=form.password.data, keep=own[1])
        security_log.record(session, Kind.PASSWORD_CHANGED)

    if refused := _with_password(form, change):
        return render_template("account/password.html", form=form), *refused
    flash(_("Your password is changed. Other browsers are signed out."), "success")
    return redirect(url_for("account.show_account"), 303)


@bp.get("/account/address")
@signed_in
def address() -> ResponseReturnValue:
    """Ask for the new e-mail address and the current password."""
    return _address_page(NewAddressForm())


@bp.post("/account/address")
@signed_in
def address_submitted() -> ResponseReturnValue:
    """Send a link to the new address; the answer is the same for one that has an account."""
    form, actor = NewAddressForm(), current_actor()
    if not form.validate_on_submit():
        return _address_page(form), 422

    def ask(session: Session) -> None:
        new_address.ask_for(session, actor, current=form.current.data, email=form.email.data)
        security_log.record(session, Kind.ADDRESS_ASKED)

    if refused := _with_password(form, ask, counted="address-change"):
        return _address_page(form), *refused
    flash(_("If the new address has no account yet, a mail with a link is on its way to it."), "success")
    return redirect(url_for("account.show_account"), 303)


@bp.get("/account/sessions")
@signed_in
def sessions() -> ResponseReturnValue:
    """Ask which other browsers to sign out."""
    return render_template("account/sessions.html", form=_sessions_form())


@bp.post("/account/sessions")
@signed_in
def sessions_submitted() -> ResponseReturnValue:
    """End one other session, or all of them."""
    form, own = _sessions_form(), (current_actor().id, current_user.digest)
    if not form.validate_on_submit():
        return render_template("account/sessions.html", form=form), 422
    opened_at = None if form.which.data == ALL else datetime.fromisoformat(form.which.data)

    def end(session: Session) -> None:
        services.end_sessions(session, own[0], current=form.current.data, keep=own[1], opened_at=opened_at)
        security_log.record(session, Kind.SESSIONS_ENDED, detail="one" if opened_at else "others")

    if refused := _with_password(form, end):
        return render_template("account/sessions.html", form=form), *refused
    flash(_("Signed out there."), "success")
    return redirect(url_for("account.show_account"), 303)


@bp.post("/account/sessions/all")
@signed_in
def end_all_sessions() -> ResponseReturnValue:
    """End all sessions, including this one."""
    with database.write() as session:
        services.sign_out_everywhere(session, current_actor().id)
        security_log.record(session, Kind.SESSIONS_ENDED, detail="all")
    browser.forget()
    flash(_("You are signed out everywhere."), "success")
    return redirect(url_for("account.login"), 303)


@bp.get("/account/interests")
@needs(Permission.INTEREST_DECLARE)
def interests() -> ResponseReturnValue:
    """Show the declared interests, and a form for another."""
    return _ties_page(InterestForm())


@bp.post("/account/interests")
@needs(Permission.INTEREST_DECLARE)
def interests_submitted() -> ResponseReturnValue:
    """Declare an interest; planning and deciding take it into account from now on."""
    form = InterestForm()
    form.offer()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                agency = people.find_agency(session, form.agency.data)
                if agency is None:
                    raise RuleError("There is no agency with this number here.", field="agency")
                declare_interest(session, current_actor(), agency.id, **form.said())
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The tie is declared."), "success")
            return redirect(url_for("account.interests"), 303)
    return _ties_page(form), 422


def _with_password(
    form: Form, act: Callable[[Session], None], *, counted: str = ""
) -> tuple[int, dict[str, str]] | None:
    """Do what needs the current password; otherwise complain and return status and headers.

    Attempts are throttled as at sign-in; `counted` names a limit that a success does not lift.
    """
    own = {"own": str(current_actor().id)}
    try:
        with database.write() as session:
            throttle.admit(session, own | ({counted: own["own"]} if counted else {}))
        with database.write() as session:
            act(session)
            throttle.forgive(session, own)
    except throttle.TooManyAttemptsError as error:
        security_log.note(Kind.THROTTLED, detail=error.kind)
        form.complain(error.sentence)
        return 429, error.headers
    except RuleError as error:
        if error.field == "current":
            security_log.note(Kind.PASSWORD_REFUSED)
        form.complain(error)
        return 422, {}
    return None


def _address_page(form: NewAddressForm) -> str:
    return render_template("account/address.html", form=form, person=current_user.person)


def _sessions_form() -> EndSessionsForm:
    others = services.sessions_of(database.read(), current_actor().id)
    form = EndSessionsForm()
    form.offer([each for each in others if each.digest != current_user.digest])
    return form


def _ties_page(form: InterestForm) -> str:
    form.offer()
    declared = people.interests_declared_by(database.read(), current_actor().id)
    return render_template("account/interests.html", form=form, interests=declared)
