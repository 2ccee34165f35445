"""Pages for agencies: profile, self-assessment, findings, certificate."""
