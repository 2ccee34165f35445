"""The harness's view of the build that it measures, old or new; it runs in that build's own checkout.

Modules move between revisions, so each is listed with every place that it had, the newest first. Never remove a place
while a revision that has it may be measured (`make bench AGAINST=…`).
"""

import runpy
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

PLACES = {
    # Run as programs.
    "web": ("portal.host.server", "portal.web"),
    "signer": ("portal.host.signer",),
    "plain": ("bench.plain",),  # the harness's own: how a rival is served
    # Imported.
    "Settings": ("portal.settings:Settings",),
    "at_hand": ("portal.host.supervisor:at_hand", "portal.supervisor:at_hand"),
    "migrate": ("portal.host.supervisor:migrate", "portal.supervisor:migrate"),
    "create_app": ("portal.app:create_app",),
    "DomainError": ("audits.core.errors:DomainError",),
    "database": ("portal.stores.database", "portal.database"),
    "deliver": ("portal.work.jobs:deliver", "portal.jobs:deliver"),
    "Case": ("portal.demo.case:Case",),
    "Flaw": ("portal.demo.cast:Flaw", "portal.demo.case:Flaw"),
    "VLIETLAND": ("portal.demo.cast:VLIETLAND",),
    "EDITOR": ("portal.demo.cast:EDITOR",),
    "STAFF": ("portal.demo.cast:STAFF",),
    "PASSWORD": ("portal.demo.cast:PASSWORD",),
    "Story": ("portal.demo.story:Story",),
    "SMALL": ("portal.demo.cast:SMALL", "portal.demo.story:SMALL"),
    "appoint_staff": ("portal.demo.story:_appoint_staff",),
    "publish": ("portal.demo.story:_publish",),
    "wait_for": ("portal.demo.calendar:wait_for", "portal.demo.case:wait_for", "portal.demo.story:_wait_for"),
    "Outcome": ("audits.decisions.rules:Outcome",),
    "searchable": (
        "certificates.register.search.names:searchable",
        "certificates.register.search.folding:searchable",
        "certificates.register.fold:searchable",
    ),
    "slipping": ("certificates.register.search.names:slipping",),
    "deletions": ("certificates.register.search.folding:deletions",),
    "normalise_number": (
        "certificates.register.search.folding:normalise_number",
        "certificates.register.fold:bare",
    ),
    "sign_head": ("portal.work.schedule:sign_head", "portal.chores:sign_head"),
    "snapshot": ("tests.kit.snapshot", "tests.printed"),
    "press": ("certificates.press",),
    "Attached": ("certificates.press:Attached",),
    "facts_digest": ("certificates.press:facts_digest",),
    "UnfitError": ("certificates.press.compiled:UnfitError",),
    "ensure_keyring": ("certificates.seal:ensure_keyring",),
    "Keyring": ("certificates.seal.keyring.keys:Keyring", "certificates.seal.keys:Keyring"),
    "Purpose": ("certificates.seal.keyring.keys:Purpose", "certificates.seal.keys:Purpose"),
    "held_key": ("certificates.seal.keyring.signing:held_key", "certificates.seal.signing:held_key"),
    "authority_of": ("certificates.seal.keyring.custody:authority_of", "certificates.seal.custody:authority_of"),
    "RevocationData": ("certificates.seal.sealing.revocation:RevocationData", "certificates.seal.evidence:OwnEvidence"),
    "KeySealer": ("certificates.seal.sealing.sealer:KeySealer", "certificates.seal.sealer:KeySealer"),
    "TimeStampAuthority": (
        "certificates.seal.time.authority:TimeStampAuthority",
        "certificates.seal.timestamp:TimeStampAuthority",
    ),
}


def part(name: str) -> Any:
    """Return a part of the product, wherever this build keeps it; LookupError if it has none."""
    for place in PLACES[name]:
        module, _, attribute = place.partition(":")
        if _exists(module):
            found = import_module(module)
            if not attribute or hasattr(found, attribute):
                return getattr(found, attribute) if attribute else found
    raise LookupError(f"this build has no {name}: name its place in {__name__}")


def main(words: list[str]) -> None:
    """Become a program of the product: `python -m bench.product web 8000 wsgi:app`."""
    module = next((place for place in PLACES[words[0]] if _exists(place)), None)
    if module is None:
        raise LookupError(f"this build has no {words[0]}: name its place in {__name__}")
    sys.argv = words
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False


if __name__ == "__main__":
    main(sys.argv[1:])
