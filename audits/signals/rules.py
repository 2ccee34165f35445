"""What a signal is about, who gives one, how long it may be, and until when one counts. Pure."""

from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from audits.core.calendar import months_after

LONGEST_MESSAGE, LONGEST_CONTACT, LONGEST_REFERENCE = 4000, 200, 100
AUTHORITY_MONTHS = 12
"""How long a signal from an authority counts, where the scheme does not say."""
_SIGNS = 8


class About(StrEnum):
    """What is wrong, as people choose it."""

    PAY = "pay"
    PAPERS = "papers"
    HOUSING = "housing"
    SAFETY = "safety"
    TREATMENT = "treatment"
    CERTIFICATE = "certificate"
    OTHER = "other"


class Source(StrEnum):
    """Authorities and bodies that tell the office about an agency."""

    LABOUR_INSPECTORATE = "labour_inspectorate"
    ADMISSION = "admission"
    TAX = "tax"
    SOCIAL_INSURANCE = "social_insurance"
    MUNICIPALITY = "municipality"
    POLICE = "police"
    COLLECTIVE_AGREEMENT = "collective_agreement"
    ABROAD = "abroad"
    OTHER = "other"


def counts_until(received_on: date, months: int | None) -> date:
    """Return the last day on which a signal from an authority counts; `months` are those of the scheme."""
    return months_after(received_on, months or AUTHORITY_MONTHS) - timedelta(days=1)


def reference(signal_id: UUID) -> str:
    """Return the number that the sender keeps. It tells nothing of how many others there are."""
    return f"S-{signal_id.hex[:_SIGNS].upper()}"
