"""An agency asks for the mark, with its self-assessment and evidence."""
