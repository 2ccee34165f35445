"""`python -m bench.seed`: create a register of realistic size, and cases to open pages of, with the present build.

`make seed AGENCIES=2000` fills the database of `make serve`; benchmarks fill one of their own. Each run adds.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from bench import builds, bulk
from bench.product import part

STAGES = ["register", "assess", "submit", "accept", "plan", "start", "draw", "judge", "report"]
STAGES += ["answer", "verify", "review", "certify"]
CASES = {"certified": "certify", "draft": "assess", "audit": "draw", "decision": "review"}
"""The last stage of each case."""


def main() -> None:
    """Fill the configured database, else that of this folder."""
    parser = argparse.ArgumentParser(prog="bench.seed")
    parser.add_argument("--agencies", type=int, default=2000)
    parser.add_argument("--out", type=Path, help="where to write what the cases are, as JSON")
    asked = parser.parse_args()
    try:
        with part("at_hand")(os.environ) as env:  # noqa: TID251 - an entry point
            found = fill(env, asked.agencies)
    except part("DomainError") as refused:
        sys.exit(f"{refused} Only a database that is empty, or was filled by make seed before, can be filled.")
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1))
    else:
        print(f"The portal of this folder has {asked.agencies:,} agencies more, and {len(CASES)} with cases:")
        for name, case in found["cases"].items():
            print(f"  {name:<10} {case['name']}, {case['register_number']}, {case['editor']}")
        print(f"Everybody signs in with the password: {found['password']}")


def fill(env: Mapping[str, str], agencies: int) -> dict[str, Any]:
    """Create tables and cases through the product's own code, then copies; return the data to open pages with."""
    owner = _owner(env)
    part("migrate")(owner)
    app = part("create_app")(part("Settings").from_env(env))
    with Path(os.devnull).open("w") as nowhere:
        part("appoint_staff")(app)
        part("publish")(app, part("Story")(nowhere))
    serial = _count(owner)
    cases = {name: _case(app, serial + place, last) for place, (name, last) in enumerate(CASES.items())}
    _sign(app)
    if agencies:
        like = {key: cases["certified"][key] for key in ("agency", "application", "audit")}
        bulk.add(owner, like, agencies)
    staff = {role: person.email for role, person in part("STAFF").items()}
    return {"cases": cases, "staff": staff, "password": part("PASSWORD")}


def _owner(env: Mapping[str, str]) -> str:
    """Return the address by which the tables are made and filled with copies."""
    if (owner := env.get("OWNER_DATABASE_URL")) is None and builds.us().has_roles:
        sys.exit("Only the owner of the tables can copy rows. End make serve first, or name OWNER_DATABASE_URL.")
    return owner or env["DATABASE_URL"]


def _count(database_url: str) -> int:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        count: int = connection.execute(text("SELECT count(*) FROM agency")).scalar_one()
    engine.dispose()
    return count


def _case(app: Any, serial: int, last: str) -> dict[str, str]:
    """Take an agency through the stages up to `last`."""
    details = part("VLIETLAND")
    name = f"{details.legal_name.removesuffix(' B.V.')} {serial} B.V." if serial else details.legal_name
    case = part("Case")(app, replace(details, legal_name=name), serial)
    for stage in STAGES[: STAGES.index(last) + 1]:
        if stage == "judge":
            case.judge({flaw.code: flaw for flaw in part("SMALL")})
        elif stage == "certify":
            decision = case.decide("decider", part("Outcome").GRANT)
            _deliver(app)
            part("wait_for")(app, decision)
        else:
            getattr(case, stage)()
    return {
        "name": name,
        "agency": str(case.agency_id),
        "application": str(case.application_id),
        "audit": str(case.audit_id),
        "register_number": case.details.register_number,
        "editor": case._part(part("EDITOR")).email,
    }


def _deliver(app: Any) -> None:
    """Run the jobs that follow from a decision; mail and letters are left to a worker."""
    waiting = text("SELECT id FROM outbox WHERE done_at IS NULL AND failed_at IS NULL AND kind !~ '^(mail|document)'")
    with app.app_context():
        while items := [str(item) for item in part("database").read().scalars(waiting)]:
            part("database").read().rollback()  # each delivery is a transaction of its own
            delivered = [part("deliver")(item) for item in items]
            if not any(delivered):
                return  # another worker has it


def _sign(app: Any) -> None:
    """Sign the log, so that extracts include a proof; a worker would within a minute."""
    with app.app_context(), part("database").write() as session:
        part("sign_head")(session)


if __name__ == "__main__":
    main()
