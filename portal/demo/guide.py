"""What to look at after the demo, and as whom. Printed by `make demo`; a test keeps the README to it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TextIO

from portal.demo.cast import PASSWORD, STAFF

YEAR = timedelta(days=366)
"""How far the clock is put back before the story begins."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing to look at: its page, what can be done there, and who signs in; nobody for a public page."""

    path: str
    what: str
    email: str = ""


GUIDE = (
    Stop("/register?q=vlietlnad", "find an agency in spite of a typing error; read its entry, take a proof home"),
    Stop("/verify", "check var/demo/certificate.pdf, then the same file with a byte changed"),
    Stop("/ledger", "the public log, in which every certificate stands"),
    Stop("/agency/", "go on with a self-assessment that is half done", "emma@draft.example"),
    Stop("/agency/findings/", "answer the findings of an audit", "emma@findings.example"),
    Stop("/agency/", "read report and decision, and the certificate", "piotr@vlietland.example"),
    Stop(
        "/office/",
        "judge what links an applicant to an agency that lost its mark; take it on, plan its audit",
        STAFF["planner"].email,
    ),
    Stop("/inspector/", "start an audit; go on with one that is half done", STAFF["inspector"].email),
    Stop("/office/", "review an audit that was reported", STAFF["reviewer"].email),
    Stop("/office/", "decide on an audit; suspend a certificate", STAFF["decider"].email),
    Stop("/office/schemes/", "read the norm; check a new version of it", STAFF["scheme manager"].email),
    Stop("/office/people/", "invite staff; see which jobs failed", STAFF["administrator"].email),
    Stop("/office/people/", "confirm that Anneke may decide, as Sanne asks", STAFF["second administrator"].email),
)


def show(base_url: str, out: TextIO) -> None:
    """Print the public pages, then the others with who signs in for them."""
    print(f"\nWhat to look at next on {base_url}", file=out)
    for stop in GUIDE:
        if not stop.email:
            print(f"  {stop.path:<22}  {stop.what}", file=out)
    print(f"\nSign in on {base_url}/login with the password: {PASSWORD}", file=out)
    for stop in GUIDE:
        if stop.email:
            print(f"  {stop.email:<26} {stop.path:<20} {stop.what}", file=out)
