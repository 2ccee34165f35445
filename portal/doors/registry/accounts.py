"""Say to software whether an account number belongs to an agency, and nothing else of it."""

import json

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from audits.core import clock
from audits.core.errors import N_, RuleError
from certificates.addresses import API
from certificates.register import queries
from certificates.register.search.exact import account_in, by_account
from portal.doors.registry.parameters import read_query
from portal.doors.registry.problems import problem
from portal.stores import database
from portal.web.access import public
from portal.web.throttle import HOUR, share_throttle, visitor_waits

MOST_PER_HOUR = 60  # per address, pages included: enough for who pays agencies, too few to try account numbers
_LONGEST_BODY = 1000  # bytes


def add_to(bp: Blueprint) -> None:
    """Register the route of this module; the page of the search counts in the same throttle."""
    bp.post(f"{API}/agencies/<public_id>/account-checks")(account_check)
    share_throttle(bp, "account", MOST_PER_HOUR)


@public
def account_check(public_id: str) -> ResponseReturnValue:
    """Return whether the account in the body belongs to the agency. It is in no address, so in no log of one."""
    read_query({})
    if wait := visitor_waits("account"):
        return problem(429, retry_after=wait)
    if (request.content_length or 0) > _LONGEST_BODY:
        return problem(413)
    if request.mimetype != "application/json":
        return problem(415)
    session, today = database.read(), clock.today()
    entry = queries.entry(session, public_id)
    try:
        number = _number_of_body()
    except RuleError as error:
        return problem(400, errors=[{"in": "body", "name": "iban", "detail": error.message % error.params}])
    belongs = any(each.agency_id == entry.agency_id for each in by_account(session, number, today))
    return _unkept(jsonify({"publicId": entry.public_id, "belongs": belongs}))


def _number_of_body() -> str:
    """Return the account number; RuleError for anything else."""
    try:
        said = json.loads(request.get_data(cache=False))["iban"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RuleError(N_('The body must be JSON like {"iban": "NL91ABNA0417164300"}.')) from error
    number = account_in(said) if isinstance(said, str) else None
    if number is None:
        raise RuleError(N_("iban must be a whole account number."))
    return number


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["RateLimit-Policy"] = f'"accounts";q={MOST_PER_HOUR};w={HOUR}'
    return response
