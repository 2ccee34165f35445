"""Put a signal of exploitation into the vault. Whoever wrote it cannot read it any more."""

from uuid import UUID, uuid4

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import DomainError, RuleError
from audits.people.queries import names_of
from audits.vault.queries import readers
from audits.vault.rules import LONGEST_CONTACT, LONGEST_MESSAGE, Said
from audits.vault.services import fill_vault
from portal.doors.inspector.case import Case, bp, open_case
from portal.forms.fields import UNREMARKED, radios_field, text_field, textarea_field
from portal.forms.form import Form
from portal.help_numbers import spoken_first
from portal.language.i18n import current_language, sentence
from portal.settings import current_settings
from portal.signing.vault import has_vault, key_name, seal_words
from portal.stores import database
from portal.web.access import current_actor, needs

STAYS, LEAVES = "stays", "leaves"


class VaultForm(Form):
    """What somebody saw or heard, and what the worker wants."""

    message = textarea_field(
        _l("What did you see or hear?"),
        hint=_l("Where, since when, and who is in danger. Write names down only if the worker wants that."),
        required=_l("Write down what you saw or heard."),
        max_length=LONGEST_MESSAGE,
        rows=8,
    )
    contact = text_field(
        _l("How we can reach the worker safely"),
        hint=_l("Only if the worker wants that. For example: a number, and when it is safe to call."),
        required=UNREMARKED,
        max_length=LONGEST_CONTACT,
    )
    wish = radios_field(
        _l("What does the worker want?"),
        [
            (STAYS, _l("It stays with us. Nobody outside gets to know")),
            (LEAVES, _l("We may pass it on, for example to the labour inspectorate")),
        ],
        required=_l("Choose what the worker wants."),
    )


@bp.get("/audits/<uuid:audit_id>/vault")
@needs(Permission.AUDIT_CONDUCT)
def write_to_vault(audit_id: UUID) -> ResponseReturnValue:
    """Show the form, who reads what is written on it, and whom to call in danger."""
    return _page(_case(audit_id), VaultForm())


@bp.post("/audits/<uuid:audit_id>/vault")
@needs(Permission.AUDIT_CONDUCT)
def fill(audit_id: UUID) -> ResponseReturnValue:
    """Encrypt what was written, and put it into the vault."""
    case, form = _case(audit_id), VaultForm()
    if form.validate_on_submit() and has_vault():
        try:
            _keep(audit_id, form)
        except RuleError as error:
            form.complain(error)
        except DomainError as error:
            form.form_errors.append(sentence(error))
        else:
            flash(_("It is in the vault. Only those who are named can read it, and you no longer."), "success")
            return redirect(url_for("inspector.show_audit", audit_id=audit_id), 303)
    return _page(case, form), 422


def _keep(audit_id: UUID, form: VaultForm) -> None:
    actor, entry_id = current_actor(), uuid4()
    [(_id, writer)] = names_of(database.read(), [actor.id])
    said = Said(form.message.data, form.contact.data or "", writer)
    said.check()
    with database.write() as session:
        fill_vault(
            session,
            actor,
            audit_id,
            entry_id=entry_id,
            key=key_name(),
            sealed=seal_words(entry_id, said.plain()),
            may_leave=form.wish.data == LEAVES,
        )


def _case(audit_id: UUID) -> Case:
    case = open_case(audit_id)
    if not case.judges:
        abort(404)
    return case


def _page(case: Case, form: VaultForm) -> str:
    settings = current_settings()
    return render_template(
        "inspector/vault.html",
        audit=case.audit,
        form=form,
        readers=readers(database.read()) if has_vault() else [],
        numbers=spoken_first(settings.help_numbers, current_language()),
        checked=settings.help_checked,
    )
