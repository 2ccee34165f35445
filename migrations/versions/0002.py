"""The walls that no code can walk around: append-only tables, immutable schemes, four eyes, no grant that may not be."""

from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("event", "decision", "certificate_change", "document", "tie", "audit_participant")
IMMUTABLE = ("scheme_version", "requirement", "population", "sampled_unit")

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

# A person of an agency holds agency roles only, and staff hold none of them.
ROLE_FITS = """
CREATE FUNCTION check_role_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.role LIKE 'agency\\_%') <> (SELECT agency_id IS NOT NULL FROM person WHERE id = NEW.person_id) THEN
    RAISE EXCEPTION 'the role does not fit the person' USING ERRCODE = 'check_violation', CONSTRAINT = 'role_fits';
  END IF;
  RETURN NEW;
END $$
"""

# ISO/IEC 17065 clause 4.2: nobody evaluates an agency in which an interest was declared.
NO_TIE = """
CREATE FUNCTION check_no_tie() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM tie WHERE agency_id = NEW.agency_id AND person_id = NEW.inspector_id) THEN
    RAISE EXCEPTION 'the inspector has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  RETURN NEW;
END $$
"""

# ISO/IEC 17065 clause 7.6.2: the decision is taken by somebody who was not involved in the evaluation.
# The scheme's fail line and failing grades: the database counts the points itself.
DECISION = """
CREATE FUNCTION check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  the_audit audit%ROWTYPE;
  norm scheme_version%ROWTYPE;
  total integer;
BEGIN
  SELECT * INTO STRICT the_audit FROM audit WHERE id = NEW.audit_id;
  SELECT * INTO STRICT norm FROM scheme_version WHERE id = the_audit.scheme_version_id;
  IF NEW.agency_id <> the_audit.agency_id THEN
    RAISE EXCEPTION 'the decision names another agency' USING ERRCODE = 'check_violation', CONSTRAINT = 'same_agency';
  END IF;
  IF NEW.decider_id IN (the_audit.planner_id, the_audit.inspector_id)
     OR EXISTS (SELECT FROM audit_participant WHERE audit_id = NEW.audit_id AND person_id = NEW.decider_id)
     OR EXISTS (SELECT FROM verdict WHERE audit_id = NEW.audit_id AND recorded_by = NEW.decider_id) THEN
    RAISE EXCEPTION 'the decider took part in the audit' USING ERRCODE = 'check_violation', CONSTRAINT = 'four_eyes';
  END IF;
  IF EXISTS (SELECT FROM tie WHERE agency_id = NEW.agency_id AND person_id = NEW.decider_id) THEN
    RAISE EXCEPTION 'the decider has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  IF NEW.outcome <> 'refuse' THEN
    SELECT coalesce(sum(points), 0) INTO total FROM finding WHERE audit_id = NEW.audit_id;
    IF the_audit.state NOT IN ('reviewed', 'concluded')
       OR total >= norm.fail_total
       OR EXISTS (SELECT FROM finding WHERE audit_id = NEW.audit_id AND grade = ANY (norm.failing_grades))
       OR EXISTS (SELECT FROM finding WHERE audit_id = NEW.audit_id AND blocks AND state <> 'closed') THEN
      RAISE EXCEPTION 'this audit does not allow a grant'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'no_grant';
    END IF;
  END IF;
  RETURN NEW;
END $$
"""

# A certificate without a positive decision for the same agency cannot exist, and its printed facts never change.
CERTIFICATE = """
CREATE FUNCTION check_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM decision
                 WHERE id = NEW.decision_id AND agency_id = NEW.agency_id AND outcome <> 'refuse') THEN
    RAISE EXCEPTION 'a certificate needs a grant' USING ERRCODE = 'check_violation', CONSTRAINT = 'granted';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.number, NEW.decision_id, NEW.valid_from, NEW.valid_until, NEW.printed)
     IS DISTINCT FROM (OLD.number, OLD.decision_id, OLD.valid_from, OLD.valid_until, OLD.printed) THEN
    RAISE EXCEPTION 'what a certificate says is fixed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""

TRIGGERS = [
    ("person_role", "role_fits", "BEFORE INSERT OR UPDATE", "check_role_fits"),
    ("audit", "no_tie", "BEFORE INSERT OR UPDATE OF inspector_id", "check_no_tie"),
    ("decision", "lawful", "BEFORE INSERT", "check_decision"),
    ("certificate", "lawful", "BEFORE INSERT OR UPDATE", "check_certificate"),
    ("certificate", "kept", "BEFORE DELETE", "refuse_change"),
    *((table, "kept", "BEFORE UPDATE OR DELETE", "refuse_change") for table in APPEND_ONLY),
    *((table, "kept", "BEFORE UPDATE OR DELETE", "refuse_change") for table in IMMUTABLE),
]


def upgrade() -> None:
    for function in (REFUSE, ROLE_FITS, NO_TIE, DECISION, CERTIFICATE):
        op.execute(function)
    for table, name, when, function in TRIGGERS:
        op.execute(f"CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    for table, name, _, _ in TRIGGERS:
        op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
    for function in ("check_certificate", "check_decision", "check_no_tie", "check_role_fits", "refuse_change"):
        op.execute(f"DROP FUNCTION {function}()")
