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
    """What the active key signs about a certificate; what it signed already is kept.

    All three have one key, so that the name of the key in the credential also tells whose the code on paper is.
    """
    facts, index, base, at = certificate.snapshot, certificate.status_index, issuer(), clock.now()
    _, key = sealing.credential_key()
    active = thumbprint(key.public_key())
    return Twin(
        _kept(certificate.credential, active) or issue(facts, issuer=base, status_index=index, key=key, at=at),
        _kept(certificate.badge, active) or issue_badge(facts, issuer=base, status_index=index, key=key, at=at),
        offline_url(base, facts, key),
    )


def published() -> frozenset[str]:
    """The thumbprints of the keys in the JWK set: what they signed counts."""
    return frozenset(map(thumbprint, sealing.credential_public().values()))


def sign_lists(session: Session) -> int:
    """Sign the status lists that need it; how many. To be called after every change, and a few times a day."""
    _, key = sealing.credential_key()
    return sign_changed_lists(session, issuer=issuer(), key=key, at=clock.now())


def issuer() -> str:
    """Who issues: the address of the register, without a slash at the end."""
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url.rstrip("/")


def _kept(text: str | None, active: str) -> str | None:
    """What was signed, if the active key did."""
    return text if text and key_of(text) == active else None
