"""Collect the checks and their results, for people and for programs."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from certificates.verifier.reading import Wrong

GENUINE, NOT_GENUINE, NOT_VALID = 0, 1, 2
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ENDED = {"suspended", "withdrawn", "ended", "replaced", "expired"}


@dataclass
class Report:
    """The checks and their results."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    certificate: dict[str, Any] | None = None
    about: str = "the log"

    @property
    def status(self) -> int:
        """Return the exit status: 0, 1 or 2."""
        if not all(step["ok"] for step in self.steps):
            return NOT_GENUINE
        return NOT_VALID if self.reasons else GENUINE

    def step(self, name: str) -> "Step":
        """Begin a check; what it raises is reported under its name."""
        return Step(self, name)

    def say(self, detail: str) -> None:
        """Add a result of the running check."""
        self.steps[-1]["detail"] = detail

    def not_valid(self, reason: str) -> None:
        """Note that the certificate is genuine, but not valid, or of unknown status."""
        self.reasons.append(reason)

    def judge(self, number: str, history: Sequence[Mapping[str, Any]], moment: datetime) -> None:
        """Judge the status of a certificate on a day by its entries."""
        newest, today = history[-1], moment.astimezone(AMSTERDAM).date()
        first, last = (date.fromisoformat(newest[name]) for name in ("valid_from", "valid_until"))
        self.certificate = {
            "number": number,
            "status": newest["status"],
            "valid_from": str(first),
            "valid_until": str(last),
        }
        if newest["status"] in ENDED:
            run = takewhile(lambda entry: entry["status"] == newest["status"], reversed(history))
            self.not_valid(f"{newest['status']} since {[*run][-1]['time']}")
        if not first <= today <= last:
            self.not_valid(f"valid from {first} to {last}")

    def plain(self) -> dict[str, Any]:
        """Return JSON values."""
        words = {GENUINE: "genuine", NOT_VALID: "genuine, not valid", NOT_GENUINE: "not genuine"}
        return {
            "verdict": words[self.status],
            "status": self.status,
            "certificate": self.certificate,
            "reasons": self.reasons,
            "steps": self.steps,
        }

    def text(self) -> str:
        """Return text for people."""
        lines = [f"{'right' if step['ok'] else 'WRONG'}  {step['name']}: {step['detail']}" for step in self.steps]
        match self.status:
            case 0 if self.certificate:
                verdict = f"Certificate {self.certificate['number']} is genuine and valid."
            case 0:
                verdict = f"{self.about[0].upper()}{self.about[1:]} is genuine."
            case 2:
                verdict = f"Certificate {(self.certificate or {}).get('number')} is genuine, but not valid: "
                verdict += "; ".join(self.reasons) + "."
            case _:
                verdict = "Not genuine, damaged or inconsistent. Do not rely on it."
        return "\n".join([*lines, "", verdict])


class Step:
    """One check of a report, as context manager."""

    def __init__(self, report: Report, name: str) -> None:
        self._report, self._line = report, {"name": name, "ok": True, "detail": "as it should be"}

    def __enter__(self) -> None:
        self._report.steps.append(self._line)

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if not isinstance(error, Exception):
            return False
        known = isinstance(error, Wrong | OSError | zipfile.BadZipFile)
        # Archives are untrusted: whatever breaks a parser counts as damaged, and does not end the report.
        self._line |= {"ok": False, "detail": str(error) if known else f"it is damaged ({type(error).__name__})"}
        return True
