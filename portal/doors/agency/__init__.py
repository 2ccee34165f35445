"""The door of agencies: details, self-assessment, findings, certificate."""
