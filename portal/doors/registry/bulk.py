"""Check many numbers at once, on a page and in the open data: without account, and nothing of it is recorded."""

# mypy: allow-subclassing-any

import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from audits.core import clock
from audits.core.errors import N_, RuleError
from certificates.addresses import API
from certificates.register.bulk import Checked, Outcome, check_all
from portal.doors.registry import proof
from portal.doors.registry.facts import checked_facts
from portal.doors.registry.feeds import feed_of
from portal.doors.registry.forms import OpenForm
from portal.doors.registry.problems import problem
from portal.doors.registry.wording import NOT_FOUND
from portal.doors.tables import cell, csv_line
from portal.forms.fields import file_field
from portal.forms.lists import text_of
from portal.forms.widgets import TextareaWidget
from portal.signing.keys import current_keys
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer
from portal.web.throttle import HOUR, share_throttle, visitor_waits

MOST_PER_HOUR = 240
SHOWN = 200
_LONGEST_BODY = 4 * 1024 * 1024
_COLUMNS = (
    "asked", "outcome", "publicId", "legalName", "country", "registerNumber", "city", "status", "reliable",
    "statusSince", "certificateNumber", "validUntil",
)  # fmt: skip
UNREADABLE_LISTS = {
    "no text": N_("This file is not text. Save the list as .xlsx, or as .csv in UTF-8."),
    "mixed": N_(
        "This file mixes ways to write letters (UTF-8 and Windows). Save it again as .xlsx, or as .csv in UTF-8."
    ),
    "too large": N_("This workbook is too large. Save only the column with the numbers."),
}
_UNREADABLE = N_("This file cannot be read as a list. Save the numbers as .txt, one on each line.")


