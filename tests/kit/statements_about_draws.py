"""Statements that must not pass about draws: the fixed list, the promised secret, the value, and the members."""

from tests.kit.statement_parts import NO_RIGHT, Attack

ITS, OTHER, AUDITED = "inspector of in_progress_inspector", "inspector", "agency in_progress_audited"
ME = "nullif(current_setting('kw.person', true), '')::uuid"
DRAWN = (
    "INSERT INTO population (audit_id, unit, members, size, digest, frozen_at, frozen_by, seed, algorithm, drawn)"
    " VALUES (:in_progress_audit, 'personnel_file', '[]', 2, :given_digest, now(), :in_progress_inspector, {},"
    " 'sha256-rank-1', 2)"
)
FIXED = (
    "INSERT INTO fixed_list (audit_id, unit, agency_id, size, digest, commitment, draw_from, fixed_at, fixed_by)"
    " SELECT id, 'x', agency_id, 1, 'x', 'x', 'value', now(), inspector_id FROM audit WHERE id = :{}_audit"
)
SECRET = "INSERT INTO draw_secret (audit_id, unit, secret) VALUES (:{}_audit, 'x', 'x')"
MEMBERS = "INSERT INTO population_list (audit_id, unit, members) VALUES (:{}_audit, 'x', '[]')"
VALUE = "INSERT INTO draw_value (audit_id, unit, value, given_by, given_at) VALUES (:{}_audit, '{}', '{}', {}, now())"
OFFER = (
    "INSERT INTO list_offer (audit_id, unit, agency_id, asked_at)"
    " SELECT id, '{}', agency_id, now() FROM audit WHERE id = :{}_audit"
)
GIVE = "UPDATE list_offer SET content = '{}', given_by = {}, given_at = now() WHERE audit_id = :in_progress_audit"
READ = "SELECT FROM {} WHERE audit_id = :in_progress_audit AND unit = '{}'"
GIVER = f"coalesce({ME}, :in_progress_inspector)"

ABOUT_DRAWS = [
    *(Attack(f"{table} read by {by}", READ.format(table, "personnel_file"), "none", "rows", by=by)
      for table in ("fixed_list", "draw_secret", "population_list") for by in (OTHER, AUDITED)),
    Attack("a value read by another inspector", READ.format("draw_value", "personnel_file"), "none", "rows", by=OTHER),
    Attack("a secret before there is a value", READ.format("draw_secret", "interview"), "none", "rows", by=ITS),
    Attack("a draw by another inspector", DRAWN.format(":given_seed"), NO_RIGHT, "rows", by=OTHER),
    Attack("a draw with another seed", DRAWN.format("repeat('0', 64)"), "population_promised", by=ITS),
    Attack("a list fixed by its agency", FIXED.format("in_progress"), NO_RIGHT, "rows", by=AUDITED),
    Attack("a list after the report", FIXED.format("reported"), "fixed_list_frozen",
           by="inspector of reported_inspector"),
    Attack("a secret by another inspector", SECRET.format("in_progress"), NO_RIGHT, "rows", by=OTHER),
    Attack("a secret after the report", SECRET.format("reported"), "draw_secret_frozen",
           by="inspector of reported_inspector"),
    Attack("members by another inspector", MEMBERS.format("in_progress"), NO_RIGHT, "rows", by=OTHER),
    Attack("members after the report", MEMBERS.format("reported"), "population_list_frozen",
           by="inspector of reported_inspector"),
    *(Attack(f"a value by {by}", VALUE.format("in_progress", "interview", "x", GIVER), NO_RIGHT, "rows", by=by)
      for by in (OTHER, "agency mine")),
    Attack("a value in the name of another", VALUE.format("in_progress", "interview", "x", ":decider"), NO_RIGHT,
           "rows", by=ITS),
    Attack("a value for no list", VALUE.format("in_progress", "x", "x", GIVER), "draw_value_lawful", by=ITS),
    Attack("a value after the report", VALUE.format("reported", "x", "x", GIVER), "draw_value_frozen",
           by="inspector of reported_inspector"),
    Attack("a root that is in no log", VALUE.format("surprise", "personnel_file", "x", "NULL"), "draw_value_lawful",
           by="inspector of surprise_inspector"),
    *(Attack(f"{verb} of {table}", f"{verb} {table}{rest}", NO_RIGHT, by=ITS)
      for table, column in (("fixed_list", "digest"), ("draw_secret", "secret"), ("draw_value", "value"),
                            ("population_list", "unit"))
      for verb, rest in (("DELETE FROM", ""), ("UPDATE", f" SET {column} = 'x'"))),
    Attack("a list that its agency was not asked for", READ.format("list_offer", "assignment"), "none", "rows",
           by=AUDITED),
    *(Attack(f"an asked list read by {by}", READ.format("list_offer", "housing_location"), "none", "rows", by=by)
      for by in (OTHER, "agency mine", "reviewer")),
    Attack("a list asked for by its agency", OFFER.format("x", "in_progress"), NO_RIGHT, "rows", by=AUDITED),
    Attack("a list asked of an agency that knows of nothing", OFFER.format("x", "surprise"), "list_offer_lawful",
           by="inspector of surprise_inspector"),
    Attack("a list asked for after it was fixed", OFFER.format("interview", "in_progress"), "list_offer_lawful",
           by=ITS),
    Attack("a list asked for after the report", OFFER.format("x", "reported"), "list_offer_frozen",
           by="inspector of reported_inspector"),
    Attack("a list given by another agency", GIVE.format("{}", f"coalesce({ME}, :decider)"), "none",
           "rows", by="agency mine"),
    Attack("all lists that wait renamed by an agency", "UPDATE list_offer SET file_name = 'x'", "none", "rows",
           by="agency mine"),
    Attack("the question for a list taken away", "DELETE FROM list_offer WHERE audit_id = :in_progress_audit", "none",
           "rows", by=AUDITED),
    Attack("members erased by a person", "SELECT erase_lists(now())", NO_RIGHT, "rows", by=ITS),
    Attack("no member is erased of an audit that goes on", "SELECT erase_lists(now() + interval '1 year'); "
           "SELECT 1 / count(*) FROM population_list WHERE audit_id = :in_progress_audit", NO_RIGHT, "rows", by=ITS),
]  # fmt: skip
