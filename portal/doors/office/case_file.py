"""The file of an audit, as the pages of reviewers and deciders show it."""

from typing import Any

from audits.findings.queries import File
from audits.inspections import queries
from audits.schemes.text import SchemeText
from portal.stores import database


def shown(file: File, scheme: SchemeText) -> dict[str, Any]:
    """Return what `findings_section` and what stands around it in a template take."""
    return {
        "scheme": scheme,
        "findings": file.findings,
        "notes": queries.confidential_notes(database.read(), scheme, file.findings),
        "rounds": file.rounds,
        "files": file.files,
        "changes": file.changes,
        "replaced": file.replaced,
        "asked": file.asked,
        "checklist": file.checklist,
    }
