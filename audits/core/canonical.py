"""The one spelling of a JSON object, for whatever is hashed or signed and must be computed again by others."""

import json
from collections.abc import Mapping
from typing import Any


def canonical(value: Mapping[str, Any]) -> bytes:
    """Keys sorted, no spaces, UTF-8, no NaN. As RFC 8785 for what we put into it: no fractions."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
