"""What readers of credentials look up at permanent addresses: the words and the schema. Once issued, never changed."""

from functools import lru_cache
from pathlib import Path

_TERMS = Path(__file__).parent / "terms"


def context(issuer: str) -> bytes:
    """The JSON-LD context of version 1, with this issuer's address as the home of its own words."""
    return _filled("certification-v1.context.json", issuer)


def schema(issuer: str) -> bytes:
    """The JSON Schema (2020-12) of version 1."""
    return _filled("certification-v1.schema.json", issuer)


@lru_cache(maxsize=4)
def _filled(name: str, issuer: str) -> bytes:
    return (_TERMS / name).read_text(encoding="utf-8").replace("ISSUER", issuer).encode()
