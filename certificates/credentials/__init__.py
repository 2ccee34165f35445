"""Machine-readable certificates: credentials, badges, status lists and the offline QR code. Knows no database."""

from certificates.credentials.badge import issue_badge
from certificates.credentials.certification import issue
from certificates.credentials.offline import offline_keys, offline_token, offline_url, read_offline
from certificates.credentials.securing import MEDIA_TYPE, read
from certificates.credentials.status import StatusPurpose, status_list
from certificates.credentials.tokens import CredentialError, jwk, jwks, key_of, said, thumbprint

__all__ = [
    "MEDIA_TYPE",
    "CredentialError",
    "StatusPurpose",
    "issue",
    "issue_badge",
    "jwk",
    "jwks",
    "key_of",
    "offline_keys",
    "offline_token",
    "offline_url",
    "read",
    "read_offline",
    "said",
    "status_list",
    "thumbprint",
]
