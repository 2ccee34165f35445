"""The contract of the open data: `openapi.json`, with the lists that the code keeps filled in."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from audits.core.languages import NAMES
from certificates.lifecycle.rules import LISTED, STATUSES, Status

CONTRACT = Path(__file__).with_name("openapi.json")


@cache
def contract() -> dict[str, Any]:
    """The whole contract but for the addresses of this installation. Shared: copy what you change."""
    described: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))
    schemas = described["components"]["schemas"]
    schemas["Title"] |= {
        "properties": {code: {"type": "string", "description": f"{name}."} for code, name in NAMES.items()},
        "required": list(NAMES),
    }
    schemas["Status"] |= {"enum": list(Status), "description": _meanings()}
    (status,) = [each for each in described["paths"]["/agencies"]["get"]["parameters"] if each.get("name") == "status"]
    status["schema"]["enum"] = list(LISTED)
    return described


def _meanings() -> str:
    return " ".join(f"{status}: {facts.meaning}" for status, facts in STATUSES.items())


def version() -> str:
    """The version of the contract."""
    return str(contract()["info"]["version"])
