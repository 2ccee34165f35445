"""The permanent addresses that are printed, signed and sent: what others keep must never move.

`base` is where the register lives, without a slash at the end. A test asks the portal for each of them.
"""

API = "/api/v1"


def register_url(base: str, public_id: str) -> str:
    """The register entry of an agency."""
    return f"{base}/register/{public_id}"


def certificate_url(base: str, number: str) -> str:
    """The page of a certificate, which is also its name in its credential."""
    return f"{base}/certificates/{number}"


def certificate_file_url(base: str, number: str) -> str:
    """The sealed file of a certificate."""
    return f"{certificate_url(base, number)}.pdf"


def credential_url(base: str, number: str) -> str:
    """The credential of a certificate."""
    return f"{certificate_url(base, number)}/credential"


def badge_url(base: str, number: str) -> str:
    """The badge of a certificate."""
    return f"{certificate_url(base, number)}.badge.jwt"


def check_url(base: str, token: str) -> str:
    """The page that checks the second code on paper. What follows `#` stays in the telephone: it is never sent."""
    return f"{base}/check#c={token}"


def about_url(base: str) -> str:
    """What the mark means."""
    return f"{base}/about"


def agency_api_url(base: str, public_id: str) -> str:
    """An agency in the open data."""
    return f"{base}{API}/agencies/{public_id}"


def history_api_url(base: str, public_id: str) -> str:
    """Its history in the open data."""
    return f"{agency_api_url(base, public_id)}/history"


def certificate_api_url(base: str, number: str) -> str:
    """A certificate in the open data."""
    return f"{base}{API}/certificates/{number}"
