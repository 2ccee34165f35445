"""What a signal of exploitation says, and to whom it may be passed on. Pure."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from audits.core.errors import RuleError
from audits.core.letters import check_length

LONGEST_MESSAGE, LONGEST_CONTACT = 4000, 200


class Receiver(StrEnum):
    """Who outside the certification body gets a signal."""

    INSPECTORATE = "inspectorate"
    POLICE = "police"
    SHELTER = "shelter"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in a signal. All of it is encrypted, who wrote it too."""

    message: str
    contact: str
    writer: str

    @classmethod
    def of(cls, plain: Any) -> Self:
        """Return it from its plain values."""
        return cls(**plain)

    def plain(self) -> dict[str, str]:
        """Return it as plain values."""
        return asdict(self)

    def check(self) -> None:
        """Raise RuleError where something is missing or too long."""
        if not self.message.strip():
            raise RuleError("Write down what you saw or heard.", "message")
        check_length(self.message, LONGEST_MESSAGE, "message")
        check_length(self.contact, LONGEST_CONTACT, "contact")
