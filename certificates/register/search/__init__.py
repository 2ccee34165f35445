"""Finds an agency as people type its name."""
