"""JSON-LD context and JSON Schema at the addresses that credentials refer to. Immutable once issued."""

from functools import lru_cache
from pathlib import Path

_TERMS = Path(__file__).parent / "terms"


def context(issuer: str) -> bytes:
    """Return the JSON-LD context of version 1, with our own terms under the issuer's address."""
    return _filled("certification-v1.context.json", issuer)


def schema(issuer: str) -> bytes:
    """Return the JSON Schema (2020-12) of version 1."""
    return _filled("certification-v1.schema.json", issuer)


@lru_cache(maxsize=4)
def _filled(name: str, issuer: str) -> bytes:
    return (_TERMS / name).read_text(encoding="utf-8").replace("ISSUER", issuer).encode()
