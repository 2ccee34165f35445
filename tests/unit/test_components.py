"""Our components render the markup of govuk-frontend."""

from html.parser import HTMLParser

import jinja2
import pytest
from flask import Flask, render_template_string
from jinja2 import ChainableUndefined, PackageLoader, PrefixLoader

from portal.forms.widgets import Control
from portal.language import i18n
from portal.web import templating

LIBRARY = "govuk_frontend_jinja"
FILES = ("fields", "forms", "lists", "page")

# What the calls of ours below mention by name.
NAMED = {
    "choices": [("a", "A", True), ("b", "B", False)],
    "parts": [("day", "Day", "31"), ("month", "Month", "2"), ("year", "Year", "x")],
    "errors": [{"text": "Wrong", "href": "#n"}, {"text": "Late"}],
    "tasks": [
        {"text": "One", "href": "/1", "status": "Open", "tone": "open", "hint": "First"},
        {"text": "Two", "status": "Completed"},
    ],
    "rows": [
        {"key": "Name", "value": "<b>", "href": "/1", "change": "the name", "id": "change-name"},
        {"key": "Phone", "value": ""},
    ],
    "counted": Control(
        "n",
        "Name <&>",
        info="At most 20",
        classes="govuk-js-character-count",
        group_class="govuk-character-count",
        group={"data-module": "govuk-character-count", "data-maxlength": "20", "data-threshold": "75"},
    ),
    "secret": Control(
        "n",
        "Name <&>",
        attributes={"autocomplete": "current-password", "autocapitalize": "none"},
        group_class="govuk-password-input",
        group={
            "data-module": "govuk-password-input",
            "data-i18n.show-password": "Show",
            "data-i18n.hide-password": "Hide",
        },
    ),
}

LABEL = {"text": "Name <&>", "classes": "govuk-label--s"}
BOX = {"id": "n", "name": "n", "label": LABEL}
LEGEND = {"legend": {"text": "Name <&>", "classes": "govuk-fieldset__legend--s"}}
ITEMS = [{"value": "a", "text": "A", "checked": True}, {"value": "b", "text": "B"}]
WRONG = {"hint": {"text": "A hint"}, "errorMessage": {"text": "Wrong", "visuallyHiddenText": "Error"}}
TASKS = [
    {
        "title": {"text": "One"},
        "href": "/1",
        "hint": {"text": "First"},
        "status": {"html": '<strong class="kw-task kw-task--open">Open</strong>'},
    },
    {"title": {"text": "Two"}, "status": {"text": "Completed"}},
]
CHANGE = {"href": "/1", "text": "Change", "visuallyHiddenText": "the name", "attributes": {"id": "change-name"}}
ROWS = [
    {"key": {"text": "Name"}, "value": {"text": "<b>"}, "actions": {"items": [CHANGE]}},
    {"key": {"text": "Phone"}, "value": {"text": "Not filled in"}},
]
DATE = [
    {
        "label": label,
        "id": f"n-{label.lower()}",
        "name": "n",
        "value": value,
        "classes": f"govuk-input--width-{width} govuk-input--error",
    }
    for label, value, width in (("Day", "31", 2), ("Month", "2", 2), ("Year", "x", 4))
]

