"""Forms, fields, widgets and uploads."""
