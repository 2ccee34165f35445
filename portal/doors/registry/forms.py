"""Forms of the register: what they have in common, and those to check a certificate by its number or its file."""

# mypy: allow-subclassing-any

from flask_babel import lazy_gettext as _l

from portal.forms import fields
from portal.forms.form import Form


class OpenForm(Form):
    """A form that acts for nobody, and needs no cookie, because public pages set none: it has no token."""

    class Meta:  # noqa: D106
        csrf = False


class NumberForm(OpenForm):
    number = fields.text_field(
        _l("Certificate number"),
        required=_l("Enter the number of the certificate"),
        hint=_l("It stands on the certificate, for example KW-2026-00001-58."),
        max_length=40,
        width=20,
        attributes={"spellcheck": "false"},
    )


class FileForm(OpenForm):
    file = fields.file_field(
        _l("File of the certificate"),
        required=_l("Choose a file"),
        hint=_l("The PDF as you received it. We do not keep it."),
        accept=".pdf",
    )
