"""Sign machine-readable data with the keys and under the address of this installation."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from audits.core import clock
from certificates.credentials import MEDIA_TYPE, issue, issue_badge, key_of, offline_url, thumbprint
from certificates.lifecycle.models import Certificate
from certificates.press import Attached
from certificates.status_lists import sign_lists as sign_changed_lists
from portal.settings import current_settings
from portal.signing.keys import current_keys


@dataclass(frozen=True, slots=True)
class SignedForms:
    """The signed machine-readable forms of a certificate: credential, badge, and the address in its second code."""

    credential: str
    badge: str
    offline_url: str

    @property
    def attached(self) -> Attached:
        """Return the credential as attachment of its document."""
        return credential_attached(self.credential)


def credential_attached(credential: str) -> Attached:
    """Return a credential as attachment of any document about its certificate."""
    return Attached("credential.jwt", credential.encode(), MEDIA_TYPE, "The same certificate for machines")


def signed_forms_of(certificate: Certificate) -> SignedForms:
    """Sign credential, badge and offline code with the active key; valid earlier signatures are kept.

    All three use one key, so that the key named in the credential is also that of the code on paper.
    """
    facts, index, base, at = certificate.snapshot, certificate.status_index, issuer(), clock.now()
    key = current_keys().credential_key
    active = thumbprint(key.public_key())
    return SignedForms(
        _kept(certificate.credential, active) or issue(facts, issuer=base, status_index=index, key=key, at=at),
        _kept(certificate.badge, active) or issue_badge(facts, issuer=base, status_index=index, key=key, at=at),
        offline_url(base, facts, key),
    )


def published() -> frozenset[str]:
    """Return the thumbprints of the keys in the JWK set, whose signatures are valid."""
    return frozenset(map(thumbprint, current_keys().credential_public.values()))


def sign_lists(session: Session) -> int:
    """Sign the status lists that need it; return how many. Call after every change, and a few times a day."""
    key = current_keys().credential_key
    return sign_changed_lists(session, issuer=issuer(), key=key, at=clock.now())


def issuer() -> str:
    """Return the issuer: the address of the register, without a slash at the end."""
    settings = current_settings()
    return settings.public_url


def _kept(text: str | None, active: str) -> str | None:
    """Return the earlier signature if the active key made it."""
    return text if text and key_of(text) == active else None
