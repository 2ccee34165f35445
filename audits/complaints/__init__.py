"""Complaints about ourselves, and how they and the signals about agencies are handled."""
