"""Statements that must not pass about sealed entries: their chains, what was typed in them, and receipts."""

from tests.kit.statement_parts import NO_RIGHT, Attack

ITS, OTHER, AUDITED = "inspector of in_progress_inspector", "inspector", "agency in_progress_audited"
ME = "coalesce(nullif(current_setting('kw.person', true), '')::uuid, :in_progress_inspector)"
CELL = ":in_progress_code || '/' || :in_progress_unit || '/1'"
CHAIN = (
    "INSERT INTO entry_chain (id, audit_id, person_id, public_key, opening, digest, opened_at) VALUES ({}, :{}_audit,"
    " {}, 'k', 'x', encode(sha256('x'), 'hex'), now())"
)
NEW_CHAIN = "gen_random_uuid()"
# audit, chain, person, number, what it continues, value.
ENTRY = (
    "INSERT INTO sealed_entry (audit_id, chain_id, number, cell, data, digest, received_at)"
    " SELECT a, c, n, cell, data, encode(sha256(data), 'hex'), now() FROM (SELECT *, convert_to(jsonb_build_object("
    "'audit', a, 'chain', c, 'person', p, 'number', n, 'previous', h, 'cell', cell, 'value', '{}')::text, 'UTF8')"
    " AS data FROM (SELECT cast(:{}_audit AS uuid) AS a, cast({} AS uuid) AS c, cast({} AS uuid) AS p, {} AS n,"
    " cast({} AS text) AS h, " + CELL + " AS cell) AS said) AS made"
)
FIRST = "encode(sha256('x'), 'hex')"
THIS = "current_setting('test.chain')"
ENTERED = (
    "SELECT set_config('test.chain', gen_random_uuid()::text, true); "
    + CHAIN.format(f"{THIS}::uuid", "in_progress", ME)
    + "; "
    + ENTRY.format("{}", "in_progress", THIS, ME, 1, FIRST)
    + "; "
)
NEXT = ENTRY.format("x", "in_progress", ":in_progress_chain", ":in_progress_inspector", "{}", "{}")
CONTENT = (
    "INSERT INTO entry_content (entry_id, audit_id, salt, content)"
    " VALUES (:in_progress_entry, :in_progress_audit, 'x', '{}')"
)
RECEIPT = (
    "INSERT INTO entry_receipt (audit_id, upto, token, received_at)"
    " VALUES (:in_progress_audit, :in_progress_entry, 'x', now())"
)
REVOKED = f"UPDATE entry_chain SET revoked_at = now(), revoked_by = {ME} WHERE id = :in_progress_chain"
PRIVATE = (
    "INSERT INTO private_note (audit_id, requirement_code, unit, reference, person_id, text, written_at)"
    " SELECT audit_id, 'x', unit, reference, {}, 'x', now() FROM private_note WHERE audit_id = :{}_audit LIMIT 1"
)
CELL_FILE = (
    "INSERT INTO cell_file (id, entry_id, audit_id, requirement_code, unit, reference, filename, media_type, size,"
    " sha256, uploaded_by, uploaded_at) SELECT gen_random_uuid(), {}, audit_id, requirement_code, unit, reference,"
    " 'x', 'image/jpeg', 1, 'ab', {}, now() FROM cell_file WHERE audit_id = :{}_audit LIMIT 1"
)
WITHDRAWN = (
    "UPDATE cell_file SET withdrawn_at = now(), withdrawn_by = :{0}_inspector, reason = 'x' WHERE audit_id = :{0}_audit"
)
SHOWN = "UPDATE cell_file SET caption = 'x', printed_sha256 = 'cd' WHERE audit_id = :{}_audit"
NEWEST = "(SELECT max(id) FROM sealed_entry WHERE audit_id = :in_progress_audit)"
VERDICT = "UPDATE verdict SET value = '{}', reason = 'x' WHERE audit_id = :in_progress_audit"

