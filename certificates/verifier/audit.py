"""Check an audit that was exported: its chains of entries, its verdicts, and its draws."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from certificates.verifier.jwt import read_jwt
from certificates.verifier.reading import Wrong, read_base64url, read_object
from certificates.verifier.report import Report

AUDIT_TYPE, AUDIT_FORMAT = "keurwerk-audit", 1
RECEIPT_TYPE = "keurwerk-receipt+jwt"


def check_audit(found: Mapping[str, Any], keys: Sequence[Mapping[str, Any]], report: Report) -> None:
    """Check everything in an exported audit that one part of it says about another."""
    heads: dict[str, tuple[int, str]] | None = None
    with report.step("receipt"):
        heads = read_receipt(found, keys)
        report.say(f"the register signed {len(heads)} chains" if heads else "nothing was entered yet")
    said: list[tuple[str, Mapping[str, Any]]] = []
    chains = found["chains"]
    for chain in chains:
        name = f"chain {str(chain['chain'])[:8]}"
        with report.step(name):
            known = (heads or {}).get(str(chain["chain"]))
            read = check_chain(name, chain, known, found)
            said += read
            late = len(read) - known[0] if known else len(read)
            report.say(f"{len(read)} entries" + (f", {late} of them without receipt" if late else ""))
    with report.step("all chains"):
        missing = set(heads or {}) - {str(chain["chain"]) for chain in chains}
        if missing:
            raise Wrong(f"the chain {min(missing)[:8]}, which the receipt names, was removed")
    with report.step("verdicts"):
        report.say(check_verdicts(found["verdicts"], said))
    for unit, sample in found["samples"].items():
        with report.step(f"sample {unit}"):
            report.say(check_sample(sample, found["units"].get(unit, [])))


def read_receipt(found: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, str]]:
    """Return the number and the digest of the last entry of each chain, as the register signed them."""
    if found["receipt"] is None:
        if any(chain["entries"] for chain in found["chains"]):
            raise Wrong("the entries have no receipt of the register")
        return {}
    claims = read_jwt(str(found["receipt"]), "the receipt", keys, RECEIPT_TYPE)
    if claims.get("audit") != found["audit"]["id"]:
        raise Wrong("the receipt is that of another audit")
    return {str(each["chain"]): (int(each["upto"]), str(each["head"])) for each in claims["chains"]}


def check_chain(
    name: str, chain: Mapping[str, Any], known: tuple[int, str] | None, found: Mapping[str, Any]
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the entries of a chain with their digests, after checking that each continues the one before."""
    opening = str(chain["opening"])
    opened = read_object(opening.encode(), "the opening")
    texts = [str(each["data"]) for each in chain["entries"]]
    said = [read_object(text.encode(), f"entry {place}") for place, text in enumerate(texts, 1)]
    check_order(name, [int(each["number"]) for each in said])
    if known and len(texts) < known[0]:
        raise Wrong(f"{name}: {known[0]} entries were received and {len(texts)} are here; the last were removed")
    digests = [sha256_of(text) for text in (opening, *texts)]
    for place in range(1, len(texts) + 1):
        if said[place - 1]["previous"] != digests[place - 1]:
            raise Wrong(f"{name}: entry {changed_at(place, said, digests, known)} was changed")
    if known and known[0] and digests[known[0]] != known[1]:
        raise Wrong(f"{name}: entry {known[0]} was changed after it was received")
    for place, entry in enumerate(chain["entries"], 1):
        check_entry(f"{name}: entry {place}", said[place - 1], entry, opened, found)
    return list(zip(digests[1:], said, strict=True))


def check_order(name: str, numbers: Sequence[int]) -> None:
    """Refuse entries that are missing, doubled or in another order."""
    for place, number in enumerate(numbers, 1):
        if number == place:
            continue
        if sorted(numbers) == list(range(1, len(numbers) + 1)):
            raise Wrong(f"{name}: entries {place} and {number} are swapped")
        if number < place:
            raise Wrong(f"{name}: entry {number} is there twice")
        raise Wrong(f"{name}: there is a gap; entry {place} is missing")


def changed_at(
    place: int, said: Sequence[Mapping[str, Any]], digests: Sequence[str], known: tuple[int, str] | None
) -> int:
    """Return which of two entries that do not fit was changed: the second, if what follows it does not fit either."""
    follows = said[place]["previous"] if place < len(said) else known[1] if known and known[0] == place else None
    if place == 1:
        return 1
    return place if follows is not None and follows != digests[place] else place - 1


