"""Read a norm of somebody else (CISO Assistant library, OSCAL catalog) into the draft of a scheme."""

import json
from typing import Any

import yaml

from audits.schemes.importing import ciso, oscal
from audits.schemes.importing.draft import draft_of
from portal.reader.room.refusal import RefusedError

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar stays text: `1.10` is a code
_SAFE_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Plain(_DUMPER):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write everything in full: a scheme file has no anchors."""
        return True


def draft(data: bytes, *, base: str) -> dict[str, Any]:
    """Return the YAML of the draft, how many requirements it has, and what was lost; `base` is a scheme of ours.

    RefusedError `no text`, `no norm`, `no requirement` or `no base`; another error where a part has another shape.
    """
    plain = _parsed(data)
    if oscal.is_catalog(plain):
        catalogue = oscal.catalogue_of(plain)
    elif ciso.is_library(plain):
        catalogue = ciso.catalogue_of(plain)
    else:
        raise RefusedError("no norm")
    if not catalogue.requirements:
        raise RefusedError("no requirement")
    made = draft_of(catalogue, _rules_of(base))
    return {
        "text": yaml.dump(made, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110),
        "requirements": len(catalogue.requirements),
        "lost": dict(catalogue.lost),
    }


def _parsed(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            return json.loads(text)
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  # makes text, lists and maps only
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise RefusedError("no text") from error


def _rules_of(base: str) -> dict[str, Any]:
    try:
        rules = yaml.load(base, Loader=_SAFE_LOADER)  # noqa: S506  # the safe loader
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise RefusedError("no base") from error
    if not isinstance(rules, dict) or not {"audits", "requirements", "severities"} <= rules.keys():
        raise RefusedError("no base")
    return rules
