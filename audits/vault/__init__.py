"""Signals of exploitation from interviews: encrypted, for people who are named alone."""