def check_entry(
    name: str,
    said: Mapping[str, Any],
    entry: Mapping[str, Any],
    opened: Mapping[str, Any],
    found: Mapping[str, Any],
) -> None:
    """Check what an entry says against its chain, what was typed in it, and the signature of its device."""
    if (said["audit"], said["chain"], said["person"]) != (found["audit"]["id"], opened["chain"], opened["person"]):
        raise Wrong(f"{name} is that of another audit, device or person")
    if said["scheme"] != found["norm"]["sha256"]:
        raise Wrong(f"{name} was made against another norm")
    words = entry["content"]
    if words is not None:
        plain = json.dumps(words["words"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        if hashlib.sha256(bytes.fromhex(words["salt"]) + plain).hexdigest() != said["content"]:
            raise Wrong(f"{name}: what was typed in it was changed")
    if opened["key"] is not None:
        check_signature(name, str(opened["key"]), str(entry["signature"]), str(entry["data"]))


def check_signature(name: str, key: str, signature: str, text: str) -> None:
    """Check the signature of a device (ECDSA on P-256 with SHA-256; both numbers, 32 bytes each)."""
    value = read_base64url(signature)
    numbers = (int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read_base64url(key))
        public.verify(encode_dss_signature(*numbers), text.encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise Wrong(f"{name}: the signature of the device is wrong") from error


def check_verdicts(verdicts: Mapping[str, str], said: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Compare each verdict with the entries on its cell that nobody replaced."""
    replaced = {parent for _, entry in said for parent in entry["parents"]}
    standing: dict[str, set[str]] = {}
    for digest, entry in said:
        if digest not in replaced and entry["kind"] in {"verdict", "choice"}:
            standing.setdefault(entry["cell"], set()).add(entry["value"])
    for cell, value in verdicts.items():
        if cell in standing and value not in standing[cell]:
            raise Wrong(f"the verdict on {cell} is {value}, and its entries say {' or '.join(sorted(standing[cell]))}")
    if lost := sorted(standing.keys() - verdicts.keys()):
        raise Wrong(f"{lost[0]} was judged, and has no verdict")
    amended = sum(bool(entry["parents"]) for _, entry in said)
    older = len(verdicts.keys() - standing.keys())
    return f"{len(verdicts)} as entered, {amended} amendments" + (
        f"; {older} are older than the chains" if older else ""
    )


def check_sample(sample: Mapping[str, Any], units: Sequence[Mapping[str, Any]]) -> str:
    """Draw again, and compare."""
    if sample["members"] is None:
        return "its list was erased after its term; its digest stays"
    members = sorted({unicodedata.normalize("NFC", each) for each in sample["members"]})
    divided = sample.get("strata") or {}
    strata = dict(zip(sample["members"], divided["values"], strict=True)) if divided else {}
    lines = [f"{each}\t{strata[each]}" for each in members] if divided else members
    if sha256_of("\n".join(lines)) != sample["digest"] or len(members) != sample["size"]:
        raise Wrong("the list is not the one that was fixed")
    if sample["algorithm"] != ("sha256-strata-1" if divided else "sha256-rank-1"):
        raise Wrong(f"this program does not know the draw {sample['algorithm']}")
    check_seed(sample)
    seed, digest, drawn = bytes.fromhex(sample["seed"]), bytes.fromhex(sample["digest"]), int(sample["drawn"])
    order = ranked(members, seed, digest)
    first = by_strata(strata, seed, digest, drawn, int(divided["least"])) if divided else order[:drawn]
    check_units(order, first, units)
    beside = len(units) - int(sample["drawn"])
    return f"{sample['drawn']} of {len(members)} drawn again" + (f", {beside} beside the draw" if beside else "")


def check_seed(sample: Mapping[str, Any]) -> None:
    """Check that the seed comes from the secret that was promised, and the value that was mixed in."""
    if sample["commitment"] is None:
        return
    draw, secret = b"keurwerk-draw-1\n", bytes.fromhex(sample["secret"])
    if hashlib.sha256(draw + secret).hexdigest() != sample["commitment"]:
        raise Wrong("the secret is not the one that was promised")
    value = hashlib.sha256(sample["value"].encode()).digest()
    if hashlib.sha256(draw + secret + value + bytes.fromhex(sample["digest"])).hexdigest() != sample["seed"]:
        raise Wrong("the seed does not come from the secret and the value")


def ranked(members: Iterable[str], seed: bytes, digest: bytes) -> list[str]:
    """Return the members in the order of the draw."""
    return sorted(members, key=lambda member: hashlib.sha256(seed + digest + member.encode()).digest())


def by_strata(strata: Mapping[str, str], seed: bytes, digest: bytes, drawn: int, least: int) -> list[str]:
    """Return whom a divided draw draws: of each stratum the first by rank, in proportion, `least` of each at least."""
    counts: dict[str, int] = {}
    for name in strata.values():
        counts[name] = counts.get(name, 0) + 1
    parts = {name: min(least, count) for name, count in counts.items()}
    rest = {name: count - parts[name] for name, count in counts.items()}
    left, whole = drawn - sum(parts.values()), sum(rest.values())
    if left > 0 and whole:
        parts = {name: parts[name] + left * count // whole for name, count in rest.items()}
        by_remainder = sorted(rest, key=lambda name: (-(left * rest[name] % whole), name))
        for name in by_remainder[: drawn - sum(parts.values())]:
            parts[name] += 1
    found = []
    for member in ranked(strata, seed, digest):
        if parts[strata[member]]:
            parts[strata[member]] -= 1
            found.append(member)
    return found


def check_units(order: Sequence[str], first: Sequence[str], units: Sequence[Mapping[str, Any]]) -> None:
    """Check that those by lot are the ones that are drawn, and each replacement the next that was not in yet."""
    by_lot = [each["reference"] for each in units if each["origin"] == "random"]
    if by_lot != list(first):
        raise Wrong("other units were looked at than were drawn")
    taken = set(by_lot)
    for each in units:
        if each["origin"] == "replacement" and each["reference"] != next((m for m in order if m not in taken), None):
            raise Wrong(f"{each['reference']} is not the next of the draw")
        taken.add(each["reference"])


def sha256_of(text: str) -> str:
    """Return the SHA-256 (hex) of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
