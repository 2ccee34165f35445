"""What every form shares: CSRF, and a place for the domain's complaints."""

# mypy: allow-subclassing-any

from collections.abc import Iterator
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect, FlaskForm

from audits.core.errors import RuleError
from portal.forms.fields import DateField
from portal.language.i18n import sentence


def init_app(app: Flask) -> None:
    """Refuse every unsafe request without the token of its session."""
    CSRFProtect(app)


class Form(FlaskForm):
    """Base of all forms."""

    def complain(self, error: RuleError) -> None:
        """Show a broken rule at its field, or above the form."""
        words = sentence(error)
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors.append(words)
        else:
            field.errors = [*field.errors, words]


def error_items(*forms: FlaskForm) -> list[dict[str, str]]:
    """The lines of the error summary: one per field, each leading to the first box that can be mended."""
    return [item for form in forms for item in _items(form)]


def _items(form: Any) -> Iterator[dict[str, str]]:
    for words in form.form_errors:
        yield {"text": str(words)}
    for field in form:
        yield from _field_items(field)


def _field_items(field: Any) -> Iterator[dict[str, str]]:
    if hasattr(field, "form") and hasattr(field.form, "form_errors"):
        yield from _items(field.form)
    elif hasattr(field, "entries"):
        for entry in field.entries:
            yield from _field_items(entry)
    elif field.errors:
        first = f"{field.id}-day" if isinstance(field, DateField) else field.id
        yield {"text": str(field.errors[0]), "href": f"#{first}"}
