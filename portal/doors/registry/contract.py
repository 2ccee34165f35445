"""The contract of the open data: `openapi.json`, completed with lists from the code."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from audits.core.languages import NAMES
from certificates.lifecycle.rules import LISTED, STATUSES, Status

CONTRACT = Path(__file__).with_name("openapi.json")


@cache
def contract() -> dict[str, Any]:
    """Return the contract without the addresses of this installation. Cached: copy before changing it."""
    described: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))
    schemas = described["components"]["schemas"]
    schemas["Title"] |= {
        "properties": {code: {"type": "string", "description": f"{name}."} for code, name in NAMES.items()},
        "required": list(NAMES),
    }
    schemas["Status"] |= {"enum": list(Status), "description": _meanings()}
    (status,) = [each for each in described["paths"]["/agencies"]["get"]["parameters"] if each.get("name") == "status"]
    status["schema"]["items"]["enum"] = list(LISTED)
    return described


def _meanings() -> str:
    return " ".join(f"{status}: {facts.meaning}" for status, facts in STATUSES.items())


def version() -> str:
    """Return the version of the contract."""
    return str(contract()["info"]["version"])
