"""Serialise JSON in one canonical spelling, for hashes and signatures that others must be able to recompute."""

import json
from collections.abc import Mapping
from typing import Any

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: Mapping[str, Any]) -> bytes:
    """Serialise with sorted keys, no spaces, UTF-8, no NaN. Equals RFC 8785 for our values, which have no fractions."""
    return _encode(value).encode()
