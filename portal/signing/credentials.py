"""Signing what machines read, with the keys and under the address of this installation."""

from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.credentials import MEDIA_TYPE, issue, issue_badge, key_of, offline_url, thumbprint
from certificates.lifecycle.models import Certificate
from certificates.press import Attached
from certificates.status_lists import sign_lists as sign_changed_lists
from portal.settings import Settings
from portal.signing import sealing


@dataclass(frozen=True, slots=True)
class Twin:
    """What goes with a certificate for machines: two signed texts, and the address in its second code."""

    credential: str
    badge: str
    offline_url: str

    @property
    def attached(self) -> Attached:
        """The credential as it goes into the document."""
        return credential_attached(self.credential)


def credential_attached(credential: str) -> Attached:
    """A credential as it goes into any document about its certificate."""
    return Attached("credential.jwt", credential.encode(), MEDIA_TYPE, "The same certificate for machines")


def signed_forms_of(certificate: Certificate) -> Twin:
    """What was signed about a certificate with a key that still counts, else what is signed now; to be kept."""
    facts, index, base, at = certificate.snapshot, certificate.status_index, issuer(), clock.now()
    _, key = sealing.credential_key()
    return Twin(
        _kept(certificate.credential) or issue(facts, issuer=base, status_index=index, key=key, at=at),
        _kept(certificate.badge) or issue_badge(facts, issuer=base, status_index=index, key=key, at=at),
        offline_url(base, facts, key),
    )


def sign_lists(session: Session) -> int:
    """Sign the status lists that need it; how many. To be called after every change, and a few times a day."""
    _, key = sealing.credential_key()
    return sign_changed_lists(session, issuer=issuer(), key=key, at=clock.now())


def issuer() -> str:
    """Who issues: the address of the register, without a slash at the end."""
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url.rstrip("/")


def _kept(text: str | None) -> str | None:
    """What was signed, if its key still counts."""
    trusted = map(thumbprint, sealing.credential_public().values()) if text else ()
    return text if text and key_of(text) in trusted else None
