"""Forms to check a certificate by its number or by its file."""

# mypy: allow-subclassing-any

from flask_babel import lazy_gettext as _l

from portal.forms import fields
from portal.forms.form import Form


class NumberForm(Form):
    class Meta:  # noqa: D106
        csrf = False  # a GET form

    number = fields.text_field(
        _l("Certificate number"),
        required=_l("Enter the number of the certificate"),
        hint=_l("It stands on the certificate, for example KW-2026-00001-58."),
        max_length=40,
        width=20,
        attributes={"spellcheck": "false"},
    )


class FileForm(Form):
    class Meta:  # noqa: D106
        csrf = False  # changes nothing, and needs no cookie: public pages set none

    file = fields.file_field(
        _l("File of the certificate"),
        required=_l("Choose a file"),
        hint=_l("The PDF as you received it. We do not keep it."),
        accept=".pdf",
    )
