"""The permanent address of each certificate, and its file."""

from io import BytesIO

from flask import Blueprint, Response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from audits.core import clock
from audits.core.errors import NotFoundError
from certificates.lifecycle.rules import is_number
from certificates.register import queries
from certificates.register.files import archival_form
from portal.doors.registry.caching import SHARED_SECONDS
from portal.doors.registry.sheets import rosette
from portal.stores import database, files
from portal.web.access import public


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module."""
    bp.get("/certificates/<number>")(certificate)
    bp.get("/certificates/<number>.pdf")(certificate_file)
    bp.get("/certificates/<number>/archival.pdf")(archival_file)


@public
def certificate(number: str) -> ResponseReturnValue:
    """Show the content of the certificate, and its status today."""
    if number != number.upper():
        return redirect(url_for("registry.certificate", number=number.upper()), 301)
    if not is_number(number):
        raise NotFoundError("There is no certificate with this number.")
    session, today = database.read(), clock.today()
    found = queries.certificate(session, number)
    return render_template(
        "registry/certificate.html",
        certificate=found,
        snapshot=found.snapshot,
        entry=queries.entry_of(session, found.agency_id),
        status=found.status_on(today),
        today=today,
        document=queries.document_of(session, found.id),
        rosette=rosette(found.snapshot["digest"]),
    )


@public
def certificate_file(number: str) -> ResponseReturnValue:
    """Send the current sealed file as issued. A file never changes; another can replace it."""
    document = _document(number)
    return _sent(document.sha256, f"{number.upper()}.pdf")


@public
def archival_file(number: str) -> ResponseReturnValue:
    """Send the copy with the newest archival time-stamp; NotFoundError while the original needs none."""
    document = _document(number)
    sha256 = archival_form(database.read(), document)
    if sha256 is None:
        raise NotFoundError("There is no archival form of this certificate yet.")
    return _sent(sha256, f"{number.upper()}-archival.pdf")


def _document(number: str) -> queries.PublicDocument:
    if not is_number(number):
        raise NotFoundError("There is no certificate with this number.")
    session = database.read()
    document = queries.document_of(session, queries.certificate(session, number.upper()).id)
    if document is None:
        raise NotFoundError("There is no certificate with this number.")
    return document


def _sent(sha256: str, name: str) -> Response:
    response = send_file(
        BytesIO(files.store().get(sha256)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=name,
        etag=sha256,
        conditional=True,
    )
    response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={SHARED_SECONDS}"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
