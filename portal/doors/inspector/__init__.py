"""The door of inspectors: the audit desk."""
