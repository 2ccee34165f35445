"""Build the permanent addresses that are printed, signed and mailed, and therefore must never change.

`base` is the address of the register, without a slash at the end. A test requests each of them from the portal.
"""

API = "/api/v1"


def register_url(base: str, public_id: str) -> str:
    """Return the address of an agency's register entry."""
    return f"{base}/register/{public_id}"


def certificate_url(base: str, number: str) -> str:
    """Return the page of a certificate, which is also the id of its credential."""
    return f"{base}/certificates/{number}"


def certificate_file_url(base: str, number: str) -> str:
    """Return the address of a certificate's sealed file."""
    return f"{certificate_url(base, number)}.pdf"


def credential_url(base: str, number: str) -> str:
    """Return the address of a certificate's credential."""
    return f"{certificate_url(base, number)}/credential"


def badge_url(base: str, number: str) -> str:
    """Return the address of a certificate's badge."""
    return f"{certificate_url(base, number)}.badge.jwt"


def check_url(base: str, token: str) -> str:
    """Return the page that checks the second QR code. The part after `#` stays in the browser; it is never sent."""
    return f"{base}/check#c={token}"


def about_url(base: str) -> str:
    """Return the page that explains the certification mark."""
    return f"{base}/about"


def agency_api_url(base: str, public_id: str) -> str:
    """Return the address of an agency in the open data."""
    return f"{base}{API}/agencies/{public_id}"


def history_api_url(base: str, public_id: str) -> str:
    """Return the address of an agency's history in the open data."""
    return f"{agency_api_url(base, public_id)}/history"


def certificate_api_url(base: str, number: str) -> str:
    """Return the address of a certificate in the open data."""
    return f"{base}{API}/certificates/{number}"