# What is written in a template of ours, the component of theirs, its parameters.
CASES = [
    ('page.back_link("/there")', "back-link", {"href": "/there", "text": "Back"}),
    ('page.button("Save")', "button", {"text": "Save", "preventDoubleClick": True}),
    (
        'page.button("No", name="n", value="1", kind="warning", formaction="/x")',
        "button",
        {
            "text": "No",
            "name": "n",
            "value": "1",
            "preventDoubleClick": True,
            "classes": "govuk-button--warning",
            "attributes": {"formaction": "/x"},
        },
    ),
    (
        'page.button_link("On", "/on", kind="secondary")',
        "button",
        {"text": "On", "href": "/on", "classes": "govuk-button--secondary"},
    ),
    (
        'page.details("More", open=true, caller=inner)',
        "details",
        {"summaryText": "More", "text": "inside", "open": True},
    ),
    ('page.inset("a <b>")', "inset-text", {"text": "a <b>"}),
    ('page.warning("Beware")', "warning-text", {"text": "Beware", "iconFallbackText": "Warning"}),
    ('page.confirmation("Done")', "panel", {"titleText": "Done", "classes": "kw-confirmation", "html": " "}),
    (
        "forms.error_summary(errors)",
        "error-summary",
        {"titleText": "There is a problem", "errorList": NAMED["errors"], "attributes": {"tabindex": "-1"}},
    ),
    ("lists.task_list(tasks)", "task-list", {"idPrefix": "tasks", "items": TASKS}),
    ('lists.summary_list(rows, classes="x")', "summary-list", {"rows": ROWS, "classes": "x"}),
    ("lists.summary_list(rows[1:])", "summary-list", {"rows": ROWS[1:]}),
    (
        'lists.pagination("/1", "/3")',
        "pagination",
        {
            "landmarkLabel": "Pages",
            "previous": {"href": "/1", "text": "Previous page"},
            "next": {"href": "/3", "text": "Next page"},
        },
    ),
    ('fields.text_input(control("n", "Name <&>", value="v"))', "input", {**BOX, "value": "v"}),
    (
        'fields.text_input(control("n", "Name <&>", value="v", classes="w", WRONG))',
        "input",
        {**BOX, "value": "v", "classes": "w", **WRONG},
    ),
    (
        'fields.text_input(control("n", "Name <&>", heading=true))',
        "input",
        {**BOX, "value": "", "label": {"text": "Name <&>", "classes": "govuk-label--l", "isPageHeading": True}},
    ),
    (
        "fields.password_input(secret)",
        "password-input",
        {**BOX, "value": "", "showPasswordText": "Show", "hidePasswordText": "Hide"},
    ),
    (
        'fields.textarea(control("n", "Name <&>", value=" <a>\\n", rows=3, WRONG))',
        "textarea",
        {**BOX, "value": " <a>\n", "rows": 3, **WRONG},
    ),
    (
        "fields.textarea(counted)",
        "character-count",
        {**BOX, "value": "", "maxlength": 20, "threshold": 75, "textareaDescriptionText": "At most %{count}"},
    ),
    (
        'fields.select(control("n", "Name <&>", choices=choices, WRONG))',
        "select",
        {**BOX, "items": [{"value": "a", "text": "A", "selected": True}, {"value": "b", "text": "B"}], **WRONG},
    ),
    ('fields.file_upload(control("n", "Name <&>", WRONG))', "file-upload", {**BOX, **WRONG}),
    (
        'fields.radios(control("n", "Name <&>", choices=choices, classes="x", WRONG))',
        "radios",
        {"name": "n", "fieldset": LEGEND, "items": ITEMS, "classes": "x", **WRONG},
    ),
    (
        'fields.checkboxes(control("n", "Name <&>", choices=choices, classes="x", WRONG))',
        "checkboxes",
        {"name": "n", "fieldset": LEGEND, "items": ITEMS, "classes": "x", **WRONG},
    ),
    (
        'fields.checkbox(control("n", "Name <&>", value="y", chosen=true, WRONG))',
        "checkboxes",
        {"name": "n", "items": [{"value": "y", "text": "Name <&>", "checked": True}], **WRONG},
    ),
    (
        'fields.date_input(control("n", "Name <&>", choices=parts, WRONG))',
        "date-input",
        {"id": "n", "fieldset": LEGEND, "items": DATE, **WRONG},
    ),
]


class Marks(HTMLParser):
    """The marks of a piece of HTML, attributes and classes in any order; space between them is nothing."""

    def __init__(self, html):
        super().__init__()
        self.seen = []
        self._exact = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self._exact += tag == "textarea"
        self.seen.append((tag, {name: sorted(value.split()) if name == "class" else value for name, value in attrs}))

    def handle_endtag(self, tag):
        self._exact -= tag == "textarea"
        self.seen.append(f"/{tag}")

    def handle_data(self, data):
        if self._exact or data.strip():
            self.seen.append(data if self._exact else " ".join(data.split()))


@pytest.fixture(scope="module")
def app():
    app = Flask("portal")
    templating.init_app(app)
    i18n.init_app(app)
    return app


def theirs(component, parameters):
    loader = PrefixLoader({LIBRARY: PackageLoader(LIBRARY)})
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=ChainableUndefined)
    module = environment.get_template(f"{LIBRARY}/components/{component}/macro.html").module
    return getattr(module, "govuk" + component.title().replace("-", ""))(parameters)


@pytest.mark.parametrize(("call", "component", "parameters"), CASES, ids=[case[0][:30] for case in CASES])
def test_a_component_of_ours_writes_the_markup_of_the_library(app, call, component, parameters):
    imports = "".join(f'{{% import "macros/{name}.html" as {name} %}}' for name in FILES)
    call = call.replace("WRONG", 'hint="A hint", error="Wrong"')
    with app.test_request_context("/?lang=en"):
        ours = render_template_string(f"{imports}{{{{ {call} }}}}", inner=lambda: "inside", **NAMED)
    assert Marks(ours).seen == Marks(theirs(component, parameters)).seen
