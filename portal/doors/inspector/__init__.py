"""Pages for inspectors: the audit desk."""
