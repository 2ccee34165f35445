"""The door of the office: intake, planning, review, decisions, scheme, people."""
