"""Check certificates of Keurwerk, and the public log of them, without asking anybody.

    keurwerk-verify DUMP [--pdf FILE] [--number NUMBER] [--since CHECKPOINT]
    keurwerk-verify AUDIT.json [--jwks FILE]

DUMP is the archive from /ledger/dump.zip, or the folder that it was unpacked into; AUDIT.json is an exported audit, of
which it checks every entry, every verdict and every draw. This file needs Python 3.11 or
newer and the package `cryptography`, nothing else: it shares no code with the register and opens no connection.

The status is 0 if all is genuine and the certificate is valid today, 2 if it is genuine but not valid today, 1 if
anything is not genuine, damaged or inconsistent. Without --vkey, --root and --jwks it believes the keys in the archive:
it then finds what does not fit together, but not what was made up as a whole. Keep all three from another day.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from certificates.verifier.archive import Archive
from certificates.verifier.audit import AUDIT_FORMAT, AUDIT_TYPE, check_audit
from certificates.verifier.credential import check_credential
from certificates.verifier.log import Log
from certificates.verifier.reading import MIB, Wrong, read_file, read_object
from certificates.verifier.report import AMSTERDAM, GENUINE, Report
from certificates.verifier.seal import check_seal, read_roots

LARGEST_PDF = 200 * MIB
LARGEST_AUDIT = 200 * MIB
MOST_TOLD = 10  # maximum number of entries shown for one certificate


class Asked(argparse.Namespace):
    """The arguments of the command line."""

    dump: Path
    pdf: Path | None
    number: str | None
    since: Path | None
    vkey: list[str] | None
    root: Path | None
    jwks: Path | None
    witness: list[str] | None
    witnesses: int
    on: date | None
    json: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks, print the report, and return the exit status."""
    asked = _arguments().parse_args(arguments, Asked())
    report = Report()
    (check_exported if asked.dump.suffix == ".json" else check)(asked, report)
    print(json.dumps(report.plain(), indent=1, ensure_ascii=False) if asked.json else report.text())
    return report.status


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="keurwerk-verify", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("dump", type=Path, help="the archive (zip), its folder, or an exported audit (.json)")
    parser.add_argument("--pdf", type=Path, help="a certificate to check")
    parser.add_argument("--number", help="the number of a certificate to check")
    parser.add_argument("--since", type=Path, help="an older checkpoint that the log must continue")
    parser.add_argument("--vkey", action="append", help="the key of the log, if it must not come from the archive")
    parser.add_argument("--root", type=Path, help="the root certificate (PEM), if it must not come from the archive")
    parser.add_argument("--jwks", type=Path, help="the keys of credentials (JWK set), if not those in the archive")
    parser.add_argument("--witness", action="append", help="the key of a witness, if not those in the archive")
    parser.add_argument("--witnesses", type=int, default=0, help="how many witnesses must have signed the checkpoint")
    parser.add_argument("--on", type=date.fromisoformat, help="the day to judge, YYYY-MM-DD (today)")
    parser.add_argument("--json", action="store_true", help="tell it to a program")
    return parser


def check_exported(asked: Asked, report: Report) -> None:
    """Check an exported audit."""
    found: dict[str, Any] = {}
    keys: list[Mapping[str, Any]] = []
    with report.step("file"):
        found = read_object(read_file(asked.dump, LARGEST_AUDIT), asked.dump.name)
        if (found.get("type"), found.get("format")) != (AUDIT_TYPE, AUDIT_FORMAT):
            raise Wrong("this is no audit that this program knows")
        report.about = f"the audit {found['audit']['reference']}"
        keys += (read_object(read_file(asked.jwks, MIB), asked.jwks.name) if asked.jwks else found["keys"])["keys"]
        report.say(f"{report.about}, exported {found['exported']}")
    if report.status == GENUINE:
        with report.step("contents"):
            check_audit(found, keys, report)


def check(asked: Asked, report: Report) -> None:
    """Run all checks in order. Those that depend on the log are skipped when the log itself is wrong."""
    archive: Archive | None = None
    log: Log | None = None
    with report.step("archive"):
        archive = Archive(asked.dump, asked.jwks)
        report.say(f"of {archive.manifest.get('origin')}")
    if archive is not None:
        with report.step("log"):
            log = Log.read(archive, asked.vkey, asked.witness)
            report.say(f"{log.size} entries, {log.signed} signed checkpoints, root {log.root.hex()}")
    if archive is None or log is None:
        return
    with report.step("witnesses"):
        report.say(log.witnessed(asked.witnesses))
    if asked.since:
        with report.step("older checkpoint"):
            report.say(log.continues(read_file(asked.since, MIB)))
    moment = datetime.now(UTC)
    if asked.on:
        moment = datetime.combine(asked.on, time(12), AMSTERDAM)
    number = asked.number.strip().upper() if asked.number else None
    number = _check_file(asked, report, archive, log, moment) or number
    if number is not None:
        _check_number(report, archive, log, number, moment)


def _check_file(asked: Asked, report: Report, archive: Archive, log: Log, moment: datetime) -> str | None:
    """Return the number of the certificate in the file, if a file was given and it is one."""
    if asked.pdf is None:
        return None
    pdf, number = b"", None
    with report.step("file"):
        pdf = read_file(asked.pdf, LARGEST_PDF)
        number = log.file(pdf)
        if asked.number and asked.number.strip().upper() != number:
            raise Wrong(f"this is the certificate {number}, not {asked.number}")
        report.say(f"byte for byte the certificate {number} as it was issued")
        if hashlib.sha256(pdf).hexdigest() != log.newest_file(number):
            report.not_valid("a newer file of this certificate was issued")
    with report.step("seal"):
        roots = read_roots(read_file(asked.root, MIB) if asked.root else archive.read("roots.pem"))
        who = check_seal(pdf, roots, log.issued_at(pdf) if number else moment)
        report.say(f"it covers the whole file; made by {who}")
    return number


def _check_number(report: Report, archive: Archive, log: Log, number: str, moment: datetime) -> None:
    with report.step("certificate"):
        history = log.history(number)
        report.say(_told(history))
        report.judge(number, history, moment)
    if number in log.entries:
        with report.step("credential"):
            report.say(check_credential(archive, log, number, moment, report))


def _told(history: Sequence[Mapping[str, Any]]) -> str:
    """Describe what happened to a certificate, oldest first; of a long history only both ends."""
    lines = [f"{entry['type']} {entry['time']}" for entry in history]
    if len(lines) > MOST_TOLD:
        lines[1 : 1 - MOST_TOLD] = [f"… {len(lines) - MOST_TOLD} more …"]
    return "; ".join(lines)


if __name__ == "__main__":
    sys.exit(main())
