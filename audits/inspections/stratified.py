"""Draw by strata: every value of a column of the list gets its part of the sample, by the rule of the scheme. Pure."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from audits.core.errors import RuleError
from audits.inspections.rules import SEED_BYTES, population_of, ranked

ALGORITHM = "sha256-strata-1"  # a permanent name, as those in `rules.ALGORITHMS`


def divided(counts: Mapping[str, int], size: int, least: int) -> dict[str, int]:
    """Return how many to draw of each stratum, for strata of these sizes and a sample of this size.

    Each gets at least `least`, or all it has. What is left goes to the strata in proportion to what they still have, by
    largest remainder, and at the same remainder by name. Where the least of all is more than the sample, that counts.
    """
    drawn = {name: min(least, count) for name, count in counts.items()}
    left = size - sum(drawn.values())
    rest = {name: count - drawn[name] for name, count in counts.items()}
    whole = sum(rest.values())
    if left <= 0 or not whole:
        return drawn
    shares = {name: Fraction(left * count, whole) for name, count in rest.items()}
    drawn = {name: drawn[name] + int(share) for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: (int(shares[name]) - shares[name], name))
    for name in by_remainder[: size - sum(drawn.values())]:
        drawn[name] += 1
    return drawn


def digest_of(strata: Mapping[str, str]) -> str:
    """Return the SHA-256 (hex) of the lines `reference<tab>stratum`, sorted by code point, joined by line feeds."""
    return hashlib.sha256("\n".join(lines_of(strata)).encode()).hexdigest()


def lines_of(strata: Mapping[str, str]) -> list[str]:
    """Return the lines that are hashed; RuleError for a reference or value with a tab or line break."""
    if any(sign in value for value in strata.values() for sign in "\t\n") or any("\t" in each for each in strata):
        raise RuleError("Every reference needs a line of its own.", field="members")
    return [f"{each}\t{strata[each]}" for each in population_of(strata)]


def draw(strata: Mapping[str, str], seed: bytes, size: int, least: int) -> tuple[str, ...]:
    """Return the drawn references by rank: of each stratum the first, as many as `divided` says."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed is {SEED_BYTES} bytes, not {len(seed)}")
    named = {unicodedata.normalize("NFC", each): value for each, value in strata.items()}
    left = divided(Counter(named.values()), size, least)
    drawn = []
    for member in ranked(list(named), seed, bytes.fromhex(digest_of(named))):
        if left[named[member]]:
            left[named[member]] -= 1
            drawn.append(member)
    return tuple(drawn)
