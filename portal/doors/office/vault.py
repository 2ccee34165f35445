"""The vault, for those who are named: list it, read one entry, which the security log notes, and pass it on."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.vault.queries import get_entry, list_entries, passings_of, read_sealed
from audits.vault.rules import Receiver, Said
from audits.vault.services import pass_on, set_wish
from portal.forms.fields import radios_field
from portal.forms.form import Form
from portal.language.i18n import sentence
from portal.language.labels import label
from portal.signing.vault import VaultKeyError, open_words
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("vault", __name__, url_prefix="/vault")


class PassOnForm(Form):
    """To whom it was passed on."""

    receiver = radios_field(_l("To whom did you pass it on?"), [], required=_l("Choose to whom."))

    def offer(self) -> "PassOnForm":
        """Offer who may get it."""
        self.receiver.choices = [(each.value, label(each)) for each in Receiver]
        return self


@bp.get("/")
@needs(Permission.SIGNAL_VIEW)
def list_all() -> ResponseReturnValue:
    """List the entries without what they say."""
    return render_template("office/vault.html", entries=list_entries(database.read(), current_actor()))


@bp.get("/<uuid:vault_entry_id>")
@needs(Permission.SIGNAL_VIEW)
def show(vault_entry_id: UUID) -> ResponseReturnValue:
    """Show an entry without what it says."""
    return _page(vault_entry_id, PassOnForm(formdata=None).offer())


@bp.post("/<uuid:vault_entry_id>/read")
@needs(Permission.SIGNAL_VIEW)
def read(vault_entry_id: UUID) -> ResponseReturnValue:
    """Show what an entry says; the database notes who read it, so this is no safe request."""
    get_entry(database.read(), current_actor(), vault_entry_id)
    with database.write() as session:
        key, sealed = read_sealed(session, vault_entry_id)
    try:
        said, trouble = Said.of(open_words(vault_entry_id, key, sealed)), ""
    except VaultKeyError as error:
        said, trouble = None, sentence(error)
    return _page(vault_entry_id, PassOnForm(formdata=None).offer(), said=said, trouble=trouble)


@bp.post("/<uuid:vault_entry_id>/wish")
@needs(Permission.SIGNAL_VIEW)
def wish(vault_entry_id: UUID) -> ResponseReturnValue:
    """Turn round whether the worker wants it passed on."""
    with database.write() as session:
        entry = get_entry(session, current_actor(), vault_entry_id)
        set_wish(session, current_actor(), vault_entry_id, may_leave=not entry.may_leave)
    flash(_("What the worker wants is saved."), "success")
    return redirect(url_for("office.vault.show", vault_entry_id=vault_entry_id), 303)


@bp.post("/<uuid:vault_entry_id>/pass")
@needs(Permission.SIGNAL_VIEW)
def passed(vault_entry_id: UUID) -> ResponseReturnValue:
    """Note to whom it was passed on."""
    form = PassOnForm().offer()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                pass_on(session, current_actor(), vault_entry_id, Receiver(form.receiver.data))
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("It is noted that you passed it on."), "success")
            return redirect(url_for("office.vault.show", vault_entry_id=vault_entry_id), 303)
    return _page(vault_entry_id, form), 422


def _page(entry_id: UUID, form: PassOnForm, *, said: Said | None = None, trouble: str = "") -> str:
    session = database.read()
    return render_template(
        "office/vault_entry.html",
        entry=get_entry(session, current_actor(), entry_id),
        passings=passings_of(session, entry_id),
        said=said,
        trouble=trouble,
        form=form,
    )
