"""Pages for staff: intake, planning, review, decisions, schemes, people."""
