"""Files for an accreditation assessor: a case as ZIP, the certificates, the register of impartiality, statistics."""

import json
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from audits.agencies.queries import get_agency
from audits.core import clock
from audits.core.access import Actor, Permission
from certificates import assessment
from certificates.ledger.queries import NotYetError, tlog_proof
from portal.doors.downloads import attachment
from portal.doors.tables import cell, csv_line, table_file
from portal.stores import database, files
from portal.web import security_log
from portal.web.access import current_actor, needs
from portal.web.security_log import Kind

bp = Blueprint("exports", __name__, url_prefix="/exports")

_EVIDENCE = ("application", "requirement", "file", "type", "bytes", "sha256", "received", "removed")
_LISTS: dict[str, tuple[tuple[str, ...], Callable[[Any, Actor], Iterable[tuple[Any, ...]]]]] = {
    "register": (assessment.Held._fields, assessment.register_extract),
    "impartiality": (assessment.Tied._fields, assessment.impartiality_register),
    "statistics": (assessment.Counted._fields, assessment.statistics),
}
_README = """\
This archive holds one case of a certified agency.

case.json           everything that is on record about the agency, with the history of events
documents/          every sealed document as it was issued
bases/              what each decision rested on; the SHA-256 of a file is basis_sha256 of its decision
evidence.csv        the list of what the agency handed in, by hash
proofs/             for each certificate the proof that its newest entry is in the public log

bin/keurwerk-verify checks documents and proofs without this portal.
"""


@bp.get("/")
@needs(Permission.CASES_VIEW)
def show() -> ResponseReturnValue:
    """Say which files there are."""
    return render_template("office/exports.html", names=list(_LISTS))


@bp.get("/<any(register, impartiality, statistics):name>.<any(csv, xlsx):ending>")
@needs(Permission.CASES_VIEW)
def as_table(name: str, ending: str) -> ResponseReturnValue:
    """Give a list as CSV or as a workbook."""
    head, read = _LISTS[name]
    rows = ([cell(value) for value in row] for row in read(database.read(), current_actor()))
    return table_file(f"{name}-{clock.today()}", ending, head, rows)


@bp.get("/cases/<uuid:agency_id>.zip")
@needs(Permission.CASES_VIEW)
def case(agency_id: UUID) -> Response:
    """Give everything about an agency and its cases in one file; the security log says who took it."""
    session, actor = database.read(), current_actor()
    agency = get_agency(session, actor, agency_id)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as folder:
        for name, data in _files(actor, agency_id):
            folder.writestr(name, data)
    security_log.note(Kind.DOCUMENT_DOWNLOADED, subject_id=agency_id)
    return attachment(out.getvalue(), f"keurwerk-case-{agency.register_number}-{clock.today()}.zip", "application/zip")


def _files(actor: Actor, agency_id: UUID) -> Iterator[tuple[str, bytes | str]]:
    """Yield the name and content of each file of a case."""
    session = database.read()
    values = assessment.case_as_values(session, actor, agency_id)
    yield "README.txt", _README
    yield "case.json", json.dumps(values, ensure_ascii=False, indent=1)
    for document in assessment.documents_of_case(session, actor, agency_id):
        name = f"{document.created_at:%Y-%m-%d}-{document.kind}-{document.sha256[:8]}.pdf"
        yield f"documents/{name}", files.store().get(document.sha256)
    for decision_id, content in assessment.bases_of_case(session, actor, agency_id):
        yield f"bases/{decision_id}.json", content
    lines = ([cell(value) for value in row] for row in assessment.evidence_of_case(session, actor, agency_id))
    yield "evidence.csv", "".join(map(csv_line, (_EVIDENCE, *lines)))
    for certificate in values["certificates"]:
        try:
            proof = tlog_proof(session, certificate["number"])
        except NotYetError:
            continue
        if proof:
            yield f"proofs/{certificate['number']}.tlog-proof", proof
