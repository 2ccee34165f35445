"""Devices of an audit: take it along, send what was sealed on the way, and block a device that is lost."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from audits.core.access import Permission
from audits.core.errors import DomainError, RuleError
from audits.inspections import services
from audits.inspections.receipts import newest_receipt
from audits.inspections.services import Sent
from audits.inspections.standing import conflicts_in
from portal.doors.blocking import block
from portal.doors.inspector.case import bp, open_case
from portal.doors.inspector.packet import packet_of
from portal.forms import uploads
from portal.forms.form import Form
from portal.language.i18n import sentence
from portal.signing import receipts
from portal.stores import database
from portal.web.access import current_actor, may, needs
from portal.web.errors import status_of

_PATH = "/audits/<uuid:audit_id>/devices"


@bp.get(_PATH)
@needs(Permission.FIELDWORK_VIEW)
def list_devices(audit_id: UUID) -> ResponseReturnValue:
    """List the devices on which this audit was taken along, with what did not come in yet."""
    case, session, me = open_case(audit_id), database.read(), current_actor()
    return render_template(
        "inspector/devices.html",
        case=case,
        audit=case.audit,
        devices=services.devices_of(session, audit_id),
        conflicts=len(conflicts_in(session, audit_id)),
        block="office.devices.block_device" if may(Permission.AUDIT_PLAN) else "inspector.block_device",
        may_block=lambda device: device.person_id == me.id or may(Permission.AUDIT_PLAN),
        form=Form(),
    )


@bp.post(_PATH)
@needs(Permission.AUDIT_CONDUCT)
def enrol_device(audit_id: UUID) -> ResponseReturnValue:
    """Begin the chain of a device, for the script of the offline desk."""
    try:
        with database.write() as session:
            chain = services.enrol_device(
                session,
                current_actor(),
                audit_id,
                key=request.form.get("key", ""),
                label=request.form.get("label", ""),
            )
            said = {"chain": str(chain.id), "opening": chain.digest}
    except DomainError as error:
        return _refused(error)
    return jsonify(said)


@bp.post(f"{_PATH}/<uuid:chain_id>/block")
@needs(Permission.AUDIT_CONDUCT)
def block_device(audit_id: UUID, chain_id: UUID) -> ResponseReturnValue:
    """Take nothing more from an own device."""
    return block(audit_id, chain_id)


@bp.get("/audits/<uuid:audit_id>/packet")
@needs(Permission.AUDIT_CONDUCT)
def show_packet(audit_id: UUID) -> ResponseReturnValue:
    """Return all that somebody needs to work on this audit without a connection."""
    return jsonify(packet_of(open_case(audit_id)))


@bp.post(f"{_PATH}/<uuid:chain_id>/entries")
@needs(Permission.AUDIT_CONDUCT)
def receive_entries(audit_id: UUID, chain_id: UUID) -> ResponseReturnValue:
    """Take what a device sealed: an answer per entry, and the receipt that the portal signed."""
    open_case(audit_id)
    try:
        sent = _read(request.form.get("entries", ""))
        written = request.form.get("written", 0, int)
        with database.write() as session:
            found = services.receive_entries(
                session, current_actor(), audit_id, chain_id, sent, written=max(written, 0)
            )
            session.flush()
            receipts.confirm(session, audit_id)
            session.flush()
            receipt = newest_receipt(session, audit_id)
    except DomainError as error:
        return _refused(error)
    answers = [
        {"digest": each.digest, "outcome": each.outcome.value, "why": sentence(each.why) if each.why else ""}
        for each in found.answers
    ]
    said = {"upto": found.last.number, "head": found.last.digest, "conflicts": list(found.conflicts)}
    return jsonify(said | {"answers": answers, "receipt": receipt})


@bp.post(f"{_PATH}/<uuid:chain_id>/pictures")
@needs(Permission.AUDIT_CONDUCT)
@uploads.takes_files
def receive_picture(audit_id: UUID, chain_id: UUID) -> ResponseReturnValue:
    """Take a picture whose entry a device sent before."""
    case = open_case(audit_id)
    try:
        good, refusals = uploads.sift(request.files.getlist("picture"))
        if refusals or not good:
            raise refusals[0] if refusals else RuleError("Choose a picture or file.", "files")
        with database.write() as session:
            stored = good[0].store(session)
            digest = request.form.get("digest", "")
            services.receive_picture(session, current_actor(), case.audit.id, chain_id, stored, digest=digest)
    except DomainError as error:
        return _refused(error)
    return jsonify({})


def _refused(error: DomainError) -> ResponseReturnValue:
    return jsonify({"words": sentence(error)}), status_of(error)


def _read(text: str) -> list[Sent]:
    try:
        listed = json.loads(text)
        if not isinstance(listed, list):
            raise TypeError("no list")
        return [_sent(each) for each in listed]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as error:
        raise RuleError("What this device sends is damaged.") from error


def _sent(each: Mapping[str, Any]) -> Sent:
    words = dict(each["words"])
    if not all(isinstance(text, str) for text in (*words, *words.values(), each["data"], each["signature"])):
        raise TypeError("no text")
    return Sent(
        data=each["data"].encode(),
        signature=each["signature"],
        salt=base64.b64decode(each["salt"], validate=True),
        words=words,
    )
