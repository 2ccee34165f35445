"""Decisions on audits, taken by an independent decider, with reasons."""
