"""Pages for signing in and out, and for links sent by mail."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audits.core.errors import NotFoundError, RuleError
from portal.doors.account import login as browser
from portal.doors.account import new_address as addresses
from portal.doors.account import services, throttle
from portal.doors.account.device import known_device, remember_device
from portal.doors.account.door import bp
from portal.doors.account.forms import LoginForm, NewPasswordForm, ResetForm
from portal.doors.account.rules import Purpose, own_path
from portal.doors.account.throttle import TooManyAttemptsError
from portal.forms.form import Form
from portal.stores import database
from portal.web import security_log
from portal.web.access import public
from portal.web.addresses import address_group
from portal.web.security_log import Kind


@bp.get("/login")
@public
def login() -> ResponseReturnValue:
    """Show the sign-in form; a signed-in person goes to the start page."""
    if current_user.is_authenticated:
        return redirect(_destination(), 303)
    return render_template("account/login.html", form=LoginForm(data={"next": own_path(request.args.get("next"))}))


@bp.post("/login")
@public
def login_submitted() -> ResponseReturnValue:
    """Count the attempt, then check the password and sign in."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("account/login.html", form=form), 422
    buckets = _buckets(form.email.data)
    try:
        with database.write() as session:
            throttle.admit(session, buckets)
        with database.write() as session:
            signed_in = services.sign_in(session, form.email.data, form.password.data)
            throttle.forgive(session, buckets)
            security_log.record(session, Kind.SIGNED_IN, person_id=signed_in.person_id)
    except TooManyAttemptsError as error:
        _note_tried(Kind.THROTTLED, form.email.data, error.kind)
        form.complain(error.sentence)
        return render_template("account/login.html", form=form), 429, error.headers
    except RuleError as error:
        _note_tried(Kind.SIGN_IN_FAILED, form.email.data)
        form.complain(error)
        return render_template("account/login.html", form=form), 422
    return _welcome(signed_in, own_path(form.next.data))


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """End this browser's session in the database; harmless without one."""
    if current_user.is_authenticated:
        with database.write() as session:
            services.sign_out(session, current_user.digest)
            security_log.record(session, Kind.SIGNED_OUT)
    browser.forget()
    flash(_("You are signed out."), "success")
    return redirect(url_for("account.login"), 303)


@bp.get("/reset")
@public
def forgot() -> ResponseReturnValue:
    """Ask for the address to send a link to."""
    return render_template("account/forgot.html", form=ResetForm())


@bp.post("/reset")
@public
def forgot_submitted() -> ResponseReturnValue:
    """Queue a mail with a link; the response is the same for every address."""
    form = ResetForm()
    if not form.validate_on_submit():
        return render_template("account/forgot.html", form=form), 422
    account = {"reset-account": form.email.data.casefold()}
    try:
        with database.write() as session:
            throttle.admit(session, {"reset-address": address_group(request.remote_addr)} | account)
            services.request_reset(session, form.email.data)
        _note_tried(Kind.RESET_ASKED, form.email.data)
    except TooManyAttemptsError as error:
        _note_tried(Kind.THROTTLED, form.email.data, error.kind)
        if error.kind != "reset-account":  # there the mails of the last hour have links, whoever asked for them
            form.complain(error.sentence)
            return render_template("account/forgot.html", form=form), 429, error.headers
    return redirect(url_for("account.forgot_sent"), 303)


@bp.get("/reset/sent")
@public
def forgot_sent() -> ResponseReturnValue:
    """Say that a mail is on its way."""
    return render_template("account/forgot_sent.html")


@bp.get("/<any(invitation, reset, objection):purpose>/<token>")
@public
def link(purpose: str, token: str) -> ResponseReturnValue:
    """Ask for a new password. Opening the page does not use up the link, because mail scanners open it too."""
    return _link_page(NewPasswordForm(), Purpose(purpose), token)


@bp.post("/<any(invitation, reset, objection):purpose>/<token>")
@public
def link_submitted(purpose: str, token: str) -> ResponseReturnValue:
    """Set the password, end all other sessions, and sign in."""
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return _link_page(form, Purpose(purpose), token, 422)
    try:
        with database.write() as session:
            person = services.set_password(session, token, Purpose(purpose), form.password.data)
            signed_in = services.open_session(session, person)
            security_log.record(session, Kind.PASSWORD_SET, person_id=person.id, detail=purpose)
    except NotFoundError:
        return _link_gone(purpose)
    except RuleError as error:
        form.complain(error)
        return _link_page(form, Purpose(purpose), token, 422)
    response = _welcome(signed_in, None)
    flash(_("Your password is set. You are signed in."), "success")  # after the cookie was cleared
    return response


@bp.get("/address/<token>")
@public
def new_address(token: str) -> ResponseReturnValue:
    """Ask whether the account may move to the address that this link was sent to; mail scanners open it too."""
    try:
        change = addresses.change_of(database.read(), token, Purpose.ADDRESS)
    except NotFoundError:
        return _link_gone(Purpose.ADDRESS)
    return render_template("account/new_address.html", form=Form(), change=change)


@bp.post("/address/<token>")
@public
def new_address_submitted(token: str) -> ResponseReturnValue:
    """Change the address, and end all sessions but this one if it is of the same person."""
    here = current_user.digest if current_user.is_authenticated else None
    try:
        with database.write() as session:
            person = addresses.take(session, token, here=here)
            security_log.record(session, Kind.ADDRESS_CHANGED, person_id=person.id)
    except NotFoundError:
        return _link_gone(Purpose.ADDRESS)
    flash(_("Your e-mail address is changed. Sign in with it from now on."), "success")
    return redirect(url_for("account.login"), 303)


def _link_page(form: NewPasswordForm, purpose: Purpose, token: str, status: int = 200) -> ResponseReturnValue:
    try:
        email = _account_of_link(token, purpose)
    except NotFoundError:
        return _link_gone(purpose)
    return render_template("account/new_password.html", form=form, purpose=purpose, email=email), status


def _account_of_link(token: str, purpose: Purpose) -> str:
    """Return the address of the account that a link sets a password for; by an objection it keeps the one before."""
    if purpose is Purpose.OBJECTION:
        return addresses.change_of(database.read(), token, purpose).old_email
    return services.holder_of(database.read(), token, purpose).email


def _link_gone(purpose: str) -> ResponseReturnValue:
    security_log.note(Kind.LINK_REFUSED, detail=purpose)
    return render_template("account/link_gone.html"), 410


def _note_tried(kind: Kind, email: str, detail: str | None = None) -> None:
    """Note whose account somebody tried; of an unknown address nothing is kept."""
    security_log.note(kind, person_id=services.find_person_id(database.read(), email), detail=detail)


def _welcome(signed_in: services.SignedIn, target: str | None) -> ResponseReturnValue:
    browser.remember(signed_in)
    response = make_response(redirect(target or browser.start_page(signed_in.roles), 303))
    remember_device(response, signed_in.email, services.password_since(database.read(), signed_in.email))
    return response


def _destination() -> str:
    return own_path(request.args.get("next")) or browser.start_page(current_user.roles)


def _buckets(email: str) -> dict[str, str]:
    account, address = email.casefold(), address_group(request.remote_addr)
    if device := known_device(account, services.password_since(database.read(), email)):
        return {"device": f"{device} {account}"}
    return {"pair": f"{address} {account}", "address": address, "account": account}
