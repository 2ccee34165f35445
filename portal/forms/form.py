"""The base class of forms, which can show domain errors."""

# mypy: allow-subclassing-any

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask import g, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms.i18n import messages_path

from audits.core.errors import RuleError
from portal.forms.fields import DateField
from portal.language.i18n import current_language, sentence
from portal.sidecar.lanes import BusyError


class Form(FlaskForm):
    """Base of all forms."""

    retry_after: int | None = None  # seconds; set when the machine had no time to open the files

    class Meta(FlaskForm.Meta):
        """Settings of WTForms."""

        def get_translations(self, _form: FlaskForm) -> "type[Sentences]":
            """Return the translations of WTForms' own sentences."""
            return Sentences

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Return what was sent, or on a page that is opened what is put back into the fields of this form."""
            if formdata is _Auto and request.method == "GET" and g.get("put_back") and _was_sent(form):
                return g.put_back.fields
            return super().wrap_formdata(form, formdata)

    @property
    def is_put_back(self) -> bool:
        """Return whether the fields show what was sent when the session had ended."""
        return request.method == "GET" and bool(g.get("put_back")) and _was_sent(self)

    @property
    def complaints(self) -> list[dict[str, str]]:
        """Return the lines of the error summary."""
        return error_items(self)

    def complain(self, error: RuleError) -> None:
        """Show a domain error at its field, or above the form."""
        if isinstance(error, BusyError):
            self.retry_after = error.retry_after
        words = sentence(error)
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors.append(words)
        else:
            field.errors = [*field.errors, words]


def refused(page: str, form: Form) -> ResponseReturnValue:
    """Return a form with its errors and what was typed: 422, or 503 when the machine had no time for its files."""
    if form.retry_after:
        return page, 503, {"Retry-After": str(form.retry_after)}
    return page, 422


def error_items(*forms: FlaskForm) -> list[dict[str, str]]:
    """Return the lines of the error summary: one per field, each linking to its first input."""
    return [item for form in forms for item in _items(form)]


class Sentences:
    """The translations of WTForms' own sentences, loaded once; WTForms would read its catalogue for every page."""

    @staticmethod
    def gettext(text: str) -> str:
        """Translate a sentence into the reader's language."""
        return str(_catalogue(current_language()).gettext(text))

    @staticmethod
    def ngettext(singular: str, plural: str, number: int) -> str:
        """Translate a sentence into the reader's language, in singular or plural."""
        return str(_catalogue(current_language()).ngettext(singular, plural, number))


@lru_cache(maxsize=8)
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(messages_path(), [language], domain="wtforms")


def _was_sent(form: FlaskForm) -> bool:
    """Return whether fields of this form that people see are among those that are put back."""
    seen = [field.name for field in form._fields.values() if getattr(field.widget, "input_type", "") != "hidden"]
    return any(sent == name or sent.startswith(f"{name}-") for sent in g.put_back.fields for name in seen)


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
