"""Sealed files and their records."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from sqlalchemy.orm import Session

from certificates.documents.services import record_document
from certificates.documents.stages import DocumentKind, Prepared, SealedHash
from certificates.lifecycle.models import Certificate
from certificates.seal import Placeholder, ensure_keyring
from tests.kit.paper import paper, sealer_of


def plain_pdf(**options: Any) -> bytes:
    """Return an empty PDF without a seal."""
    made = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made, **options)
    return made.getvalue()


def seal_with(
    folder: Path, body_name: str, passphrase: str, printing: Callable[[Placeholder], Prepared] = paper
) -> bytes:
    """Return a sealed document; print it with a placeholder first, and create the keyring if it is missing."""
    ensure_keyring(folder, body_name, passphrase)
    sealer = sealer_of(folder, passphrase)
    placeholder = sealer.placeholder()
    return sealer.seal(printing(placeholder), placeholder)


def known(session: Session, certificate: Certificate, data: bytes, kind: str = "certificate") -> bytes:
    """Note the file as one that we gave out; as another kind than a certificate it belongs to the decision."""
    record_document(
        session, kind=DocumentKind(kind),
        subject_id=certificate.id if kind == "certificate" else certificate.decision_id,
        agency_id=certificate.agency_id, language="nl", snapshot=certificate.snapshot,
        sha256=SealedHash(hashlib.sha256(data).hexdigest()), size=len(data),
    )  # fmt: skip
    session.flush()
    return data
