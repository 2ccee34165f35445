"""Downloads for signed-in people: evidence and sealed documents that they may see."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, abort, send_file
from flask.typing import ResponseReturnValue

from audits.changes.queries import get_file
from audits.conditions import queries as conditions
from audits.core.access import Permission
from audits.inspections.evidence import get_evidence
from certificates.documents.queries import get_document
from portal.reader.client import RefusedError
from portal.reader.questions import copy_of
from portal.stores import database, files
from portal.web import security_log
from portal.web.access import current_actor, needs
from portal.web.security_log import Kind

bp = Blueprint("files", __name__, url_prefix="/files")


@bp.get("/evidence/<uuid:evidence_id>")
@needs(Permission.APPLICATION_VIEW)
def evidence(evidence_id: UUID) -> ResponseReturnValue:
    """Send a file of evidence, as attachment: it must never open inside our pages."""
    found = get_evidence(database.read(), current_actor(), evidence_id)
    return noted_evidence(attachment(files.store().get(found.sha256), found.filename, found.media_type), evidence_id)


@bp.get("/changes/<uuid:file_id>")
@needs(Permission.AGENCY_VIEW)
def change(file_id: UUID) -> ResponseReturnValue:
    """Send a file of a reported change, in the same way."""
    found = get_file(database.read(), current_actor(), file_id)
    return noted_evidence(attachment(files.store().get(found.sha256), found.filename, found.media_type), file_id)


@bp.get("/conditions/<uuid:proof_file_id>")
@needs(Permission.AGENCY_VIEW)
def condition(proof_file_id: UUID) -> ResponseReturnValue:
    """Send a file of the proof of a condition, in the same way."""
    found = conditions.get_file(database.read(), current_actor(), proof_file_id)
    return noted_evidence(attachment(files.store().get(found.sha256), found.filename, found.media_type), proof_file_id)


@bp.get("/documents/<uuid:document_id>")
@needs(Permission.DECISION_VIEW)
def document(document_id: UUID) -> ResponseReturnValue:
    """Send a sealed document as issued."""
    found = get_document(database.read(), current_actor(), document_id)
    number = found.snapshot.get("number") or found.snapshot["reference"]
    name = f"keurwerk-{found.kind.replace('_', '-')}-{number}.pdf"
    response = attachment(files.store().get(found.sha256), name, "application/pdf")
    security_log.note(Kind.DOCUMENT_DOWNLOADED, subject_id=document_id)
    return response


def noted_evidence(response: Response, evidence_id: UUID) -> Response:
    """Note in the security log who gets a file of evidence."""
    security_log.note(Kind.EVIDENCE_DOWNLOADED, subject_id=evidence_id)
    return response


def viewing_copy_of(original: bytes, filename: str, extension: str) -> Response:
    """Return a copy to look at, without metadata, or raise NotFound; only a picture that we made opens in a browser."""
    try:
        copy = copy_of(original, extension)
    except RefusedError:
        abort(404)
    name = f"{filename.rpartition('.')[0]}.{copy.extension}"
    if copy.extension != "jpg":
        return attachment(copy.data, name, "application/pdf")
    return _confined(send_file(BytesIO(copy.data), mimetype="image/jpeg", download_name=name))


def attachment(data: bytes, filename: str, media_type: str) -> Response:
    """Return a response that browsers save and never render (OWASP ASVS 3.2.1, 5.4.1)."""
    return _confined(send_file(BytesIO(data), mimetype=media_type, as_attachment=True, download_name=filename))


def _confined(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response
