"""Statements that must not pass about the vault: what it says, who reads it, and that it leaves."""

from tests.kit.statement_parts import NO_RIGHT, Attack

ITS, OTHER = "inspector of in_progress_inspector", "inspector"
ENTRY = (
    "INSERT INTO vault_entry (id, audit_id, agency_id, key, sealed, may_leave, written_at)"
    " VALUES (gen_random_uuid(), :in_progress_audit, :in_progress_audited, 'x', 'x', false, now())"
)
PASSED = "INSERT INTO vault_passing (entry_id, receiver, passed_by, passed_at) VALUES (:{}, 'police', {}, now())"
READ = "SELECT * FROM read_vault(:vault_entry, now())"

ABOUT_VAULT = [
    *(Attack(f"the vault listed by {by}", "SELECT id FROM vault_entry", "none", NO_RIGHT, by=by)
      for by in ("agency in_progress_audited", ITS, "reviewer", "decider", "administrator", "nobody")),
    *(Attack(f"the vault read by {by}", READ, "none", NO_RIGHT, by=by)
      for by in ("agency in_progress_audited", ITS, "reviewer", "decider", "administrator", "nobody")),
    Attack("the vault read by who is named", READ, "rows", NO_RIGHT, by="planner"),
    Attack("the vault read unnoticed", "SELECT sealed FROM vault_entry", NO_RIGHT, by="planner"),
    Attack("to whom it was passed on, read by a decider", "SELECT id FROM vault_passing", "none", NO_RIGHT),
    Attack("a signal of somebody else's audit", ENTRY, NO_RIGHT, by=OTHER),
    Attack("a signal by its inspector", ENTRY, "rows", NO_RIGHT, by=ITS),
    Attack("another signal", "UPDATE vault_entry SET sealed = 'y'", NO_RIGHT, by="planner"),
    Attack("a signal less", "DELETE FROM vault_entry", NO_RIGHT, by="planner"),
    Attack("a wish of a worker changed by a decider", "UPDATE vault_entry SET may_leave = true", "none", NO_RIGHT),
    Attack("a signal passed on against a wish", PASSED.format("vault_entry", ":planner"), "vault_passing_wished",
           NO_RIGHT, by="planner"),
    Attack("a signal passed on by a decider", PASSED.format("vault_leaving", ":decider"), NO_RIGHT),
    Attack("a signal passed on in the name of another", PASSED.format("vault_leaving", ":decider"), NO_RIGHT,
           by="planner"),
    Attack("who reads the vault, read by an agency", "SELECT FROM vault_reader", "none", "rows", by="agency mine"),
    Attack("a reader of the vault by a person", "INSERT INTO vault_reader VALUES (:decider, now())", NO_RIGHT, "rows"),
    Attack("the vault emptied by a person", "SELECT forget_vault(now())", NO_RIGHT, "rows", by="planner"),
]  # fmt: skip