ABOUT_ENTRIES = [
    *(Attack(f"{table} read by {by}", f"SELECT FROM {table} WHERE audit_id = :in_progress_audit", "none", "rows", by=by)
      for table in ("entry_chain", "sealed_entry", "entry_content", "entry_receipt") for by in (OTHER, AUDITED)),
    Attack("a chain by another inspector", CHAIN.format(NEW_CHAIN, "in_progress", ME), NO_RIGHT, "rows", by=OTHER),
    Attack("a chain in the name of another", CHAIN.format(NEW_CHAIN, "in_progress", ":decider"), NO_RIGHT, "rows",
           by=ITS),
    Attack("an entry by another inspector", NEXT.format(":in_progress_next", ":in_progress_head"), NO_RIGHT, "rows",
           by=OTHER),
    Attack("an entry that continues nothing", NEXT.format(":in_progress_next", "repeat('a', 64)"),
           "sealed_entry_linked", by=ITS),
    Attack("an entry after a gap", NEXT.format(":in_progress_next + 1", ":in_progress_head"), "sealed_entry_linked",
           by=ITS),
    Attack("an entry of somebody else's audit", ENTERED.format("x") + ENTRY.format(
        "x", "surprise", THIS, ME, 2, "(SELECT digest FROM sealed_entry ORDER BY id DESC LIMIT 1)"),
        NO_RIGHT, "fk_sealed_entry_chain_id_audit_id", by=ITS),
    Attack("an entry on a revoked device", REVOKED + "; " + NEXT.format(":in_progress_next", ":in_progress_head"),
           "sealed_entry_revoked", by=ITS),
    Attack("an entry after the report", ENTRY.format(
        "x", "reported", ":reported_chain", ":reported_inspector", ":reported_next", ":reported_head"),
        "sealed_entry_frozen", by="inspector of reported_inspector"),
    Attack("a device revoked by a reviewer", REVOKED, "none", "rows", by="reviewer"),
    Attack("a device revoked twice", REVOKED + "; " + REVOKED, "entry_chain_frozen", by=ITS),
    Attack("another key", "UPDATE entry_chain SET public_key = 'x'", NO_RIGHT),
    Attack("another name of a device", "UPDATE entry_chain SET label = 'x'", NO_RIGHT),
    Attack("another entry", "UPDATE sealed_entry SET data = 'x'", NO_RIGHT),
    Attack("an entry less", "DELETE FROM sealed_entry", NO_RIGHT),
    Attack("other words", "UPDATE entry_content SET content = '{}'", NO_RIGHT),
    Attack("words less", "DELETE FROM entry_content", NO_RIGHT),
    Attack("words by another inspector", CONTENT, NO_RIGHT, "rows", by=OTHER),
    Attack("a receipt by another inspector", RECEIPT, NO_RIGHT, "rows", by=OTHER),
    Attack("a receipt less", "DELETE FROM entry_receipt", NO_RIGHT),
    Attack("a verdict that nobody entered", VERDICT.format("conform"), "verdict_sealed", by=ITS),
    Attack("another verdict than was entered", ENTERED.format("x") + VERDICT.format("y"), "verdict_sealed", by=ITS),
    Attack("another method than was entered", ENTERED.format("conform") + "UPDATE verdict SET method = 'seen'"
           " WHERE audit_id = :in_progress_audit", "verdict_sealed", by=ITS),
    Attack("a verdict in bulk without a reason", "UPDATE verdict SET bulk = true WHERE audit_id = :in_progress_audit",
           "ck_verdict_bulk", by=ITS),
    *(Attack(f"a private note read by {by}", "SELECT FROM private_note WHERE audit_id = :in_progress_audit", "none",
             "rows", by=by) for by in (OTHER, AUDITED, "planner", "reviewer", "decider")),
    Attack("a private note in the name of another", PRIVATE.format(":planner", "in_progress"), NO_RIGHT, "rows",
           by=ITS),
    Attack("a private note after the report", PRIVATE.format(":reported_inspector", "reported"), "private_note_frozen",
           "private_note_frozen", by="inspector of reported_inspector"),
    Attack("another's private note", "UPDATE private_note SET text = 'y' WHERE audit_id = :in_progress_audit AND"
           " person_id <> :in_progress_inspector", "none", "rows", by=ITS),
    *(Attack(f"a file of a verdict read by {by}", "SELECT FROM cell_file WHERE audit_id = :in_progress_audit", "none",
             "rows", by=by) for by in (OTHER, AUDITED)),
    Attack("a file of a verdict in the name of another", CELL_FILE.format(NEWEST, ":planner", "in_progress"),
           "cell_file_sealed", by=ITS),
    Attack("a file of a verdict by a decider", CELL_FILE.format(":in_progress_entry", ":in_progress_inspector",
           "in_progress"), NO_RIGHT, "rows"),
    Attack("a file taken back by a decider", WITHDRAWN.format("in_progress"), "none", "rows"),
    Attack("a file of a verdict that nobody sealed", ENTERED.format("added") + CELL_FILE.format(
        NEWEST, ME, "in_progress"), "cell_file_sealed", by=ITS),
    Attack("a file taken back after the report", WITHDRAWN.format("reported"), "cell_file_frozen",
           "cell_file_frozen", by="inspector of reported_inspector"),
    Attack("a file taken back twice", WITHDRAWN.format("in_progress") + "; " + WITHDRAWN.format("in_progress"),
           "cell_file_frozen", by=ITS),
    *(Attack(f"a picture chosen for the report by {by}", SHOWN.format("in_progress"), "none", "rows", by=by)
      for by in (OTHER, AUDITED, "reviewer", "decider")),
    Attack("a picture chosen after the report", SHOWN.format("reported"), "cell_file_frozen", "cell_file_frozen",
           by="inspector of reported_inspector"),
    Attack("a picture taken back and chosen", WITHDRAWN.format("in_progress") + "; " + SHOWN.format("in_progress"),
           "cell_file_frozen", by=ITS),
    Attack("a picture chosen and taken back, yet in the report", SHOWN.format("in_progress") + "; "
           + WITHDRAWN.format("in_progress"), "ck_cell_file_printed", by=ITS),
    Attack("a caption without a copy", "UPDATE cell_file SET caption = 'x' WHERE audit_id = :in_progress_audit",
           "ck_cell_file_printed_whole", by=ITS),
    Attack("another file beside a verdict", "UPDATE cell_file SET sha256 = 'cd'", NO_RIGHT),
    Attack("a file of a verdict less", "DELETE FROM cell_file", NO_RIGHT),
    Attack("files forgotten by a person", "SELECT forget_cell_files(now())", NO_RIGHT, "rows", by=ITS),
    Attack("words forgotten by a person", "SELECT forget_entry(:in_progress_head)", NO_RIGHT, "rows", by=ITS),
]  # fmt: skip