class ListForm(OpenForm):
    """Numbers, typed or in a file."""

    numbers = TextAreaField(
        _l("Numbers, one on each line"),
        description=_l("KvK, VAT or certificate numbers, as they stand in your list. At most 10,000."),
        widget=TextareaWidget(),
        render_kw={"component": {"rows": 10}},
    )
    file = file_field(
        _l("Or a file with the list"),
        hint=_l("Text (.txt), or .csv or .xlsx with the numbers in the first column. We do not keep it."),
        accept=".txt,.csv,.xlsx,text/plain,text/csv",
    )


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module, with a throttle that all processes share."""
    bp.get("/bulk-check")(list_form)
    bp.post("/bulk-check")(check_list)
    bp.post(f"{API}/agency-checks")(api_check)
    share_throttle(bp, "bulk", MOST_PER_HOUR)


@public
def list_form() -> ResponseReturnValue:
    """Show the empty form."""
    return render_template("registry/bulk.html", form=ListForm(None), results=None)


@public
def check_list() -> ResponseReturnValue:
    """Show what the register says of every number, or send it as a file."""
    given = ListForm()
    if wait := visitor_waits("bulk"):
        return answer(429, _("You have checked many lists in a short time."), retry_after=wait)
    try:
        asked = _asked(given)
        results = check_all(database.read(), asked, clock.today())
    except RuleError as error:
        given.complain(RuleError(error.message, error.field or "numbers", **error.params))
        return render_template("registry/bulk.html", form=given, results=None), 422
    if (wanted := request.form.get("as")) in _FILES:
        return _FILES[wanted](results)
    return render_template(
        "registry/bulk.html", form=given, results=_worst_first(results)[:SHOWN], total=len(results),
        counts=_counts(results), again="\n".join(each.asked for each in results), today=clock.today(),
        can_seal=current_keys().available, not_found=NOT_FOUND,
        feed=feed_of([entry.public_id for each in results for entry in each.entries]),
    )  # fmt: skip


def _as_json(results: Sequence[Checked]) -> Response:
    return _file(json.dumps(list_facts(results), ensure_ascii=False, indent=1), "json", "application/json")


def _as_csv(results: Sequence[Checked]) -> Response:
    return _file("\ufeff" + _csv(results), "csv", "text/csv")


def _as_pdf(results: Sequence[Checked]) -> Response:
    return proof.sealed_list(list_facts(results), results)


_FILES: dict[str | None, Callable[[Sequence[Checked]], Response]] = {"json": _as_json, "csv": _as_csv, "pdf": _as_pdf}


@public
def api_check() -> ResponseReturnValue:
    """Return what the register says of every number of a list: JSON, or plain text with one on each line."""
    if wait := visitor_waits("bulk"):
        return problem(429, retry_after=wait)
    if (request.content_length or 0) > _LONGEST_BODY:
        return problem(413)
    try:
        results = check_all(database.read(), _numbers_of_body(), clock.today())
    except RuleError as error:
        return problem(400, errors=[{"in": "body", "name": "numbers", "detail": error.message % error.params}])
    except LookupError:
        return problem(415)
    response = Response(json.dumps(list_facts(results), ensure_ascii=False), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["RateLimit-Policy"] = f'"lists";q={MOST_PER_HOUR};w={HOUR}'
    return response


def list_facts(results: Sequence[Checked]) -> dict[str, Any]:
    """Return the results as plain values."""
    today = clock.today()
    return {
        "checkedAt": clock.now().isoformat(timespec="seconds"),
        "total": len(results),
        "outcomes": dict(Counter(each.outcome.value for each in results)),
        "results": [
            {
                "asked": each.asked,
                "outcome": each.outcome.value,
                "agencies": [checked_facts(entry, today) for entry in each.entries],
            }
            for each in results
        ],
    }


def _numbers_of_body() -> list[str]:
    """Return the numbers of the body. LookupError for a type that we do not take; RuleError."""
    data = request.get_data(cache=False)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(N_("The list must be text in UTF-8.")) from error
    if request.mimetype in {"text/plain", "text/csv"}:
        return lines(text)
    if request.mimetype != "application/json":
        raise LookupError
    try:
        numbers = json.loads(text)["numbers"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RuleError(N_('The body must be JSON like {"numbers": ["12345678"]}.')) from error
    if not isinstance(numbers, list) or not all(isinstance(each, str) for each in numbers):
        raise RuleError(N_("numbers must be a list of texts: a number without quotes loses its leading zero."))
    return numbers


def lines(text: str) -> list[str]:
    """Return the first cell of each line, as copied from a table; commas part the numbers of a single line."""
    rows = [row.replace(";", "\t").split("\t", 1)[0].strip() for row in text.splitlines()]
    rows = [row for row in rows if row]
    return rows[0].split(",") if len(rows) == 1 else rows


def _asked(given: ListForm) -> list[str]:
    upload = given.file.data
    if not upload:
        return lines(given.numbers.data or "")
    rows = [row.strip() for row in text_of(upload, UNREADABLE_LISTS, _UNREADABLE).splitlines() if row.strip()]
    return rows[1:] if rows and not any(map(str.isdigit, rows[0])) else rows  # a heading


def _worst_first(results: Sequence[Checked]) -> list[Checked]:
    """Put first what needs somebody's eye: what was not found, and whom one may not rely on."""
    today = clock.today()

    def rank(each: Checked) -> int:
        return 2 if each.is_reliable(today) else 0 if each.outcome is Outcome.FOUND else 1

    return sorted(results, key=rank)


def _counts(results: Sequence[Checked]) -> list[tuple[int, str]]:
    """Return how many may be relied on, may not, were not found, and could not be read."""
    today = clock.today()
    good = sum(each.is_reliable(today) for each in results)
    of = Counter(each.outcome for each in results)
    counts = [
        (good, _("You may rely on these today")),
        (of[Outcome.FOUND] - good, _("You may not rely on these today")),
        *((of[outcome], str(words)) for outcome, words in NOT_FOUND.items()),
    ]
    return [(number, words) for number, words in counts if number]


def _csv(results: Sequence[Checked]) -> str:
    today = clock.today()
    rows: list[Sequence[str]] = [_COLUMNS]
    for each in results:
        of_each = [checked_facts(entry, today) for entry in each.entries] or [{}]
        rows += [list(map(cell, _row(each, facts))) for facts in of_each]
    return "".join(map(csv_line, rows))


def _row(each: Checked, facts: Mapping[str, Any]) -> list[Any]:
    return [each.asked, each.outcome.value, *(facts.get(name) for name in _COLUMNS[2:])]


def _file(text: str, extension: str, media_type: str) -> Response:
    name = f"keurwerk-{clock.today():%Y%m%d}-{secrets.token_hex(3)}.{extension}"
    response = Response(text, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
